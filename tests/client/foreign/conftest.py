"""What the real tools have written: MLflow 3.17.2, W&B 0.31.0 and tensorboardX 2.6.5, by the programs beside this file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

DATA = Path(__file__).parent / "data"


@pytest.fixture
def mlflow_database(tmp_path: Path) -> Path:
    """The SQLite file, made of its rows, with the files of a run beside it."""
    text = (DATA / "mlflow.sql").read_text().replace("PLACE", str(tmp_path))
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as connection:
        connection.executescript(text)
        (run_id,) = connection.execute("SELECT run_uuid FROM runs WHERE name = 'parent'").fetchone()
    note = tmp_path / "mlartifacts" / run_id / "artifacts" / "notes" / "note.txt"
    note.parent.mkdir(parents=True)
    note.write_text("hello")
    return tmp_path / "mlflow.db"
