"""The rows of experiments: found by name, changed, and read as records."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.experiment import ExperimentRecord
from runyard.domain.run import ACTIVE_STATUSES
from runyard.errors import ConflictError, NotFoundError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.mapping import from_text, from_us, instant, to_text, to_us, workspace_pk
from runyard.wire.experiment import UpdateExperimentRequest

_ACTIVE = [status.value for status in ACTIVE_STATUSES]


def experiment_row(connection: Connection, workspace: str, name: str) -> Any:
    """Return the active experiment of that name, else the one archived last, or raise :class:`NotFoundError`."""
    row = find_experiment(connection, workspace_pk(connection, workspace), name, active_only=False)
    if row is None:
        raise NotFoundError(
            f"There is no experiment {name!r} in workspace {workspace!r}. `runyard experiment list` shows those there are.",
            experiment=name,
        )
    return row


def any_experiment_row(connection: Connection, workspace: str, name: str) -> Any:
    """Return what :func:`experiment_row` does, else the experiment of that name that was deleted last."""
    table = t.experiment.c
    query = sa.select(t.experiment).where(table.workspace_pk == workspace_pk(connection, workspace), table.name == name)
    deleted = query.where(table.deleted_at.is_not(None)).order_by(table.deleted_at.desc()).limit(1)
    is_there = find_experiment(connection, workspace_pk(connection, workspace), name, active_only=False) is not None
    found = None if is_there else connection.execute(deleted).first()
    return experiment_row(connection, workspace, name) if found is None else found


def find_experiment(connection: Connection, workspace: int, name: str, *, active_only: bool) -> Any:
    """Return the row of an experiment that is not in the bin, an active one before the one archived last; None without."""
    return connection.execute(_by_name(active_only), {"own_workspace": workspace, "own_name": name}).first()


@cache
def _by_name(active_only: bool) -> sa.Select[Any]:
    """Return a query made once: to make it takes longer than to run it."""
    table = t.experiment.c
    own = sa.and_(table.workspace_pk == sa.bindparam("own_workspace"), table.name == sa.bindparam("own_name"))
    query = sa.select(t.experiment).where(own, table.deleted_at.is_(None))
    if active_only:
        query = query.where(table.archived_at.is_(None))
    return query.order_by(table.archived_at.is_(None).desc(), table.archived_at.desc()).limit(1)


def changed_values(connection: Connection, row: Any, request: UpdateExperimentRequest, at: datetime) -> dict[str, Any]:
    """Return the columns that a request changes."""
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
        refuse_second_active(connection, row)
        values["archived_at"] = None
    return values


def refuse_second_active(connection: Connection, row: Any) -> None:
    """Raise :class:`ConflictError` when an experiment cannot become active, for an active one has its name."""
    if find_experiment(connection, row.workspace_pk, row.name, active_only=True) is not None:
        raise ConflictError(
            f"Experiment {row.name!r} cannot come back: an active experiment has its name. Archive or delete that one first.",
            experiment=row.name,
        )


def experiment_record(connection: Connection, workspace: str, pk: int) -> ExperimentRecord:
    """Return the experiment of a key."""
    return record_of(connection, workspace, connection.execute(sa.select(t.experiment).where(t.experiment.c.pk == pk)).one())


def record_of(connection: Connection, workspace: str, row: Any) -> ExperimentRecord:
    """Return a row as a record, with the figures of its runs: those in the bin count for an experiment that is there itself."""
    runs, kept = t.run.c, t.run_count.c
    views = (t.ACTIVE, t.ARCHIVED) if row.deleted_at is None else (t.DELETED,)
    count = connection.execute(
        sa.select(sa.func.coalesce(sa.func.sum(kept.runs), 0)).where(kept.experiment_pk == row.pk, kept.view.in_(views))
    ).scalar_one()
    last = connection.execute(
        sa.select(runs.id, runs.status, runs.created_at)
        .where(runs.experiment_pk == row.pk, *([runs.deleted_at.is_(None)] if row.deleted_at is None else []))
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
        deleted_at=from_us(row.deleted_at),
        deleted_by=row.deleted_by,
        run_count=int(count),
        active_run_count=active,
        last_run_id=last.id if last else None,
        last_run_status=last.status if last else None,
        last_run_at=from_us(last.created_at) if last else None,
    )
