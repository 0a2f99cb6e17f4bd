"""Signs of life of the programs that record interactive runs."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.compute_target import LOCAL_TARGET
from runyard.domain.run import TERMINAL_STATUSES, RunStatus
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.key_list import keys_in, texts_in
from runyard.storage.backends.sql.mapping import to_us, workspace_pk
from runyard.storage.backends.sql.run_move import move_run
from runyard.storage.backends.sql.run_update import store_change

_RUN = t.run.c
_ENDED = {status.value for status in TERMINAL_STATUSES}


def record_heartbeats(connection: Connection, workspace: str, run_ids: list[str], scope: str | None, at: datetime) -> list[str]:
    """See :meth:`runyard.storage.run_base.RunStore.record_heartbeats`. Where nothing is seen to change, no change is noted."""
    own = [_RUN.workspace_pk == workspace_pk(connection, workspace), texts_in(connection, _RUN.id, run_ids), _RUN.type.is_(None)]
    if scope is not None:
        own.append(_RUN.root_id == scope)
    columns = (_RUN.pk, _RUN.id, _RUN.workspace_pk, _RUN.root_id, _RUN.status, _RUN.status_reason, _RUN.started_at, _RUN.ended_at)
    rows = connection.execute(sa.select(*columns).where(*own)).all()
    live = [row for row in rows if row.status not in _ENDED]
    if not live:
        return [row.id for row in rows]
    among = keys_in(connection, _RUN.pk, np.array([row.pk for row in live], np.int64))
    connection.execute(t.run.update().where(among).values(heartbeat_at=to_us(at)))
    for row in live:
        if row.status == RunStatus.NOT_RESPONDING.value:
            move_run(connection, row, RunStatus.RUNNING, reason=None, error=None, at=at)
        elif row.status_reason is not None and row.status == RunStatus.RUNNING.value:
            store_change(connection, row, {"status_reason": None})
    return [row.id for row in rows if row.status in _ENDED]


def is_silent(before: datetime) -> sa.ColumnElement[bool]:
    """Return the condition of :meth:`runyard.storage.run_base.RunStore.silent_runs`; an index has the first three columns."""
    is_open = sa.and_(_RUN.target == LOCAL_TARGET, _RUN.status == RunStatus.RUNNING.value, _RUN.type.is_(None))
    return sa.and_(is_open, _RUN.heartbeat_at < to_us(before), _RUN.status_reason.is_(None), _RUN.deleted_at.is_(None))
