"""Cancels whole trees in SQL, with the same few statements for one run or ten thousand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.change import ChangeTopic
from runyard.domain.run import TERMINAL_STATUSES, RunStatus, require_transition
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.key_list import keys_in
from runyard.storage.backends.sql.mapping import to_us

_WAITING = frozenset({RunStatus.QUEUED.value, RunStatus.NOT_STARTED.value})
_LEFT_ALONE = [status.value for status in TERMINAL_STATUSES] + [RunStatus.CANCEL_REQUESTED.value]


def tree_keys(top_pk: int) -> sa.Select[Any]:
    """Return the query for the keys of a run and all its descendants."""
    tree = sa.select(t.run.c.pk).where(t.run.c.pk == top_pk).cte("tree", recursive=True)
    below = t.run.alias("below")
    tree = tree.union_all(sa.select(below.c.pk).where(below.c.parent_pk == tree.c.pk))
    return sa.select(tree.c.pk)


def cancel_runs(connection: Connection, top: Any, reason: str, author: str | None, at: datetime) -> list[str]:
    """Cancel a run and its descendants that have not ended; return the ids of those that changed, parents first."""
    run = t.run.c
    columns = (run.pk, run.id, run.status, run.type.is_not(None).label("submitted"))
    query = sa.select(*columns).where(run.pk.in_(tree_keys(top.pk)), run.status.not_in(_LEFT_ALONE)).order_by(run.pk)
    rows = connection.execute(query).all()
    alike: dict[tuple[RunStatus, str], list[int]] = {}
    for row in rows:
        has_job = row.submitted and row.status not in _WAITING
        status = RunStatus.CANCEL_REQUESTED if has_job else RunStatus.CANCELED
        require_transition(row.id, RunStatus(row.status), status)
        why = reason if row.pk == top.pk else f"its ancestor {top.id} was cancelled"
        alike.setdefault((status, why), []).append(row.pk)
    for (status, why), pks in alike.items():
        _cancel_alike(connection, pks, status, why, author, to_us(at))
    return [row.id for row in rows]


def _cancel_alike(connection: Connection, pks: list[int], status: RunStatus, why: str, author: str | None, at_us: int) -> None:
    """Give all of these runs the status, with its events and changes."""
    run = t.run.c
    among = keys_in(connection, run.pk, np.array(pks, np.int64))
    values = {"status": status.value, "status_reason": why, "version": run.version + 1}
    ended = {"ended_at": at_us} if status.is_terminal else {}
    connection.execute(t.run.update().where(among).values(**values, **ended))
    event = {"status": status.value, "reason": why, "author": author, "at": at_us}
    same = [sa.literal(value, t.run_event.c[name].type) for name, value in event.items()]
    events = sa.select(run.pk, *same).where(among).order_by(run.pk)
    connection.execute(t.run_event.insert().from_select(["run_pk", *event], events))
    topic = sa.literal(ChangeTopic.RUN.value)
    changes = sa.select(run.workspace_pk, topic, run.id, run.root_id).where(among).order_by(run.pk)
    connection.execute(t.change.insert().from_select(["workspace_pk", "topic", "run_id", "root_id"], changes))
