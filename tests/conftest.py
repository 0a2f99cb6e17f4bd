"""What every test may rely on: a home of its own, no network but loopback, a real server, and no process left behind."""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.packages import shared_wheel
from tests.server_process import RunningServer, start_server, stop_server

MARK = "RUNYARD_TEST_SESSION"
"""An environment variable that all processes of this test session inherit, so that the ones left over are found."""

FOREIGN_PREFIXES = ("RUNYARD_", "AZUREML_", "MLFLOW_")
KEPT_VARIABLES = frozenset({"RUNYARD_CHROMIUM", "RUNYARD_DEBUG", "RUNYARD_LONG", "RUNYARD_SCREENSHOTS"})

KILLED: Counter[str] = Counter()
"""How many processes of each kind the crash tests have killed."""

_CONNECT = socket.socket.connect
_CONNECT_EX = socket.socket.connect_ex


def pytest_configure(config: pytest.Config) -> None:
    """Forget the caller's own Runyard before anything is imported, and close the network."""
    for name in [name for name in os.environ if name.startswith(FOREIGN_PREFIXES) and name not in KEPT_VARIABLES]:
        del os.environ[name]
    os.environ[MARK] = uuid.uuid4().hex
    # A shell starts background jobs with Ctrl+C ignored, and nohup with the hang-up; what they start inherits it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    _close_network()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the quick tests first, and those that drive a browser last."""
    items.sort(key=lambda item: (item.get_closest_marker("e2e") is not None, item.get_closest_marker("slow") is not None))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Kill what the tests have started and not stopped, and send nothing more: a server would start for it."""
    send_nothing_at_exit()
    for process in _marked_processes():
        print(
            f"killing a process that a test left behind: {process.pid} {' '.join(_command_line(process))[:120]}", file=sys.stderr
        )
        _kill(process)


def send_nothing_at_exit() -> None:
    """Have this process end without flushing what tests have left open: their servers are gone."""
    recorder = sys.modules.get("runyard.client.recorder")  # not imported above: see pytest_configure
    if recorder is not None:
        atexit.unregister(recorder._leave)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how often the crash tests have killed."""
    if KILLED:
        terminalreporter.write_line("killed: " + ", ".join(f"{what} {count}" for what, count in sorted(KILLED.items())))


@pytest.fixture(scope="session")
def killed() -> Counter[str]:
    """Where a crash test counts whom it killed with SIGKILL; the end of the session prints it."""
    return KILLED


@pytest.fixture(scope="session", autouse=True)
def session_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``RUNYARD_HOME`` of the whole session: never the user's own."""
    folder = tmp_path_factory.mktemp("home")
    os.environ["RUNYARD_HOME"] = str(folder)
    return folder


@pytest.fixture(scope="session")
def server(session_home: Path) -> Iterator[RunningServer]:
    """The real server as a process of its own, one for the session. The SDK finds it by ``RUNYARD_HOME``."""
    running = start_server(session_home)
    yield running
    (session_home / "stopped").touch()
    stop_server(running)
    _kill_processes_of(session_home)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built once: also for all parts of the suite, to which `make test` gives one folder."""
    shared = os.environ.get("TESTS_SHARED_FOLDER")
    return shared_wheel(Path(shared) if shared else tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def workspace_name() -> str:
    """A workspace name that no other test has."""
    return f"w{uuid.uuid4().hex[:12]}"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current one."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A fresh ``RUNYARD_HOME`` for one test; the server that the test starts in it is stopped at the end."""
    folder = tmp_path / "home"
    monkeypatch.setenv("RUNYARD_HOME", str(folder))
    yield folder
    _kill_processes_of(folder)


def _close_network() -> None:
    def connect(self: socket.socket, address: Any) -> None:
        _require_loopback(self, address)
        _CONNECT(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        _require_loopback(self, address)
        return _CONNECT_EX(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign, assignment]
    socket.socket.connect_ex = connect_ex  # type: ignore[method-assign, assignment]


def _require_loopback(connecting: socket.socket, address: Any) -> None:
    if connecting.family not in (socket.AF_INET, socket.AF_INET6):
        return
    host = str(address[0])
    if not (host.startswith("127.") or host in ("localhost", "::1", "0.0.0.0", "")):
        raise PermissionError(f"a test tried to reach {host}: tests may use loopback only")


def _kill_processes_of(home: Path) -> None:
    """Kill the server of a home folder, the runners that it has started, and their scripts. What is unsent starts no other."""
    if home.is_dir():
        (home / "stopped").touch()
    for process in _marked_processes():
        command = " ".join(_command_line(process))
        # Not the PostgreSQL of the session, whose folder has "runyard" in its name.
        is_ours = "runyard" in command and "postgres" not in command
        is_of_home = _environment(process).get("RUNYARD_HOME") == str(home) and is_ours
        if is_of_home or str(home) in command or _is_below(process, home):
            _kill(process)


def _is_below(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()).is_relative_to(folder)
    except (psutil.Error, OSError):
        return False


def _marked_processes() -> list[psutil.Process]:
    mark = os.environ[MARK]
    return [each for each in psutil.process_iter() if each.pid != os.getpid() and _environment(each).get(MARK) == mark]


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ() if process.status() != psutil.STATUS_ZOMBIE else {}
    except (psutil.Error, OSError):
        return {}


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
        process.wait(timeout=10)
    except (psutil.Error, subprocess.TimeoutExpired):
        pass
