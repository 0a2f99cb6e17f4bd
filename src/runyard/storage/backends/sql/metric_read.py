"""Reading: one run's metrics as one transaction sees them, blocks and tail together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.metric import MetricFamily
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.metric_block import BLOCK_POINTS
from runyard.storage.backends.sql.metric_kept import KeptPoints
from runyard.storage.backends.sql.metric_key import KeyBook, SeriesKey
from runyard.storage.backends.sql.metric_live import LiveTails
from runyard.storage.backends.sql.metric_points import Ints, Points, joined
from runyard.storage.backends.sql.metric_pyramid import GROUP_POINTS, Part, level_for
from runyard.storage.backends.sql.metric_stored import OpenBlocks, StoredBlocks
from runyard.storage.backends.sql.metric_summary import STEPS_FALL, TIMES_FALL, Summary
from runyard.storage.sized_cache import SizedCache

_IN_MAX = 500
_SUMMARY_VERSIONS = sa.select(t.run_summary.c.run_pk, t.run_summary.c.version).where(
    t.run_summary.c.run_pk.in_(sa.bindparam("runs", expanding=True))
)
CACHED_SERIES = 200_000
"""Series whose figures are kept in memory: about 30 MB."""

AXES = {"step": ("hi_x", STEPS_FALL), "time": ("hi_time", TIMES_FALL)}


class Shown(NamedTuple):
    """A series of a run: its number, its place in the summary, the name that it is shown by, its family."""

    key: int
    slot: int
    name: str
    family: MetricFamily


class RunView:
    """The metrics of one run. ``summary`` counts the tail in; ``stored_counts`` are the points in blocks."""

    def __init__(self, summary: Summary, based: Summary, tail: dict[int, list[Points]], stored: StoredBlocks) -> None:
        self.summary = summary
        self.stored = stored
        self._based = based
        self._tail = tail

    def count(self, key: int) -> int:
        """Return the number of points of a series."""
        return int(self.summary.fields["points"][self.summary.slots[key]])

    def falls(self, key: int, mark: int) -> bool:
        """Return whether the steps or times of a series ever go down."""
        return bool(self.summary.fields["marks"][self.summary.slots[key]] & mark)

    def points(self, key: int, start: int, stop: int) -> Points:
        """Return the points ``start`` up to ``stop`` of a series, in order of arrival."""
        counted, sealed = self._in_blocks(key)
        parts = []
        if start < min(stop, sealed):
            parts.append(self.stored.full_points(key, start, min(stop, sealed)))
        if stop > sealed and start < counted:
            parts.append(self.stored.open_points(key, sealed, counted).part(max(0, start - sealed), stop - sealed))
        for own in self._tail.get(key, ()) if stop > counted else ():
            if start < counted + len(own) and counted < stop:
                parts.append(own.part(max(0, start - counted), stop - counted))
            counted += len(own)
        return joined(parts)

    def to_draw(self, key: int, start: int, stop: int, max_points: int) -> tuple[Part, Ints]:
        """Return points from which those of the range ``start`` up to ``stop`` are chosen, and their places in the series.

        The range is cut into buckets of nearly equal length whose edges are edges of groups of the pyramid; each keeps its exact
        minimum and maximum.
        """
        count = stop - start
        level = level_for(count, max(1, (max_points - 2) // 2)) if count > max_points else 0
        if not level:
            return Part(self.points(key, start, stop), None, start, stop), np.arange(start, stop)
        points, places, position = self._collected(key, start, stop, level)
        first, last = self.points(key, start, start + 1), self.points(key, stop - 1, stop)
        points = joined([first, points, last])
        places = np.concatenate([[start], places, [stop - 1]])
        position = np.concatenate([[start], position, [stop - 1]])
        once = np.unique(places, return_index=True)[1]
        if len(once) < len(places):
            points, places, position = points.take(once), places[once], np.maximum.accumulate(position[once])
        return Part(points, position, start, stop), places

    def find(self, key: int, axis: str, value: int) -> int:
        """Return the index of the first point at ``value`` or beyond on an axis (``step`` or ``time``) that never falls."""
        _, sealed = self._in_blocks(key)
        column, _ = AXES[axis]
        start = self.stored.first_block_reaching(key, column, value, sealed) if sealed else 0
        for lo in range(start, sealed, BLOCK_POINTS):
            points = self.stored.full_points(key, lo, lo + BLOCK_POINTS)
            along = points.x(lo) if axis == "step" else points.times
            if along[-1] >= value:
                return lo + int(np.searchsorted(along, value))
        rest = self.points(key, sealed, self.count(key))
        return sealed + int(np.searchsorted(rest.x(sealed) if axis == "step" else rest.times, value))

    def _in_blocks(self, key: int) -> tuple[int, int]:
        slot = self._based.slots.get(key)
        if slot is None:
            return 0, 0
        return int(self._based.fields["points"][slot]), int(self._based.fields["sealed"][slot])

    def _collected(self, key: int, start: int, stop: int, level: int) -> tuple[Points, Ints, Ints]:
        """Return points that stand for a range, their places, and the first place of the group of each."""
        if not level:
            places = np.arange(start, stop)
            return self.points(key, start, stop), places, places
        group = GROUP_POINTS[level]
        _, sealed = self._in_blocks(key)
        first, last = -(-start // group) * group, min(stop, sealed) // group * group
        if first >= last:
            return self._collected(key, start, stop, level - 1)
        parts = []
        if start < first:
            parts.append(self._collected(key, start, first, level - 1))
        points, places = self.stored.level_points(key, level, first, last)
        parts.append((points, places, places // group * group))
        if last < stop:
            parts.append(self._collected(key, last, stop, level - 1))
        return (
            joined([part[0] for part in parts]),
            np.concatenate([part[1] for part in parts]),
            np.concatenate([part[2] for part in parts]),
        )


class MetricReader:
    """Makes views. Summaries that were decoded once are kept; a cached one is copied before anything is added to it."""

    def __init__(self, book: KeyBook) -> None:
        self._book = book
        self._summaries: SizedCache[int, tuple[int, Summary]] = SizedCache(CACHED_SERIES, lambda held: len(held[1]) + 8)
        self._kept = KeptPoints()
        self.live = LiveTails(book)

    def views(self, connection: Connection, run_pks: Sequence[int]) -> dict[int, RunView]:
        """Return the views of those runs that have metrics. Their blocks are read when points of them are asked for."""
        based = self.summaries(connection, run_pks)
        tails = self.live.read(connection, run_pks, based)
        opened = OpenBlocks(connection, self._book, list(run_pks))
        views: dict[int, RunView] = {}
        for run_pk in run_pks:
            if run_pk not in based and run_pk not in tails:
                continue
            tail = tails.get(run_pk)
            base = tail.base if tail is not None else based[run_pk]
            stored = StoredBlocks(connection, self._book, run_pk, base.keysets, opened, self._kept)
            views[run_pk] = RunView(base if tail is None else tail.summary, base, {} if tail is None else tail.points, stored)
        return views

    def summaries(self, connection: Connection, run_pks: Sequence[int]) -> dict[int, Summary]:
        """Return the summaries of what is in blocks. They must not be changed."""
        c = t.run_summary.c
        found: dict[int, Summary] = {}
        for start in range(0, len(run_pks), _IN_MAX):
            asked = connection.execute(_SUMMARY_VERSIONS, {"runs": run_pks[start : start + _IN_MAX]})
            versions = {row.run_pk: row.version for row in asked}
            held = ((run_pk, self._summaries.get(run_pk)) for run_pk in versions)
            found.update((run_pk, each[1]) for run_pk, each in held if each is not None and each[0] == versions[run_pk])
            missing = [run_pk for run_pk in versions if run_pk not in found]
            if missing:
                rows = connection.execute(sa.select(t.run_summary).where(c.run_pk.in_(missing))).all()
                for row in rows:
                    summary = Summary.decode(self._book.keyset(connection, row.keyset_id), row.blob)
                    self._summaries.keep(row.run_pk, (row.version, summary))
                    found[row.run_pk] = summary
        return found

    def wanted(self, connection: Connection, names: Iterable[str] | None) -> dict[int, SeriesKey] | None:
        """Return the numbers of names, for :meth:`shown`; None means all."""
        return None if names is None else self._book.find(connection, names)

    def shown(self, connection: Connection, summary: Summary, wanted: dict[int, SeriesKey] | None) -> list[Shown]:
        """Return the series of a run in order of first logging, those of the names ``wanted`` only.

        One name that was used for two shapes shows as two metrics: nothing that was logged is ever hidden.
        """
        if wanted is None:
            keys, slots = summary.keys.tolist(), list(range(len(summary)))
            named = self._book.names(connection, keys)
        else:
            own = sorted((summary.slots[key], key) for key in wanted if key in summary.slots)
            keys, slots = [key for _, key in own], [slot for slot, _ in own]
            named = [wanted[key] for key in keys]
        rows = zip(keys, slots, _told_apart(named), (family for _, family in named), strict=True)
        return list(map(tuple.__new__, repeat(Shown), rows))  # Shown() itself is Python, and there may be ten thousand

    def names(self, connection: Connection, summary: Summary) -> list[str]:
        """Return the names that :meth:`shown` gives to all series of a run."""
        return _told_apart(self._book.names(connection, summary.keys.tolist()))


def _told_apart(named: list[SeriesKey]) -> list[str]:
    """Return the names that series are shown by."""
    names = [name for name, _ in named]
    if len(set(names)) == len(names):
        return names
    seen: set[str] = set()
    for place, (name, family) in enumerate(named):
        if name in seen:
            names[place] = f"{name} [{family.value}]"
        seen.add(name)
    return names
