"""The block rows of one run, read as little as can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.metric_block import BLOCK_POINTS, Block, Entry, entries_of
from runyard.storage.backends.sql.metric_kept import KeptPoints, Place
from runyard.storage.backends.sql.metric_key import KeyBook, Keys
from runyard.storage.backends.sql.metric_points import Ints, Points, joined, no_points

OPEN = -1
"""The level of rows with the latest points of many series."""

SEALED = 0
"""The level of rows with full blocks."""

SMALL_BYTES = 1 << 16
"""Data up to this size is read whole: looking for the parts would take longer."""

_IN_MAX = 500

HELD_ROWS = 32
"""Rows of one question that are kept for the next: series of a run share them, and the edges of a window lie in the same."""

KEPT_BLOCKS = 16
"""Full blocks of a series that are kept when they were read together; more are those of an export, or of a long walk."""

# Statements are made once: to make one takes longer than to run it.
_C = t.metric_block.c
_HEAD = (_C.pk, _C.run_pk, _C.keyset_id, _C.lo, _C.hi, _C.points, _C.data_bytes, _C.directory)
_OWN = sa.and_(_C.run_pk == sa.bindparam("run"), _C.keyset_id.in_(sa.bindparam("keysets", expanding=True)))
_INSIDE = sa.and_(_C.level == sa.bindparam("level"), _C.lo < sa.bindparam("stop"), _C.hi > sa.bindparam("start"))
_ROWS = sa.select(*_HEAD).where(_OWN, _INSIDE).order_by(_C.lo)
_OPEN_ROWS = sa.select(*_HEAD).where(_C.run_pk.in_(sa.bindparam("runs", expanding=True)), _C.level == OPEN).order_by(_C.pk)
_DATA = sa.select(_C.pk, _C.data).where(_C.pk.in_(sa.bindparam("blocks", expanding=True)))
_REACHING = {
    name: sa.select(sa.func.min(_C.lo)).where(_OWN, _C.level == SEALED, _C[name] >= sa.bindparam("value"))
    for name in ("hi_x", "hi_time")
}


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """A row of ``metric_block``: points ``lo`` up to ``hi`` of the series ``keys`` (0 and 0 for an open block)."""

    pk: int
    lo: int
    hi: int
    points: int
    keys: Keys
    block: Block

    def slot(self, key: int) -> int | None:
        """Return where a series stands in the block; keys are in rising order."""
        place = int(np.searchsorted(self.keys, key))
        return place if place < len(self.keys) and self.keys[place] == key else None


class OpenBlocks:
    """The open blocks of several runs, the oldest first. They are read together, when those of one are asked for first."""

    def __init__(self, connection: Connection, book: KeyBook, run_pks: Sequence[int]) -> None:
        self._connection = connection
        self._book = book
        self._run_pks = run_pks
        self._found: dict[int, list[StoredBlock]] | None = None

    def of(self, run_pk: int) -> list[StoredBlock]:
        """Return those of one of the runs."""
        if self._found is None:
            self._found = _open_blocks(self._connection, self._book, self._run_pks)
        return self._found[run_pk]


class StoredBlocks:
    """The blocks of one run as one transaction sees them. ``keysets`` names the keysets of its full blocks and levels.

    ``opened`` are its open blocks, when they are read together with those of others; ``kept`` is what was unpacked before.
    """

    def __init__(
        self,
        connection: Connection,
        book: KeyBook,
        run_pk: int,
        keysets: Sequence[int],
        opened: OpenBlocks | None = None,
        kept: KeptPoints | None = None,
    ) -> None:
        self._connection = connection
        self._book = book
        self._run_pk = run_pk
        self._keysets = keysets
        self._opened = opened or OpenBlocks(connection, book, [run_pk])
        self._kept = kept
        self._open: list[StoredBlock] | None = None
        self._held: dict[tuple[int, ...], list[StoredBlock]] = {}
        self._keysets_by_key: dict[int, list[int]] = {}
        self.heads_read: dict[int, list[int]] = {}

    @property
    def open_blocks(self) -> list[StoredBlock]:
        """The open blocks, the oldest first."""
        if self._open is None:
            self._open = self._opened.of(self._run_pk)
        return self._open

    def use_open_blocks(self, blocks: list[StoredBlock]) -> None:
        """Take these for the open blocks."""
        self._open = blocks

    def open_points(self, key: int, sealed: int, stop: int) -> Points:
        """Return the points of a series from ``sealed`` up to ``stop``, all of which are in open blocks."""
        if sealed == stop:
            return no_points()
        held = self._held_points(key, sealed, stop)
        return self._keep(key, sealed, stop, self._read_open(key, sealed)) if held is None else held

    def _held_points(self, key: int, start: int, stop: int) -> Points | None:
        return None if self._kept is None else self._kept.get(Place(self._run_pk, key, start, stop))

    def _keep(self, key: int, start: int, stop: int, points: Points) -> Points:
        return points if self._kept is None else self._kept.keep(Place(self._run_pk, key, start, stop), points)

    def _read_open(self, key: int, sealed: int) -> Points:
        found = []
        for stored in self.open_blocks:
            slot = stored.slot(key)
            if slot is not None and stored.block.lo[slot] >= sealed:
                found.append((int(stored.block.lo[slot]), stored.block.points(slot)))
        found.sort(key=lambda pair: pair[0])
        return joined([points for _, points in found])

    def open_entries(self, pks: Sequence[int]) -> Iterator[Entry]:
        """Yield all entries of these open blocks."""
        for stored in self.open_blocks:
            if stored.pk in pks:
                yield from entries_of(stored.block, stored.keys.tolist())

    def head(self, key: int, level: int, lo: int, hi: int) -> tuple[Points, Ints]:
        """Return the points of the unfinished row of a level, which stands for the points ``lo`` up to ``hi``."""
        for stored in self._rows(key, level, lo, lo + 1):
            slot = stored.slot(key)
            if slot is not None and stored.lo == lo and stored.hi == hi:
                self.heads_read[stored.pk] = stored.keys.tolist()
                return stored.block.points(slot), stored.block.places(slot)
        raise LookupError(f"run {self._run_pk}: level {level} of series {key} lacks its row {lo}..{hi}")

    def full_points(self, key: int, start: int, stop: int) -> Points:
        """Return the points ``start`` up to ``stop`` of a series, all of which are in full blocks."""
        los = range(start - start % BLOCK_POINTS, stop, BLOCK_POINTS)
        found = {lo: self._held_points(key, lo, lo + BLOCK_POINTS) for lo in los}
        missing = [lo for lo, points in found.items() if points is None]
        if missing:
            for stored in self._rows(key, SEALED, missing[0], missing[-1] + BLOCK_POINTS):
                slot = stored.slot(key)
                if slot is not None:
                    points = stored.block.points(slot)
                    found[stored.lo] = self._keep(key, stored.lo, stored.hi, points) if len(missing) <= KEPT_BLOCKS else points
        return joined([points.part(max(0, start - lo), stop - lo) for lo, points in found.items() if points is not None])

    def level_points(self, key: int, level: int, start: int, stop: int) -> tuple[Points, Ints]:
        """Return the points of a level for ``start`` up to ``stop`` of a series, and their places in it."""
        newest: dict[int, StoredBlock] = {}
        for stored in self._rows(key, level, start, stop):
            if stored.slot(key) is not None and (stored.lo not in newest or newest[stored.lo].hi < stored.hi):
                newest[stored.lo] = stored
        parts, places = [], []
        for stored in newest.values():
            slot = stored.slot(key)
            own = stored.block.places(slot)  # type: ignore[arg-type]
            first, last = np.searchsorted(own, [start, stop])
            parts.append(stored.block.points(slot).part(int(first), int(last)))  # type: ignore[arg-type]
            places.append(own[first:last])
        return joined(parts), np.concatenate(places) if places else np.zeros(0, np.int64)

    def first_block_reaching(self, key: int, column: str, value: int, sealed: int) -> int:
        """Return the index of the first point of the first full block that may hold ``value`` or more; ``sealed`` if none may.

        ``column`` is ``hi_x`` or ``hi_time``. The series' own values in that column must never fall.
        """
        asked = {"run": self._run_pk, "keysets": self._keysets_of(key), "value": value}
        found = self._connection.execute(_REACHING[column], asked).scalar()
        return sealed if found is None else int(found)

    def _rows(self, key: int, level: int, start: int, stop: int) -> list[StoredBlock]:
        keysets = self._keysets_of(key)
        if not keysets or start >= stop:
            return []
        place = (level, start, stop, *keysets)
        held = self._held.get(place)
        if held is not None:
            return held
        asked = {"run": self._run_pk, "level": level, "keysets": keysets, "start": start, "stop": stop}
        rows = self._connection.execute(_ROWS, asked).all()
        fetch = _Fetcher(self._connection, rows)
        found = [_stored(self._connection, self._book, row, fetch) for row in rows]
        if len(found) <= HELD_ROWS:
            self._held[place] = found
        return found

    def _keysets_of(self, key: int) -> list[int]:
        if key not in self._keysets_by_key:
            self._keysets_by_key[key] = [n for n in self._keysets if _holds(self._book.keyset(self._connection, n), key)]
        return self._keysets_by_key[key]


def _open_blocks(connection: Connection, book: KeyBook, run_pks: Sequence[int]) -> dict[int, list[StoredBlock]]:
    found: dict[int, list[StoredBlock]] = {pk: [] for pk in run_pks}
    for start in range(0, len(run_pks), _IN_MAX):
        some = run_pks[start : start + _IN_MAX]
        rows = connection.execute(_OPEN_ROWS, {"runs": some}).all()
        fetch = _Fetcher(connection, rows)
        for row in rows:
            found[row.run_pk].append(_stored(connection, book, row, fetch))
    return found


def _stored(connection: Connection, book: KeyBook, row: Any, fetch: _Fetcher) -> StoredBlock:
    block = Block(row.directory, row.data_bytes, fetch.of(row.pk, row.data_bytes))
    return StoredBlock(row.pk, row.lo, row.hi, row.points, book.keyset(connection, row.keyset_id), block)


def _holds(keys: Keys, key: int) -> bool:
    place = int(np.searchsorted(keys, key))
    return place < len(keys) and bool(keys[place] == key)


class _Fetcher:
    """Reads parts of the data of some rows; the data of small rows comes in one query when the first of them is asked for."""

    def __init__(self, connection: Connection, rows: Sequence[Any]) -> None:
        self._connection = connection
        self._small = [row.pk for row in rows if row.data_bytes <= SMALL_BYTES]
        self._held: dict[int, bytes] | None = None

    def of(self, pk: int, size: int) -> Callable[[int, int], bytes]:
        """Return what reads the data of one row."""

        def fetch(start: int, length: int) -> bytes:
            if size <= SMALL_BYTES:
                return self._load()[pk][start : start + length]
            return _partial(self._connection, pk, start, length)

        return fetch

    def _load(self) -> dict[int, bytes]:
        if self._held is None:
            self._held = {}
            for start in range(0, len(self._small), _IN_MAX):
                rows = self._connection.execute(_DATA, {"blocks": self._small[start : start + _IN_MAX]})
                self._held.update({row.pk: bytes(row.data) for row in rows})
        return self._held


def _partial(connection: Connection, pk: int, start: int, length: int) -> bytes:
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.dbapi_connection
        with driver.blobopen("metric_block", "data", pk, readonly=True) as blob:
            blob.seek(start)
            return bytes(blob.read(length))
    c = t.metric_block.c
    part = sa.func.substring(c.data, start + 1, length)
    return bytes(connection.execute(sa.select(part).where(c.pk == pk)).scalar_one())
