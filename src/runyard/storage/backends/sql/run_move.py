"""The one function that moves a run's status."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from runyard.domain.run import RunError, RunStatus, require_transition
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.mapping import to_text, to_us
from runyard.storage.backends.sql.run_update import store_change

_STARTED = {RunStatus.RUNNING, RunStatus.FINALIZING}


def move_run(
    connection: Connection,
    row: Any,
    status: RunStatus,
    *,
    reason: str | None,
    error: RunError | None,
    author: str | None = None,
    at: datetime,
) -> None:
    """Change a run's status, with its event and its change entry. Every status change goes through here.

    ``row`` was read in the same transaction, so two reports that arrive together are judged one after the other: the second sees
    what the first one left and is refused if the table of transitions rules it out.
    """
    current = RunStatus(row.status)
    require_transition(row.id, current, status)
    if status is current:
        return
    values: dict[str, Any] = {"status": status.value, "status_reason": reason}
    if status in _STARTED and row.started_at is None:
        values["started_at"] = to_us(at)
    if status.is_terminal:
        values["ended_at"] = row.ended_at if current.is_terminal else to_us(at)
    if status is RunStatus.FAILED:
        values["error"] = to_text(replace(error or RunError(message=reason or "Marked as failed."), at=at))
    store_change(connection, row, values)
    event = {"run_pk": row.pk, "status": status.value, "reason": reason, "author": author, "at": to_us(at)}
    connection.execute(_NEW_EVENT, event)


_NEW_EVENT = t.run_event.insert()
