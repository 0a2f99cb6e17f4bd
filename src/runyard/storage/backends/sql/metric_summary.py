"""The figures of all metrics of a run, as columns: first, last, least, greatest, mean, and what readers must know of them."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from itertools import count
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from pcodec import ChunkConfig, standalone

from runyard.domain.metric import MetricFamily, MetricValue, is_number
from runyard.storage.backends.sql.metric_group import Groups
from runyard.storage.backends.sql.metric_key import Keys, SeriesKey
from runyard.storage.backends.sql.metric_points import BOOLEAN, FLOAT, INTEGER, OBJECT, TYPE_MASK, Floats, Ints

FAMILIES = list(MetricFamily)
_FAMILY_CODES = {family: code for code, family in enumerate(FAMILIES)}
TABLE, _HISTOGRAM = FAMILIES.index(MetricFamily.TABLE), FAMILIES.index(MetricFamily.HISTOGRAM)

ENDS = ("last", "min", "max", "first")
_FIGURES = (*ENDS, "mean", "count", "last_step", "min_step", "max_step")

STEPS_FALL = 1
"""A step (or index, where none was given) is lower than the one before it."""
TIMES_FALL = 2
"""A time is lower than the one before it."""

_FIELDS: list[tuple[str, Any]] = [
    ("points", np.int64),
    ("count", np.int64),
    ("sealed", np.int64),
    ("numbers", np.int64),
    ("total", np.float64),
    ("first_bits", np.int64),
    ("last_bits", np.int64),
    ("last_x", np.int64),
    ("last_time", np.int64),
    ("min_bits", np.int64),
    ("min_x", np.int64),
    ("max_bits", np.int64),
    ("max_x", np.int64),
    ("family", np.uint8),
    ("type", np.uint8),
    ("first_kind", np.uint8),
    ("last_kind", np.uint8),
    ("min_kind", np.uint8),
    ("max_kind", np.uint8),
    ("marks", np.uint8),
]
_PCODEC_FROM = 64
_CONFIG = ChunkConfig(compression_level=2)


class Summary:
    """The figures of a run. ``keys`` is in order of first logging; ``points`` counts what :meth:`add` was given.

    ``count`` differs from ``points`` for tables, whose rows it counts. ``sealed`` is the number of points in full blocks.
    Integers beyond 64 bits are rounded in ``min`` and ``max``.
    """

    def __init__(self) -> None:
        self.keys: Keys = np.zeros(0, np.int32)
        self.fields: dict[str, npt.NDArray[Any]] = {name: np.zeros(0, kind) for name, kind in _FIELDS}
        self.descriptions: dict[int, str] = {}
        self.columns: dict[int, list[str]] = {}
        self.firsts: dict[int, MetricValue] = {}
        self.lasts: dict[int, MetricValue] = {}
        self.keysets: list[int] = []
        self._slots: dict[int, int] | None = None

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def slots(self) -> dict[int, int]:
        """Key → place in every column."""
        if self._slots is None:
            self._slots = {key: slot for slot, key in enumerate(self.keys.tolist())}
        return self._slots

    def copy(self) -> Summary:
        """Return a copy that can be changed."""
        other = Summary()
        other.keys = self.keys
        other.fields = {name: column.copy() for name, column in self.fields.items()}
        other.descriptions = dict(self.descriptions)
        other.columns = {slot: list(names) for slot, names in self.columns.items()}
        other.firsts, other.lasts = dict(self.firsts), dict(self.lasts)
        other.keysets = list(self.keysets)
        return other

    def add(self, groups: Groups, names: Sequence[SeriesKey]) -> None:
        """Count in more points. ``names`` belongs to ``groups.keys``."""
        slots = self._place(groups, names)
        counts = np.diff(groups.starts)
        if not len(groups.points):
            return
        _Addition(self, groups, slots, counts).apply()

    def _place(self, groups: Groups, names: Sequence[SeriesKey]) -> npt.NDArray[np.int64]:
        slots = self.slots
        start = len(self)
        new = [place for place, key in enumerate(groups.keys) if key not in slots] if slots else range(len(groups.keys))
        if new:
            keys, types = np.array(groups.keys, np.int32)[new], np.array(groups.types, np.uint8)[new]
            self.keys = np.concatenate([self.keys, keys])
            for name, kind in _FIELDS:
                self.fields[name] = np.concatenate([self.fields[name], np.zeros(len(new), kind)])
            slots.update(zip(keys.tolist(), count(start), strict=False))
            self.fields["family"][start:] = _family_codes(names)[new]
            self.fields["type"][start:] = types
            if groups.descriptions:
                texts = groups.descriptions
                self.descriptions.update((slot, texts[place]) for slot, place in enumerate(new, start) if place in texts)
        if len(new) == len(groups.keys):
            return np.arange(start, start + len(new))
        return np.array([slots[key] for key in groups.keys], np.int64)

    def figures(self, slots: npt.NDArray[Any]) -> dict[str, Floats]:
        """Return last, min, max, first, mean, count and the steps as float64, NaN where there is none."""
        return {which: self.figure(slots, which) for which in _FIGURES}

    def figure(self, slots: npt.NDArray[Any] | slice, which: str) -> Floats:
        """Return one of :meth:`figures`."""
        f = self.fields
        if which in ENDS:
            return _floats(f[f"{which}_kind"][slots], f[f"{which}_bits"][slots])
        if which == "count":
            return f["count"][slots].astype(np.float64)
        if which == "mean":
            numbers = f["numbers"][slots]
            with np.errstate(all="ignore"):
                return np.where(numbers > 0, f["total"][slots] / numbers, np.nan)
        if which == "last_step":
            there = (f["points"][slots] > 0) & (f["family"][slots] != TABLE)
        else:
            there = f[which.replace("_step", "_kind")][slots] > 0
        return np.where(there, f[which.replace("_step", "_x")][slots], np.nan)

    def encode(self) -> bytes:
        """Return the summary as bytes, without its keys."""
        large = len(self) >= _PCODEC_FROM
        columns = []
        for name, kind in _FIELDS:
            column = self.fields[name]
            if large and np.dtype(kind).itemsize == 8:
                columns.append(standalone.simple_compress(column, _CONFIG))
            else:
                columns.append(column.tobytes())
        rest = [self.descriptions, self.columns, self.firsts, self.lasts, self.keysets]
        return zlib.compress(msgspec.msgpack.encode([1, large, columns, rest]), 1)

    @classmethod
    def decode(cls, keys: Keys, blob: bytes) -> Summary:
        """Return what :meth:`encode` gave."""
        _, large, columns, rest = msgspec.msgpack.decode(zlib.decompress(blob))
        found = cls()
        found.keys = keys
        for (name, kind), data in zip(_FIELDS, columns, strict=True):
            if large and np.dtype(kind).itemsize == 8:
                found.fields[name] = standalone.simple_decompress(data)
            else:
                found.fields[name] = np.frombuffer(data, kind).copy()
        found.descriptions, found.columns, found.firsts, found.lasts, found.keysets = rest
        return found


class _Addition:
    """One call of :meth:`Summary.add`. Works on all series at once; loops only over series that mix integers and floats."""

    def __init__(self, summary: Summary, groups: Groups, slots: Ints, counts: Ints) -> None:
        some = counts > 0
        self.summary = summary
        self.fields = summary.fields
        self.points = groups.points
        self.slots = slots[some]
        self.counts = counts[some]
        self.starts = groups.starts[:-1][some]
        self.ends = self.starts + self.counts
        self.owner = np.repeat(np.arange(len(self.slots)), self.counts)
        self.x = self._x()

    def _x(self) -> Ints:
        points = self.points
        if points.flags.min() & 0x10:
            return points.steps
        before = self.fields["points"][self.slots]
        index = np.arange(len(points)) - np.repeat(self.starts - before, self.counts)
        return np.where(points.stepped, points.steps, index)

    def apply(self) -> None:
        """Change the summary."""
        fields, slots, points = self.fields, self.slots, self.points
        self._mark_falls("last_x", self.x, STEPS_FALL)
        self._mark_falls("last_time", points.times, TIMES_FALL)
        kinds = points.kinds
        self._note_ends(kinds)
        if points.objects:
            self._note_objects(kinds)
        self._note_numbers(kinds)
        table = fields["family"][slots] == TABLE
        fields["count"][slots] += np.where(table, np.add.reduceat(points.bits, self.starts) if table.any() else 0, self.counts)
        fields["points"][slots] += self.counts

    def _mark_falls(self, top: str, values: Ints, mark: int) -> None:
        fields, slots = self.fields, self.slots
        falls = np.flatnonzero(values[1:] < values[:-1]) + 1
        inside = falls[falls != self.starts[self.owner[falls]]]
        fields["marks"][slots[self.owner[inside]]] |= mark
        first_falls = (fields["points"][slots] > 0) & (values[self.starts] < fields[top][slots])
        fields["marks"][slots[first_falls]] |= mark
        fields[top][slots] = values[self.ends - 1]

    def _note_ends(self, kinds: npt.NDArray[np.uint8]) -> None:
        fields, slots = self.fields, self.slots
        fresh = fields["points"][slots] == 0
        fields["first_kind"][slots[fresh]] = kinds[self.starts[fresh]]
        fields["first_bits"][slots[fresh]] = self.points.bits[self.starts[fresh]]
        fields["last_kind"][slots] = kinds[self.ends - 1]
        fields["last_bits"][slots] = self.points.bits[self.ends - 1]
        for slot in slots.tolist() if self.summary.lasts else []:
            self.summary.lasts.pop(slot, None)

    def _note_objects(self, kinds: npt.NDArray[np.uint8]) -> None:
        summary, fields = self.summary, self.fields
        places = np.flatnonzero(kinds == OBJECT)
        for place, item in zip(places.tolist(), self.points.objects, strict=True):
            owner = self.owner[place]
            slot = int(self.slots[owner])
            if fields["family"][slot] == TABLE:
                known = summary.columns.setdefault(slot, [])
                known += [name for name in item if name not in known]
                continue
            if fields["family"][slot] == _HISTOGRAM:  # too long for what lists and tiles show
                continue
            if place == self.starts[owner] and fields["points"][slot] == 0:
                summary.firsts[slot] = item
            if place == self.ends[owner] - 1:
                summary.lasts[slot] = item

    def _note_numbers(self, kinds: npt.NDArray[np.uint8]) -> None:
        points = self.points
        floats = kinds == FLOAT
        if floats.all():
            floats = ~np.isnan(points.bits.view(np.float64))
        elif floats.any():
            floats &= ~np.isnan(points.bits.view(np.float64))
        integers = kinds == INTEGER
        odd = self._mixed(floats, integers, kinds)
        for kind, where in ((FLOAT, floats), (INTEGER, integers)):
            if odd is not None:
                where = where & ~odd[self.owner]
            places = np.flatnonzero(where)
            if len(places):
                self._note_typed(kind, places, np.float64 if kind == FLOAT else np.int64)
        if odd is not None:
            for owner in np.flatnonzero(odd).tolist():
                self._note_slowly(owner)

    def _mixed(self, floats: Any, integers: Any, kinds: Any) -> npt.NDArray[np.bool_] | None:
        """Return which series hold integers and floats, or integers beyond 64 bits; None when no series does."""
        odd = np.zeros(len(self.slots), bool)
        if integers.any() and floats.any():
            has_float, has_integer = odd.copy(), odd.copy()
            has_float[self.owner[floats]] = True
            has_integer[self.owner[integers]] = True
            odd = has_float & has_integer
        if self.points.objects:
            places = np.flatnonzero(kinds == OBJECT)
            numbers = np.array([is_number(item) if not isinstance(item, dict) else False for item in self.points.objects])
            odd[self.owner[places[numbers]]] = True
        return odd if odd.any() else None

    def _note_typed(self, kind: int, places: Ints, dtype: Any) -> None:
        owners = self.owner[places]
        values = self.points.bits[places].view(dtype)
        starts = np.flatnonzero(np.concatenate([[True], owners[1:] != owners[:-1]]))
        lengths = np.diff(np.append(starts, len(places)))
        slots = self.slots[owners[starts]]
        self.fields["numbers"][slots] += lengths
        with np.errstate(all="ignore"):
            self.fields["total"][slots] += np.add.reduceat(values.astype(np.float64), starts)
        for which, reduce, sign in (("min", np.minimum, 1), ("max", np.maximum, -1)):
            extremes = reduce.reduceat(values, starts)
            hits = np.flatnonzero(values == np.repeat(extremes, lengths))
            first = places[hits[np.searchsorted(hits, starts)]]
            self._offer(which, sign, slots, kind, first, dtype)

    def _offer(self, which: str, sign: int, slots: Ints, kind: int, places: Ints, dtype: Any) -> None:
        """Take the points at ``places`` as new extremes where they pass the present ones; at a tie the earlier point stays."""
        fields = self.fields
        bits = self.points.bits[places]
        kinds, held = fields[f"{which}_kind"][slots], fields[f"{which}_bits"][slots]
        new, old = bits.view(dtype), held.view(dtype)
        better = (kinds == 0) | ((kinds == kind) & ((new < old) if sign > 0 else (new > old)))
        for other in np.flatnonzero((kinds != 0) & (kinds != kind)).tolist():
            mine, theirs = new[other].item(), _value(int(kinds[other]), int(held[other]))
            better[other] = mine < theirs if sign > 0 else mine > theirs
        taken = slots[better]
        fields[f"{which}_kind"][taken] = kind
        fields[f"{which}_bits"][taken] = bits[better]
        fields[f"{which}_x"][taken] = self.x[places[better]]

    def _note_slowly(self, owner: int) -> None:
        fields, slot = self.fields, int(self.slots[owner])
        start, stop = int(self.starts[owner]), int(self.ends[owner])
        values: list[Any] = self.points.part(start, stop).values()
        for place, value in enumerate(values, start):
            if not is_number(value) or math.isnan(value):
                continue
            kind, bits = _packed_number(value)
            fields["numbers"][slot] += 1
            fields["total"][slot] = float(fields["total"][slot]) + float(value)
            for which, sign in (("min", 1), ("max", -1)):
                held = int(fields[f"{which}_kind"][slot])
                other = _value(held, int(fields[f"{which}_bits"][slot]))
                if not held or (value < other if sign > 0 else value > other):
                    fields[f"{which}_kind"][slot], fields[f"{which}_bits"][slot] = kind, bits
                    fields[f"{which}_x"][slot] = self.x[place]


def _family_codes(names: Sequence[SeriesKey]) -> npt.NDArray[np.uint8]:
    families = [family for _, family in names]
    if families.count(MetricFamily.SERIES) == len(families):  # nearly always
        return np.full(len(families), _FAMILY_CODES[MetricFamily.SERIES], np.uint8)
    return np.array([_FAMILY_CODES[family] for family in families], np.uint8)


def _packed_number(value: Any) -> tuple[int, int]:
    if isinstance(value, int) and -(1 << 63) <= value < 1 << 63:
        return INTEGER, value
    return FLOAT, int(np.float64(value).view(np.int64))


def _value(kind: int, bits: int) -> MetricValue:
    if kind & TYPE_MASK == FLOAT:
        return float(np.int64(bits).view(np.float64))
    if kind == INTEGER:
        return bits
    return bool(bits) if kind == BOOLEAN else None


def _floats(kinds: npt.NDArray[np.uint8], bits: Ints) -> Floats:
    found = np.where(kinds == FLOAT, bits.view(np.float64), np.nan)
    return np.where(kinds == INTEGER, bits.astype(np.float64), found)
