"""A database of an earlier version holds, after the start of a later one, what it held before."""

from __future__ import annotations

from pathlib import Path

import msgspec
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import runyard.storage.backends.sql as package
from runyard.domain.metric import MetricSeries
from runyard.storage.backends.sql.opened import open_folder
from runyard.testing.clock import FakeClock
from runyard.testing.plain_metrics import PlainMetrics, same_series
from runyard.wire.metric import ListRecord, RecordBatch, ScalarRecord, TableRecord

BATCHES = [
    RecordBatch("w", 0, [ScalarRecord("loss", 1, 0.5, 3), ScalarRecord("note", 2, "text", None, "what it is")]),
    RecordBatch("w", 1, [TableRecord("table", 3, {"a": [1, None]}), ListRecord("loss", 4, [1, 2**63])]),
    RecordBatch("other", 5, [ScalarRecord("loss", 5, 7)]),
]


def test_metrics_of_the_first_schema_are_carried_over(tmp_path: Path) -> None:
    _write_first_schema(tmp_path / "runyard.db")
    plain = PlainMetrics("r")
    for batch in BATCHES:
        plain.append(batch)
    storage = open_folder(tmp_path)
    try:
        found: list[MetricSeries] = storage.metrics.series("w", ["r"], None)
        assert same_series(found, plain.series())
        for batch in BATCHES:
            assert not storage.metrics.append("w", "r", batch, at=FakeClock()()).stored
        storage.metrics.compact("w", "r", finish=True)
        assert same_series(storage.metrics.series("w", ["r"], None), plain.series())
    finally:
        storage.close()


def _write_first_schema(path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(Path(package.__file__).parent / "migrations"))
    config.attributes["engine"] = engine
    command.upgrade(config, "0001")
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO workspace (pk, name, tags, created_at) VALUES (1, 'w', '{}', 0)"))
        connection.execute(
            sa.text("INSERT INTO experiment (pk, id, workspace_pk, name, tags, created_at) VALUES (1, 'e', 1, 'e', '{}', 0)")
        )
        connection.execute(
            sa.text(
                "INSERT INTO run (pk, id, workspace_pk, experiment_pk, number, root_pk, root_id, depth, display_name, target,"
                " status, created_at, tags, properties)"
                " VALUES (1, 'r', 1, 1, 1, 1, 'r', 0, 'r', 'local', 'Running', 0, '{}', '{}')"
            )
        )
        for batch in BATCHES:
            row = {"writer": batch.writer, "seq": batch.seq, "payload": msgspec.msgpack.encode(batch.records)}
            connection.execute(
                sa.text("INSERT INTO metric_tail (run_pk, writer, seq, payload) VALUES (1, :writer, :seq, :payload)"), row
            )
    engine.dispose()
