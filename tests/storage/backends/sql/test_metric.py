"""An export reads small series together, and large ones in parts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection
from tests.storage.backends.sql.databases import sqlite_stores

from runyard.domain.run import RunStatus
from runyard.storage.backends.sql import metric
from runyard.storage.backends.sql.database import Database
from runyard.storage.run_base import RunOrigin
from runyard.wire.metric import Record, RecordBatch, ScalarRecord
from runyard.wire.run import NewRun
from runyard.wire.workspace import EnsureWorkspaceRequest

NOW = datetime(2026, 1, 31, tzinfo=timezone.utc)
POINTS = {"a": 3, "b": 4, "large": 25, "c": 2, "d": 9}


def test_small_series_share_a_part_and_large_ones_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = sqlite_stores(tmp_path).storage
    storage.workspaces.ensure("w", EnsureWorkspaceRequest(), at=NOW)
    storage.experiments.ensure("w", "e", at=NOW)
    (run,) = storage.runs.create("w", "e", [NewRun()], RunOrigin(status=RunStatus.RUNNING, submitted_by="x"), at=NOW)
    records: list[Record] = [ScalarRecord(name, n, float(n)) for name, count in POINTS.items() for n in range(count)]
    storage.metrics.append("w", run.id, RecordBatch("writer", 0, records), at=NOW)
    monkeypatch.setattr(metric, "EXPORT_POINTS", 10)
    reads = []
    read = Database.read

    @contextmanager
    def counted(self: Database) -> Iterator[Connection]:
        reads.append(self)
        with read(self) as connection:
            yield connection

    monkeypatch.setattr(Database, "read", counted)
    columns = list(storage.metrics.export("w", [run.id], None))
    sizes = [(column.name, len(column.values)) for column in columns]
    assert sizes == [("a", 3), ("b", 4), ("large", 10), ("large", 10), ("large", 5), ("c", 2), ("d", 9)]
    large = [value for column in columns if column.name == "large" for value in column.values.tolist()]
    assert large == [float(n) for n in range(25)]
    assert len(reads) == 1 + 5  # the list; a with b, large twice, its end with c; d
    storage.close()
