"""A metric store that is a plain list in memory: slow, and so simple that it can be seen to be right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from runyard.domain.metric import MetricFamily, MetricSeries, MetricSummary, MetricType, MetricValue, summarised
from runyard.wire.metric import FileRecord, HistogramRecord, ListRecord, Record, RecordBatch, ScalarRecord, TableRecord


class PlainMetrics:
    """The records of one run in order of arrival."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._records: list[Record] = []
        self._stored: set[tuple[str, int]] = set()

    def append(self, batch: RecordBatch) -> bool:
        """Keep a batch; False when it is kept already."""
        if (batch.writer, batch.seq) in self._stored:
            return False
        self._stored.add((batch.writer, batch.seq))
        self._records += batch.records
        return True

    def series(self, names: list[str] | None = None) -> list[MetricSeries]:
        """Return whole series in order of first logging."""
        found: dict[tuple[str, MetricFamily], MetricSeries] = {}
        for record in self._records:
            if names is None or record.name in names:
                _add(found, self._run_id, record)
        return [replace(series, count=len(series.times)) for series in found.values()]

    def summaries(self) -> list[MetricSummary]:
        """Return the figures of every metric."""
        return [summarised(series) for series in self.series()]


def same_series(found: Iterable[MetricSeries], expected: Iterable[MetricSeries]) -> bool:
    """Return whether series are equal to the last bit: NaN is NaN, -0.0 is not 0.0, and 1 is not 1.0."""
    return repr(list(found)) == repr(list(expected))


def same_summaries(found: Iterable[MetricSummary], expected: Iterable[MetricSummary]) -> bool:
    """Return whether figures are equal; a mean may be off by what sums in another order are."""
    mine, theirs = list(found), list(expected)
    if repr([replace(each, mean=None) for each in mine]) != repr([replace(each, mean=None) for each in theirs]):
        return False
    return all(_same_mean(one, other) for one, other in zip(mine, theirs, strict=True))


def _same_mean(one: MetricSummary, other: MetricSummary) -> bool:
    if one.mean is None or other.mean is None:
        return one.mean is other.mean
    largest = max(abs(float(other.min or 0)), abs(float(other.max or 0)))
    # Beyond this a sum may or may not pass the largest number, by its order.
    return largest > 1e290 or abs(one.mean - other.mean) <= 1e-9 * max(1.0, largest)


def _add(found: dict[tuple[str, MetricFamily], MetricSeries], run_id: str, record: Record) -> None:
    at = float(record.at_us) / 1_000_000  # as a column of float64 does it: beyond 2^53 it is rounded twice
    if isinstance(record, ScalarRecord):
        series = _open(found, run_id, record, MetricFamily.SERIES, MetricType.SCALAR)
        _extend(series, [record.value], record.step, at)
    elif isinstance(record, ListRecord):
        series = _open(found, run_id, record, MetricFamily.SERIES, MetricType.LIST)
        _extend(series, record.values, None, at)
    elif isinstance(record, FileRecord):
        series = _open(found, run_id, record, MetricFamily.FILE, record.type)
        _extend(series, [record.uri], record.step, at)
    elif isinstance(record, HistogramRecord):
        series = _open(found, run_id, record, MetricFamily.HISTOGRAM, MetricType.HISTOGRAM)
        series.histograms.append(record.histogram)
        series.steps.append(record.step)
        series.times.append(at)
    else:
        _extend_table(_open(found, run_id, record, MetricFamily.TABLE, MetricType.TABLE), record, at)


def _open(
    found: dict[tuple[str, MetricFamily], MetricSeries], run_id: str, record: Any, family: MetricFamily, kind: MetricType
) -> MetricSeries:
    key = (record.name, family)
    if key not in found:
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
