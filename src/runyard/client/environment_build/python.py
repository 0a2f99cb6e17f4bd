"""Which Python on this machine has a wanted version."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from runyard.errors import ComputeError

OLDEST = (3, 10)
"""The oldest Python that Runyard's SDK runs on."""


def find_python(version: str | None) -> Path:
    """Return an interpreter whose version begins with ``version``; None gives the one that runs this.

    A version with three parts is served by another patch release of the same minor version when that very one is not there:
    the packages are the same.

    Raises:
        ComputeError: no such Python is on this machine, and the message names those that are; or the SDK cannot use it.
    """
    if version is None:
        return Path(sys.executable)
    wanted = version.strip().lstrip("=").removesuffix(".*")
    if not re.fullmatch(r"\d+(\.\d+){0,2}", wanted):
        raise ComputeError(f"{version!r} is no version of Python. Write it as '3.11' or '3.11.7'.")
    if tuple(map(int, f"{wanted}.999".split(".")[:2])) < OLDEST:
        raise ComputeError(
            f"The environment asks for Python {version}. Runyard's SDK comes with every environment and needs "
            f"{'.'.join(map(str, OLDEST))} or newer: ask for that with conda_dependencies.set_python_version, or run the script "
            "with a Python of your own: user_managed_dependencies = True and interpreter_path."
        )
    for prefix in (wanted, ".".join(wanted.split(".")[:2])):
        for path in _candidates(wanted):  # asked one after the other, and no more than needed: each is started for its answer
            if ((_version(path) or "") + ".").startswith(prefix + "."):
                return path
    there = sorted({_minor(have) for have in map(_version, _all_pythons()) if have}, key=lambda v: tuple(map(int, v.split("."))))
    raise ComputeError(
        f"The environment asks for Python {version}, and this machine has {', '.join(there)}. Install it, or ask for one "
        "of these: conda_dependencies.set_python_version('" + (there[-1] if there else "3.11") + "')."
    )


def _candidates(wanted: str) -> Iterator[Path]:
    yield Path(sys.executable)
    minor = ".".join(wanted.split(".")[:2])
    yield from (path for path in _all_pythons() if path.name in ("python", f"python{minor}", "python3"))


def _all_pythons() -> Iterator[Path]:
    yield Path(sys.executable)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for folder in sorted(pyenv.glob("versions/*/bin"), reverse=True):
        if (folder / "python").exists():
            yield folder / "python"
    for minor in range(20, 7, -1):
        path = shutil.which(f"python3.{minor}")
        # A shim of pyenv is no interpreter: it fails for a version that is not switched on.
        if path is not None and "/shims/" not in path:
            yield Path(path)
    if (path := shutil.which("python3")) is not None and "/shims/" not in path:
        yield Path(path)


_KNOWN: dict[Path, str | None] = {}


def _version(path: Path) -> str | None:
    if path not in _KNOWN:
        _KNOWN[path] = _asked(path)
    return _KNOWN[path]


def _asked(path: Path) -> str | None:
    if path == Path(sys.executable):
        return ".".join(map(str, sys.version_info[:3]))
    code = "import sys; print('.'.join(map(str, sys.version_info[:3])))"
    try:
        answer = subprocess.run([path, "-I", "-c", code], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])
