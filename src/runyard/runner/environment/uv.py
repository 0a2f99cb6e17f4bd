"""uv as a subprocess: it has no stable Python interface."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from runyard.errors import ComputeError

Log = Callable[[str], None]
"""Takes one line of the build log."""

_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


def find_uv() -> str:
    """Return the path of uv: beside this Python, else on the PATH.

    Raises:
        ComputeError: there is none.
    """
    beside = Path(sys.executable).parent / "uv"
    found = str(beside) if beside.is_file() else shutil.which("uv")
    if found is None:
        raise ComputeError(
            "Building an environment needs uv, which this machine lacks. Install it with `pip install uv` beside Runyard, or set "
            "environment.python.user_managed_dependencies = True to use a Python as it is."
        )
    return found


def run_uv(arguments: list[str], log: Log, *, stdin: str = "", cwd: Path | None = None) -> str:
    """Run uv and return what it printed; every line goes to the log as well, without credentials.

    Raises:
        ComputeError: uv failed; the message has its last lines.
    """
    log("$ uv " + without_credentials(" ".join(arguments)))
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")}
    process = subprocess.run(
        [find_uv(), *arguments],
        input=stdin,
        cwd=cwd,
        env={**environment, "NO_COLOR": "1", "UV_NO_PROGRESS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    lines = [without_credentials(line) for line in process.stdout.splitlines()]
    for line in lines:
        log(line)
    if process.returncode != 0:
        tail = "\n".join(line for line in lines[-12:] if line.strip())
        raise ComputeError(f"The environment could not be built: uv {arguments[0]} failed.\n{tail}")
    return process.stdout


def without_credentials(text: str) -> str:
    """Return ``text`` with user names and passwords in addresses replaced."""
    return _CREDENTIALS.sub("***@", text)
