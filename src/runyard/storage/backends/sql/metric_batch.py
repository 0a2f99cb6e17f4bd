"""What comes in, as columns: batches of records and batches of a journal become one shape before they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from runyard.domain.metric import MetricFamily, MetricType
from runyard.errors import InvalidArgumentError
from runyard.storage.backends.sql.metric_points import (
    FLOAT,
    INT64_MAX,
    TYPE_MASK,
    Ints,
    Points,
    joined,
    point_of_object,
    points_of_values,
)
from runyard.wire.journal import COMMIT, SCALAR_DTYPE, SCALAR_FLAGS, JournalBatch, ScalarRun, SeriesDefinition, UnreadableRecord
from runyard.wire.metric import FileRecord, HistogramRecord, ListRecord, Record, RecordBatch, RefusedRecord, ScalarRecord
from runyard.wire.record_rule import are_plain_names, refusal_of, refusal_of_series

_SCALAR = np.dtype(SCALAR_DTYPE)
_KNOWN_FLAGS = np.isin(np.arange(256), list(SCALAR_FLAGS))
WRITER_MAX_CHARS = 200
REFUSED_NAME_CHARS = 200
SEQ_MAX = INT64_MAX


class SeriesName(msgspec.Struct, frozen=True):
    """A series as a batch names it; ``name`` and ``family`` tell it from the others of its run."""

    name: str
    family: MetricFamily
    type: MetricType
    description: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch in columns: point i belongs to ``names[series[i]]``. ``names`` is in order of first appearance.

    ``refused`` are the records that are in no column, because they cannot be stored.
    """

    writer: str
    seq: int
    names: list[SeriesName]
    series: npt.NDArray[np.int32]
    points: Points
    refused: list[RefusedRecord] = field(default_factory=list)


@dataclass(slots=True)
class _Collector:
    """Collects the parts of a batch in order. ``place`` counts the records that were looked at."""

    place: int = 0
    names: list[SeriesName] = field(default_factory=list)
    numbers: dict[tuple[str, MetricFamily], int] = field(default_factory=dict)
    series: list[npt.NDArray[np.int32]] = field(default_factory=list)
    parts: list[Points] = field(default_factory=list)
    refused: list[RefusedRecord] = field(default_factory=list)

    def number(self, name: SeriesName) -> int:
        """Return the number of a series in this batch."""
        if len(self.numbers) < len(self.names):
            self.numbers = {_key(each): number for number, each in enumerate(self.names)}
        key = _key(name)
        if key not in self.numbers:
            self.numbers[key] = len(self.names)
            self.names.append(name)
        return self.numbers[key]

    def numbers_of(self, names: list[SeriesName], *, are_different: bool) -> list[int]:
        """Return :meth:`number` of several; ``are_different`` says that no two of them are of one series."""
        if self.names or not are_different:
            return [self.number(name) for name in names]
        self.names = names
        return list(range(len(names)))

    def add(self, name: SeriesName, points: Points) -> None:
        """Add points of one series. A series without any is still a series: an empty list was logged."""
        self.series.append(np.full(len(points), self.number(name), np.int32))
        self.parts.append(points)

    def refuse(self, place: int, name: str, message: str) -> None:
        """Leave a record out."""
        self.refused.append(RefusedRecord(place=place, name=name[:REFUSED_NAME_CHARS], message=message))

    def batch(self, writer: str, seq: int) -> Batch:
        """Return what was collected."""
        series = np.concatenate(self.series) if self.series else np.zeros(0, np.int32)
        return Batch(writer, seq, self.names, series, joined(self.parts), self.refused)


def _key(name: SeriesName) -> tuple[str, MetricFamily]:
    return name.name, name.family


