"""Metrics in SQL: every batch is one row, decoded when it is read.

This is the write-ahead tail of the metric store alone; blocks and summaries will be built behind the same interface.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.change import ChangeTopic
from runyard.domain.metric import MetricFamily, MetricSeries, MetricSummary, MetricType, MetricValue, summarised
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.mapping import add_change, run_row, workspace_pk
from runyard.wire.metric import FileRecord, ListRecord, Record, RecordBatch, ScalarRecord, TableRecord

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[Record])


class SqlMetricStore:
    """See :class:`runyard.storage.base.MetricStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, workspace: str, run_id: str, batch: RecordBatch, *, at: datetime) -> bool:
        """Store a batch; False when ``(run, writer, seq)`` was stored before, and nothing changes."""
        payload = _ENCODER.encode(batch.records)

        def work(connection: Connection) -> bool:
            row = run_row(connection, workspace, run_id, t.run.c.pk, t.run.c.workspace_pk, t.run.c.root_id)
            key = {"run_pk": row.pk, "writer": batch.writer, "seq": batch.seq}
            known = sa.select(t.metric_tail.c.pk).filter_by(**key)
            if connection.execute(known).first() is not None:
                return False
            connection.execute(t.metric_tail.insert().values(**key, payload=payload))
            add_change(connection, row.workspace_pk, ChangeTopic.METRIC, run_id=run_id, root_id=row.root_id)
            return True

        return self._database.write(work)

    def series(self, workspace: str, run_ids: list[str], names: list[str] | None) -> list[MetricSeries]:
        """Return whole series, by run in the order given and then by first logging; ``names`` None means all."""
        found: list[MetricSeries] = []
        with self._database.read() as connection:
            keys = _run_keys(connection, workspace, run_ids)
            for run_id in run_ids:
                if run_id in keys:
                    found += _assembled(run_id, _records(connection, keys[run_id]), names)
        return found

    def summaries(self, workspace: str, run_ids: list[str], names: list[str] | None) -> dict[str, list[MetricSummary]]:
        """Return the summaries of the runs' metrics, in order of first logging. Runs without any are left out."""
        result: dict[str, list[MetricSummary]] = {}
        for series in self.series(workspace, run_ids, names):
            result.setdefault(series.run_id, []).append(summarised(series))
        return result

    def descendants_with_metrics(self, workspace: str, run_id: str, run_type: str | None) -> list[str]:
        """Return the run and its descendants that have metrics, newest first, of ``run_type`` only when it is given."""
        run = t.run.c
        with self._database.read() as connection:
            top = run_row(connection, workspace, run_id, run.pk).pk
            tree = sa.select(run.pk).where(run.pk == top).cte("tree", recursive=True)
            below = t.run.alias("below")
            tree = tree.union_all(sa.select(below.c.pk).where(below.c.parent_pk == tree.c.pk))
            has_metrics = sa.exists().where(t.metric_tail.c.run_pk == run.pk)
            query = sa.select(run.id).where(run.pk.in_(sa.select(tree.c.pk)), has_metrics)
            if run_type is not None:
                query = query.where(run.type == run_type)
            return list(connection.execute(query.order_by(run.created_at.desc(), run.pk.desc())).scalars())


def _run_keys(connection: Connection, workspace: str, run_ids: list[str]) -> dict[str, int]:
    query = sa.select(t.run.c.id, t.run.c.pk).where(
        t.run.c.workspace_pk == workspace_pk(connection, workspace), t.run.c.id.in_(run_ids)
    )
    return {row.id: row.pk for row in connection.execute(query)}


def _records(connection: Connection, run_pk: int) -> Iterable[Record]:
    query = sa.select(t.metric_tail.c.payload).where(t.metric_tail.c.run_pk == run_pk).order_by(t.metric_tail.c.pk)
    for payload in connection.execute(query).scalars():
        yield from _DECODER.decode(payload)


def _assembled(run_id: str, records: Iterable[Record], names: list[str] | None) -> list[MetricSeries]:
    wanted = None if names is None else set(names)
    found: dict[tuple[str, MetricFamily], MetricSeries] = {}
    for record in records:
        if wanted is None or record.name in wanted:
            _add(found, run_id, record)
    return [replace(series, count=len(series.times)) for series in found.values()]


def _add(found: dict[tuple[str, MetricFamily], MetricSeries], run_id: str, record: Record) -> None:
    at = record.at_us / 1_000_000
    if isinstance(record, ScalarRecord):
        series = _open(found, run_id, record, MetricFamily.SERIES, MetricType.SCALAR)
        _extend(series, [record.value], record.step, at)
    elif isinstance(record, ListRecord):
        series = _open(found, run_id, record, MetricFamily.SERIES, MetricType.LIST)
        _extend(series, record.values, None, at)
    elif isinstance(record, FileRecord):
        series = _open(found, run_id, record, MetricFamily.FILE, record.type)
        _extend(series, [record.uri], None, at)
    else:
        _extend_table(_open(found, run_id, record, MetricFamily.TABLE, MetricType.TABLE), record, at)


def _open(
    found: dict[tuple[str, MetricFamily], MetricSeries], run_id: str, record: Any, family: MetricFamily, kind: MetricType
) -> MetricSeries:
    key = (record.name, family)
    if key not in found:
        # One name that was used for two shapes shows as two metrics: nothing logged is ever hidden.
        clash = any(name == record.name for name, _ in found)
        shown = f"{record.name} [{family.value}]" if clash else record.name
        found[key] = MetricSeries(run_id=run_id, name=shown, family=family, type=kind, description=record.description)
    return found[key]


def _extend(series: MetricSeries, values: list[MetricValue], step: int | None, at: float) -> None:
    series.values.extend(values)
    series.steps.extend([step] * len(values))
    series.times.extend([at] * len(values))


def _extend_table(series: MetricSeries, record: TableRecord, at: float) -> None:
    before = len(series.times)
    rows = max((len(column) for column in record.columns.values()), default=0)
    for name, values in record.columns.items():
        series.columns.setdefault(name, [None] * before).extend(values)
    for column in series.columns.values():
        column.extend([None] * (before + rows - len(column)))
    series.times.extend([at] * rows)
