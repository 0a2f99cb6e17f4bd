"""Experiments in SQL."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.change import ChangeTopic
from runyard.domain.experiment import ExperimentRecord, ExperimentView
from runyard.domain.run import ACTIVE_STATUSES
from runyard.errors import ConflictError, NotFoundError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.mapping import (
    add_change,
    decode_cursor,
    encode_cursor,
    from_text,
    from_us,
    instant,
    like_pattern,
    to_text,
    to_us,
    workspace_pk,
)
from runyard.wire.experiment import ExperimentPage, UpdateExperimentRequest

_ACTIVE = [status.value for status in ACTIVE_STATUSES]


class SqlExperimentStore:
    """See :class:`runyard.storage.base.ExperimentStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ensure(self, workspace: str, name: str, *, at: datetime) -> ExperimentRecord:
        """Return the active experiment of that name, made now when there is none."""
        with self._database.read() as connection:
            found = _find(connection, workspace_pk(connection, workspace), name, active_only=True)
            if found is not None:
                return _record(connection, workspace, found)

        def work(connection: Connection) -> ExperimentRecord:
            pk = workspace_pk(connection, workspace)
            row = _find(connection, pk, name, active_only=True)
            if row is None:
                connection.execute(
                    t.experiment.insert().values(
                        id=str(uuid.uuid4()), workspace_pk=pk, name=name, tags="{}", created_at=to_us(at), last_run_at=0
                    )
                )
                add_change(connection, pk, ChangeTopic.EXPERIMENT, experiment=name)
                row = _find(connection, pk, name, active_only=True)
            return _record(connection, workspace, row)

        return self._database.write(work)

    def get(self, workspace: str, name: str) -> ExperimentRecord:
        """Return the active experiment of that name, else the one archived last."""
        with self._database.read() as connection:
            return _record(connection, workspace, experiment_row(connection, workspace, name))

    def list(self, workspace: str, *, view: ExperimentView, text: str | None, cursor: str | None, limit: int) -> ExperimentPage:
        """Return a page of experiments, the one with the newest run first."""
        table = t.experiment.c
        with self._database.read() as connection:
            conditions: list[Any] = [table.workspace_pk == workspace_pk(connection, workspace)]
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
                experiments=[_record(connection, workspace, row) for row in page],
                total=total,
                next_cursor=encode_cursor(page[-1].recent, page[-1].pk) if len(rows) > limit else None,
            )

    def update(self, workspace: str, name: str, request: UpdateExperimentRequest, *, at: datetime) -> ExperimentRecord:
        """Apply the request to what :meth:`get` returns."""

        def work(connection: Connection) -> ExperimentRecord:
            row = experiment_row(connection, workspace, name)
            values = _changed_values(connection, row, request, at)
            if values:
                connection.execute(t.experiment.update().where(t.experiment.c.pk == row.pk).values(**values))
                add_change(connection, row.workspace_pk, ChangeTopic.EXPERIMENT, experiment=name)
            fresh = connection.execute(sa.select(t.experiment).where(t.experiment.c.pk == row.pk)).one()
            return _record(connection, workspace, fresh)

        return self._database.write(work)


def experiment_row(connection: Connection, workspace: str, name: str) -> Any:
    """Return the active experiment of that name, else the one archived last, or raise :class:`NotFoundError`."""
    row = _find(connection, workspace_pk(connection, workspace), name, active_only=False)
    if row is None:
        raise NotFoundError(
            f"There is no experiment {name!r} in workspace {workspace!r}. `runyard experiment list` shows those there are.",
            experiment=name,
        )
    return row


def _find(connection: Connection, workspace: int, name: str, *, active_only: bool) -> Any:
    table = t.experiment.c
    query = sa.select(t.experiment).where(table.workspace_pk == workspace, table.name == name)
    if active_only:
        query = query.where(table.archived_at.is_(None))
    return connection.execute(query.order_by(table.archived_at.is_(None).desc(), table.archived_at.desc()).limit(1)).first()


def _changed_values(connection: Connection, row: Any, request: UpdateExperimentRequest, at: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if request.description is not None:
        values["description"] = request.description
    if request.set_tags or request.remove_tags:
        tags = {**from_text(row.tags), **request.set_tags}
        values["tags"] = to_text({key: value for key, value in tags.items() if key not in request.remove_tags})
    if request.default_view_id is not None:
        values["default_view_id"] = request.default_view_id or None
    if request.archived is True and row.archived_at is None:
        values["archived_at"] = to_us(at)
    if request.archived is False and row.archived_at is not None:
        if _find(connection, row.workspace_pk, row.name, active_only=True) is not None:
            raise ConflictError(
                f"Experiment {row.name!r} cannot be reactivated: another active experiment has its name. Archive that one first.",
                experiment=row.name,
            )
        values["archived_at"] = None
    return values


def _record(connection: Connection, workspace: str, row: Any) -> ExperimentRecord:
    runs = t.run.c
    last = connection.execute(
        sa.select(runs.id, runs.status, runs.created_at)
        .where(runs.experiment_pk == row.pk)
        .order_by(runs.created_at.desc(), runs.pk.desc())
        .limit(1)
    ).first()
    active = connection.execute(
        sa.select(sa.func.count()).where(runs.experiment_pk == row.pk, runs.status.in_(_ACTIVE))
    ).scalar_one()
    return ExperimentRecord(
        id=row.id,
        workspace=workspace,
        name=row.name,
        description=row.description,
        tags=from_text(row.tags),
        created_at=instant(row.created_at),
        default_view_id=row.default_view_id,
        archived_at=from_us(row.archived_at),
        run_count=row.run_count,
        active_run_count=active,
        last_run_id=last.id if last else None,
        last_run_status=last.status if last else None,
        last_run_at=from_us(last.created_at) if last else None,
    )
