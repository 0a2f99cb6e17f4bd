"""What comes in, as columns: batches of records and batches of a journal become one shape before they are stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from runyard.domain.metric import MetricFamily, MetricType, require_metric_name
from runyard.errors import InvalidArgumentError
from runyard.storage.backends.sql.metric_points import (
    FLOAT,
    INT64_MAX,
    INT64_MIN,
    TYPE_MASK,
    Points,
    joined,
    point_of_object,
    points_of_values,
)
from runyard.wire.journal import COMMIT, SCALAR_DTYPE, SCALAR_FLAGS, JournalBatch, ScalarRun
from runyard.wire.metric import FileRecord, ListRecord, Record, RecordBatch, ScalarRecord

_SCALAR = np.dtype(SCALAR_DTYPE)
_KNOWN_FLAGS = np.isin(np.arange(256), list(SCALAR_FLAGS))
WRITER_MAX_CHARS = 200
SEQ_MAX = INT64_MAX


@dataclass(frozen=True, slots=True)
class SeriesName:
    """A series as a batch names it; ``name`` and ``family`` tell it from the others of its run."""

    name: str
    family: MetricFamily
    type: MetricType
    description: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch in columns: point i belongs to ``names[series[i]]``. ``names`` is in order of first appearance."""

    writer: str
    seq: int
    names: list[SeriesName]
    series: npt.NDArray[np.int32]
    points: Points


@dataclass(slots=True)
class _Collector:
    """Collects the parts of a batch in order."""

    names: list[SeriesName] = field(default_factory=list)
    numbers: dict[tuple[str, MetricFamily], int] = field(default_factory=dict)
    series: list[npt.NDArray[np.int32]] = field(default_factory=list)
    parts: list[Points] = field(default_factory=list)

    def number(self, name: SeriesName) -> int:
        """Return the number of a series in this batch."""
        key = (name.name, name.family)
        if key not in self.numbers:
            require_metric_name(name.name)
            self.numbers[key] = len(self.names)
            self.names.append(name)
        return self.numbers[key]

    def add(self, name: SeriesName, points: Points) -> None:
        """Add points of one series. A series without any is still a series: an empty list was logged."""
        self.series.append(np.full(len(points), self.number(name), np.int32))
        self.parts.append(points)

    def batch(self, writer: str, seq: int) -> Batch:
        """Return what was collected."""
        series = np.concatenate(self.series) if self.series else np.zeros(0, np.int32)
        return Batch(writer, seq, self.names, series, joined(self.parts))


def batch_of(data: RecordBatch | JournalBatch) -> Batch:
    """Return a batch in columns.

    Raises:
        InvalidArgumentError: an instant or a step beyond 64 bits, a bad scalar, a bad name, or a bad number of batch.
    """
    if not data.writer or len(data.writer) > WRITER_MAX_CHARS or "\0" in data.writer or not 0 <= data.seq <= SEQ_MAX:
        raise InvalidArgumentError("A batch needs a writer's name of 1 to 200 characters and a number from 0 to 2^63-1.")
    collector = _Collector()
    if isinstance(data, RecordBatch):
        _add_records(collector, data.records)
    else:
        _add_journal(collector, data)
    return collector.batch(data.writer, data.seq)


def _add_records(collector: _Collector, records: list[Record]) -> None:
    # Neighbours of one kind are packed together: a loop over records, but few numpy calls.
    run: list[ScalarRecord] = []
    for record in records:
        if isinstance(record, ScalarRecord):
            run.append(record)
            continue
        _add_scalar_records(collector, run)
        run = []
        _add_other(collector, record)
    _add_scalar_records(collector, run)


def _add_scalar_records(collector: _Collector, run: list[ScalarRecord]) -> None:
    if not run:
        return
    numbers = [collector.number(SeriesName(each.name, MetricFamily.SERIES, MetricType.SCALAR, each.description)) for each in run]
    packed = points_of_values([each.value for each in run], 0, None)
    steps = [each.step for each in run]
    times = _int64([each.at_us for each in run])
    given = np.array([0 if step is None else 0x10 for step in steps], np.uint8)
    points = Points(packed.flags | given, _int64([step or 0 for step in steps]), times, packed.bits, packed.objects)
    collector.series.append(np.array(numbers, np.int32))
    collector.parts.append(points)


def _add_other(collector: _Collector, record: Any) -> None:
    _require_int64(record.at_us)
    if isinstance(record, ListRecord):
        name = SeriesName(record.name, MetricFamily.SERIES, MetricType.LIST, record.description)
        collector.add(name, points_of_values(record.values, record.at_us, None))
    elif isinstance(record, FileRecord):
        name = SeriesName(record.name, MetricFamily.FILE, record.type, record.description)
        collector.add(name, point_of_object(record.uri, record.at_us))
    else:
        name = SeriesName(record.name, MetricFamily.TABLE, MetricType.TABLE, record.description)
        rows = max((len(column) for column in record.columns.values()), default=0)
        collector.add(name, point_of_object(record.columns, record.at_us, rows))


def _add_journal(collector: _Collector, data: JournalBatch) -> None:
    for part in data.parts:
        if isinstance(part, ScalarRun):
            _add_scalar_run(collector, data, np.frombuffer(data.payload, _SCALAR, part.count, part.offset))
        else:
            _add_records(collector, [part])


def _add_scalar_run(collector: _Collector, data: JournalBatch, scalars: npt.NDArray[Any]) -> None:
    if not len(scalars):
        return
    flags = scalars["flags"]
    if flags.max() > 255 or not _KNOWN_FLAGS[flags].all() or (scalars["commit"] != COMMIT).any():
        raise InvalidArgumentError("The body is no batch of records: a scalar in it is damaged.")
    series, bits = scalars["series"], scalars["value"].view(np.int64)
    used, first = np.unique(series, return_index=True)
    numbers = np.zeros(len(used), np.int32)
    for place in np.argsort(first):
        definition = data.definitions.get(int(used[place]))
        if definition is None:
            raise InvalidArgumentError(f"The body is no batch of records: series {int(used[place])} is not defined in it.")
        name = SeriesName(definition.name, definition.family, definition.type, definition.description)
        numbers[place] = collector.number(name)
    collector.series.append(numbers[np.searchsorted(used, series)])
    small = flags.astype(np.uint8)
    steps, times = scalars["step"].astype(np.int64), scalars["time_us"].astype(np.int64)
    if (small & TYPE_MASK).max() > FLOAT:
        bits = _normal_bits(small, bits)
    collector.parts.append(Points(small, steps, times, np.ascontiguousarray(bits, np.int64)))


def _normal_bits(flags: npt.NDArray[np.uint8], bits: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return bits in which what is no number is 0 or 1."""
    kinds = flags & TYPE_MASK
    return np.where(kinds == 3, (bits != 0).astype(np.int64), np.where(kinds == 4, 0, bits))


def _int64(values: list[int]) -> npt.NDArray[np.int64]:
    try:
        return np.array(values, np.int64)
    except OverflowError:
        for value in values:
            _require_int64(value)
        raise


def _require_int64(value: int) -> None:
    if not INT64_MIN <= value <= INT64_MAX:
        raise InvalidArgumentError(f"{value} is no step or instant: it needs more than 64 bits.")
