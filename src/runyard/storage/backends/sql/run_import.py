"""Brings runs in: staged where nobody looks, then moved to their place in one transaction."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.change import ChangeTopic
from runyard.domain.run import RunRecord, RunStatus
from runyard.domain.run_import import IMPORTED
from runyard.domain.run_text import searched_text
from runyard.errors import ConflictError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.experiment_row import find_experiment
from runyard.storage.backends.sql.mapping import add_change, from_text, to_text, to_us, workspace_pk
from runyard.storage.backends.sql.run import record_by_pk
from runyard.storage.backends.sql.run_bin import purge_runs
from runyard.storage.backends.sql.run_create import create_runs
from runyard.storage.backends.sql.run_label import first_label_rows
from runyard.storage.backends.sql.workspace import STAGING
from runyard.storage.run_base import RunOrigin
from runyard.wire.run import NewRun
from runyard.wire.run_import import EventFacts, ExperimentFacts, FileFacts, FinishImportRequest, FoundImportsBody

KEPT_FOR = timedelta(days=1)
"""How long an import that was not finished waits to be gone on with."""

_EXPERIMENT = "staged"
_IN_MAX = 500


class SqlImportStore:
    """See :class:`runyard.storage.base.ImportStore`."""

    staging = STAGING

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, workspace: str, digests: dict[str, str]) -> FoundImportsBody:
        """Return which of the runs (id → digest) were brought in before, and which ids others have."""
        there: list[str] = []
        taken: list[str] = []
        with self._database.read() as connection:
            pk = workspace_pk(connection, workspace)
            known = _known(connection, pk, list(digests))
            for run_id, digest in digests.items():
                if run_id in known:
                    (there if digest in known[run_id] else taken).append(run_id)
        return FoundImportsBody(there=there, taken=taken)

    def open(self, workspace: str, run_id: str, import_id: str, *, at: datetime) -> None:
        """Make a place for a run in the staging workspace; one that is there stays as it is."""

        def work(connection: Connection) -> None:
            workspace_pk(connection, workspace)
            staging = _staging_pk(connection, at)
            purge_runs(connection, staging, t.run.c.created_at < to_us(at - KEPT_FOR))
            place = NewRun(id=import_id, display_name=run_id)
            create_runs(connection, STAGING, _EXPERIMENT, [place], RunOrigin(status=RunStatus.RUNNING, submitted_by=None), at)

        self._database.write(work)

    def finish(self, workspace: str, import_id: str, request: FinishImportRequest, *, author: str, at: datetime) -> RunRecord:
        """Move what was staged into its workspace, as the run that the request describes."""

        def work(connection: Connection) -> RunRecord:
            return record_by_pk(connection, _finish(connection, workspace, import_id, request, author, at))

        return self._database.write(work)


def _finish(
    connection: Connection, workspace: str, import_id: str, request: FinishImportRequest, author: str, at: datetime
) -> int:
    pk = workspace_pk(connection, workspace)
    facts = request.run
    known = _known(connection, pk, [facts.id])
    if facts.id in known:
        if request.digest in known[facts.id]:  # the answer to an earlier request was lost
            return int(connection.execute(sa.select(t.run.c.pk).where(_is_run(pk, facts.id))).scalar_one())
        raise ConflictError(f"There is another run {facts.id!r} in this workspace. Bring this one in as a copy.", run_id=facts.id)
    run_pk = _staged_pk(connection, import_id, facts.id)
    owner = _experiment(connection, pk, request.experiment)
    parent = _parent(connection, pk, facts.id, facts.parent_id)
    _require_snapshot(connection, pk, facts.id, facts.snapshot_id)
    _settle_files(connection, run_pk, facts.id, request.files)
    values = _values(connection, owner, parent, run_pk, request)
    connection.execute(t.run.update().where(t.run.c.pk == run_pk).values(**values))
    _settle_beside(connection, run_pk, request, author, at)
    _count(connection, owner, parent, values)
    add_change(connection, pk, ChangeTopic.RUN, experiment=owner.name, run_id=facts.id, root_id=values["root_id"])
    return run_pk


def _known(connection: Connection, workspace: int, run_ids: list[str]) -> dict[str, set[str]]:
    """Return the digests that each of the runs that exist was brought in with."""
    found: dict[str, set[str]] = {}
    event = t.run_event.c
    for start in range(0, len(run_ids), _IN_MAX):
        query = (
            sa.select(t.run.c.id, event.detail)
            .outerjoin(t.run_event, sa.and_(event.run_pk == t.run.c.pk, event.kind == IMPORTED))
            .where(t.run.c.workspace_pk == workspace, t.run.c.id.in_(run_ids[start : start + _IN_MAX]))
        )
        for run_id, detail in connection.execute(query):
            digests = found.setdefault(run_id, set())
            if detail is not None:
                digests.add(from_text(detail)["digest"])
    return found


def _is_run(workspace: int, run_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(t.run.c.workspace_pk == workspace, t.run.c.id == run_id)


def _staging_pk(connection: Connection, at: datetime) -> int:
    """Return the key of the staging workspace, made now with its experiment when it is not there."""
    pk = connection.execute(sa.select(t.workspace.c.pk).where(t.workspace.c.name == STAGING)).scalar()
    if pk is not None:
        return int(pk)
    new = t.workspace.insert().values(name=STAGING, tags="{}", created_at=to_us(at)).returning(t.workspace.c.pk)
    pk = int(connection.execute(new).scalar_one())
    row = {"id": str(uuid.uuid4()), "workspace_pk": pk, "name": _EXPERIMENT, "tags": "{}", "created_at": to_us(at)}
    connection.execute(t.experiment.insert().values(**row))
    return pk


def _staged_pk(connection: Connection, import_id: str, run_id: str) -> int:
    staged = sa.select(t.run.c.pk).join(t.workspace, t.workspace.c.pk == t.run.c.workspace_pk)
    pk = connection.execute(staged.where(t.workspace.c.name == STAGING, t.run.c.id == import_id)).scalar()
    if pk is None:
        raise ConflictError(
            f"No import of run {run_id!r} is open. One that waited for a day is given up: start it again.", run_id=run_id
        )
    return int(pk)


def _experiment(connection: Connection, workspace: int, facts: ExperimentFacts) -> Any:
    row = find_experiment(connection, workspace, facts.name, active_only=False)
    if row is not None:
        return row
    connection.execute(
        t.experiment.insert().values(
            id=str(uuid.uuid4()),
            workspace_pk=workspace,
            name=facts.name,
            description=facts.description,
            tags=to_text(facts.tags),
            created_at=to_us(facts.created_at),
            last_run_at=0,
        )
    )
    add_change(connection, workspace, ChangeTopic.EXPERIMENT, experiment=facts.name)
    return find_experiment(connection, workspace, facts.name, active_only=True)


def _parent(connection: Connection, workspace: int, run_id: str, parent_id: str | None) -> Any:
    if parent_id is None:
        return None
    row = connection.execute(sa.select(t.run).where(_is_run(workspace, parent_id), t.run.c.deleted_at.is_(None))).first()
    if row is None:
        raise ConflictError(f"The parent of run {run_id}, {parent_id}, is not there. Bring it in first.", run_id=run_id)
    return row


def _require_snapshot(connection: Connection, workspace: int, run_id: str, snapshot_id: str | None) -> None:
    c = t.snapshot.c
    there = sa.select(c.id).where(c.workspace_pk == workspace, c.id == snapshot_id)
    if snapshot_id is not None and connection.execute(there).first() is None:
        raise ConflictError(f"The snapshot of run {run_id}, {snapshot_id}, is not there. Send it first.", run_id=run_id)


def _settle_files(connection: Connection, run_pk: int, run_id: str, files: list[FileFacts]) -> None:
    c = t.artifact.c
    rows = connection.execute(sa.select(c.path, c.sha256, c.size_bytes).where(c.run_pk == run_pk)).all()
    staged = {row.path: (row.sha256, row.size_bytes) for row in rows}
    wanted = {file.path: (file.sha256, file.size_bytes) for file in files}
    wrong = sorted(path for path in staged.keys() | wanted.keys() if staged.get(path) != wanted.get(path))
    if wrong:
        raise ConflictError(
            f"{len(wrong)} of the files of run {run_id} are not the ones that were announced, first {wrong[0]!r}. Start again.",
            run_id=run_id,
        )
    if files:
        times = [{"own": f.path, "made": to_us(f.created_at), "changed": to_us(f.updated_at)} for f in files]
        update = t.artifact.update().where(c.run_pk == run_pk, c.path == sa.bindparam("own"))
        connection.execute(update.values(created_at=sa.bindparam("made"), updated_at=sa.bindparam("changed")), times)


def _values(connection: Connection, owner: Any, parent: Any, run_pk: int, request: FinishImportRequest) -> dict[str, Any]:
    facts = request.run
    return {
        "id": facts.id,
        "workspace_pk": owner.workspace_pk,
        "experiment_pk": owner.pk,
        "number": _number(connection, owner, facts.number),
        "parent_pk": parent.pk if parent else None,
        "root_pk": parent.root_pk if parent else run_pk,
        "root_id": parent.root_id if parent else facts.id,
        "depth": parent.depth + 1 if parent else 0,
        "display_name": facts.display_name,
        "type": facts.type,
        "target": facts.target,
        "status": facts.status.value,
        "status_reason": facts.status_reason,
        "created_at": to_us(facts.created_at),
        "started_at": _us(facts.started_at),
        "ended_at": _us(facts.ended_at),
        "heartbeat_at": _us(facts.heartbeat_at),
        "submitted_by": facts.submitted_by,
        "description": facts.description,
        "tags": to_text(facts.tags),
        "properties": to_text(facts.properties),
        "script_name": facts.script_name,
        "definition": None if facts.definition is None else to_text(facts.definition),
        "snapshot_id": facts.snapshot_id,
        "error": None if facts.error is None else to_text(facts.error),
        "colour": facts.colour,
        "archived_at": _us(facts.archived_at),
        "version": t.run.c.version + 1,
    }


def _number(connection: Connection, owner: Any, wanted: int | None) -> int:
    """Return the number that a run had, or the next one where another run of the experiment has it."""
    taken = sa.select(t.run.c.pk).where(t.run.c.experiment_pk == owner.pk, t.run.c.number == wanted)
    if wanted is None or connection.execute(taken.limit(1)).first() is not None:
        return int(owner.run_count) + 1
    return wanted


def _settle_beside(connection: Connection, run_pk: int, request: FinishImportRequest, author: str, at: datetime) -> None:
    facts = request.run
    for table in (t.run_label, t.run_event):
        connection.execute(table.delete().where(table.c.run_pk == run_pk))
    labels = first_label_rows(run_pk, facts.tags, facts.properties, facts.definition)
    if labels:
        connection.execute(t.run_label.insert(), labels)
    text = searched_text(
        run_id=facts.id,
        display_name=facts.display_name,
        description=facts.description,
        submitted_by=facts.submitted_by,
        tags=facts.tags,
    )
    connection.execute(t.run_search.update().where(t.run_search.c.run_pk == run_pk).values(text=text))
    detail = {"digest": request.digest, "source": request.source}
    brought = EventFacts(kind=IMPORTED, status=facts.status, at=at, author=author, detail=detail)
    connection.execute(t.run_event.insert(), [_event_row(run_pk, event) for event in [*request.events, brought]])


def _event_row(run_pk: int, event: EventFacts) -> dict[str, Any]:
    return {
        "run_pk": run_pk,
        "kind": event.kind,
        "status": event.status.value,
        "reason": event.reason,
        "author": event.author,
        "detail": None if event.detail is None else to_text(event.detail),
        "at": to_us(event.at),
    }


def _count(connection: Connection, owner: Any, parent: Any, values: dict[str, Any]) -> None:
    # New runs get the number after run_count, so it never lies below a number that is taken.
    counted = {
        "run_count": max(owner.run_count + 1, values["number"]),
        "last_run_at": max(owner.last_run_at, values["created_at"]),
    }
    connection.execute(t.experiment.update().where(t.experiment.c.pk == owner.pk).values(**counted))
    if parent is not None:
        children = {"child_count": t.run.c.child_count + 1, "version": t.run.c.version + 1}
        connection.execute(t.run.update().where(t.run.c.pk == parent.pk).values(**children))
        add_change(connection, owner.workspace_pk, ChangeTopic.RUN, run_id=parent.id, root_id=parent.root_id)


def _us(instant: datetime | None) -> int | None:
    return None if instant is None else to_us(instant)
