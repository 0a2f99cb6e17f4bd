"""The figures of a run's metrics as MessagePack, made of columns: ten thousand records as objects would take four times as long.

The bytes decode to what :class:`runyard.wire.metric_query.MetricSummaryPage` encodes to; whole numbers may be wider. Metrics
that are alike in what their values are, nearly always all of a run, have bytes of one length behind their names, and are
written as one table of bytes, a metric a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from runyard.domain.metric import MetricFamily, MetricType
from runyard.storage.metric_base import MetricFigures

Bytes = npt.NDArray[np.uint8]

_pack = msgspec.msgpack.Encoder().encode
_ENDS = ("last", "min", "max", "first")
_FIELDS = 13
_HEAD = bytes([0x80 | _FIELDS]) + _pack("name")
_NONE, _FALSE, _FLOAT64 = 0xC0, 0xC2, 0xCB
_FLOAT, _INTEGER, _BOOLEAN = 1, 2, 3
_UNSIGNED = [(0xCC, ">u1"), (0xCD, ">u2"), (0xCE, ">u4"), (0xCF, ">u8")]
_SIGNED = [(0xD0, ">i1"), (0xD1, ">i2"), (0xD2, ">i4"), (0xD3, ">i8")]


def packed_figures(figures: MetricFigures) -> bytes:
    """Return a page of summaries as MessagePack."""
    heads = [_HEAD + _pack(name) for name in figures.names]
    rows = [b""] * len(heads)
    odd = set(figures.columns).union(*figures.objects.values())  # they have more than numbers
    for places in _alike(figures, list(odd)):
        for place, row in zip(places.tolist(), _table(figures, places), strict=True):
            rows[place] = row
    for place in odd:
        heads[place], rows[place] = b"", _pack(_record(figures, place))
    parts = [b""] * (2 * len(heads))
    parts[0::2], parts[1::2] = heads, rows
    return _pack({"metrics": msgspec.Raw(b"\xdd" + len(heads).to_bytes(4, "big") + b"".join(parts))})


def _alike(figures: MetricFigures, odd: list[int]) -> Iterator[npt.NDArray[np.int64]]:
    """Yield places of metrics whose bytes differ in numbers only; those in ``odd`` are left out."""
    traits = [figures.families, figures.types, figures.has_mean, *(has for has, _ in figures.steps.values())]
    marks = np.zeros(len(figures.names), np.int64)
    for trait in traits:
        marks = marks << 6 | trait
    for kinds, bits in figures.ends.values():
        marks = marks << 4 | np.where(kinds == _BOOLEAN, 8 | bits & 1, kinds)
    for mark in np.unique(np.delete(marks, odd)):
        alike = marks == mark
        alike[odd] = False
        yield np.flatnonzero(alike)


def _table(figures: MetricFigures, places: npt.NDArray[np.int64]) -> list[bytes]:
    """Return what stands behind the names of metrics that are alike."""
    columns = list(_columns(figures, places))
    table = np.empty((len(places), sum(column.shape[1] for column in columns)), np.uint8)
    np.concatenate([np.broadcast_to(column, (len(places), column.shape[1])) for column in columns], axis=1, out=table)
    return table.view(f"V{table.shape[1]}").ravel().tolist()


def _columns(figures: MetricFigures, places: npt.NDArray[np.int64]) -> Iterator[Bytes]:
    """Yield bytes one after the other; those that are the same for all metrics as one row."""
    first = places[0]
    yield _same("family", _pack(list(MetricFamily)[figures.families[first]]))
    yield _same("type", _pack(list(MetricType)[figures.types[first]]))
    yield _same("count")
    yield _integers(figures.counts[places])
    for end in _ENDS:
        kinds, bits = figures.ends[end]
        yield _same(end)
        yield _values(int(kinds[first]), bits[places])
        if end in figures.steps:
            has, steps = figures.steps[end]
            yield _same(f"{end}_step")
            yield _integers(steps[places]) if has[first] else _same_byte(_NONE)
    yield _same("mean")
    yield _floats(figures.means[places]) if figures.has_mean[first] else _same_byte(_NONE)
    yield _same("columns", _pack([]))


def _record(figures: MetricFigures, place: int) -> dict[str, Any]:
    """Return the whole record of one metric."""
    record: dict[str, Any] = {
        "name": figures.names[place],
        "family": list(MetricFamily)[figures.families[place]],
        "type": list(MetricType)[figures.types[place]],
        "count": int(figures.counts[place]),
        "mean": float(figures.means[place]) if figures.has_mean[place] else None,
        "columns": figures.columns.get(place, []),
    }
    for end, (kinds, bits) in figures.ends.items():
        record[end] = _value(int(kinds[place]), bits[place : place + 1])
    for end, (has, steps) in figures.steps.items():
        record[f"{end}_step"] = int(steps[place]) if has[place] else None
    return record | {end: objects[place] for end, objects in figures.objects.items() if place in objects}


def _value(kind: int, bits: npt.NDArray[np.int64]) -> float | int | bool | None:
    if kind == _FLOAT:
        return float(bits.view(np.float64)[0])
    return {_INTEGER: int(bits[0]), _BOOLEAN: bool(bits[0])}.get(kind)


def _values(kind: int, bits: npt.NDArray[Any]) -> Bytes:
    if kind == _FLOAT:
        return _floats(bits.view(np.float64))
    if kind == _INTEGER:
        return _integers(bits)
    return _same_byte(_FALSE + int(bits[0] & 1) if kind == _BOOLEAN else _NONE)


def _floats(values: npt.NDArray[Any]) -> Bytes:
    return _tagged(_FLOAT64, values.astype(">f8"))


def _integers(values: npt.NDArray[Any]) -> Bytes:
    """Return whole numbers, all in the width that the largest needs."""
    low, high = int(values.min()), int(values.max())
    for tag, kind in _UNSIGNED if low >= 0 else _SIGNED:
        limits = np.iinfo(kind)
        if limits.min <= low and high <= limits.max:
            return _tagged(tag, values.astype(kind))
    raise ValueError(f"{low} to {high} is beyond 64 bits")  # no int64 is


def _tagged(tag: int, values: npt.NDArray[Any]) -> Bytes:
    found = np.empty((len(values), 1 + values.itemsize), np.uint8)
    found[:, 0] = tag
    found[:, 1:] = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), -1)
    return found


def _same(name: str, value: bytes = b"") -> Bytes:
    return np.frombuffer(_pack(name) + value, np.uint8)[None, :]


def _same_byte(value: int) -> Bytes:
    return np.array([[value]], np.uint8)
