"""Workspaces in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.workspace import WorkspaceRecord
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.mapping import from_text, instant, no_workspace, to_text, to_us
from runyard.wire.workspace import EnsureWorkspaceRequest

STAGING = ".imports"
"""The workspace of imports that are not finished. It is in no list, and no user can make one of this name."""


class SqlWorkspaceStore:
    """See :class:`runyard.storage.base.WorkspaceStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ensure(self, name: str, request: EnsureWorkspaceRequest, *, at: datetime) -> WorkspaceRecord:
        """Create the workspace, or return the one that is there unchanged."""

        def work(connection: Connection) -> WorkspaceRecord:
            row = _find(connection, name)
            if row is None:
                connection.execute(
                    t.workspace.insert().values(
                        name=name,
                        description=request.description,
                        location=request.location,
                        resource_group=request.resource_group,
                        subscription_id=request.subscription_id,
                        tags=to_text(request.tags),
                        created_at=to_us(at),
                    )
                )
                row = _find(connection, name)
            return _record(row)

        return self._database.write(work)

    def get(self, name: str) -> WorkspaceRecord:
        """Return the workspace."""
        with self._database.read() as connection:
            row = _find(connection, name)
        if row is None:
            raise no_workspace(name)
        return _record(row)

    def list(self) -> list[WorkspaceRecord]:
        """Return all workspaces by name."""
        with self._database.read() as connection:
            shown = sa.select(t.workspace).where(t.workspace.c.name != STAGING).order_by(t.workspace.c.name)
            return [_record(row) for row in connection.execute(shown)]


def _find(connection: Connection, name: str) -> Any:
    return connection.execute(sa.select(t.workspace).where(t.workspace.c.name == name)).first()


def _record(row: Any) -> WorkspaceRecord:
    return WorkspaceRecord(
        name=row.name,
        description=row.description,
        location=row.location,
        resource_group=row.resource_group,
        subscription_id=row.subscription_id,
        tags=from_text(row.tags),
        created_at=instant(row.created_at),
    )
