"""Cancels whole trees in SQL, with the same few statements for one run or ten thousand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.change import ChangeTopic
from runyard.domain.run import TERMINAL_STATUSES, RunStatus, require_transition
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.mapping import to_us

_WAITING = frozenset({RunStatus.QUEUED.value, RunStatus.NOT_STARTED.value})
_LEFT_ALONE = [status.value for status in TERMINAL_STATUSES] + [RunStatus.CANCEL_REQUESTED.value]


def tree_keys(top_pk: int) -> sa.Select[Any]:
    """Return the query for the keys of a run and all its descendants."""
    tree = sa.select(t.run.c.pk).where(t.run.c.pk == top_pk).cte("tree", recursive=True)
    below = t.run.alias("below")
    tree = tree.union_all(sa.select(below.c.pk).where(below.c.parent_pk == tree.c.pk))
    return sa.select(tree.c.pk)


def cancel_runs(connection: Connection, top: Any, reason: str, author: str | None, at: datetime) -> list[int]:
    """Cancel a run and its descendants that have not ended; return the keys of those that changed, parents first."""
    run = t.run.c
    columns = (run.pk, run.id, run.root_id, run.workspace_pk, run.status, run.type.is_not(None).label("submitted"))
    query = sa.select(*columns).where(run.pk.in_(tree_keys(top.pk)), run.status.not_in(_LEFT_ALONE)).order_by(run.pk)
    rows = connection.execute(query).all()
    if not rows:
        return []
    updates, events = [], []
    for row in rows:
        has_job = row.submitted and row.status not in _WAITING
        status = RunStatus.CANCEL_REQUESTED if has_job else RunStatus.CANCELED
        require_transition(row.id, RunStatus(row.status), status)
        why = reason if row.pk == top.pk else f"its ancestor {top.id} was cancelled"
        ended = to_us(at) if status.is_terminal else None
        updates.append({"the_pk": row.pk, "the_status": status.value, "the_reason": why, "the_end": ended})
        events.append({"run_pk": row.pk, "status": status.value, "reason": why, "author": author, "at": to_us(at)})
    statement = t.run.update().where(run.pk == sa.bindparam("the_pk"))
    new_values = {"status": sa.bindparam("the_status"), "status_reason": sa.bindparam("the_reason"), "version": run.version + 1}
    connection.execute(statement.values(ended_at=sa.bindparam("the_end", type_=sa.BigInteger), **new_values), updates)
    connection.execute(t.run_event.insert(), events)
    changes = [
        {"workspace_pk": row.workspace_pk, "topic": ChangeTopic.RUN.value, "run_id": row.id, "root_id": row.root_id}
        for row in rows
    ]
    connection.execute(t.change.insert(), changes)
    return [row.pk for row in rows]
