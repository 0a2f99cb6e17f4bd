"""The tail: batches as they came, one row each, until the compactor makes blocks of them.

The tail is the write-ahead log of the metric store and its live end in one. Which batches were stored is kept apart from it, for
each writer: all numbers below ``stored`` and the ranges in ``above``. So a batch stays known when its row is long gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.mapping import from_text, to_text
from runyard.storage.backends.sql.metric_payload import PayloadHead, decode_payload
from runyard.storage.backends.sql.metric_points import Points, joined, no_points

_IN_MAX = 500

ROW_COST = 16
"""A row of a tail counts for so many points more: an empty one costs something too."""

# Statements are made once: to make one takes longer than to run it.
_TAILS = (
    sa.select(t.metric_tail.c.run_pk, t.metric_tail.c.pk, t.metric_tail.c.payload)
    .where(t.metric_tail.c.run_pk.in_(sa.bindparam("runs", expanding=True)), t.metric_tail.c.pk > sa.bindparam("after"))
    .order_by(t.metric_tail.c.pk)
)
_TAIL_PKS = (
    sa.select(t.metric_tail.c.run_pk, t.metric_tail.c.pk)
    .where(t.metric_tail.c.run_pk.in_(sa.bindparam("runs", expanding=True)))
    .order_by(t.metric_tail.c.pk)
)


@dataclass(frozen=True, slots=True)
class Tail:
    """Tail rows of one run, together: point i belongs to series number ``keys[series[i]]``.

    ``keys`` and ``types`` are in order of first appearance; ``types`` are places in ``METRIC_TYPES``, ``descriptions`` are by
    place in ``keys``. ``first_pk`` and ``last_pk`` name the rows. ``by_rows``: the points are rows of one point of each series.
    """

    keys: list[int]
    types: list[int]
    descriptions: dict[int, str]
    series: npt.NDArray[np.int32]
    points: Points
    rows: int = 0
    first_pk: int = 0
    last_pk: int = 0
    by_rows: bool = False


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


def read_tails(connection: Connection, run_pks: Iterable[int], after: int = 0) -> dict[int, list[tuple[int, bytes]]]:
    """Return the rows ``(pk, payload)`` of the tails of several runs, each in order of arrival; runs without any are left out.

    Only rows whose ``pk`` is greater than ``after``.
    """
    wanted = list(run_pks)
    found: dict[int, list[tuple[int, bytes]]] = {}
    for start in range(0, len(wanted), _IN_MAX):
        for row in connection.execute(_TAILS, {"runs": wanted[start : start + _IN_MAX], "after": after}):
            found.setdefault(row.run_pk, []).append((row.pk, row.payload))
    return found


def tail_pks(connection: Connection, run_pks: Sequence[int]) -> dict[int, list[int]]:
    """Return which rows the tails of several runs have, in order of arrival; runs without any are left out."""
    found: dict[int, list[int]] = {}
    for start in range(0, len(run_pks), _IN_MAX):
        for run_pk, pk in connection.execute(_TAIL_PKS, {"runs": run_pks[start : start + _IN_MAX]}):
            found.setdefault(run_pk, []).append(pk)
    return found


def join_tail(rows: list[tuple[int, bytes]]) -> Tail:
    """Return the rows ``(pk, payload)`` of one run's tail together."""
    if not rows:
        return Tail([], [], {}, np.zeros(0, np.int32), no_points())
    first, own, points = decode_payload(rows[0][1])
    numbers = {key: place for place, key in enumerate(first.keys)}
    types, descriptions = list(first.types), dict(first.descriptions)
    series, parts, by_rows = [own], [points], first.width > 0
    for _, payload in rows[1:]:
        head, own, points = decode_payload(payload)
        if head.keys != first.keys:
            own = _renumbered(head, numbers, types, descriptions)[own]
        by_rows = by_rows and head.width == first.width and head.keys == first.keys
        series.append(own)
        parts.append(points)
    return Tail(
        list(numbers), types, descriptions, np.concatenate(series), joined(parts), len(rows), rows[0][0], rows[-1][0], by_rows
    )


def _renumbered(
    head: PayloadHead, numbers: dict[int, int], types: list[int], descriptions: dict[int, str]
) -> npt.NDArray[np.int32]:
    """Return what each number of a series in a row is in the whole tail, with those that are new put in."""
    for place, key in enumerate(head.keys):
        if key not in numbers:
            if place in head.descriptions:
                descriptions[len(numbers)] = head.descriptions[place]
            numbers[key] = len(numbers)
            types.append(head.types[place])
    return np.array([numbers[key] for key in head.keys], np.int32)


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
