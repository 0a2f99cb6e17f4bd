"""The embedded server of a home folder: find it, start it, stop it."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from runyard.errors import ConfigurationError, ServerStartError, TransportError

INFO_FILE = "server.json"
TOKEN_FILE = "owner-token"
LOCK_FILE = "server.lock"
START_LOCK_FILE = "start.lock"
STOPPED_FILE = "stopped"
LOG_FILE = "server.log"

START_TIMEOUT_S = 60.0
"""A server is healthy within two seconds; the rest is for a machine that is busy with something else."""

_TELL_AFTER_S = 2.0

STOP_TIMEOUT_S = 10.0
_HEALTH_TIMEOUT_S = 2.0
_POLL_S = 0.05
SERVER_PYTHON = (3, 11)
"""The oldest Python that the server runs on; recording and submitting need less."""
_SERVER_PACKAGES = ("alembic", "fastapi", "numpy", "sqlalchemy", "uvicorn")
_RUN_VARIABLES = ("RUNYARD_RUN_", "RUNYARD_WORKSPACE", "RUNYARD_EXPERIMENT", "RUNYARD_URL", "RUNYARD_TOKEN", "AZUREML_")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerInfo:
    """What a running server says about itself in ``server.json``."""

    pid: int
    port: int
    url: str
    server_id: str
    version: str
    started_at: str
    create_time: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerStatus:
    """The embedded server of a home folder. ``info`` is None when none runs; ``stopped`` says that it was stopped on purpose."""

    home: Path
    info: ServerInfo | None
    healthy: bool
    stopped: bool


def home_folder() -> Path:
    """Return ``$RUNYARD_HOME``, else ``~/.runyard``; it need not exist."""
    named = os.environ.get("RUNYARD_HOME")
    return Path(named).expanduser().resolve() if named else Path.home() / ".runyard"


def read_server_info(home: Path) -> ServerInfo | None:
    """Return what ``server.json`` says, or None when there is none or it is not whole."""
    try:
        data = json.loads((home / INFO_FILE).read_text(encoding="utf-8"))
        return ServerInfo(
            pid=int(data["pid"]),
            port=int(data["port"]),
            url=str(data["url"]).rstrip("/"),
            server_id=str(data["server_id"]),
            version=str(data["version"]),
            started_at=str(data["started_at"]),
            create_time=_number_or_none(data.get("create_time")),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_owner_token(home: Path) -> str:
    """Return the owner's token of a home folder.

    Raises:
        TransportError: no server has run there yet, or the file belongs to another user.
    """
    path = home / TOKEN_FILE
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise TransportError(
            f"{path} is not there: no Runyard server has run in this folder. Start one with `runyard up`.", home=str(home)
        ) from None
    except (OSError, ValueError) as error:
        raise TransportError(
            f"{path} cannot be read ({error}). It belongs to the user who started the server.", home=str(home)
        ) from error


def is_healthy(info: ServerInfo, timeout_s: float = _HEALTH_TIMEOUT_S) -> bool:
    """True when that very server answers at its address."""
    body = _get_json(f"{info.url}/health", timeout_s)
    return body is not None and body.get("status") == "ok" and body.get("server_id") == info.server_id


def was_stopped(home: Path) -> bool:
    """True when the server was stopped on purpose and not started since.

    Raises:
        ConfigurationError: the folder is closed to this user.
    """
    try:
        return (home / STOPPED_FILE).exists()
    except PermissionError as error:
        raise ConfigurationError(
            f"The home folder {home} is closed to you: it belongs to another user. Set RUNYARD_HOME to a folder of your own, or "
            "sign in to that user's server: runyard login URL",
            home=str(home),
        ) from error


def ensure_running(home: Path) -> ServerInfo:
    """Return the healthy server of a home folder, started now when there is none.

    Two callers at once get the same server.

    Raises:
        ServerStartError: it does not start; the message has the last lines of its log.
    """
    info = read_server_info(home)
    if info is not None and is_healthy(info):
        return info
    return start(home)


def start(home: Path, port: int | None = None) -> ServerInfo:
    """Start the server of a home folder, or return the one that runs there already.

    Raises:
        ServerStartError: the ``server`` extra is missing, the port is taken, or the server ended or stayed silent.
        ConfigurationError: the home folder cannot be used.
    """
    _make_home(home)
    _reap()
    with _start_lock(home):
        info = _wait_for_another(home)
        if info is not None:
            return info
        require_server_packages()
        if port is not None:
            _require_free_port(port)
        (home / STOPPED_FILE).unlink(missing_ok=True)
        return _launch(home, port)


def stop(home: Path) -> bool:
    """Stop the server of a home folder, if one runs, and mark it as stopped on purpose. True when one was stopped.

    Raises:
        TransportError: the server does not end.
    """
    if not home.is_dir():
        return False
    with _start_lock(home):
        (home / STOPPED_FILE).touch()
        info = read_server_info(home)
        if info is None or not _is_that_process(info):
            return False
        _signal(info.pid, signal.SIGTERM)
        if not _wait_until_gone(info, STOP_TIMEOUT_S):
            _signal(info.pid, signal.SIGKILL)
            if not _wait_until_gone(info, STOP_TIMEOUT_S):
                raise TransportError(f"The Runyard server (process {info.pid}) does not end. Kill it by hand.", pid=info.pid)
        if read_server_info(home) == info:
            (home / INFO_FILE).unlink(missing_ok=True)
        return True


def status(home: Path) -> ServerStatus:
    """Return what is known about the server of a home folder; starts nothing."""
    info = read_server_info(home)
    if info is not None and not _is_that_process(info):
        info = None
    return ServerStatus(home=home, info=info, healthy=info is not None and is_healthy(info), stopped=was_stopped(home))


def _make_home(home: Path) -> None:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"The home folder {home} cannot be made ({error.strerror}). Set RUNYARD_HOME to a folder that you may write to.",
            home=str(home),
        ) from error


@contextlib.contextmanager
def _start_lock(home: Path) -> Iterator[None]:
    """Let one process at a time start or stop the server of a home folder."""
    import fcntl  # not on Windows, where the embedded server does not run

    try:
        handle = (home / START_LOCK_FILE).open("a")
    except OSError as error:
        raise ConfigurationError(
            f"The home folder {home} cannot be written to ({error.strerror}). Set RUNYARD_HOME to another folder.", home=str(home)
        ) from error
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _wait_for_another(home: Path) -> ServerInfo | None:
    """Return the server that runs already. One that holds the lock but is not ready yet is waited for."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        info = read_server_info(home)
        if info is not None and is_healthy(info):
            return info
        if not _lock_is_held(home):
            return None
        if time.monotonic() > deadline:
            raise ServerStartError(
                f"A Runyard server holds {home / LOCK_FILE} but does not answer. Stop it with `runyard down` and start it with "
                f"`runyard up`.{_log_tail(home, 0)}",
                home=str(home),
            )
        time.sleep(_POLL_S)


