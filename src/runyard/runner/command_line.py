"""The command line that starts the user's script."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from runyard.domain.run import RunSpec
from runyard.errors import ConfigurationError, ScriptNotFoundError, SnapshotError
from runyard.runner.snapshot import path_in_folder

LAUNCHER = Path(__file__).with_name("launcher.py")

_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})", re.ASCII)


def expanded(argument: str, environment: Mapping[str, str]) -> str:
    """Return ``argument`` with ``$NAME`` and ``${NAME}`` replaced; a name that is not set stays as it is written."""
    return _VARIABLE.sub(lambda found: environment.get(found[1] or found[2], found[0]), argument)


def interpreter_path(wanted: str | None, environment: Mapping[str, str]) -> str:
    """Return the absolute path of the Python that runs the script; the runner's own when none is asked for.

    Raises:
        ConfigurationError: there is no such program on this machine.
    """
    wanted = wanted or sys.executable
    found = shutil.which(str(Path(wanted).expanduser()) if wanted.startswith("~") else wanted, path=environment.get("PATH"))
    if found is None:
        raise ConfigurationError(
            f"There is no Python interpreter {wanted!r} on this machine that can be executed. "
            "Set environment.python.interpreter_path to the path of one, or leave it out.",
            interpreter=wanted,
        )
    # Not resolved: a virtual environment is known by the path of its link to Python.
    return os.path.abspath(found)  # noqa: PTH100


def require_script(spec: RunSpec, code: Path) -> None:
    """Check that the script is one of the files in the folder ``code``.

    Raises:
        ScriptNotFoundError: there is no such file, or neither script nor command is given.
    """
    if spec.script is None:
        raise ScriptNotFoundError("The run names neither a script nor a command. Submit it again with one of them.")
    try:
        found = path_in_folder(code, spec.script).is_file()
    except SnapshotError:
        found = False
    if not found:
        raise ScriptNotFoundError(
            f"The script {spec.script!r} is not in the snapshot of this run. Give its path relative to source_directory, "
            "and check that no ignore file leaves it out.",
            script=spec.script,
        )


def command_of(spec: RunSpec, interpreter: str, environment: Mapping[str, str], launcher: str = str(LAUNCHER)) -> list[str]:
    """Return the program and arguments to execute. ``launcher`` is where the launcher lies, which differs in a container."""
    if spec.command:
        is_here = launcher == str(LAUNCHER)
        shell = (shutil.which("bash", path=environment.get("PATH")) if is_here else None) or "/bin/sh"
        return [shell, "-c", spec.command]
    return [interpreter, launcher, spec.script or "", *(expanded(each, environment) for each in spec.arguments)]
