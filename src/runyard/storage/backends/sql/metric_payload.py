"""The bytes of a row of the tail: a batch as columns, each as narrow as its numbers are."""

from __future__ import annotations

import zlib
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from runyard.domain.metric import MetricType
from runyard.storage.backends.sql.metric_batch import Batch
from runyard.storage.backends.sql.metric_points import FLOAT, TYPE_MASK, Points

METRIC_TYPES = list(MetricType)
TYPE_CODES = {kind: code for code, kind in enumerate(METRIC_TYPES)}
_PACK_OBJECTS_BYTES = 512

_COLUMNS: list[tuple[str, Any]] = [
    ("steps", np.int64),
    ("times", np.int64),
    ("bits", np.int64),
    ("series", np.int32),
    ("flags", np.uint8),
]
_ROW_SERIES_MIN = 4
"""Rows of fewer series are too short to gain by being seen as rows."""

_UNSIGNED = {1: np.uint8, 2: np.uint16, 4: np.uint32}
_Column = npt.NDArray[Any]


class PayloadHead(msgspec.Struct, array_like=True, frozen=True):
    """The front of a payload. A column whose values are all equal stands in ``same`` and nowhere else.

    A column whose values lie near one another is kept as what they have above the least: ``narrow`` has that, and the bytes of
    a number. With ``width`` the points are rows of one point of each series, in the order of ``keys``: then there is no column
    of series, and of the columns in ``by_row`` one number a row. ``single`` says that the bits are float32 numbers. The columns
    follow one another by the bytes of a number, the most first, so that each is aligned.
    """

    keys: list[int]
    types: list[int]
    descriptions: dict[int, str]
    count: int
    same: dict[str, int]
    objects: int
    packed: bool
    narrow: dict[str, tuple[int, int]] = {}
    width: int = 0
    by_row: list[str] = []
    single: bool = False


def encode_payload(batch: Batch, keys: list[int]) -> bytes:
    """Return the payload of a tail row; ``keys`` are the numbers of ``batch.names``."""
    points = batch.points
    objects = msgspec.msgpack.encode(points.objects) if points.objects else b""
    packed = len(objects) > _PACK_OBJECTS_BYTES
    if packed:
        objects = zlib.compress(objects, 1)
    width, by_row, columns = _by_rows(batch)
    same = {name: int(column[0]) if len(column) else 0 for name, column in columns.items() if _is_one_value(column)}
    single = _as_float32(points) if "bits" not in same else None
    narrow: dict[str, tuple[int, int]] = {}
    raw: list[_Column] = []
    for name, kind in _COLUMNS:
        if name == "bits" and single is not None:
            raw.append(single)
        elif name in columns and name not in same:
            raw.append(_narrowed(name, columns[name], kind, narrow))
    raw.sort(key=lambda column: -column.itemsize)
    head = PayloadHead(
        keys,
        [TYPE_CODES[name.type] for name in batch.names],
        {place: name.description for place, name in enumerate(batch.names) if name.description},
        len(points),
        same,
        len(objects),
        packed,
        narrow,
        width,
        by_row,
        single is not None,
    )
    front = msgspec.msgpack.encode(head)
    parts = (column.tobytes() for column in raw)
    return b"".join((len(front).to_bytes(4, "little"), front, b"\0" * (-len(front) - 4 & 7), *parts, objects))


def decode_payload(payload: bytes) -> tuple[PayloadHead, npt.NDArray[np.int32], Points]:
    """Return what :func:`encode_payload` was given."""
    length = int.from_bytes(payload[:4], "little")
    head = msgspec.msgpack.decode(memoryview(payload)[4 : 4 + length], type=PayloadHead)
    offset = 4 + length + (-length - 4 & 7)
    columns: dict[str, Any] = {name: np.full(head.count, head.same[name], kind) for name, kind in _COLUMNS if name in head.same}
    stored = {name: _stored_as(head, name, kind) for name, kind in _COLUMNS if name not in head.same}
    if head.width:
        del stored["series"]
        columns["series"] = np.tile(np.arange(head.width, dtype=np.int32), head.count // head.width)
    for name, kind in sorted(stored.items(), key=lambda each: -each[1].itemsize):
        by_row = name in head.by_row
        column = np.frombuffer(payload, kind, head.count // head.width if by_row else head.count, offset)
        offset += column.nbytes
        if name in head.narrow:
            whole = np.dtype(dict(_COLUMNS)[name])
            column = column.astype(whole) + np.array(head.narrow[name][0], whole)
        elif kind == np.float32:
            with np.errstate(invalid="ignore"):  # NaN
                column = column.astype(np.float64).view(np.int64)
        columns[name] = np.repeat(column, head.width) if by_row else column
    objects: list[Any] = []
    if head.objects:
        data = payload[offset : offset + head.objects]
        objects = msgspec.msgpack.decode(zlib.decompress(data) if head.packed else data)
    series = columns.pop("series")
    return head, series, Points(columns["flags"], columns["steps"], columns["times"], columns["bits"], objects)


def _by_rows(batch: Batch) -> tuple[int, list[str], dict[str, _Column]]:
    """Return the width of the rows, or 0, which columns have one number a row, and all columns."""
    points, width = batch.points, len(batch.names)
    columns: dict[str, _Column] = {name: getattr(points, name) for name in ("steps", "times", "bits", "flags")}
    if width < _ROW_SERIES_MIN or len(points) <= width or len(points) % width:
        return 0, [], {**columns, "series": batch.series}
    if not (batch.series.reshape(-1, width) == np.arange(width, dtype=np.int32)).all():
        return 0, [], {**columns, "series": batch.series}
    by_row = []
    for name in ("steps", "times"):
        rows = columns[name].reshape(-1, width)
        if (rows == rows[:, :1]).all():
            by_row.append(name)
            columns[name] = rows[:, 0]
    return width, by_row, columns


def _is_one_value(column: _Column) -> bool:
    return not len(column) or bool((column == column[0]).all())


def _as_float32(points: Points) -> _Column | None:
    """Return the values as float32 when all are floats and none loses a bit; what training gives is nearly always like that."""
    if not (points.flags & np.uint8(TYPE_MASK) == FLOAT).all():
        return None
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        single = points.bits.view(np.float64).astype(np.float32)
        is_same = (single.astype(np.float64).view(np.int64) == points.bits).all()
    return single if is_same else None


def _narrowed(name: str, column: _Column, kind: Any, narrow: dict[str, tuple[int, int]]) -> _Column:
    """Return a column as it is stored, and note in ``narrow`` when that is not as it was."""
    low = int(column.min())
    width = _bytes_for(int(column.max()) - low)
    if width >= np.dtype(kind).itemsize:
        return np.ascontiguousarray(column, kind)
    narrow[name] = low, width
    return np.ascontiguousarray(column - low, _UNSIGNED[width])


def _stored_as(head: PayloadHead, name: str, kind: Any) -> np.dtype[Any]:
    if name == "bits" and head.single:
        return np.dtype(np.float32)
    return np.dtype(_UNSIGNED[head.narrow[name][1]] if name in head.narrow else kind)


def _bytes_for(span: int) -> int:
    """Return how many bytes a number from 0 to ``span`` takes: 1, 2, 4 or 8."""
    return next((width for width in (1, 2, 4) if span >> 8 * width == 0), 8)
