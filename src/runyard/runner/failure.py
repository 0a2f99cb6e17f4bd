"""Says why a script has failed, in words that help."""

from __future__ import annotations

import json
import signal
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from runyard.domain.run import RunError

USER_ERROR = "UserError"
SYSTEM_ERROR = "SystemError"

PACKAGE_OF_MODULE = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "git": "GitPython",
    "ignite": "pytorch-ignite",
    "mpl_toolkits": "matplotlib",
    "PIL": "pillow",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
"""Modules of the field whose package has another name; for all others the names are the same."""

_SIGNAL_HINTS = {
    signal.SIGKILL: " Something outside Runyard did that; when memory runs out, it is the system (out of memory?).",
    signal.SIGSEGV: " Native code crashed: a library of the environment is at fault, or two that do not fit together.",
    signal.SIGABRT: " Native code gave up; the end of the log may say why.",
    signal.SIGBUS: " Native code crashed; a full /dev/shm or a shortened mapped file is a common cause.",
    signal.SIGILL: " The processor lacks an instruction that a library of the environment was built for.",
}

_SIGNALS = {int(each) for each in signal.Signals}
_KILLED = 128
"""What a shell adds to the number of the signal that killed a program."""


def system_error(message: str) -> RunError:
    """Return the error of a run that Runyard or the machine could not carry out."""
    return RunError(code=SYSTEM_ERROR, message=message, at=_now())


def environment_error(message: str) -> RunError:
    """Return the error of a run whose environment cannot be made: what it asks for is at fault."""
    return RunError(code=USER_ERROR, message=message, at=_now())


def container_error(engine: str) -> RunError:
    """Return the error of a run whose container was not started."""
    return environment_error(f"{engine} has not started the container; the end of 70_driver_log.txt says why.")


def image_error(image: str, interpreter: str, exit_code: int) -> RunError:
    """Return the error of a run whose image has no Python to start the script with."""
    return environment_error(
        f"The image {image} has no {interpreter!r} that begins with the script (exit code {exit_code}); the end of "
        "70_driver_log.txt says why. Use an image with Python, or say where it has its own: environment.python.interpreter_path."
    )


def script_error(exit_code: int, error_file: Path, interpreter: str, environment_name: str | None = None) -> RunError:
    """Return the error of a script that ended with ``exit_code``; ``error_file`` is what the launcher may have written.

    ``environment_name`` is given when Runyard has made the environment.
    """
    noted = _read(error_file)
    if noted is None:
        return RunError(code=USER_ERROR, message=message_of_exit("The script", exit_code), exit_code=exit_code, at=_now())
    kind, text = str(noted.get("type") or "Exception"), str(noted.get("message") or "")
    return RunError(
        code=USER_ERROR,
        message=f"{text}{_module_hint(noted.get('module'), interpreter, environment_name)}",
        type=kind,
        traceback=str(noted.get("traceback") or "") or None,
        exit_code=exit_code,
        at=_now(),
    )


def message_of_exit(what: str, exit_code: int) -> str:
    """Return how ``what`` has ended, with the name of the signal where the code, negative or above 128, stands for one."""
    if exit_code < 0:
        return f"{what} was killed by signal {_named(-exit_code)}"
    if exit_code - _KILLED in _SIGNALS:
        killed = _named(exit_code - _KILLED)
        return f"{what} ended with exit code {exit_code}. So a shell reports a program that was killed by signal {killed}"
    return f"{what} ended with exit code {exit_code}."


def _named(number: int) -> str:
    if number not in _SIGNALS:
        return f"{number}."
    known = signal.Signals(number)
    return f"{number} ({known.name}).{_SIGNAL_HINTS.get(known, '')}"


def _module_hint(module: Any, interpreter: str, environment_name: str | None) -> str:
    if not isinstance(module, str) or not module:
        return ""
    package = PACKAGE_OF_MODULE.get(module) or PACKAGE_OF_MODULE.get(module.split(".")[0]) or module.split(".")[0]
    if environment_name:
        return (
            f". Environment {environment_name!r} does not have this module. Add its package: "
            f"environment.python.conda_dependencies.add_pip_package({package!r}), or a line {package!r} in its requirements file."
        )
    return (
        f". The Python that ran the script, {interpreter}, does not have this module. Install it there: "
        f"{interpreter} -m pip install {package}; or add {package!r} to the packages of the run's environment."
    )


def _read(path: Path) -> dict[str, Any] | None:
    try:
        noted = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return noted if isinstance(noted, dict) else None


def _now() -> datetime:
    return datetime.now(timezone.utc)
