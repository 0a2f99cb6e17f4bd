"""The change feed in SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.change import ChangeRecord, ChangeTopic
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.mapping import workspace_pk
from runyard.wire.change import ChangePage

KEPT_CHANGES = 200_000
"""How far back the feed reaches. A reader that was away for longer is told to read everything again."""


class SqlChangeStore:
    """See :class:`runyard.storage.base.ChangeStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self, workspace: str, cursor: int, *, scope: str | None, limit: int) -> ChangePage:
        """Return the changes after ``cursor``, oldest first. With ``scope`` only those of that root run's tree."""
        change = t.change.c
        with self._database.read() as connection:
            newest, oldest = connection.execute(sa.select(sa.func.max(change.cursor), sa.func.min(change.cursor))).one()
            newest = newest or 0
            if cursor > newest or cursor < (oldest or 1) - 1:
                return ChangePage(changes=[], cursor=newest, reset=True)
            query = sa.select(t.change).where(change.workspace_pk == workspace_pk(connection, workspace), change.cursor > cursor)
            if scope is not None:
                query = query.where(change.root_id == scope)
            rows = connection.execute(query.order_by(change.cursor).limit(limit)).all()
        last = rows[-1].cursor if len(rows) == limit else newest
        return ChangePage(changes=[_record(row) for row in rows], cursor=last)

    def of_all(self, cursor: int, *, limit: int) -> tuple[list[tuple[str, ChangeRecord]], int]:
        """Return the changes of all workspaces after ``cursor``, each with its workspace's name, and the cursor after them."""
        change = t.change.c
        query = (
            sa.select(t.workspace.c.name.label("workspace"), t.change)
            .join(t.workspace, t.workspace.c.pk == change.workspace_pk)
            .where(change.cursor > cursor)
            .order_by(change.cursor)
            .limit(limit)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [(row.workspace, _record(row)) for row in rows], rows[-1].cursor if rows else cursor

    def latest(self) -> int:
        """Return the newest cursor, 0 when nothing ever changed."""
        with self._database.read() as connection:
            return connection.execute(sa.select(sa.func.max(t.change.c.cursor))).scalar() or 0

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` soon after each commit that added changes, from another thread. Return what ends that."""
        return self._database.subscribe(listener)

    def prune(self) -> None:
        """Forget all but the newest :data:`KEPT_CHANGES`."""

        def work(connection: Connection) -> None:
            newest = connection.execute(sa.select(sa.func.max(t.change.c.cursor))).scalar() or 0
            connection.execute(t.change.delete().where(t.change.c.cursor <= newest - KEPT_CHANGES))

        self._database.write(work)


def _record(row: Any) -> ChangeRecord:
    return ChangeRecord(
        cursor=row.cursor,
        topic=ChangeTopic(row.topic),
        experiment=row.experiment,
        run_id=row.run_id,
        root_id=row.root_id,
        path=row.path,
    )
