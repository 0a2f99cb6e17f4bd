"""The tail: batches as they came, one row each, until the compactor makes blocks of them.

The tail is the write-ahead log of the metric store and its live end in one. Which batches were stored is kept apart from it, for
each writer: all numbers below ``stored`` and the ranges in ``above``. So a batch stays known when its row is long gone.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.metric import MetricType
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.mapping import from_text, to_text
from runyard.storage.backends.sql.metric_batch import Batch
from runyard.storage.backends.sql.metric_points import Points, joined, no_points

METRIC_TYPES = list(MetricType)
_TYPE_CODES = {kind: code for code, kind in enumerate(METRIC_TYPES)}
_PACK_OBJECTS_BYTES = 512
_IN_MAX = 500

ROW_COST = 16
"""A row of a tail counts for so many points more: an empty one costs something too."""

# Statements are made once: to make one takes longer than to run it.
_TAILS = (
    sa.select(t.metric_tail.c.run_pk, t.metric_tail.c.pk, t.metric_tail.c.payload)
    .where(t.metric_tail.c.run_pk.in_(sa.bindparam("runs", expanding=True)))
    .order_by(t.metric_tail.c.pk)
)


class _Head(msgspec.Struct, array_like=True, frozen=True):
    """The front of a payload. A column whose values are all equal stands in ``same`` and nowhere else.

    A column whose values lie near one another is kept as what they have above the least: ``narrow`` has that, and the bytes of
    a number. The columns follow one another by their width, the widest first, so that each is aligned.
    """

    keys: list[int]
    types: list[int]
    descriptions: dict[int, str]
    count: int
    same: dict[str, int]
    objects: int
    packed: bool
    narrow: dict[str, tuple[int, int]] = {}


_COLUMNS: list[tuple[str, Any]] = [
    ("steps", np.int64),
    ("times", np.int64),
    ("bits", np.int64),
    ("series", np.int32),
    ("flags", np.uint8),
]


_UNSIGNED = {1: np.uint8, 2: np.uint16, 4: np.uint32}


@dataclass(frozen=True, slots=True)
class Tail:
    """Tail rows of one run, together: point i belongs to series number ``keys[series[i]]``.

    ``keys``, ``types`` and ``descriptions`` are in order of first appearance. ``first_pk`` and ``last_pk`` name the rows.
    """

    keys: list[int]
    types: list[MetricType]
    descriptions: list[str]
    series: npt.NDArray[np.int32]
    points: Points
    rows: int = 0
    first_pk: int = 0
    last_pk: int = 0


def encode_payload(batch: Batch, keys: list[int]) -> bytes:
    """Return the payload of a tail row; ``keys`` are the numbers of ``batch.names``."""
    points = batch.points
    objects = msgspec.msgpack.encode(points.objects) if points.objects else b""
    packed = len(objects) > _PACK_OBJECTS_BYTES
    if packed:
        objects = zlib.compress(objects, 1)
    columns: dict[str, npt.NDArray[Any]] = {
        "steps": points.steps,
        "times": points.times,
        "bits": points.bits,
        "series": batch.series,
        "flags": points.flags,
    }
    same: dict[str, int] = {}
    narrow: dict[str, tuple[int, int]] = {}
    raw: list[npt.NDArray[Any]] = []
    for name, kind in _COLUMNS:
        column = columns[name]
        if not len(column) or (column == column[0]).all():
            same[name] = int(column[0]) if len(column) else 0
            continue
        low = int(column.min())
        width = _width(int(column.max()) - low)
        if width < np.dtype(kind).itemsize:
            narrow[name] = low, width
            column = (column - low).astype(_UNSIGNED[width])
        raw.append(np.ascontiguousarray(column, _UNSIGNED[width] if name in narrow else kind))
    raw.sort(key=lambda column: -column.itemsize)
    head = _Head(
        keys,
        [_TYPE_CODES[name.type] for name in batch.names],
        {place: name.description for place, name in enumerate(batch.names) if name.description},
        len(points),
        same,
        len(objects),
        packed,
        narrow,
    )
    front = msgspec.msgpack.encode(head)
    parts = (column.tobytes() for column in raw)
    return b"".join((len(front).to_bytes(4, "little"), front, b"\0" * (-len(front) - 4 & 7), *parts, objects))


def decode_payload(payload: bytes) -> tuple[_Head, npt.NDArray[np.int32], Points]:
    """Return what :func:`encode_payload` was given."""
    length = int.from_bytes(payload[:4], "little")
    head = msgspec.msgpack.decode(memoryview(payload)[4 : 4 + length], type=_Head)
    offset = 4 + length + (-length - 4 & 7)
    columns: dict[str, Any] = {name: np.full(head.count, head.same[name], kind) for name, kind in _COLUMNS if name in head.same}
    widths = {name: head.narrow[name][1] if name in head.narrow else np.dtype(kind).itemsize for name, kind in _COLUMNS}
    for name, kind in sorted(_COLUMNS, key=lambda column: -widths[column[0]]):
        if name in head.same:
            continue
        if name in head.narrow:
            stored = np.frombuffer(payload, _UNSIGNED[widths[name]], head.count, offset)
            columns[name] = stored.astype(kind) + np.array(head.narrow[name][0], kind)
        else:
            stored = columns[name] = np.frombuffer(payload, kind, head.count, offset)
        offset += stored.nbytes
    objects: list[Any] = []
    if head.objects:
        data = payload[offset : offset + head.objects]
        objects = msgspec.msgpack.decode(zlib.decompress(data) if head.packed else data)
    series = columns.pop("series")
    return head, series, Points(columns["flags"], columns["steps"], columns["times"], columns["bits"], objects)


def _width(span: int) -> int:
    """Return how many bytes a number from 0 to ``span`` takes: 1, 2, 4 or 8."""
    return next((width for width in (1, 2, 4) if span >> 8 * width == 0), 8)


def read_tail(connection: Connection, run_pk: int, *, points_max: int | None = None) -> Tail:
    """Return the tail of a run in order of arrival; with ``points_max`` only its oldest rows up to about so many points."""
    tail = t.metric_tail.c
    query = sa.select(tail.pk, tail.points, tail.payload).where(tail.run_pk == run_pk).order_by(tail.pk)
    rows: list[tuple[int, bytes]] = []
    total = 0
    result = connection.execute(query)
    for pk, points, payload in result:
        rows.append((pk, payload))
        total += points + ROW_COST
        if points_max is not None and total >= points_max:
            result.close()
            break
    return join_tail(rows)


def read_tails(connection: Connection, run_pks: Iterable[int]) -> dict[int, list[tuple[int, bytes]]]:
    """Return the rows ``(pk, payload)`` of the tails of several runs, each in order of arrival; runs without any are left out."""
    wanted = list(run_pks)
    found: dict[int, list[tuple[int, bytes]]] = {}
    for start in range(0, len(wanted), _IN_MAX):
        for row in connection.execute(_TAILS, {"runs": wanted[start : start + _IN_MAX]}):
            found.setdefault(row.run_pk, []).append((row.pk, row.payload))
    return found


def join_tail(rows: list[tuple[int, bytes]]) -> Tail:
    """Return the rows ``(pk, payload)`` of one run's tail together."""
    numbers: dict[int, int] = {}
    types: list[MetricType] = []
    descriptions: list[str] = []
    series: list[npt.NDArray[np.int32]] = []
    parts: list[Points] = []
    for _, payload in rows:
        head, own, points = decode_payload(payload)
        for place, key in enumerate(head.keys):
            if key not in numbers:
                numbers[key] = len(numbers)
                types.append(METRIC_TYPES[head.types[place]])
                descriptions.append(head.descriptions.get(place, ""))
        translation = np.array([numbers[key] for key in head.keys], np.int32)
        series.append(translation[own] if len(own) else own)
        parts.append(points)
    return Tail(
        list(numbers),
        types,
        descriptions,
        np.concatenate(series) if series else np.zeros(0, np.int32),
        joined(parts) if parts else no_points(),
        len(rows),
        rows[0][0] if rows else 0,
        rows[-1][0] if rows else 0,
    )


