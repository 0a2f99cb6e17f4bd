"""Runs in SQL: creation, changes, and the one function that moves a status."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.change import ChangeTopic
from runyard.domain.run import (
    ACTIVE_STATUSES,
    RunError,
    RunEventRecord,
    RunRecord,
    RunStatus,
    merge_properties,
    merge_tags,
    require_transition,
)
from runyard.errors import ConflictError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.experiment import experiment_row
from runyard.storage.backends.sql.mapping import add_change, from_text, from_us, instant, run_row, to_text, to_us, workspace_pk
from runyard.storage.backends.sql.run_query import search_runs
from runyard.storage.base import JobRecord, RunOrigin
from runyard.wire.run import NewRun, RunPage, RunQuery, UpdateRunRequest

_ACTIVE = [status.value for status in ACTIVE_STATUSES]
_WAITING = [RunStatus.QUEUED.value, RunStatus.NOT_STARTED.value]
_HELD = [s.value for s in ACTIVE_STATUSES if s not in (RunStatus.QUEUED, RunStatus.NOT_STARTED)]
_STARTED = {RunStatus.RUNNING, RunStatus.FINALIZING}


class SqlRunStore:
    """See :class:`runyard.storage.base.RunStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, workspace: str, experiment: str, runs: list[NewRun], origin: RunOrigin, *, at: datetime) -> list[RunRecord]:
        """Create runs in the order given. A run whose id is there already, in the same place, is returned as it is."""
        return self._database.write(lambda c: _create(c, workspace, experiment, runs, origin, at))

    def get(self, workspace: str, run_id: str) -> RunRecord:
        """Return the run."""
        with self._database.read() as connection:
            return _record_by_pk(connection, run_row(connection, workspace, run_id, t.run.c.pk).pk)

    def find_many(self, workspace: str, run_ids: list[str]) -> list[RunRecord]:
        """Return those of the runs that exist, in no particular order."""
        with self._database.read() as connection:
            pk = workspace_pk(connection, workspace)
            query = select_runs().where(t.run.c.workspace_pk == pk, t.run.c.id.in_(run_ids))
            return [to_record(row) for row in connection.execute(query)]

    def search(self, workspace: str, query: RunQuery, *, scope: str | None = None) -> RunPage:
        """Return a page of runs without metrics. With ``scope`` only runs of the tree with that root."""
        with self._database.read() as connection:
            rows, total, next_cursor = search_runs(connection, workspace, query, scope, select_runs())
            return RunPage(runs=[to_record(row) for row in rows], total=total, next_cursor=next_cursor)

    def update(self, workspace: str, run_id: str, request: UpdateRunRequest, *, at: datetime) -> RunRecord:
        """Apply the request."""

        def work(connection: Connection) -> RunRecord:
            row = run_row(connection, workspace, run_id)
            values = _changed_values(connection, row, request)
            if values:
                _store_change(connection, row, values)
            return _record_by_pk(connection, row.pk)

        return self._database.write(work)

    def change_status(
        self, workspace: str, run_id: str, status: RunStatus, *, reason: str | None, error: RunError | None, at: datetime
    ) -> RunRecord:
        """Move a run to ``status``; the only way a status changes. Staying as it is changes nothing."""

        def work(connection: Connection) -> RunRecord:
            row = run_row(connection, workspace, run_id)
            move_run(connection, row, status, reason=reason, error=error, at=at)
            return _record_by_pk(connection, row.pk)

        return self._database.write(work)

    def cancel_tree(self, workspace: str, run_id: str, *, reason: str, at: datetime) -> list[RunRecord]:
        """Cancel a run and all its descendants that have not ended; return those that changed."""

        def work(connection: Connection) -> list[RunRecord]:
            top = run_row(connection, workspace, run_id)
            changed = []
            for row in connection.execute(_tree(top.pk)).all():
                if RunStatus(row.status).is_terminal or row.status == RunStatus.CANCEL_REQUESTED.value:
                    continue
                has_job = row.definition is not None and row.status not in _WAITING
                status = RunStatus.CANCEL_REQUESTED if has_job else RunStatus.CANCELED
                why = reason if row.pk == top.pk else f"its ancestor {top.id} was cancelled"
                move_run(connection, row, status, reason=why, error=None, at=at)
                changed.append(_record_by_pk(connection, row.pk))
            return changed

        return self._database.write(work)

    def record_heartbeat(self, workspace: str, run_id: str, *, at: datetime) -> RunRecord:
        """Note that the runner lives. A run that was NotResponding is Running again."""

        def work(connection: Connection) -> RunRecord:
            row = run_row(connection, workspace, run_id)
            connection.execute(t.run.update().where(t.run.c.pk == row.pk).values(heartbeat_at=to_us(at)))
            if row.status == RunStatus.NOT_RESPONDING.value:
                move_run(connection, row, RunStatus.RUNNING, reason="the runner is back", error=None, at=at)
            return _record_by_pk(connection, row.pk)

        return self._database.write(work)

    def events(self, workspace: str, run_id: str) -> list[RunEventRecord]:
        """Return the changes of the run's status, oldest first."""
        with self._database.read() as connection:
            pk = run_row(connection, workspace, run_id, t.run.c.pk).pk
            query = sa.select(t.run_event).where(t.run_event.c.run_pk == pk).order_by(t.run_event.c.pk)
            return [
                RunEventRecord(run_id=run_id, status=RunStatus(row.status), at=instant(row.at), reason=row.reason)
                for row in connection.execute(query)
            ]

    def queued_jobs(self, target: str, *, limit: int) -> list[JobRecord]:
        """Return runs that wait for ``target``, the oldest first, over all workspaces."""
        return self._jobs(target, [RunStatus.QUEUED.value], limit)

    def held_jobs(self, target: str) -> list[JobRecord]:
        """Return runs that have not ended and that an engine holds."""
        return self._jobs(target, _HELD, None)

    def note_waiting(self, reasons: dict[str, str], target: str, *, at: datetime) -> None:
        """Say why runs that wait for ``target`` wait. The first reason of a run is an event; later ones replace it."""

        def work(connection: Connection) -> None:
            waiting = sa.select(t.run).where(t.run.c.target == target, t.run.c.status == RunStatus.QUEUED.value)
            for row in connection.execute(waiting).all():
                reason = reasons.get(row.id)
                if reason is None or reason == row.status_reason:
                    continue
                _store_change(connection, row, {"status_reason": reason})
                if row.status_reason is None:
                    event = {"run_pk": row.pk, "status": row.status, "reason": reason, "at": to_us(at)}
                    connection.execute(t.run_event.insert().values(**event))

        self._database.write(work)

    def claim_job(self, run: RunRecord, *, at: datetime) -> bool:
        """Take a Queued run to Starting; False when it is no longer Queued. No two callers get True for one run."""

        def work(connection: Connection) -> bool:
            row = run_row(connection, run.workspace, run.id)
            if row.status != RunStatus.QUEUED.value:
                return False
            # The heartbeat's clock starts here: the runner has this long to say its first word.
            connection.execute(t.run.update().where(t.run.c.pk == row.pk).values(heartbeat_at=to_us(at)))
            move_run(connection, row, RunStatus.STARTING, reason="the runner is being started", error=None, at=at)
            return True

        return self._database.write(work)

    def set_job_handle(self, run: RunRecord, handle: dict[str, Any] | None) -> None:
        """Keep what the engine needs to find the job again."""

        def work(connection: Connection) -> None:
            pk = run_row(connection, run.workspace, run.id, t.run.c.pk).pk
            value = None if handle is None else to_text(handle)
            connection.execute(t.run.update().where(t.run.c.pk == pk).values(job_handle=value))

        self._database.write(work)

    def count_active(self, workspace: str, target: str) -> tuple[int, int]:
        """Return how many runs of ``target`` are active and how many wait."""
        with self._database.read() as connection:
            query = (
                sa.select(t.run.c.status, sa.func.count())
                .where(t.run.c.workspace_pk == workspace_pk(connection, workspace))
                .where(t.run.c.target == target, t.run.c.status.in_(_ACTIVE), t.run.c.definition.is_not(None))
                .group_by(t.run.c.status)
            )
            counts: dict[str, int] = {row[0]: row[1] for row in connection.execute(query)}
        waiting = sum(counts.get(status, 0) for status in _WAITING)
        return sum(counts.values()) - waiting, waiting

    def _jobs(self, target: str, statuses: list[str], limit: int | None) -> list[JobRecord]:
        query = (
            select_runs()
            .where(t.run.c.target == target, t.run.c.status.in_(statuses), t.run.c.definition.is_not(None))
            .order_by(t.run.c.pk)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [
                JobRecord(run=to_record(row), depth=row.depth, handle=from_text(row.job_handle))
                for row in connection.execute(query)
            ]


def move_run(
    connection: Connection, row: Any, status: RunStatus, *, reason: str | None, error: RunError | None, at: datetime
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
    _store_change(connection, row, values)
    connection.execute(t.run_event.insert().values(run_pk=row.pk, status=status.value, reason=reason, at=to_us(at)))


def select_runs() -> sa.Select[Any]:
    """Return the query that gives rows for :func:`to_record`."""
    parent = t.run.alias("parent")
    return (
        sa.select(
            t.run, t.experiment.c.name.label("experiment"), t.workspace.c.name.label("workspace"), parent.c.id.label("parent_id")
        )
        .join(t.experiment, t.experiment.c.pk == t.run.c.experiment_pk)
        .join(t.workspace, t.workspace.c.pk == t.run.c.workspace_pk)
        .outerjoin(parent, parent.c.pk == t.run.c.parent_pk)
    )


def to_record(row: Any) -> RunRecord:
    """Return the record of a row of :func:`select_runs`."""
    error = from_text(row.error)
    return RunRecord(
        id=row.id,
        workspace=row.workspace,
        experiment=row.experiment,
        number=row.number,
        parent_id=row.parent_id,
        root_id=row.root_id,
        display_name=row.display_name,
        type=row.type,
        target=row.target,
        status=RunStatus(row.status),
        status_reason=row.status_reason,
        created_at=instant(row.created_at),
        started_at=from_us(row.started_at),
        ended_at=from_us(row.ended_at),
        heartbeat_at=from_us(row.heartbeat_at),
        submitted_by=row.submitted_by,
        description=row.description,
        tags=from_text(row.tags),
        properties=from_text(row.properties),
        script_name=row.script_name,
        definition=from_text(row.definition),
        snapshot_id=row.snapshot_id,
        error=None if error is None else RunError(**{**error, "at": datetime.fromisoformat(error["at"].replace("Z", "+00:00"))}),
        child_count=row.child_count,
        archived_at=from_us(row.archived_at),
        version=row.version,
    )


def _record_by_pk(connection: Connection, pk: int) -> RunRecord:
    return to_record(connection.execute(select_runs().where(t.run.c.pk == pk)).one())


def _tree(pk: int) -> sa.Select[Any]:
    tree = sa.select(t.run.c.pk).where(t.run.c.pk == pk).cte("tree", recursive=True)
    tree = tree.union_all(sa.select(t.run.c.pk).where(t.run.c.parent_pk == tree.c.pk))
    return sa.select(t.run).where(t.run.c.pk.in_(sa.select(tree.c.pk))).order_by(t.run.c.pk)


def _store_change(connection: Connection, row: Any, values: dict[str, Any]) -> None:
    connection.execute(t.run.update().where(t.run.c.pk == row.pk).values(version=t.run.c.version + 1, **values))
    add_change(connection, row.workspace_pk, ChangeTopic.RUN, run_id=row.id, root_id=row.root_id)


def _changed_values(connection: Connection, row: Any, request: UpdateRunRequest) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if request.display_name is not None:
        values["display_name"] = request.display_name
    if request.description is not None:
        values["description"] = request.description or None
    if request.set_tags or request.remove_tags:
        tags = merge_tags(row.id, from_text(row.tags), request.set_tags, request.remove_tags)
        values["tags"] = to_text(tags)
        _store_labels(connection, row.pk, "t", tags)
    if request.add_properties:
        properties = merge_properties(row.id, from_text(row.properties), request.add_properties)
        values["properties"] = to_text(properties)
        _store_labels(connection, row.pk, "p", properties)
    if request.snapshot_id is not None and request.snapshot_id != row.snapshot_id:
        if row.snapshot_id is not None:
            raise ConflictError(f"Run {row.id} has a snapshot already; a run keeps the first one.", run_id=row.id)
        values["snapshot_id"] = request.snapshot_id
    return values


def _store_labels(connection: Connection, run_pk: int, kind: str, labels: dict[str, Any]) -> None:
    table = t.run_label.c
    connection.execute(t.run_label.delete().where(table.run_pk == run_pk, table.kind == kind))
    if labels:
        rows = [{"run_pk": run_pk, "kind": kind, "key": key, "value": value} for key, value in labels.items()]
        connection.execute(t.run_label.insert(), rows)


def _create(
    connection: Connection, workspace: str, experiment: str, runs: list[NewRun], origin: RunOrigin, at: datetime
) -> list[RunRecord]:
    owner = experiment_row(connection, workspace, experiment)
    parent = run_row(connection, workspace, origin.parent_id) if origin.parent_id else None
    keys: list[int] = []
    new = 0
    for run in runs:
        key = _known_run(connection, owner, parent, run)
        if key is None:
            new += 1
            key = _insert_run(connection, owner, parent, run, origin, owner.run_count + new, at)
        keys.append(key)
    if new:
        connection.execute(
            t.experiment.update()
            .where(t.experiment.c.pk == owner.pk)
            .values(run_count=t.experiment.c.run_count + new, last_run_at=to_us(at))
        )
        if parent is not None:
            _store_change(connection, parent, {"child_count": t.run.c.child_count + new})
    return [_record_by_pk(connection, key) for key in keys]


def _known_run(connection: Connection, owner: Any, parent: Any, run: NewRun) -> int | None:
    if run.id is None:
        return None
    columns = (t.run.c.pk, t.run.c.experiment_pk, t.run.c.parent_pk)
    known = connection.execute(
        sa.select(*columns).where(t.run.c.workspace_pk == owner.workspace_pk, t.run.c.id == run.id)
    ).first()
    if known is None:
        return None
    if known.experiment_pk != owner.pk or known.parent_pk != (parent.pk if parent else None):
        raise ConflictError(f"There is a run {run.id!r} elsewhere in this workspace. Choose another id.", run_id=run.id)
    return int(known.pk)


def _insert_run(
    connection: Connection, owner: Any, parent: Any, run: NewRun, origin: RunOrigin, number: int, at: datetime
) -> int:
    run_id = run.id or str(uuid.uuid4())
    tags = merge_tags(run_id, {}, run.tags, [])
    properties = merge_properties(run_id, {}, run.properties)
    now = to_us(at)
    pk = connection.execute(
        t.run.insert().values(
            id=run_id,
            workspace_pk=owner.workspace_pk,
            experiment_pk=owner.pk,
            number=number,
            parent_pk=parent.pk if parent else None,
            root_pk=parent.root_pk if parent else None,
            root_id=parent.root_id if parent else run_id,
            depth=parent.depth + 1 if parent else 0,
            display_name=run.display_name or (f"run_{run_id}" if origin.definition is None else run_id),
            type=origin.type,
            target=origin.target,
            status=origin.status.value,
            created_at=now,
            started_at=now if origin.status is RunStatus.RUNNING else None,
            submitted_by=origin.submitted_by,
            tags=to_text(tags),
            properties=to_text(properties),
            script_name=origin.script_name,
            definition=None if origin.definition is None else to_text(origin.definition),
            snapshot_id=origin.snapshot_id,
        )
    ).inserted_primary_key[0]  # type: ignore[index]
    if parent is None:
        connection.execute(t.run.update().where(t.run.c.pk == pk).values(root_pk=pk))
    _store_labels(connection, pk, "t", tags)
    _store_labels(connection, pk, "p", properties)
    connection.execute(t.run_event.insert().values(run_pk=pk, status=origin.status.value, reason=None, at=now))
    root_id = parent.root_id if parent else run_id
    add_change(connection, owner.workspace_pk, ChangeTopic.RUN, experiment=owner.name, run_id=run_id, root_id=root_id)
    return int(pk)