def batch_of(data: RecordBatch | JournalBatch) -> Batch:
    """Return a batch in columns, without the records that cannot be stored.

    Raises:
        InvalidArgumentError: a bad name of a writer, or a bad number of batch.
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
        reason = refusal_of(record)
        if reason is not None:
            collector.refuse(collector.place, record.name, reason)
        elif isinstance(record, ScalarRecord):
            run.append(record)
        else:
            _add_scalar_records(collector, run)
            run = []
            _add_other(collector, record)
        collector.place += 1
    _add_scalar_records(collector, run)


def _add_scalar_records(collector: _Collector, run: list[ScalarRecord]) -> None:
    if not run:
        return
    numbers = [collector.number(SeriesName(each.name, MetricFamily.SERIES, MetricType.SCALAR, each.description)) for each in run]
    packed = points_of_values([each.value for each in run], 0, None)
    steps = [each.step for each in run]
    times = np.array([each.at_us for each in run], np.int64)
    given = np.array([0 if step is None else 0x10 for step in steps], np.uint8)
    points = Points(packed.flags | given, np.array([step or 0 for step in steps], np.int64), times, packed.bits, packed.objects)
    collector.series.append(np.array(numbers, np.int32))
    collector.parts.append(points)


def _add_other(collector: _Collector, record: Any) -> None:
    if isinstance(record, ListRecord):
        name = SeriesName(record.name, MetricFamily.SERIES, MetricType.LIST, record.description)
        collector.add(name, points_of_values(record.values, record.at_us, None))
    elif isinstance(record, FileRecord):
        name = SeriesName(record.name, MetricFamily.FILE, record.type, record.description)
        collector.add(name, point_of_object(record.uri, record.at_us, step=record.step))
    elif isinstance(record, HistogramRecord):
        name = SeriesName(record.name, MetricFamily.HISTOGRAM, MetricType.HISTOGRAM, record.description)
        collector.add(name, point_of_object(msgspec.to_builtins(record.histogram), record.at_us, step=record.step))
    else:
        name = SeriesName(record.name, MetricFamily.TABLE, MetricType.TABLE, record.description)
        rows = max((len(column) for column in record.columns.values()), default=0)
        collector.add(name, point_of_object(record.columns, record.at_us, rows))


def _add_journal(collector: _Collector, data: JournalBatch) -> None:
    for part in data.parts:
        if isinstance(part, ScalarRun):
            _add_scalar_run(collector, data, np.frombuffer(data.payload, _SCALAR, part.count, part.offset))
            collector.place += part.count
        elif isinstance(part, UnreadableRecord):
            collector.refuse(collector.place, "", f"This server does not know such a record: {part.reason}.")
            collector.place += 1
        else:
            _add_records(collector, [part])


def _add_scalar_run(collector: _Collector, data: JournalBatch, scalars: npt.NDArray[Any]) -> None:
    flags = scalars["flags"]
    sound = _KNOWN_FLAGS[np.minimum(flags, 255)] & (scalars["commit"] == COMMIT) & (flags <= 255)
    used, first, places = _used(scalars["series"])
    names, reasons, plain = _names_of(data, used)
    if not sound.all() or reasons:
        scalars = _sound_scalars(collector, data, scalars, sound, reasons)
        used, first, places = _used(scalars["series"])
    if not len(scalars):
        return
    order = np.argsort(first)
    numbers = np.zeros(len(used), np.int32)
    numbers[order] = collector.numbers_of([names[number] for number in used[order].tolist()], are_different=plain)
    collector.series.append(numbers[places])
    small, bits = scalars["flags"].astype(np.uint8), scalars["value"].view(np.int64)
    steps, times = scalars["step"].astype(np.int64), scalars["time_us"].astype(np.int64)
    if (small & TYPE_MASK).max() > FLOAT:
        bits = _normal_bits(small, bits)
    collector.parts.append(Points(small, steps, times, np.ascontiguousarray(bits, np.int64)))


def _used(series: npt.NDArray[np.uint32]) -> tuple[Ints, Ints, npt.NDArray[Any]]:
    """Return the numbers of series that scalars use, in rising order, where each comes first, and the place of each scalar's."""
    count = len(series)
    top = int(series.max()) if count else 0
    if top > count + _DENSE_SPARE:
        different, first, places = np.unique(series, return_index=True, return_inverse=True)
        return different.astype(np.int64), first, places
    table = np.full(top + 1, -1, np.int64)
    table[series[::-1]] = np.arange(count - 1, -1, -1)  # of the scalars of a series the first is written last, and stays
    used = np.flatnonzero(table >= 0)
    first = table[used]
    table[used] = np.arange(len(used))
    return used, first, table[series]


def _names_of(data: JournalBatch, used: Ints) -> tuple[Mapping[int, SeriesName], dict[int, str], bool]:
    """Return the names of series by their numbers in the batch, and of the others why their scalars are refused.

    The last is whether the names are known to be of different series.
    """
    defined = data.definitions
    plain = _plain_names(defined)
    if plain is not None and len(plain) == len(used) and all(map(plain.__contains__, used.tolist())):
        return plain, {}, True
    names: dict[int, SeriesName] = {}
    reasons: dict[int, str] = {}
    for number in used.tolist():
        definition = defined.get(number)
        if definition is None:
            reasons[number] = f"Series {number} is not defined in its batch."
            continue
        reason = refusal_of_series(definition.name, definition.description)
        if reason is None:
            names[number] = SeriesName(definition.name, definition.family, definition.type, definition.description)
        else:
            reasons[number] = reason
    return names, reasons, False


def _plain_names(defined: Mapping[int, SeriesDefinition]) -> dict[int, SeriesName] | None:
    """Return the names of definitions: all may be stored, none has a description or comes twice; None when it is not like that.

    Batches that begin alike share their definitions, so what was found for them last is kept.
    """
    held = _PLAIN.get(id(defined))
    if held is not None and held[0] is defined:
        return held[1]
    found: dict[int, SeriesName] | None = None
    if are_plain_names([each.name for each in defined.values()]) and not any(each.description for each in defined.values()):
        found = {number: SeriesName(each.name, each.family, each.type) for number, each in defined.items()}
        if len(set(map(_key, found.values()))) < len(found):
            found = None
    if len(defined) >= _PLAIN_FROM:
        if sum(len(mapping) for mapping, _ in list(_PLAIN.values())) + len(defined) > _PLAIN_MAX:
            _PLAIN.clear()
        _PLAIN[id(defined)] = defined, found
    return found


_PLAIN: dict[int, tuple[Mapping[int, SeriesDefinition], dict[int, SeriesName] | None]] = {}
_PLAIN_FROM = 32
_PLAIN_MAX = 40_000
_DENSE_SPARE = 1 << 16
"""Numbers of series go so far beyond the number of scalars before they are looked up in another way than in a table."""


def _sound_scalars(
    collector: _Collector,
    data: JournalBatch,
    scalars: npt.NDArray[Any],
    sound: npt.NDArray[np.bool_],
    reasons: dict[int, str],
) -> npt.NDArray[Any]:
    """Refuse the scalars that cannot be stored, and return the others."""
    kept = sound & ~np.isin(scalars["series"], list(reasons))
    for place in np.flatnonzero(~kept).tolist():
        number = int(scalars["series"][place])
        definition = data.definitions.get(number)
        reason = reasons.get(number, "Its bytes have changed.")
        collector.refuse(collector.place + place, "" if definition is None else definition.name, reason)
    return scalars[kept]


def _normal_bits(flags: npt.NDArray[np.uint8], bits: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return bits in which what is no number is 0 or 1."""
    kinds = flags & TYPE_MASK
    return np.where(kinds == 3, (bits != 0).astype(np.int64), np.where(kinds == 4, 0, bits))
