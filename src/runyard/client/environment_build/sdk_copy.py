"""Brings the SDK into an environment that Runyard builds, so that the script can log."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

_LEFT_OUT = ("__pycache__", "server", "storage", "compute", "static")


def sdk_requirements() -> list[str]:
    """Return the requirement lines of the SDK's own base dependencies."""
    from importlib import metadata  # late: it is slow to load, and most runs build nothing

    lines = metadata.requires("runyard") or []
    return sorted(line for line in lines if "extra ==" not in line)


def sdk_digest() -> str:
    """Return a hash that changes with the SDK's files."""
    digest = hashlib.sha256()
    for path in _files():
        digest.update(f"{path.relative_to(_root())}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def copy_sdk(site_packages: Path) -> None:
    """Put the SDK's files into ``site_packages``."""
    shutil.copytree(_root(), site_packages / "runyard", ignore=shutil.ignore_patterns(*_LEFT_OUT), dirs_exist_ok=True)


def _root() -> Path:
    return Path(__file__).parents[2]


def _files() -> list[Path]:
    root = _root()
    return sorted(p for p in root.rglob("*.py") if not set(p.relative_to(root).parts) & set(_LEFT_OUT))
