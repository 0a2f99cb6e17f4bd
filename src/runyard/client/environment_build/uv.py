"""uv as a subprocess: it has no stable Python interface."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from runyard.client.environment_build.program import Log, Stopped, never, run_program
from runyard.errors import ComputeError


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
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")}
    quiet = {**environment, "NO_COLOR": "1", "UV_NO_PROGRESS": "1"}
    return run_program([find_uv(), *arguments], log, name="uv", stdin=stdin, cwd=cwd, environment=quiet, is_stopped=is_stopped)
