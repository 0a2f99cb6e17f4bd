"""A program that takes long, such as uv or a container engine: its output is logged as it comes, and it can be stopped."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from runyard.errors import ComputeError

Log = Callable[[str], None]
"""Takes one line of the build log."""

Stopped = Callable[[], bool]
"""True when the build has to end at once."""

WATCH_INTERVAL_S = 0.05
_TAIL_LINES = 12

_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


class BuildStoppedError(ComputeError):
    """The run was stopped while its environment was built."""


def never() -> bool:
    """Say that the build is not stopped."""
    return False


def run_program(
    command: Sequence[str],
    log: Log,
    *,
    name: str,
    stdin: str = "",
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    is_stopped: Stopped = never,
) -> str:
    """Run a program and return what it printed; every line goes to the log as it comes, without credentials.

    Raises:
        BuildStoppedError: ``is_stopped`` became true; the program and all that it had started is gone.
        ComputeError: it failed; the message has its ``name`` and its last lines.
    """
    log(f"$ {name} " + without_credentials(" ".join(command[1:])))
    process = subprocess.Popen(
        list(command),
        cwd=cwd,
        env=None if environment is None else dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        lines = _lines_of(process, stdin, log, is_stopped)
    finally:
        _kill_group(process)
    if process.returncode != 0:
        tail = "\n".join(without_credentials(line) for line in lines[-_TAIL_LINES:] if line.strip())
        raise ComputeError(f"The environment could not be built: {name} {' '.join(command[1:3])} failed.\n{tail}")
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

    reader = threading.Thread(target=talk, name="program-output", daemon=True)
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
