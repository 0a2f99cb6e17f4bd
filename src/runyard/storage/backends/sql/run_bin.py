"""The bin: runs that are deleted, brought back, or gone for good."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.change import ChangeTopic
from runyard.domain.run import TERMINAL_STATUSES
from runyard.errors import ConflictError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.mapping import run_row, to_us
from runyard.storage.backends.sql.run_cancel import tree_keys

_ENDED = [status.value for status in TERMINAL_STATUSES]
_RUN = t.run.c


def delete_tree(connection: Connection, workspace: str, run_id: str, author: str, at: datetime) -> int:
    """Put a run and its descendants into the bin; return the run's key. Those that are there already stay as they are.

    Raises:
        ConflictError: one of them has not ended.
    """
    top = run_row(connection, workspace, run_id)
    delete_runs(connection, _RUN.pk.in_(tree_keys(top.pk)), author, at)
    return int(top.pk)


def delete_runs(connection: Connection, chosen: sa.ColumnElement[bool], author: str, at: datetime) -> None:
    """Put runs into the bin. Those that are there already stay as they are.

    Raises:
        ConflictError: one of them has not ended.
    """
    active = connection.execute(sa.select(_RUN.id).where(chosen, _RUN.status.not_in(_ENDED)).limit(1)).scalar()
    if active is not None:
        raise ConflictError(f"Run {active} has not ended. Cancel it before it is deleted.", run_id=active)
    _mark(connection, sa.and_(chosen, _RUN.deleted_at.is_(None)), "deleted", author, at)


def restore_tree(connection: Connection, workspace: str, run_id: str, author: str, at: datetime) -> int:
    """Bring a run back, and those descendants that were deleted with it; return the run's key.

    Raises:
        ConflictError: its parent or its experiment is in the bin.
    """
    top = run_row(connection, workspace, run_id)
    if top.deleted_at is None:
        return int(top.pk)
    parent = connection.execute(sa.select(_RUN.id, _RUN.deleted_at).where(_RUN.pk == top.parent_pk)).first()
    if parent is not None and parent.deleted_at is not None:
        raise ConflictError(f"The parent of run {run_id} is in the bin. Restore {parent.id} instead.", run_id=parent.id)
    _refuse_without_experiment(connection, top)
    restore_runs(connection, sa.and_(_RUN.pk.in_(tree_keys(top.pk)), _RUN.deleted_at == top.deleted_at), author, at)
    return int(top.pk)


def restore_runs(connection: Connection, chosen: sa.ColumnElement[bool], author: str, at: datetime) -> None:
    """Bring runs back from the bin."""
    _mark(connection, chosen, "restored", author, at)


def _refuse_without_experiment(connection: Connection, run: Any) -> None:
    """Raise :class:`ConflictError` when the experiment of a run is in the bin: the run would be in no list."""
    experiment = t.experiment.c
    query = sa.select(experiment.name).where(experiment.pk == run.experiment_pk, experiment.deleted_at.is_not(None))
    name = connection.execute(query).scalar()
    if name is not None:
        raise ConflictError(
            f"Run {run.id} belongs to the experiment {name!r}, which is in the bin. Restore the experiment.", run_id=run.id
        )


def purge_tree(connection: Connection, workspace: str, run_id: str) -> int:
    """Remove a run in the bin and its descendants with all that was stored about them; return how many runs are gone.

    Their files stay until garbage is collected.

    Raises:
        ConflictError: the run is not in the bin.
    """
    top = run_row(connection, workspace, run_id)
    if top.deleted_at is None:
        raise ConflictError(
            f"Run {run_id} is not in the bin. Delete it first; it can be restored until it is purged.", run_id=run_id
        )
    return _remove(connection, top.workspace_pk, sa.select(_RUN.pk).where(_RUN.pk.in_(tree_keys(top.pk))))


def purge_deleted_before(connection: Connection, workspace_pk: int, before: datetime) -> int:
    """Purge what was put into the bin before an instant; return how many runs are gone."""
    old = sa.select(_RUN.pk).where(_RUN.workspace_pk == workspace_pk, _RUN.deleted_at < to_us(before))
    return _purge(connection, workspace_pk, old)


def purge_runs(connection: Connection, workspace_pk: int, chosen: sa.ColumnElement[bool]) -> int:
    """Purge runs and their descendants; return how many are gone."""
    return _purge(connection, workspace_pk, sa.select(_RUN.pk).where(_RUN.workspace_pk == workspace_pk, chosen))


def _purge(connection: Connection, workspace_pk: int, chosen: sa.Select[Any]) -> int:
    # A descendant may have been deleted later than its ancestor, or earlier: whole trees go together.
    tree = chosen.cte("tree", recursive=True)
    below = t.run.alias("below")
    tree = tree.union(sa.select(below.c.pk).where(below.c.parent_pk == tree.c.pk))
    return _remove(connection, workspace_pk, sa.select(tree.c.pk))


def _remove(connection: Connection, workspace_pk: int, chosen: sa.Select[Any]) -> int:
    rows = connection.execute(sa.select(_RUN.pk, _RUN.id, _RUN.root_id).where(_RUN.pk.in_(chosen))).all()
    pks = [row.pk for row in rows]
    for start in range(0, len(pks), 5000):
        part = pks[start : start + 5000]
        for column in _columns_of_runs():
            connection.execute(sa.delete(column.table).where(column.in_(part)))
    if pks:
        # One statement for all: a parent and its children refer to each other.
        connection.execute(
            sa.delete(t.run).where(_RUN.pk.in_(sa.select(sa.literal_column("pk")).select_from(_listed(connection, pks))))
        )
        _note(connection, workspace_pk, rows)
    return len(pks)


def _listed(connection: Connection, pks: list[int]) -> sa.FromClause:
    """Return a table expression of many keys that is one parameter only."""
    if connection.dialect.name == "postgresql":
        keys = sa.bindparam("keys", pks, type_=sa.ARRAY(sa.BigInteger), unique=True)
        return sa.select(sa.func.unnest(keys).label("pk")).subquery()
    text = sa.bindparam("keys", str(pks), type_=sa.String, unique=True)
    return sa.select(sa.func.json_each(text).table_valued("value").c.value.label("pk")).subquery()


def _columns_of_runs() -> list[sa.Column[Any]]:
    """Return the columns of other tables that name a run: every table that keeps something about runs has one."""
    return [
        key.parent
        for table in t.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column is t.run.c.pk and table is not t.run
    ]


def _mark(connection: Connection, condition: sa.ColumnElement[bool], kind: str, author: str, at: datetime) -> None:
    rows = connection.execute(sa.select(_RUN.pk, _RUN.id, _RUN.root_id, _RUN.workspace_pk, _RUN.status).where(condition)).all()
    if not rows:
        return
    gone = kind == "deleted"
    values = {"deleted_at": to_us(at) if gone else None, "deleted_by": author if gone else None}
    connection.execute(t.run.update().where(condition).values(version=_RUN.version + 1, **values))
    events = [{"run_pk": row.pk, "kind": kind, "status": row.status, "author": author, "at": to_us(at)} for row in rows]
    connection.execute(t.run_event.insert(), events)
    _note(connection, rows[0].workspace_pk, rows)


def _note(connection: Connection, workspace_pk: int, rows: Any) -> None:
    topic = ChangeTopic.RUN.value
    changes = [{"workspace_pk": workspace_pk, "topic": topic, "run_id": row.id, "root_id": row.root_id} for row in rows]
    connection.execute(t.change.insert(), changes)