_OWN = sa.and_(t.metric_writer.c.run_pk == sa.bindparam("own_run"), t.metric_writer.c.writer == sa.bindparam("own_writer"))
_WRITER = sa.select(t.metric_writer.c.stored, t.metric_writer.c.above).where(_OWN).with_for_update()
_NEW_WRITER = t.metric_writer.insert()
_MOVE_WRITER = t.metric_writer.update().where(_OWN)


def note_batch(connection: Connection, run_pk: int, writer: str, seq: int) -> bool:
    """Note that a batch is stored; False when it was noted before.

    Must run in the transaction that stores the batch: both are there after a crash, or neither.
    """
    own = {"own_run": run_pk, "own_writer": writer}
    row = connection.execute(_WRITER, own).first()
    stored, above = (row.stored, from_text(row.above)) if row is not None else (0, [])
    if seq < stored or any(low <= seq <= high for low, high in above or []):
        return False
    stored, above = _with(stored, above, seq)
    values = {"stored": stored, "above": to_text(above) if above else None}
    if row is None:
        connection.execute(_NEW_WRITER, {"run_pk": run_pk, "writer": writer, **values})
    else:
        connection.execute(_MOVE_WRITER, {**own, **values})
    return True


def _with(stored: int, above: list[list[int]] | None, seq: int) -> tuple[int, list[list[int]]]:
    ranges = sorted([*(above or []), [seq, seq]])
    merged: list[list[int]] = []
    for low, high in ranges:
        if merged and low == merged[-1][1] + 1:
            merged[-1][1] = high
        else:
            merged.append([low, high])
    if merged and merged[0][0] == stored:
        stored = merged.pop(0)[1] + 1
    return stored, merged
