"""The compactor: makes blocks of tails, merges small blocks, and builds the pages of summaries.

There is one compactor to a database. All its reading and packing happens beside the writer; what it found goes in by one short
transaction, which inserts blocks and deletes tail rows together, and refuses to when the run has changed meanwhile.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.run import TERMINAL_STATUSES
from runyard.errors import ConflictError, NotFoundError
from runyard.storage.backends.sql import metric_fresh
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.metric_compaction import NewBlock, merged_block, plan_compaction
from runyard.storage.backends.sql.metric_fresh import read_fresh, store_fresh
from runyard.storage.backends.sql.metric_group import grouped
from runyard.storage.backends.sql.metric_key import KeyBook
from runyard.storage.backends.sql.metric_page import PageBuilder
from runyard.storage.backends.sql.metric_stored import OPEN, StoredBlocks
from runyard.storage.backends.sql.metric_summary import Summary
from runyard.storage.backends.sql.metric_tail import ROW_COST, Tail, read_tail

logger = logging.getLogger(__name__)

IDLE_US = 60_000_000
"""A tail to which nothing was added for so long is compacted."""

TAIL_POINTS = 32_768
"""A tail of so many points is compacted, or of :data:`POINTS_PER_SERIES` a series where that is more."""

POINTS_PER_SERIES = 16
TAIL_ROWS = 512
TAIL_BYTES = 8 << 20
POINTS_PER_COMPACTION = 1 << 20
MERGE_BLOCKS = 8
MERGE_POINTS_MAX = 4 << 20
"""Points that a merge holds in memory at most."""

# Statements are made once: to make one takes longer than to run it.
_OPEN = (
    sa.select(t.metric_block.c.pk, t.metric_block.c.points)
    .where(t.metric_block.c.run_pk == sa.bindparam("own_run"), t.metric_block.c.level == OPEN)
    .order_by(t.metric_block.c.pk)
)
_RUN = sa.select(t.run.c.pk).where(t.run.c.pk == sa.bindparam("own_run"))
_SUMMARY = sa.select(t.run_summary).where(t.run_summary.c.run_pk == sa.bindparam("own_run"))
_NEW_SUMMARY = t.run_summary.insert()
_MOVE_SUMMARY = t.run_summary.update().where(
    t.run_summary.c.run_pk == sa.bindparam("own_run"), t.run_summary.c.version == sa.bindparam("own_version")
)
_TAKE_TAIL = t.metric_tail.delete().where(
    t.metric_tail.c.run_pk == sa.bindparam("own_run"),
    t.metric_tail.c.pk.between(sa.bindparam("first_pk"), sa.bindparam("last_pk")),
)
_NEW_BLOCKS = t.metric_block.insert()
_TAKE_BLOCKS = t.metric_block.delete().where(
    t.metric_block.c.run_pk == sa.bindparam("own_run"), t.metric_block.c.pk.in_(sa.bindparam("blocks", expanding=True))
)
_ENDED = [status.value for status in TERMINAL_STATUSES]
_STATUS_IN_MAX = 500


@dataclass(slots=True)
class TailState:
    """What waits in the tail of a run. ``last_at`` is when something came last, microseconds since 1970; 0: not known."""

    rows: int = 0
    points: int = 0
    size_bytes: int = 0
    series: int = 0
    last_at: int = 0

    def is_full(self) -> bool:
        """True when it should be compacted while the run goes on."""
        return (
            self.rows >= TAIL_ROWS
            or self.size_bytes >= TAIL_BYTES
            or self.points >= max(TAIL_POINTS, POINTS_PER_SERIES * self.series)
        )


class TailBook:
    """Which runs have a tail; kept in memory, and read once from the tail itself."""

    def __init__(self, database: Database) -> None:
        self._lock = threading.Lock()
        self._states: dict[int, TailState] = {}
        self.is_full = threading.Event()
        tail = t.metric_tail.c
        query = sa.select(
            tail.run_pk, sa.func.count(), sa.func.sum(tail.points), sa.func.sum(sa.func.length(tail.payload))
        ).group_by(tail.run_pk)
        with database.read() as connection:
            for run_pk, rows, points, size in connection.execute(query):
                self._states[run_pk] = TailState(rows, int(points), int(size))

    def note(self, run_pk: int, *, points: int, size_bytes: int, series: int, at_us: int) -> None:
        """Count in a row that was added."""
        with self._lock:
            state = self._states.setdefault(run_pk, TailState())
            state.rows += 1
            state.points += points
            state.size_bytes += size_bytes
            state.series = max(state.series, series)
            state.last_at = max(state.last_at, at_us)
            if state.is_full():
                self.is_full.set()

    def forget(self, run_pk: int, *, rows: int, points: int) -> None:
        """Count out rows that are in blocks now."""
        with self._lock:
            state = self._states.get(run_pk)
            if state is None:
                return
            state.size_bytes -= state.size_bytes * rows // max(1, state.rows)
            state.rows -= rows
            state.points -= points
            if state.rows <= 0:
                del self._states[run_pk]

    def state(self, run_pk: int) -> TailState | None:
        """Return what waits of one run."""
        with self._lock:
            return self._states.get(run_pk)

    def states(self) -> dict[int, TailState]:
        """Return what waits, by run."""
        with self._lock:
            return dict(self._states)


class Compactor:
    """See the module. Its methods may be called from any thread; they take turns."""

    def __init__(self, database: Database, book: KeyBook, tails: TailBook) -> None:
        self._database = database
        self._book = book
        self._tails = tails
        self._turn = threading.Lock()
        self._pages = PageBuilder(database, book)

    def tick(self, now_us: int) -> int:
        """Compact what is due; return the number of runs that were."""
        done = 0
        self._tails.is_full.clear()
        states = self._tails.states()
        for state in states.values():
            # A tail from before this start waits from now on, and so does one from before the clock was set back.
            state.last_at = min(state.last_at or now_us, now_us)
        ended = self._ended(list(states))
        due = {pk: s for pk, s in states.items() if pk in ended or s.is_full() or now_us - s.last_at >= IDLE_US}
        together = self._compact_fresh([pk for pk, state in due.items() if metric_fresh.is_small(state.rows, state.points)])
        for run_pk in sorted(due.keys() - together):
            try:
                self.compact(run_pk, finish=run_pk in ended)
                done += 1
            except NotFoundError:
                logger.info("run %s was purged while its metrics were compacted", run_pk)
            except Exception:
                logger.exception("the metrics of run %s could not be compacted; they stay as they are", run_pk)
        with self._turn:
            self._pages.tick(now_us)
        return done + len(together)

    def compact(self, run_pk: int, *, finish: bool = False) -> None:
        """Bring the whole tail of a run into blocks; with ``finish`` also merge its open blocks into one."""
        with self._turn:
            counted = self._tails.state(run_pk)
            done = self._compact_once(run_pk)
            if not done and counted is not None:  # the rows went with their run
                self._tails.forget(run_pk, rows=counted.rows, points=counted.points)
            while done >= POINTS_PER_COMPACTION:  # there may be more
                self._merge(run_pk, finish=False)
                done = self._compact_once(run_pk)
            if done or finish:
                self._merge(run_pk, finish=finish)

    def build_pages(self) -> None:
        """Bring every run that has ended into the pages of summaries now."""
        with self._turn:
            self._pages.build_all()

    def _compact_fresh(self, run_pks: list[int]) -> set[int]:
        """Bring small tails of runs that have nothing in blocks into blocks, many at a time; return the runs that are done."""
        done: set[int] = set()
        for start in range(0, len(run_pks), metric_fresh.RUNS):
            with self._turn:
                try:
                    done.update(self._compact_together(run_pks[start : start + metric_fresh.RUNS]))
                except ConflictError:
                    logger.info("a run changed while its metrics were compacted with others; each is compacted by itself")
                except Exception:
                    logger.exception("some runs' metrics could not be compacted together; each is compacted by itself")
        return done

    def _compact_together(self, run_pks: list[int]) -> list[int]:
        with self._database.read() as connection:
            runs = read_fresh(connection, self._book, run_pks)
        if not runs:
            return []
        blocks = [self._row(run.run_pk, block, run.summary) for run in runs for block in run.blocks]
        summaries = [
            {"run_pk": run.run_pk, **_summary_row(run.summary, 0, self._book.keyset_id(run.summary.keys))} for run in runs
        ]
        self._database.write(lambda connection: store_fresh(connection, runs, summaries, blocks))
        for run in runs:
            self._tails.forget(run.run_pk, rows=len(run.tail_pks), points=run.points)
        return [run.run_pk for run in runs]

    def _compact_once(self, run_pk: int) -> int:
        """Bring the oldest rows of a tail into blocks; return what :func:`read_tail` counts them for, 0 when there are none."""
        with self._database.read() as connection:
            tail = read_tail(connection, run_pk, points_max=POINTS_PER_COMPACTION)
            if not tail.rows:
                return 0
            version, summary = read_summary(connection, self._book, run_pk)
            stored = StoredBlocks(connection, self._book, run_pk, summary.keysets)
            plan = plan_compaction(summary, stored, grouped(tail), self._book.names(connection, tail.keys))
        rows = [self._row(run_pk, block, summary) for block in plan.blocks]
        values = _summary_row(summary, version, self._book.keyset_id(summary.keys))
        self._database.write(lambda c: _apply(c, run_pk, tail, plan.superseded, rows, version, values))
        self._tails.forget(run_pk, rows=tail.rows, points=len(tail.points))
        return len(tail.points) + ROW_COST * tail.rows

    def _row(self, run_pk: int, new: NewBlock, summary: Summary) -> dict[str, Any]:
        keyset_id = self._book.keyset_id(new.keys)
        if new.level >= 0 and keyset_id not in summary.keysets:
            summary.keysets.append(keyset_id)
        return {
            "run_pk": run_pk,
            "level": new.level,
            "keyset_id": keyset_id,
            "lo": new.lo,
            "hi": new.hi,
            "lo_x": new.block.lo_x,
            "hi_x": new.block.hi_x,
            "lo_time": new.block.lo_time,
            "hi_time": new.block.hi_time,
            "points": new.block.points,
            "data_bytes": len(new.block.data),
            "directory": new.block.directory,
            "data": new.block.data,
        }

    def _merge(self, run_pk: int, *, finish: bool) -> None:
        """Merge the newest open blocks of like size when there are many, or all of them."""
        with self._database.read() as connection:
            pks = _mergeable(connection.execute(_OPEN, {"own_run": run_pk}).all(), finish)
            if not pks:
                return
            _, summary = read_summary(connection, self._book, run_pk)
            stored = StoredBlocks(connection, self._book, run_pk, summary.keysets)
            sealed, slots = summary.fields["sealed"], summary.slots
            merged = merged_block(stored, pks, lambda key: int(sealed[slots[key]]))
        row = None if merged is None else self._row(run_pk, merged, summary)

        def work(connection: Connection) -> None:
            _require_run(connection, run_pk)
            _delete_blocks(connection, run_pk, pks)
            if row is not None:
                connection.execute(_NEW_BLOCKS, [row])

        self._database.write(work)

    def _ended(self, run_pks: list[int]) -> set[int]:
        ended: set[int] = set()
        with self._database.read() as connection:
            for start in range(0, len(run_pks), _STATUS_IN_MAX):
                some = run_pks[start : start + _STATUS_IN_MAX]
                query = sa.select(t.run.c.pk).where(t.run.c.pk.in_(some), t.run.c.status.in_(_ENDED))
                ended.update(connection.execute(query).scalars())
        return ended


def read_summary(connection: Connection, book: KeyBook, run_pk: int) -> tuple[int, Summary]:
    """Return the version of a run's summary and a copy of it that may be changed; 0 and an empty one when there is none."""
    row = connection.execute(_SUMMARY, {"own_run": run_pk}).first()
    if row is None:
        return 0, Summary()
    return row.version, Summary.decode(book.keyset(connection, row.keyset_id), row.blob).copy()


