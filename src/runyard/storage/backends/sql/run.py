"""Runs in SQL: creation, changes, and what they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.run import (
    ACTIVE_STATUSES,
    RunError,
    RunEventRecord,
    RunRecord,
    RunStatus,
)
from runyard.domain.run_filter_ast import Field
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.experiment_bin import purge_experiments_deleted_before
from runyard.storage.backends.sql.key_list import keys_in
from runyard.storage.backends.sql.mapping import columns_of, from_text, from_us, instant, run_row, to_text, to_us, workspace_pk
from runyard.storage.backends.sql.metric_rank import MetricRanking
from runyard.storage.backends.sql.run_beat import is_silent, record_heartbeats
from runyard.storage.backends.sql.run_bin import delete_tree, purge_deleted_before, purge_tree, restore_tree
from runyard.storage.backends.sql.run_cancel import cancel_runs
from runyard.storage.backends.sql.run_create import create_runs
from runyard.storage.backends.sql.run_move import move_run
from runyard.storage.backends.sql.run_query import search_runs
from runyard.storage.backends.sql.run_row import read_labels, select_rows, to_row
from runyard.storage.backends.sql.run_update import store_change, update_run
from runyard.storage.run_base import JobRecord, RunOrigin
from runyard.wire.run import NewRun, RunPage, RunQuery, UpdateRunRequest, UpdateRunsRequest
from runyard.wire.run_row import RunRowPage

_ACTIVE = [status.value for status in ACTIVE_STATUSES]
_WAITING = [RunStatus.QUEUED.value, RunStatus.NOT_STARTED.value]
_HELD = [s.value for s in ACTIVE_STATUSES if s not in (RunStatus.QUEUED, RunStatus.NOT_STARTED)]
_READ_TOGETHER = 1000


class SqlRunStore:
    """See :class:`runyard.storage.base.RunStore`."""

    def __init__(self, database: Database, ranking: MetricRanking | None = None) -> None:
        self._database = database
        self._ranking = ranking

    def create(self, workspace: str, experiment: str, runs: list[NewRun], origin: RunOrigin, *, at: datetime) -> list[RunRecord]:
        """Create runs in the order given. A run whose id is there already, in the same place, is returned as it is."""

        def work(connection: Connection) -> list[RunRecord]:
            return _records_by_pk(connection, create_runs(connection, workspace, experiment, runs, origin, at))

        return self._database.write(work)

    def get(self, workspace: str, run_id: str) -> RunRecord:
        """Return the run."""
        with self._database.read() as connection:
            return record_by_pk(connection, run_row(connection, workspace, run_id, t.run.c.pk).pk)

    def find_many(self, workspace: str, run_ids: list[str]) -> list[RunRecord]:
        """Return those of the runs that exist, in no particular order."""
        with self._database.read() as connection:
            pk = workspace_pk(connection, workspace)
            query = select_runs().where(t.run.c.workspace_pk == pk, t.run.c.id.in_(run_ids))
            return [to_record(row) for row in connection.execute(query)]

    def children(self, workspace: str, run_ids: list[str]) -> dict[str, list[str]]:
        """Return the ids of the runs' children, oldest first, by the parent's id. Those in the bin are left out."""
        parent, child = t.run.alias("parent"), t.run.alias("child")
        found: dict[str, list[str]] = {}
        with self._database.read() as connection:
            query = sa.select(parent.c.id, child.c.id).join(child, child.c.parent_pk == parent.c.pk)
            own = parent.c.workspace_pk == workspace_pk(connection, workspace)
            query = query.where(own, parent.c.id.in_(run_ids), child.c.deleted_at.is_(None))
            for parent_id, child_id in connection.execute(query.order_by(child.c.created_at, child.c.pk)):
                found.setdefault(parent_id, []).append(child_id)
        return found

    def search(self, workspace: str, query: RunQuery, *, at: datetime, scope: str | None = None) -> RunPage:
        """Return a page of runs without metrics. With ``scope`` only runs of the tree with that root."""
        with self._database.read() as connection:
            rows, total, next_cursor = search_runs(
                connection, workspace, query, scope, select_runs(), at=at, ranking=self._ranking
            )
            return RunPage(runs=[to_record(row) for row in rows], total=total, next_cursor=next_cursor)

    def rows(self, workspace: str, query: RunQuery, labels: list[Field], *, at: datetime, scope: str | None = None) -> RunRowPage:
        """Return a page of runs as rows, with the values of ``labels``."""
        with self._database.read() as connection:
            found, total, next_cursor = search_runs(
                connection, workspace, query, scope, select_rows(), at=at, ranking=self._ranking
            )
            own = read_labels(connection, [row.pk for row in found], labels)
        places = [(field.name, field.key or "") for field in labels]
        rows = [replace(to_row(row), values=[own.get(row.pk, {}).get(place) for place in places]) for row in found]
        return RunRowPage(rows=rows, total=total, next_cursor=next_cursor)

    def update(
        self, workspace: str, run_id: str, request: UpdateRunRequest, *, author: str | None = None, at: datetime
    ) -> RunRecord:
        """Apply the request."""

        def work(connection: Connection) -> RunRecord:
            return record_by_pk(connection, update_run(connection, workspace, run_id, request, author, at))

        return self._database.write(work)

    def update_many(self, workspace: str, request: UpdateRunsRequest, *, author: str | None, at: datetime) -> list[RunRecord]:
        """Apply the request to all its runs or to none; return them in the order given."""
        one = UpdateRunRequest(set_tags=request.set_tags, remove_tags=request.remove_tags, archived=request.archived)

        def work(connection: Connection) -> list[RunRecord]:
            pks = [update_run(connection, workspace, run_id, one, author, at) for run_id in request.run_ids]
            return _records_by_pk(connection, pks)

        return self._database.write(work)

    def delete(self, workspace: str, run_id: str, *, author: str, at: datetime) -> RunRecord:
        """Put a run and its descendants into the bin."""
        return self._database.write(lambda c: record_by_pk(c, delete_tree(c, workspace, run_id, author, at)))

    def restore(self, workspace: str, run_id: str, *, author: str, at: datetime) -> RunRecord:
        """Bring a run back from the bin, with those descendants that went there with it."""
        return self._database.write(lambda c: record_by_pk(c, restore_tree(c, workspace, run_id, author, at)))

    def purge(self, workspace: str, run_id: str) -> int:
        """Remove a run in the bin and its descendants for good; return how many there were."""
        return self._database.write(lambda c: purge_tree(c, workspace, run_id))

    def purge_deleted_before(self, workspace: str, before: datetime) -> int:
        """Purge all that went into the bin before an instant, runs and experiments; return how many runs there were."""

        def work(connection: Connection) -> int:
            pk = workspace_pk(connection, workspace)
            gone = purge_deleted_before(connection, pk, before)
            purge_experiments_deleted_before(connection, pk, before)
            return gone

        return self._database.write(work)

    def change_status(
        self,
        workspace: str,
        run_id: str,
        status: RunStatus,
        *,
        reason: str | None,
        error: RunError | None,
        author: str | None = None,
        at: datetime,
    ) -> RunRecord:
        """Move a run to ``status``; the only way a status changes. Staying as it is changes nothing."""

        def work(connection: Connection) -> RunRecord:
            row = run_row(connection, workspace, run_id)
            move_run(connection, row, status, reason=reason, error=error, author=author, at=at)
            return record_by_pk(connection, row.pk)

        return self._database.write(work)

    def cancel_tree(self, workspace: str, run_id: str, *, reason: str, author: str | None = None, at: datetime) -> list[str]:
        """Cancel a run and all its descendants that have not ended; return the ids of those that changed."""

        def work(connection: Connection) -> list[str]:
            return cancel_runs(connection, run_row(connection, workspace, run_id), reason, author, at)

        return self._database.write(work)

    def record_heartbeat(self, workspace: str, run_id: str, *, at: datetime) -> RunRecord:
        """Note that the runner lives. A run that was NotResponding is Running again."""

        def work(connection: Connection) -> RunRecord:
            row = run_row(connection, workspace, run_id)
            connection.execute(t.run.update().where(t.run.c.pk == row.pk).values(heartbeat_at=to_us(at)))
            if row.status == RunStatus.NOT_RESPONDING.value:
                move_run(connection, row, RunStatus.RUNNING, reason="the runner is back", error=None, at=at)
                connection.execute(t.run.update().where(t.run.c.pk == row.pk).values(status_reason=None))  # no doubt is left
            return record_by_pk(connection, row.pk)

        return self._database.write(work)

    def record_heartbeats(self, workspace: str, run_ids: list[str], *, scope: str | None = None, at: datetime) -> list[str]:
        """Note that the program lives that records interactive runs; return the ids of those that have ended."""
        return self._database.write(lambda c: record_heartbeats(c, workspace, run_ids, scope, at))

    def silent_runs(self, before: datetime, *, limit: int) -> list[RunRecord]:
        """Return Running interactive runs whose program gave its last sign of life before an instant, and nobody has said so."""
        with self._database.read() as connection:
            return [to_record(row) for row in connection.execute(select_runs().where(is_silent(before)).limit(limit))]

    def note_silence(self, run: RunRecord, reason: str, *, before: datetime) -> None:
        """Say of one of :meth:`silent_runs` why it may run no more."""

        def work(connection: Connection) -> None:
            row = run_row(connection, run.workspace, run.id)
            if connection.execute(sa.select(t.run.c.pk).where(t.run.c.pk == row.pk, is_silent(before))).first() is not None:
                store_change(connection, row, {"status_reason": reason})

        self._database.write(work)

    def events(self, workspace: str, run_id: str) -> list[RunEventRecord]:
        """Return the changes of the run, oldest first."""
        with self._database.read() as connection:
            pk = run_row(connection, workspace, run_id, t.run.c.pk).pk
            query = sa.select(t.run_event).where(t.run_event.c.run_pk == pk).order_by(t.run_event.c.pk)
            return [
                RunEventRecord(
                    run_id=run_id,
                    status=RunStatus(row.status),
                    at=instant(row.at),
                    reason=row.reason,
                    kind=row.kind,
                    author=row.author,
                    detail=from_text(row.detail),
                )
                for row in connection.execute(query)
            ]

    def queued_jobs(self, target: str, *, limit: int) -> list[JobRecord]:
        """Return runs that wait for ``target``, the oldest first: ``limit`` of each level of the run tree."""
        waits = sa.and_(t.run.c.target == target, t.run.c.status == RunStatus.QUEUED.value, t.run.c.type.is_not(None))
        place = sa.func.row_number().over(partition_by=t.run.c.depth, order_by=t.run.c.pk).label("place")
        placed = sa.select(t.run.c.pk, place).where(waits).subquery()
        return self._jobs(t.run.c.pk.in_(sa.select(placed.c.pk).where(placed.c.place <= limit)))

    def held_jobs(self, target: str) -> list[JobRecord]:
        """Return runs that have not ended and that an engine holds."""
        return self._jobs(sa.and_(t.run.c.target == target, t.run.c.status.in_(_HELD), t.run.c.type.is_not(None)))

    def note_waiting(self, reasons: dict[str, str], target: str, *, at: datetime) -> None:
        """Say why runs that wait for ``target`` wait. The first reason of a run is an event; later ones replace it."""

        def work(connection: Connection) -> None:
            waiting = sa.select(t.run).where(t.run.c.target == target, t.run.c.status == RunStatus.QUEUED.value)
            for row in connection.execute(waiting).all():
                reason = reasons.get(row.id)
                if reason is None or reason == row.status_reason:
                    continue
                store_change(connection, row, {"status_reason": reason})
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
                .where(t.run.c.target == target, t.run.c.status.in_(_ACTIVE), t.run.c.type.is_not(None))
                .group_by(t.run.c.status)
            )
            counts: dict[str, int] = {row[0]: row[1] for row in connection.execute(query)}
        waiting = sum(counts.get(status, 0) for status in _WAITING)
        return sum(counts.values()) - waiting, waiting

    def _jobs(self, which: sa.ColumnElement[bool]) -> list[JobRecord]:
        query = select_runs().where(which).order_by(t.run.c.pk)
        with self._database.read() as connection:
            return [
                JobRecord(run=to_record(row), depth=row.depth, handle=from_text(row.job_handle))
                for row in connection.execute(query)
            ]


@cache
def select_runs() -> sa.Select[Any]:
    """Return the query that gives rows for :func:`to_record`. It is made once: that takes longer than most queries."""
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
    own = columns_of(row)
    error = from_text(own["error"])
    return RunRecord(
        id=own["id"],
        workspace=own["workspace"],
        experiment=own["experiment"],
        number=own["number"],
        parent_id=own["parent_id"],
        root_id=own["root_id"],
        display_name=own["display_name"],
        type=own["type"],
        target=own["target"],
        status=RunStatus(own["status"]),
        status_reason=own["status_reason"],
        created_at=instant(own["created_at"]),
        started_at=from_us(own["started_at"]),
        ended_at=from_us(own["ended_at"]),
        heartbeat_at=from_us(own["heartbeat_at"]),
        submitted_by=own["submitted_by"],
        description=own["description"],
        tags=from_text(own["tags"]),
        properties=from_text(own["properties"]),
        script_name=own["script_name"],
        definition=from_text(own["definition"]),
        snapshot_id=own["snapshot_id"],
        error=None if error is None else RunError(**{**error, "at": datetime.fromisoformat(error["at"].replace("Z", "+00:00"))}),
        child_count=own["child_count"],
        colour=own["colour"],
        archived_at=from_us(own["archived_at"]),
        deleted_at=from_us(own["deleted_at"]),
        deleted_by=own["deleted_by"],
        version=own["version"],
    )


def record_by_pk(connection: Connection, pk: int) -> RunRecord:
    """Return the run of a key."""
    return to_record(connection.execute(_select_run(), {"run_pk": pk}).one())


@cache
def _select_run() -> sa.Select[Any]:
    return select_runs().where(t.run.c.pk == sa.bindparam("run_pk"))


def _records_by_pk(connection: Connection, pks: list[int]) -> list[RunRecord]:
    if len(pks) == 1:
        return [record_by_pk(connection, pks[0])]
    found: dict[int, RunRecord] = {}
    for start in range(0, len(pks), _READ_TOGETHER):
        some = np.array(pks[start : start + _READ_TOGETHER], np.int64)
        part = select_runs().where(keys_in(connection, t.run.c.pk, some))
        found.update({row.pk: to_record(row) for row in connection.execute(part)})
    return [found[pk] for pk in pks]
