"""Many runs brought into blocks together: small ones that have nothing in blocks yet, as most runs are when they end.

A run alone takes a dozen statements and a commit of its own; together they share them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.errors import ConflictError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.metric_compaction import NewBlock, plan_compaction
from runyard.storage.backends.sql.metric_group import grouped
from runyard.storage.backends.sql.metric_key import KeyBook
from runyard.storage.backends.sql.metric_stored import StoredBlocks
from runyard.storage.backends.sql.metric_summary import Summary
from runyard.storage.backends.sql.metric_tail import join_tail, read_tails

RUNS = 64
"""Runs that share a transaction."""

POINTS_MAX = 4096
"""A tail of more points is compacted by itself; fewer never fill a block."""

ROWS_MAX = 16


@dataclass(slots=True)
class FreshRun:
    """What a run's tail becomes: its summary and, unless it has no points, one open block."""

    run_pk: int
    tail_pks: list[int]
    points: int
    summary: Summary
    blocks: list[NewBlock]


def is_small(rows: int, points: int) -> bool:
    """Return whether a tail is one that is brought into blocks with others."""
    return rows <= ROWS_MAX and points <= POINTS_MAX


def read_fresh(connection: Connection, book: KeyBook, run_pks: Sequence[int]) -> list[FreshRun]:
    """Return what becomes of those runs that have a small tail and nothing in blocks."""
    stored = set(connection.execute(sa.select(t.run_summary.c.run_pk).where(t.run_summary.c.run_pk.in_(run_pks))).scalars())
    found = []
    for run_pk, rows in read_tails(connection, [run_pk for run_pk in run_pks if run_pk not in stored]).items():
        tail = join_tail(rows[: ROWS_MAX + 1])
        if not is_small(len(rows), len(tail.points)):
            continue
        nothing = StoredBlocks(connection, book, run_pk, [])
        nothing.use_open_blocks([])
        plan = plan_compaction(Summary(), nothing, grouped(tail), book.names(connection, tail.keys))
        found.append(FreshRun(run_pk, [pk for pk, _ in rows], len(tail.points), plan.summary, plan.blocks))
    return found


def store_fresh(
    connection: Connection, runs: Sequence[FreshRun], summaries: list[dict[str, Any]], blocks: list[dict[str, Any]]
) -> None:
    """Make it true for all these runs, or for none.

    Raises:
        ConflictError: one of them was purged or compacted meanwhile.
    """
    tail_pks = [pk for run in runs for pk in run.tail_pks]
    run_pks = [run.run_pk for run in runs]
    tail = t.metric_tail.c
    there = connection.execute(sa.select(sa.func.count()).where(t.run.c.pk.in_(run_pks))).scalar_one()
    compacted = connection.execute(sa.select(sa.func.count()).where(t.run_summary.c.run_pk.in_(run_pks))).scalar_one()
    gone = connection.execute(t.metric_tail.delete().where(tail.run_pk.in_(run_pks), tail.pk.in_(tail_pks))).rowcount
    if (there, compacted, gone) != (len(runs), 0, len(tail_pks)):
        raise ConflictError("A run was purged or compacted while its metrics were.")
    connection.execute(t.run_summary.insert(), summaries)
    if blocks:
        connection.execute(t.metric_block.insert(), blocks)
