"""Points as columns: how everything that was logged is held in memory between the wire, the tail, the blocks and the readers.

A point is one value of a series, one row group of a table, or one logged file. Numbers are columns; what is no number (texts,
rows of tables, addresses of files, histograms, integers beyond 64 bits) is an object beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from runyard.domain.histogram import Histogram
from runyard.domain.metric import MetricColumns, MetricFamily, MetricSeries, MetricType, MetricValue

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FLOAT = 1
INTEGER = 2
BOOLEAN = 3
NOTHING = 4
OBJECT = 5
TYPE_MASK = 0x0F
HAS_STEP = 0x10

INT64_MIN, INT64_MAX = -(1 << 63), (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Points:
    """Points of one or of several series, in order of arrival.

    ``flags`` tells what each point is; ``bits`` holds a float64 or an int64 as its eight bytes, for a row group of a table its
    number of rows. ``steps`` is 0 where no step was given. ``objects`` has one entry for each point that is one, in order.
    """

    flags: Bytes
    steps: Ints
    times: Ints
    bits: Ints
    objects: list[Any] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.flags)

    @property
    def kinds(self) -> Bytes:
        """What each point is: FLOAT, INTEGER and so on."""
        return self.flags & np.uint8(TYPE_MASK)

    @property
    def stepped(self) -> npt.NDArray[np.bool_]:
        """Where a step was given."""
        given: npt.NDArray[np.bool_] = (self.flags & np.uint8(HAS_STEP)) != 0
        return given

    def turned(self, width: int) -> Points:
        """Return points that are rows of ``width`` as columns of that number, one column after the other. None is an object."""
        flags, bits = self.flags.reshape(-1, width).T.reshape(-1), self.bits.reshape(-1, width).T.reshape(-1)
        return Points(flags, self.steps.reshape(-1, width).T.reshape(-1), self.times.reshape(-1, width).T.reshape(-1), bits)

    def part(self, start: int, stop: int) -> Points:
        """Return the points from ``start`` up to ``stop``."""
        if start <= 0 and stop >= len(self):
            return self
        objects: list[Any] = []
        if self.objects:
            first = int(np.count_nonzero(self.kinds[:start] == OBJECT))
            objects = self.objects[first : first + int(np.count_nonzero(self.kinds[start:stop] == OBJECT))]
        part = slice(start, stop)
        return Points(self.flags[part], self.steps[part], self.times[part], self.bits[part], objects)

    def take(self, where: npt.NDArray[Any]) -> Points:
        """Return the points at these places, in this order."""
        objects: list[Any] = []
        if self.objects:
            numbers = np.cumsum(self.kinds == OBJECT) - 1
            taken = where if where.dtype != np.bool_ else np.flatnonzero(where)
            objects = [self.objects[int(numbers[place])] for place in taken if self.flags[place] & TYPE_MASK == OBJECT]
        return Points(self.flags[where], self.steps[where], self.times[where], self.bits[where], objects)

    def x(self, first: int) -> Ints:
        """Return the step of each point, or its index in the series where none was given; ``first`` is the index of the first."""
        if not len(self) or self.flags.min() & HAS_STEP:
            return self.steps
        index = np.arange(first, first + len(self), dtype=np.int64)
        return np.where(self.stepped, self.steps, index)

    def numbers(self) -> Floats:
        """Return each value as float64, NaN where it is no number. Integers beyond 2^53 are rounded."""
        kinds = self.kinds
        if not len(self) or (kinds == FLOAT).all():
            return self.bits.view(np.float64)
        found = np.full(len(self), np.nan)
        floats, integers = kinds == FLOAT, kinds == INTEGER
        found[floats] = self.bits[floats].view(np.float64)
        found[integers] = self.bits[integers]
        if self.objects:
            places = np.flatnonzero(kinds == OBJECT)
            for place, item in zip(places, self.objects, strict=True):
                if isinstance(item, int):
                    found[place] = float(item)
        return found

    def values(self) -> list[MetricValue]:
        """Return the values as they were logged. Objects come as they are."""
        kinds = self.kinds
        if not len(self):
            return []
        if (kinds == kinds[0]).all():
            if kinds[0] == FLOAT:
                return self.bits.view(np.float64).tolist()  # type: ignore[no-any-return]
            if kinds[0] == INTEGER:
                return self.bits.tolist()  # type: ignore[no-any-return]
            if kinds[0] == OBJECT:
                return list(self.objects)
        objects = iter(self.objects)
        floats = self.bits.view(np.float64).tolist()
        return [
            _value(kind, real, whole, objects)
            for kind, real, whole in zip(kinds.tolist(), floats, self.bits.tolist(), strict=True)
        ]

    def given_steps(self) -> list[int | None]:
        """Return the steps, None where none was given."""
        if not len(self) or self.flags.min() & HAS_STEP:
            return self.steps.tolist()  # type: ignore[no-any-return]
        return [step if given else None for step, given in zip(self.steps.tolist(), self.stepped.tolist(), strict=True)]


def _value(kind: int, real: float, whole: int, objects: Any) -> MetricValue:
    if kind == FLOAT:
        return real
    if kind == INTEGER:
        return whole
    if kind == OBJECT:
        return next(objects)  # type: ignore[no-any-return]
    return bool(whole) if kind == BOOLEAN else None


def no_points() -> Points:
    """Return no points at all."""
    empty = np.zeros(0, np.int64)
    return Points(np.zeros(0, np.uint8), empty, empty, empty)


def joined(parts: Sequence[Points]) -> Points:
    """Return the points of all parts, one after the other."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return no_points()
    return Points(
        np.concatenate([part.flags for part in parts]),
        np.concatenate([part.steps for part in parts]),
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.bits for part in parts]),
        [item for part in parts for item in part.objects],
    )


