"""Build Runyard's packages and install them as a stranger would, into virtual environments of their own."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = Path(sys.executable).with_name("uv")
LOCKED = re.compile(r"^([\w.-]+(?:\[[\w,-]+\])?==[^\s;\\]+(?: ; [^\\]+)?)", re.MULTILINE)


def build_wheel(folder: Path, source: Path = ROOT) -> Path:
    """Build the wheel of ``source`` without network and return its path."""
    command = [str(UV), "build", "--offline", "--wheel", "--no-build-isolation", "--quiet", "--python", sys.executable]
    subprocess.run([*command, "--out-dir", folder], cwd=source, check=True, timeout=100)
    (built,) = folder.glob("*.whl")
    return built


def shared_wheel(folder: Path) -> Path:
    """Return the wheel of this checkout in ``folder``. The first of all test processes that name this folder builds it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "wheel.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "wheel"
        if not done.exists():
            with tempfile.TemporaryDirectory(dir=folder) as fresh:
                build_wheel(Path(fresh) / "wheel")
                (Path(fresh) / "wheel").rename(done)  # half a wheel of a killed process is never taken for one
    (built,) = done.glob("*.whl")
    return built


def find_python(version: str) -> str | None:
    """Return a Python of that version that works, or None: ``python3.X`` on the path, or one of pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    places = [shutil.which(f"python{version}"), *(str(each / "bin" / "python") for each in sorted(pyenv.glob(f"{version}.*")))]
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    for place in filter(None, places):
        told = subprocess.run([place, "-I", "-c", code], capture_output=True, text=True)
        if told.stdout.strip() == version:
            return place
    return None


def make_environment(folder: Path, wheel: Path, extras: str = "", python: str = sys.executable, *, compiled: bool = True) -> Path:
    """Install the wheel with what it needs into a new environment in ``folder``, and return its ``bin``.

    Versions are those of ``requirements/dev.txt``, so that the cache of `make install` has them. ``compiled`` has all bytecode
    written, as pip does; without it a program writes what it imports.
    """
    constraints = folder.with_name(f"{folder.name}-constraints.txt")
    constraints.write_text("\n".join(LOCKED.findall((ROOT / "requirements" / "dev.txt").read_text())) + "\n")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([UV, "venv", "--quiet", "--python", python, folder], check=True, timeout=100, env=environment)
    install: list[str | Path] = [
        UV,
        "pip",
        "install",
        "--quiet",
        *(["--compile-bytecode"] if compiled else []),
        "--python",
        folder / "bin" / "python",
        "-c",
        constraints,
    ]
    subprocess.run([*install, f"runyard{extras} @ {wheel.as_uri()}"], check=True, timeout=280, env=environment)
    return folder / "bin"


def torch_wheel() -> Path | None:
    """Return a wheel of PyTorch for the processor alone, for this Python, in the folders where pip is told to find links."""
    told = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False).stdout
    folders = {os.environ.get("UV_FIND_LINKS", ""), *re.findall(r"find-links='([^']*)'", told)}
    tag = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    found = [each for name in folders for part in name.split() for each in Path(part).glob(f"torch-*+cpu-{tag}-*.whl")]
    return max(found, default=None)


def torch_requirement() -> str:
    """Return what to ask pip or uv for to have PyTorch: a build for the processor alone where there is one, 0.2 and not 3 GB."""
    wheel = torch_wheel()
    return "torch" if wheel is None else f"torch @ {wheel.as_uri()}"


def clean_environment(bin_folder: Path, home: Path) -> dict[str, str]:
    """Return the variables of a person who has just installed Runyard: its commands on the path, and nothing of these tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return {**kept, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}", "RUNYARD_HOME": str(home), "BROWSER": "true"}
