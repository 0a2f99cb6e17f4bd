"""The tails of runs, unpacked, and the figures with them: a run that is watched while it logs is asked for again and again.

What a tail came to is kept with its rows and with the summary that it stands upon. A reader asks, in its own transaction, which
rows there are: where it finds those again, and more behind them, it unpacks only these. Rows never change, and are taken away
only together with a new summary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from runyard.storage.backends.sql.metric_group import grouped
from runyard.storage.backends.sql.metric_key import KeyBook
from runyard.storage.backends.sql.metric_points import Points
from runyard.storage.backends.sql.metric_summary import Summary
from runyard.storage.backends.sql.metric_tail import join_tail, read_tails, tail_pks
from runyard.storage.sized_cache import SizedCache

KEPT_POINTS = 2_000_000
"""So many points are kept in memory, 25 bytes each. The tail that was read last is kept however long it is."""

_ROW_POINTS = 64
"""What a row takes beside its points, as points."""


@dataclass(frozen=True, slots=True)
class LiveTail:
    """What a run has in its tail: its rows, by series the points that each reading of it found, and the figures of all.

    Nothing in it may be changed.
    """

    base: Summary
    pks: list[int]
    points: dict[int, list[Points]]
    summary: Summary

    def size(self) -> int:
        """Return about how many points it holds."""
        counted = int(self.summary.fields["points"].sum()) - int(self.base.fields["points"].sum())
        return counted + _ROW_POINTS * len(self.pks)


class LiveTails:
    """Reads tails, and keeps what it read. Methods may be called from any thread."""

    def __init__(self, book: KeyBook) -> None:
        self._book = book
        self.kept: SizedCache[int, LiveTail] = SizedCache(KEPT_POINTS, LiveTail.size)

    def read(self, connection: Connection, run_pks: Sequence[int], based: Mapping[int, Summary]) -> dict[int, LiveTail]:
        """Return the tails of those runs that have one. ``based`` are the summaries of what is in blocks, where there are any."""
        found: dict[int, LiveTail] = {}
        begun: dict[int, LiveTail] = {}
        there = tail_pks(connection, run_pks)
        for run_pk, pks in there.items():
            base = based.get(run_pk, _NOTHING)
            held = self.kept.get(run_pk)
            if held is None or held.base is not base or pks[: len(held.pks)] != held.pks:
                begun[run_pk] = LiveTail(base, [], {}, base)
            elif len(held.pks) == len(pks):
                found[run_pk] = held
            else:
                begun[run_pk] = held
        for run_pk, rows in self._rows(connection, begun).items():
            found[run_pk] = self._grown(connection, begun[run_pk], rows)
            self.kept.keep(run_pk, found[run_pk])
        return found

    def _rows(self, connection: Connection, begun: Mapping[int, LiveTail]) -> dict[int, list[tuple[int, bytes]]]:
        """Return of each run the rows behind those that are known."""
        known = {run_pk: tail.pks[-1] for run_pk, tail in begun.items() if tail.pks}
        rows = read_tails(connection, begun.keys() - known.keys())
        for run_pk, found in read_tails(connection, known, min(known.values(), default=0)).items():
            rows[run_pk] = [row for row in found if row[0] > known[run_pk]]
        return rows

    def _grown(self, connection: Connection, tail: LiveTail, rows: list[tuple[int, bytes]]) -> LiveTail:
        groups = grouped(join_tail(rows))
        summary = tail.summary.copy()
        summary.add(groups, self._book.names(connection, groups.keys))
        points = dict(tail.points)
        for key, own in groups.each():
            points[key] = [*points.get(key, ()), own]
        return LiveTail(tail.base, [*tail.pks, *(pk for pk, _ in rows)], points, summary)


_NOTHING = Summary()
"""The summary of runs that have nothing in blocks. It is never changed."""