def _mergeable(blocks: Sequence[Any], finish: bool) -> list[int]:
    """Return which of a run's open blocks, the oldest first, become one."""
    for size in [23] if finish else range(24):
        newest: list[int] = []
        total = 0
        for stored in reversed(blocks):
            total += stored.points
            if stored.points >> 3 * size > TAIL_POINTS or total > MERGE_POINTS_MAX:
                break
            newest.append(stored.pk)
        if len(newest) >= (2 if finish else MERGE_BLOCKS):
            return newest
    return []


def _apply(
    connection: Connection,
    run_pk: int,
    tail: Tail,
    superseded: list[int],
    rows: list[dict[str, Any]],
    version: int,
    summary: dict[str, Any],
) -> None:
    """Make a compaction true. Everything here happens together or not at all; all that takes long was done before."""
    _require_run(connection, run_pk)
    _store_summary(connection, run_pk, version, summary)
    asked = {"own_run": run_pk, "first_pk": tail.first_pk, "last_pk": tail.last_pk}
    if connection.execute(_TAKE_TAIL, asked).rowcount != tail.rows:
        raise ConflictError(f"The tail of run {run_pk} was compacted by somebody else.")
    _delete_blocks(connection, run_pk, superseded)
    if rows:
        connection.execute(_NEW_BLOCKS, rows)


def _require_run(connection: Connection, run_pk: int) -> None:
    if connection.execute(_RUN, {"own_run": run_pk}).first() is None:
        raise NotFoundError(f"The run with the key {run_pk} is gone: it was purged.")


def _store_summary(connection: Connection, run_pk: int, version: int, values: dict[str, Any]) -> None:
    if not version:
        connection.execute(_NEW_SUMMARY, {"run_pk": run_pk, **values})
        return
    if connection.execute(_MOVE_SUMMARY, {"own_run": run_pk, "own_version": version, **values}).rowcount != 1:
        raise ConflictError(f"The metrics of run {run_pk} were compacted by somebody else.")


def _summary_row(summary: Summary, version: int, keyset_id: int) -> dict[str, Any]:
    return {"keyset_id": keyset_id, "version": version + 1, "paged": 0, "blob": summary.encode()}


def _delete_blocks(connection: Connection, run_pk: int, pks: list[int]) -> None:
    if pks and connection.execute(_TAKE_BLOCKS, {"own_run": run_pk, "blocks": pks}).rowcount != len(pks):
        raise ConflictError(f"The blocks of run {run_pk} were merged by somebody else.")
