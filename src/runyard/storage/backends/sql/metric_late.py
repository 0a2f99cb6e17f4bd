"""One metric of all runs that are not in the pages of summaries yet: their summaries, and their tails.

To unpack all tails at each query would cost the more the more runs log. So what they come to is kept in memory, by metric, and a
query asks which runs have more: it reads the rows that were added. A row of a tail never changes, and rows are only taken away
together with a new version of their run's summary; so version, number of rows and newest row say whether what is kept holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.metric import MetricFamily, MetricType
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.key_list import key_list, keys_in
from runyard.storage.backends.sql.metric_group import Groups
from runyard.storage.backends.sql.metric_key import SeriesKey
from runyard.storage.backends.sql.metric_payload import TYPE_CODES, decode_payload
from runyard.storage.backends.sql.metric_points import Floats, Ints, Points, joined
from runyard.storage.backends.sql.metric_read import MetricReader
from runyard.storage.backends.sql.metric_summary import Summary
from runyard.storage.sized_cache import SizedCache

KEPT_FIGURES = 50_000
"""So many figures, one a late run and metric, are kept in memory: about 8 MB. A single metric is kept however many there are."""

_FAMILIES = list(MetricFamily)
Bools = npt.NDArray[np.bool_]


class LateState(NamedTuple):
    """What tells whether a run has changed: version of its summary (0: none), rows and newest row of its tail (0: none).

    **Shape** of each: (n,), in order of ``run_pks``.
    """

    run_pks: Ints
    versions: Ints
    rows: Ints
    newest: Ints

    def places(self, run_pks: Ints) -> Ints:
        """Return the place of each run, -1 where it is not there."""
        if not len(self.run_pks):
            return np.full(len(run_pks), -1)
        found = np.minimum(np.searchsorted(self.run_pks, run_pks), len(self.run_pks) - 1)
        return np.where(self.run_pks[found] == run_pks, found, -1)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A metric of all late runs. ``there`` says which have it; each run is a series of ``summary``, by its place."""

    state: LateState
    there: Bools
    summary: Summary


class LateFigures(SizedCache[int, _Kept]):
    """What late runs came to last, by metric, for all queries."""

    def __init__(self, reader: MetricReader) -> None:
        super().__init__(KEPT_FIGURES, lambda kept: len(kept.there))
        self.reader = reader


class LateRuns:
    """The runs that have metrics outside the pages, as one transaction sees them; they may be of any workspace."""

    def __init__(self, connection: Connection, figures: LateFigures) -> None:
        self._connection = connection
        self._figures = figures
        self._state = _read_state(connection)

    @property
    def run_pks(self) -> Ints:
        """All of them. A run that stands in the pages is among them while there is more of it in its tail."""
        return self._state.run_pks

    def figure(self, keys: dict[int, SeriesKey], which: str) -> tuple[Ints, Floats]:
        """Return the runs that have one of these series, and a figure of each: of the series that comes first in ``keys``."""
        seen = np.zeros(len(self.run_pks), bool)
        found = np.full(len(self.run_pks), np.nan)
        for key, name in keys.items():
            kept = self._kept(key, name)
            fresh = kept.there & ~seen
            found[fresh] = kept.summary.figure(fresh, which)
            seen |= fresh
        return self.run_pks[seen], found[seen]

    def _kept(self, key: int, name: SeriesKey) -> _Kept:
        held = self._figures.get(key)
        if held is not None and all(map(np.array_equal, held.state, self._state)):
            return held
        if held is None:
            nothing = LateState(*[np.zeros(0, np.int64)] * 4)
            held = _Kept(nothing, np.zeros(0, bool), Summary())
        kept = self._brought_up(held, key, name)
        self._figures.keep(key, kept)
        return kept

    def _brought_up(self, held: _Kept, key: int, name: SeriesKey) -> _Kept:
        """Return what a metric comes to now, from what it came to at another state."""
        now, places = self._state, held.state.places(self.run_pks)
        before = LateState(*[np.append(column, -1)[places] for column in held.state])  # -1 all over where a run is new
        more = (before.rows < now.rows) & (before.newest < now.newest)
        same = (before.rows == now.rows) & (before.newest == now.newest)
        goes_on = (before.versions == now.versions) & (more | same)
        grown = goes_on & more
        added = self._tails(key, self.run_pks[grown], int(held.state.newest.max(initial=0)))
        # A row that came below the newest, from another server, was not read: such a run is read from its beginning.
        read = np.array([added[run_pk].rows if run_pk in added else 0 for run_pk in self.run_pks.tolist()], np.int64)
        goes_on &= ~grown | (before.rows + read == now.rows)
        afresh = ~goes_on
        tails = {run_pk: each for run_pk, each in added.items() if goes_on[np.searchsorted(self.run_pks, run_pk)]}
        tails |= self._tails(key, self.run_pks[afresh & (now.rows > 0)])
        kept = _taken_over(held, now, goes_on, places, name)
        self._add_blocks(kept, key, afresh & (now.versions > 0))
        _add_tails(kept, tails, name)
        return kept

    def _add_blocks(self, kept: _Kept, key: int, chosen: Bools) -> None:
        """Put in the figures of what runs have in blocks."""
        run_pks = self.run_pks[chosen].tolist()
        based = self._figures.reader.summaries(self._connection, run_pks)
        slots = [based[run_pk].slots.get(key) for run_pk in run_pks]
        own = [(based[run_pk].fields, slot) for run_pk, slot in zip(run_pks, slots, strict=True) if slot is not None]
        into = np.flatnonzero(chosen)[[slot is not None for slot in slots]]
        kept.there[into] = True
        for field, column in kept.summary.fields.items():
            column[into] = [fields[field][slot] for fields, slot in own]

    def _tails(self, key: int, run_pks: Ints, after: int | None = None) -> dict[int, _Tail]:
        """Return the tails of runs: of all their rows, or those above ``after``, the points of one series."""
        found: dict[int, _Tail] = {}
        if not len(run_pks):
            return found
        c = t.metric_tail.c
        chosen = keys_in(self._connection, c.run_pk, run_pks)
        wanted = chosen if after is None else sa.and_(chosen, c.pk > after)
        query = sa.select(c.run_pk, c.payload).where(wanted).order_by(c.pk)
        for run_pk, payload in self._connection.execute(query, execution_options={"stream_results": True}):
            tail = found.setdefault(run_pk, _Tail())
            tail.rows += 1
            head, series, points = decode_payload(payload)
            if key in head.keys:
                place = head.keys.index(key)
                tail.parts.append(points if len(head.keys) == 1 else points.take(np.flatnonzero(series == place)))
        return found


