"""Creates runs in SQL, one or ten thousand with the same few statements."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.change import ChangeTopic
from runyard.domain.run import RunStatus, merge_properties, merge_tags
from runyard.errors import ConflictError, NotFoundError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.experiment_row import experiment_row
from runyard.storage.backends.sql.key_list import texts_in
from runyard.storage.backends.sql.mapping import from_text, run_row, to_text, to_us
from runyard.storage.backends.sql.row_insert import insert_rows
from runyard.storage.backends.sql.run_label import first_label_rows, search_row
from runyard.storage.run_base import RunOrigin
from runyard.wire.run import NewRun

_LOOK_UP_MAX = 5000

# Statements are made once: to make one takes longer than to run it.
_OWN_ROOT = t.run.update().where(t.run.c.pk == sa.bindparam("own_pk")).values(root_pk=sa.bindparam("own_pk"))
_COUNT = (
    t.experiment.update()
    .where(t.experiment.c.pk == sa.bindparam("own_pk"))
    .values(run_count=t.experiment.c.run_count + sa.bindparam("new"), last_run_at=sa.bindparam("now"))
)


def create_runs(
    connection: Connection, workspace: str, experiment: str, runs: list[NewRun], origin: RunOrigin, at: datetime
) -> list[int]:
    """Return the keys of runs in the order given; those that are not there yet are created.

    Raises:
        ConflictError: an id belongs to another experiment or parent, or to a run in the bin.
    """
    owner = experiment_row(connection, workspace, experiment)
    parent = run_row(connection, workspace, origin.parent_id) if origin.parent_id else None
    if parent is not None and parent.deleted_at is not None:
        raise NotFoundError(f"Run {parent.id!r} is in the bin. Restore it before it gets children.", run_id=parent.id)
    ids = [run.id or str(uuid.uuid4()) for run in runs]
    keys = _known_runs(connection, owner, parent, ids)
    fresh: dict[str, NewRun] = {}
    for run_id, run in zip(ids, runs, strict=True):
        if run_id not in keys:
            fresh.setdefault(run_id, run)
    if fresh:
        keys.update(_insert(connection, owner, parent, fresh, origin, at))
        _count(connection, owner, parent, len(fresh), at)
    return [keys[run_id] for run_id in ids]


def _known_runs(connection: Connection, owner: Any, parent: Any, ids: list[str]) -> dict[str, int]:
    run = t.run.c
    keys: dict[str, int] = {}
    for start in range(0, len(ids), _LOOK_UP_MAX):
        query = sa.select(run.id, run.pk, run.experiment_pk, run.parent_pk, run.deleted_at).where(
            run.workspace_pk == owner.workspace_pk, texts_in(connection, run.id, ids[start : start + _LOOK_UP_MAX])
        )
        for row in connection.execute(query):
            if row.experiment_pk != owner.pk or row.parent_pk != (parent.pk if parent else None):
                raise ConflictError(f"There is a run {row.id!r} elsewhere in this workspace. Choose another id.", run_id=row.id)
            if row.deleted_at is not None:
                raise ConflictError(f"Run {row.id!r} is in the bin. Restore it, or choose another id.", run_id=row.id)
            keys[row.id] = int(row.pk)
    return keys


def _insert(
    connection: Connection, owner: Any, parent: Any, runs: dict[str, NewRun], origin: RunOrigin, at: datetime
) -> dict[str, int]:
    rows = [
        _row(owner, parent, run_id, run, origin, owner.run_count + place, at)
        for place, (run_id, run) in enumerate(runs.items(), start=1)
    ]
    insert_rows(connection, t.run, rows)
    found = sa.select(t.run.c.id, t.run.c.pk).where(t.run.c.workspace_pk == owner.workspace_pk)
    keys = {}
    for start in range(0, len(rows), _LOOK_UP_MAX):
        own = [row["id"] for row in rows[start : start + _LOOK_UP_MAX]]
        keys.update({row.id: int(row.pk) for row in connection.execute(found.where(texts_in(connection, t.run.c.id, own)))})
    pks = [keys[run_id] for run_id in runs]
    if parent is None:
        connection.execute(_OWN_ROOT, [{"own_pk": pk} for pk in pks])
    _insert_beside(connection, pks, rows)
    changes = [
        {
            "workspace_pk": owner.workspace_pk,
            "topic": ChangeTopic.RUN.value,
            "experiment": owner.name,
            "run_id": row["id"],
            "root_id": row["root_id"],
        }
        for row in rows
    ]
    insert_rows(connection, t.change, changes)
    return keys


def _insert_beside(connection: Connection, pks: list[int], rows: list[dict[str, Any]]) -> None:
    labels, searched, events = [], [], []
    for pk, row in zip(pks, rows, strict=True):
        tags = from_text(row["tags"])
        labels += first_label_rows(pk, tags, from_text(row["properties"]), from_text(row["definition"]))
        searched.append(search_row(pk, row["id"], row["display_name"], row["submitted_by"], tags))
        events.append({"run_pk": pk, "status": row["status"], "author": row["submitted_by"], "at": row["created_at"]})
    insert_rows(connection, t.run_label, labels)
    insert_rows(connection, t.run_search, searched)
    insert_rows(connection, t.run_event, events)


def _row(owner: Any, parent: Any, run_id: str, run: NewRun, origin: RunOrigin, number: int, at: datetime) -> dict[str, Any]:
    now = to_us(at)
    definition = origin.definition
    if definition is None and run.arguments:
        definition = {"spec": {"arguments": run.arguments}, "arguments": run.arguments}
    return {
        "id": run_id,
        "workspace_pk": owner.workspace_pk,
        "experiment_pk": owner.pk,
        "number": number,
        "parent_pk": parent.pk if parent else None,
        "root_pk": parent.root_pk if parent else None,
        "root_id": parent.root_id if parent else run_id,
        "depth": parent.depth + 1 if parent else 0,
        "display_name": run.display_name or (f"run_{run_id}" if origin.definition is None else run_id),
        "type": origin.type,
        "target": origin.target,
        "status": origin.status.value,
        "created_at": now,
        "started_at": now if origin.status is RunStatus.RUNNING else None,
        "submitted_by": origin.submitted_by,
        "tags": to_text(merge_tags(run_id, {}, run.tags, [])),
        "properties": to_text(merge_properties(run_id, {}, run.properties)),
        "script_name": origin.script_name,
        "definition": None if definition is None else to_text(definition),
        "snapshot_id": origin.snapshot_id,
    }


def _count(connection: Connection, owner: Any, parent: Any, new: int, at: datetime) -> None:
    connection.execute(_COUNT, {"own_pk": owner.pk, "new": new, "now": to_us(at)})
    if parent is not None:
        children = {"child_count": t.run.c.child_count + new, "version": t.run.c.version + 1}
        connection.execute(t.run.update().where(t.run.c.pk == parent.pk).values(**children))
        row = {"workspace_pk": owner.workspace_pk, "topic": ChangeTopic.RUN.value, "run_id": parent.id, "root_id": parent.root_id}
        connection.execute(t.change.insert(), [row])
