"""Experiments that are deleted, brought back, or gone for good, each with its runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.change import ChangeTopic
from runyard.errors import NotFoundError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.experiment_row import experiment_row, refuse_second_active
from runyard.storage.backends.sql.mapping import add_change, to_us, workspace_pk
from runyard.storage.backends.sql.run_bin import delete_runs, purge_runs, restore_runs

_EXPERIMENT = t.experiment.c


def delete_experiment(connection: Connection, workspace: str, name: str, author: str, at: datetime) -> int:
    """Put an experiment and its runs into the bin; return its key. Its name is free for a new one at once.

    Raises:
        ConflictError: one of its runs has not ended.
    """
    row = experiment_row(connection, workspace, name)
    delete_runs(connection, t.run.c.experiment_pk == row.pk, author, at)
    _set(connection, row, archived_at=row.archived_at or to_us(at), deleted_at=to_us(at), deleted_by=author)
    return int(row.pk)


def restore_experiment(connection: Connection, workspace: str, name: str, author: str, at: datetime) -> int:
    """Bring back the experiment of that id, or of that name and deleted last, with the runs that went with it; return its key.

    Raises:
        ConflictError: it was active, and another active one has its name by now.
    """
    row = deleted_row(connection, workspace, name)
    was_active = row.archived_at == row.deleted_at
    if was_active:
        refuse_second_active(connection, row)
    restore_runs(connection, sa.and_(t.run.c.experiment_pk == row.pk, t.run.c.deleted_at == row.deleted_at), author, at)
    _set(connection, row, archived_at=None if was_active else row.archived_at, deleted_at=None, deleted_by=None)
    return int(row.pk)


def purge_experiment(connection: Connection, workspace: str, name: str) -> int:
    """Remove the experiment of that id, or of that name and deleted last, for good; return how many runs are gone with it."""
    row = deleted_row(connection, workspace, name)
    gone = purge_runs(connection, row.workspace_pk, t.run.c.experiment_pk == row.pk)
    _remove(connection, _EXPERIMENT.pk == row.pk)
    add_change(connection, row.workspace_pk, ChangeTopic.EXPERIMENT, experiment=row.name)
    return gone


def purge_experiments_deleted_before(connection: Connection, workspace_pk: int, before: datetime) -> None:
    """Remove the experiments that were put into the bin before an instant and have no runs left."""
    old = sa.and_(_EXPERIMENT.workspace_pk == workspace_pk, _EXPERIMENT.deleted_at < to_us(before))
    _remove(connection, sa.and_(old, ~sa.exists().where(t.run.c.experiment_pk == _EXPERIMENT.pk)))


def deleted_row(connection: Connection, workspace: str, name: str) -> Any:
    """Return the experiment of that id, else the one of that name that was deleted last, or raise :class:`NotFoundError`."""
    named = sa.or_(_EXPERIMENT.name == name, _EXPERIMENT.id == name)
    own = sa.and_(_EXPERIMENT.workspace_pk == workspace_pk(connection, workspace), named)
    query = sa.select(t.experiment).where(own, _EXPERIMENT.deleted_at.is_not(None))
    newest = ((_EXPERIMENT.id == name).desc(), _EXPERIMENT.deleted_at.desc(), _EXPERIMENT.pk.desc())
    row = connection.execute(query.order_by(*newest).limit(1)).first()
    if row is None:
        raise NotFoundError(
            f"There is no experiment {name!r} in the bin of workspace {workspace!r}. `runyard experiment list --view Deleted` "
            "shows those there are.",
            experiment=name,
        )
    return row


def _set(connection: Connection, row: Any, **values: Any) -> None:
    connection.execute(t.experiment.update().where(_EXPERIMENT.pk == row.pk).values(**values))
    add_change(connection, row.workspace_pk, ChangeTopic.EXPERIMENT, experiment=row.name)


def _remove(connection: Connection, condition: sa.ColumnElement[bool]) -> None:
    connection.execute(t.experiment.delete().where(condition))