def _lock_is_held(home: Path) -> bool:
    import fcntl  # not on Windows, where the embedded server does not run

    try:
        handle = (home / LOCK_FILE).open("r")
    except OSError:
        return False
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def require_server_packages() -> None:
    """Do nothing where the server can run.

    Raises:
        ServerStartError: this Python is too old for it, or lacks what it needs.
    """
    if sys.version_info < SERVER_PYTHON:
        here, wanted = (".".join(map(str, version[:2])) for version in (sys.version_info, SERVER_PYTHON))
        raise ServerStartError(
            f"The Runyard server needs Python {wanted} or newer, and {sys.executable} is {here}. Make a virtual environment with "
            "a newer one, or sign in to a server elsewhere: runyard login URL",
        )
    missing = [name for name in _SERVER_PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise ServerStartError(
            f"The Runyard server needs {', '.join(missing)}, which {sys.executable} lacks. "
            'Install it with: pip install "runyard[server]"\nOr sign in to a server elsewhere: runyard login URL',
            missing=missing,
        )


def _require_free_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it must be 0 to 65535"
            raise ServerStartError(
                f"Port {port} cannot be used ({reason}). Choose another with --port, or leave it out to get a free one.",
                port=port,
            ) from error


def _launch(home: Path, port: int | None) -> ServerInfo:
    command = [sys.executable, "-m", "runyard.server", "--home", str(home)]
    if port is not None:
        command += ["--port", str(port)]
    log = home / LOG_FILE
    log_start = log.stat().st_size if log.exists() else 0
    with log.open("ab") as sink:
        process = _ServerProcess(
            command,
            cwd=home,
            env=_server_environment(),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    _LAUNCHED.append(process)
    return _wait_until_healthy(home, process, log_start)


class _ServerProcess(subprocess.Popen[bytes]):
    """A process that outlives this one on purpose, so nothing is said when this one ends before it."""

    def __del__(self, *_: object) -> None:
        """Do nothing; the base class would warn."""


_LAUNCHED: list[_ServerProcess] = []
"""Servers that this process has started, kept so that none stays a zombie once it has ended."""


def _server_environment() -> dict[str, str]:
    """Return this process's environment without what tells a submitted script who it is."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_RUN_VARIABLES)}


def _wait_until_healthy(home: Path, process: _ServerProcess, log_start: int) -> ServerInfo:
    began = time.monotonic()
    told = False
    while time.monotonic() < began + START_TIMEOUT_S:
        info = read_server_info(home)
        if info is not None and info.pid == process.pid and is_healthy(info):
            return info
        if process.poll() is not None:
            other = _wait_for_another(home)  # one whose starter was killed came first
            if other is not None:
                return other
            raise ServerStartError(
                f"The Runyard server ended at its start with exit code {process.returncode}.{_log_tail(home, log_start)}",
                home=str(home),
                exit_code=process.returncode,
            )
        if not told and time.monotonic() > began + _TELL_AFTER_S and sys.stderr is not None and sys.stderr.isatty():
            told = True
            sys.stderr.write("Starting the Runyard server of this machine…\n")
        time.sleep(_POLL_S)
    process.terminate()
    raise ServerStartError(
        f"The Runyard server was not ready after {START_TIMEOUT_S:.0f} s and was stopped.{_log_tail(home, log_start)}",
        home=str(home),
    )


def _log_tail(home: Path, start: int, max_lines: int = 12) -> str:
    path = home / LOG_FILE
    try:
        with path.open("rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(start, log.tell() - 16_384))
            lines = log.read().decode("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    if not lines:
        return f" Its log is {path}."
    return f" Its log is {path}; the last lines are:\n" + "\n".join(f"  {line}" for line in lines[-max_lines:])


def _get_json(url: str, timeout_s: float) -> dict[str, Any] | None:
    """Return the JSON object at a loopback address. The standard library does: a health check must not load an HTTP client."""
    import http.client  # late: programs that talk to a server elsewhere need none of it

    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=timeout_s)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        body = json.loads(answer.read(65_536)) if answer.status == 200 else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return body if isinstance(body, dict) else None


def _is_that_process(info: ServerInfo) -> bool:
    """True when the process that wrote ``info`` lives, and its number was not given to another one since."""
    import psutil  # late: 0.06 s that only start and stop need

    try:
        process = psutil.Process(info.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return info.create_time is None or abs(process.create_time() - info.create_time) < 1.0
    except psutil.Error:
        return False


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _wait_until_gone(info: ServerInfo, timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while _is_that_process(info):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    _reap()
    return True


def _reap() -> None:
    for process in _LAUNCHED:
        process.poll()


def _number_or_none(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None