def points_of_values(values: Sequence[MetricValue], at_us: int, step: int | None) -> Points:
    """Return the points of values that were logged together."""
    count = len(values)
    given = HAS_STEP if step is not None else 0
    steps = np.full(count, step or 0, np.int64)
    times = np.full(count, at_us, np.int64)
    types = set(map(type, values))
    if types == {float}:
        return Points(np.full(count, FLOAT | given, np.uint8), steps, times, np.array(values, np.float64).view(np.int64))
    flags = np.empty(count, np.uint8)
    bits = np.zeros(count, np.int64)
    objects: list[Any] = []
    for place, value in enumerate(values):
        flags[place], bits[place] = _packed(value, objects)
    return Points(flags | np.uint8(given), steps, times, bits, objects)


def point_of_object(item: Any, at_us: int, rows: int = 0, step: int | None = None) -> Points:
    """Return a single point that is an object."""
    flags = np.array([OBJECT if step is None else OBJECT | HAS_STEP], np.uint8)
    steps, times, bits = (np.array([number], np.int64) for number in (step or 0, at_us, rows))
    return Points(flags, steps, times, bits, [item])


def _packed(value: MetricValue, objects: list[Any]) -> tuple[int, int]:
    if isinstance(value, bool):
        return BOOLEAN, int(value)
    if isinstance(value, float):
        return FLOAT, int(np.float64(value).view(np.int64))
    if value is None:
        return NOTHING, 0
    if isinstance(value, int) and INT64_MIN <= value <= INT64_MAX:
        return INTEGER, value
    objects.append(value)
    return OBJECT, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesHead:
    """What is known of a series beside its points."""

    run_id: str
    name: str
    family: MetricFamily
    type: MetricType
    description: str = ""


def to_series(head: SeriesHead, points: Points, count: int, steps: Ints | None = None) -> MetricSeries:
    """Return points as plain lists. ``steps`` replaces the given steps, for a selection of points."""
    times: list[float] = (points.times / 1_000_000).tolist()
    columns: MetricColumns = {}
    shown_steps: list[int | None] = []
    values: list[MetricValue] = []
    histograms: list[Histogram] = []
    if head.family is MetricFamily.TABLE:
        times, columns = _table(points, times)
    else:
        shown_steps = points.given_steps() if steps is None else steps.tolist()
        if head.family is MetricFamily.HISTOGRAM:
            histograms = msgspec.convert(points.objects, list[Histogram])
        else:
            values = points.values()
    return MetricSeries(
        run_id=head.run_id,
        name=head.name,
        family=head.family,
        type=head.type,
        description=head.description,
        count=count,
        steps=shown_steps,
        times=times,
        values=values,
        columns=columns,
        histograms=histograms,
    )


def _table(points: Points, times: list[float]) -> tuple[list[float], MetricColumns]:
    columns: MetricColumns = {}
    row_times: list[float] = []
    for group, rows, at in zip(points.objects, points.bits.tolist(), times, strict=True):
        before = len(row_times)
        for name, values in group.items():
            columns.setdefault(name, [None] * before).extend(values)
        row_times += [at] * rows
        for column in columns.values():
            column.extend([None] * (len(row_times) - len(column)))
    return row_times, columns
