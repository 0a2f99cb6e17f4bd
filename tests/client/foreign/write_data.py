"""Runs the real tools in environments of their own. ``python -m tests.client.foreign.write_data`` makes ``data/`` anew."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
PROGRAMS = {
    "mlflow": "write_mlflow.py",
    "wandb": "write_wandb.py",
    "tensorboardX": "write_event_files.py",
    "torch": "write_event_files.py",
}
BESIDE = {
    "mlflow": ["sqlalchemy<2.1", "setuptools<80"],
    "wandb": ["setuptools<80"],
    "tensorboardX": ["numpy<2", "protobuf<4"],
    "torch": ["numpy", "tensorboard"],
}
"""What old versions of a package need and do not ask for."""
VERSIONS = {
    "mlflow": ["2.9.2", "2.22.5", "3.1.4", "3.8.1", "3.17.2"],
    "wandb": ["0.16.6", "0.19.11", "0.22.3", "0.31.0"],
    "tensorboardX": ["2.5.1", "2.6.5"],
    "torch": [""],  # the newest for the processor alone that can be had; see tests/packages.py
}
KEPT = {"mlflow": ["2.22.5", "3.17.2"], "wandb": ["0.16.6", "0.31.0"], "tensorboardX": ["2.6.5"]}
"""The versions whose data is in ``data/``; the long mode reads that of all of ``VERSIONS``, written anew."""


def environment_of(package: str, requirement: str) -> Path:
    """Return the Python of the virtual environment that has a package, made when it is not there."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = caches / "runyard-tests" / re.sub(r"[^\w.]+", "-", requirement)[-60:]
    python = place / "bin" / "python"
    if not (place / "whole").exists():
        uv = [sys.executable, "-m", "uv"]
        subprocess.run([*uv, "venv", "-q", "--clear", "--python", sys.executable, str(place)], check=True)
        subprocess.run([*uv, "pip", "install", "-q", "--python", str(python), requirement, *BESIDE[package]], check=True)
        (place / "whole").touch()
    return python


def write(package: str, requirement: str, folder: Path) -> Path:
    """Have a version of a package write its runs into a folder, and return it."""
    with tempfile.TemporaryDirectory() as home:
        variables = {**os.environ, "HOME": home, "LOGNAME": "example", "USER": "example"}
        command = [environment_of(package, requirement), HERE / PROGRAMS[package], folder]
        subprocess.run(command, check=True, env=variables, capture_output=True)
    return folder


def main() -> None:
    """Write the archives."""
    for package, versions in KEPT.items():
        for version in versions:
            with tempfile.TemporaryDirectory() as place:
                folder = write(package, f"{package}=={version}", Path(place) / "runs")
                with zipfile.ZipFile(HERE / "data" / f"{package}-{version}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                    for file in sorted(_kept_files(folder)):
                        archive.write(file, file.relative_to(folder))


def _kept_files(folder: Path) -> list[Path]:
    """Return what the tool has left for a reader: not its own logs and caches."""
    other = ("logs", "tmp", "cache", "config", "staged", "weights.bin", "debug.log", "debug-internal.log")
    files = [each for each in folder.rglob("*") if each.is_file() and not each.is_symlink()]
    return [each for each in files if not set(each.relative_to(folder).parts) & set(other) and "latest-run" not in each.parts]


if __name__ == "__main__":
    main()
