"""Experiments in SQL."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.change import ChangeTopic
from runyard.domain.experiment import ExperimentRecord, ExperimentView
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.experiment_activity import count_runs_by_day
from runyard.storage.backends.sql.experiment_bin import delete_experiment, purge_experiment, restore_experiment
from runyard.storage.backends.sql.experiment_row import (
    changed_values,
    experiment_record,
    experiment_row,
    find_experiment,
    record_of,
)
from runyard.storage.backends.sql.mapping import (
    add_change,
    decode_cursor,
    encode_cursor,
    like_pattern,
    to_us,
    workspace_pk,
)
from runyard.wire.experiment import ExperimentPage, RunsByDay, UpdateExperimentRequest


class SqlExperimentStore:
    """See :class:`runyard.storage.base.ExperimentStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ensure(self, workspace: str, name: str, *, at: datetime) -> ExperimentRecord:
        """Return the active experiment of that name, made now when there is none."""
        with self._database.read() as connection:
            found = find_experiment(connection, workspace_pk(connection, workspace), name, active_only=True)
            if found is not None:
                return record_of(connection, workspace, found)

        def work(connection: Connection) -> ExperimentRecord:
            pk = workspace_pk(connection, workspace)
            row = find_experiment(connection, pk, name, active_only=True)
            if row is None:
                connection.execute(
                    t.experiment.insert().values(
                        id=str(uuid.uuid4()), workspace_pk=pk, name=name, tags="{}", created_at=to_us(at), last_run_at=0
                    )
                )
                add_change(connection, pk, ChangeTopic.EXPERIMENT, experiment=name)
                row = find_experiment(connection, pk, name, active_only=True)
            return record_of(connection, workspace, row)

        return self._database.write(work)

    def get(self, workspace: str, name: str) -> ExperimentRecord:
        """Return the active experiment of that name, else the one archived last."""
        with self._database.read() as connection:
            return record_of(connection, workspace, experiment_row(connection, workspace, name))

    def list(self, workspace: str, *, view: ExperimentView, text: str | None, cursor: str | None, limit: int) -> ExperimentPage:
        """Return a page of experiments, the one with the newest run first."""
        table = t.experiment.c
        with self._database.read() as connection:
            conditions: list[Any] = [table.workspace_pk == workspace_pk(connection, workspace)]
            conditions.append(table.deleted_at.is_not(None) if view is ExperimentView.DELETED else table.deleted_at.is_(None))
            if view is ExperimentView.ACTIVE_ONLY:
                conditions.append(table.archived_at.is_(None))
            elif view is ExperimentView.ARCHIVED_ONLY:
                conditions.append(table.archived_at.is_not(None))
            if text:
                pattern = like_pattern(text)
                conditions.append(
                    sa.or_(
                        sa.func.lower(table.name).like(pattern, escape="\\"),
                        sa.func.lower(sa.func.coalesce(table.description, "")).like(pattern, escape="\\"),
                    )
                )
            total = connection.execute(sa.select(sa.func.count()).select_from(t.experiment).where(*conditions)).scalar_one()
            # An experiment without runs sorts by its own birth, so a new one is not at the end of the list.
            recent = sa.case((table.last_run_at > 0, table.last_run_at), else_=table.created_at)
            query = sa.select(t.experiment, recent.label("recent")).where(*conditions)
            if cursor:
                query = query.where(sa.tuple_(recent, table.pk) < sa.tuple_(*decode_cursor(cursor, 2)))
            rows = connection.execute(query.order_by(recent.desc(), table.pk.desc()).limit(limit + 1)).all()
            page = rows[:limit]
            return ExperimentPage(
                experiments=[record_of(connection, workspace, row) for row in page],
                total=total,
                next_cursor=encode_cursor(page[-1].recent, page[-1].pk) if len(rows) > limit else None,
            )

    def update(self, workspace: str, name: str, request: UpdateExperimentRequest, *, at: datetime) -> ExperimentRecord:
        """Apply the request to what :meth:`get` returns."""

        def work(connection: Connection) -> ExperimentRecord:
            row = experiment_row(connection, workspace, name)
            values = changed_values(connection, row, request, at)
            if values:
                connection.execute(t.experiment.update().where(t.experiment.c.pk == row.pk).values(**values))
                add_change(connection, row.workspace_pk, ChangeTopic.EXPERIMENT, experiment=name)
            fresh = connection.execute(sa.select(t.experiment).where(t.experiment.c.pk == row.pk)).one()
            return record_of(connection, workspace, fresh)

        return self._database.write(work)

    def activity(self, workspace: str, experiment_ids: Sequence[str], *, since: datetime, days: int) -> RunsByDay:
        """Return how many runs each experiment got on each day from ``since`` on."""
        with self._database.read() as connection:
            return count_runs_by_day(connection, workspace_pk(connection, workspace), experiment_ids, since, days)

    def delete(self, workspace: str, name: str, *, author: str, at: datetime) -> ExperimentRecord:
        """Put an experiment into the bin, with its runs."""

        def work(connection: Connection) -> ExperimentRecord:
            return experiment_record(connection, workspace, delete_experiment(connection, workspace, name, author, at))

        return self._database.write(work)

    def restore(self, workspace: str, name: str, *, author: str, at: datetime) -> ExperimentRecord:
        """Bring an experiment back from the bin, with the runs that went there with it."""

        def work(connection: Connection) -> ExperimentRecord:
            return experiment_record(connection, workspace, restore_experiment(connection, workspace, name, author, at))

        return self._database.write(work)

    def purge(self, workspace: str, name: str) -> int:
        """Remove an experiment in the bin and its runs for good; return how many runs there were."""
        return self._database.write(lambda c: purge_experiment(c, workspace, name))