class _Tail:
    """What was read of the tail of a run: how many rows, and the points of one series in them."""

    def __init__(self) -> None:
        self.rows = 0
        self.parts: list[Points] = []


def _read_state(connection: Connection) -> LateState:
    summary, tail = t.run_summary.c, t.metric_tail.c
    unpaged, versions = key_list(connection, sa.select(summary.run_pk, summary.version).where(summary.paged == 0))
    rows = sa.select(tail.run_pk, sa.func.count().label("rows"), sa.func.max(tail.pk).label("newest")).group_by(tail.run_pk)
    tailed, counts, newest = key_list(connection, rows)
    paged = np.setdiff1d(tailed, unpaged)
    if len(paged):
        query = sa.select(summary.run_pk, summary.version).where(keys_in(connection, summary.run_pk, paged))
        more = key_list(connection, query)
        unpaged, versions = np.concatenate([unpaged, more[0]]), np.concatenate([versions, more[1]])
    run_pks = np.union1d(unpaged, tailed)
    state = LateState(run_pks, *[np.zeros(len(run_pks), np.int64) for _ in range(3)])
    state.versions[np.searchsorted(run_pks, unpaged)] = versions
    state.rows[np.searchsorted(run_pks, tailed)] = counts
    state.newest[np.searchsorted(run_pks, tailed)] = newest
    return state


def _taken_over(held: _Kept, now: LateState, goes_on: Bools, places: Ints, name: SeriesKey) -> _Kept:
    """Return what holds still, with nothing in the places of the other runs."""
    count = len(goes_on)
    there = np.zeros(count, bool)
    there[goes_on] = held.there[places[goes_on]]
    summary = Summary()
    summary.keys = np.arange(count, dtype=np.int32)
    for field, column in held.summary.fields.items():
        summary.fields[field] = np.zeros(count, column.dtype)
        summary.fields[field][goes_on] = column[places[goes_on]]
    summary.fields["family"][:] = _FAMILIES.index(name[1])
    return _Kept(now, there, summary)


def _add_tails(kept: _Kept, tails: dict[int, _Tail], name: SeriesKey) -> None:
    """Count in the points of tails, each run a series."""
    own = {run_pk: joined(tail.parts) for run_pk, tail in sorted(tails.items()) if tail.parts}
    if not own:
        return
    slots = np.searchsorted(kept.state.run_pks, list(own)).tolist()
    kept.there[slots] = True
    starts = np.concatenate([[0], np.cumsum([len(points) for points in own.values()])])
    groups = Groups(slots, [TYPE_CODES[MetricType.SCALAR]] * len(slots), {}, starts, joined(list(own.values())))
    kept.summary.add(groups, [name] * len(slots))
    for beside in _beside(kept.summary):  # values that are no numbers are no figures
        beside.clear()


def _beside(summary: Summary) -> Iterable[dict[int, Any]]:
    return summary.firsts, summary.lasts, summary.columns
