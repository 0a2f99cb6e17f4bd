"""What the real tools have written: an archive in ``data/`` for each package and version, made by ``write_data``."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

DATA = Path(__file__).parent / "data"


def unpacked(name: str, folder: Path) -> Path:
    """Unpack what a version of a package wrote into a folder, and return it."""
    with zipfile.ZipFile(DATA / f"{name}.zip") as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture
def mlflow_folder(tmp_path: Path) -> Path:
    """``mlruns``, ``mlflow.db`` and the files of its runs."""
    return unpacked("mlflow-3.17.2", tmp_path / "theirs")
