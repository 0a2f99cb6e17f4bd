"""uv as a subprocess: it has no stable Python interface."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from runyard.errors import ComputeError

Log = Callable[[str], None]
"""Takes one line of the build log."""

Stopped = Callable[[], bool]
"""True when the build has to end at once."""

WATCH_INTERVAL_S = 0.05

_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


class BuildStoppedError(ComputeError):
    """The run was stopped while its environment was built."""


def never() -> bool:
    """Say that the build is not stopped."""
    return False


def find_uv() -> str:
    """Return the path of uv: what ``RUNYARD_UV`` says, else beside this Python, else on the PATH.

    Raises:
        ComputeError: there is none.
    """
    if chosen := os.environ.get("RUNYARD_UV"):
        return chosen
    beside = Path(sys.executable).parent / "uv"
    found = str(beside) if beside.is_file() else shutil.which("uv")
    if found is None:
        raise ComputeError(
            "Building an environment needs uv, which this machine lacks. Install it with `pip install uv` beside Runyard, or set "
            "environment.python.user_managed_dependencies = True to use a Python as it is."
        )
    return found


def run_uv(arguments: list[str], log: Log, *, stdin: str = "", cwd: Path | None = None, is_stopped: Stopped = never) -> str:
    """Run uv and return what it printed; every line goes to the log as it comes, without credentials.

    Raises:
        BuildStoppedError: ``is_stopped`` became true; uv and all that it had started is gone.
        ComputeError: uv failed; the message has its last lines.
    """
    log("$ uv " + without_credentials(" ".join(arguments)))
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")}
    process = subprocess.Popen(
        [find_uv(), *arguments],
        cwd=cwd,
        env={**environment, "NO_COLOR": "1", "UV_NO_PROGRESS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        lines = _lines_of(process, stdin, log, is_stopped)
    finally:
        _kill_group(process)
    if process.returncode != 0:
        tail = "\n".join(without_credentials(line) for line in lines[-12:] if line.strip())
        raise ComputeError(f"The environment could not be built: uv {' '.join(arguments[:2])} failed.\n{tail}")
    return "\n".join([*lines, ""])


def _lines_of(process: subprocess.Popen[str], stdin: str, log: Log, is_stopped: Stopped) -> list[str]:
    """Feed the process, log what it prints, and return that when it has ended."""
    lines: list[str] = []

    def talk() -> None:
        assert process.stdin is not None and process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(stdin)
            process.stdin.close()
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            log(without_credentials(lines[-1]))

    reader = threading.Thread(target=talk, name="uv-output", daemon=True)
    reader.start()
    while reader.is_alive():
        if is_stopped():
            raise BuildStoppedError("The run was stopped while its environment was built.")
        reader.join(WATCH_INTERVAL_S)
    process.wait()
    return lines


def _kill_group(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def without_credentials(text: str) -> str:
    """Return ``text`` with user names and passwords in addresses replaced."""
    return _CREDENTIALS.sub("***@", text)
