"""What short addresses stand for, in SQL."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.errors import NotFoundError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.mapping import to_us, workspace_pk


class SqlStateStore:
    """See :class:`runyard.storage.base.StateStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, workspace: str, name: str, content: str, *, at: datetime) -> None:
        """Keep a text under its hash; nothing happens when it is there already."""

        def work(connection: Connection) -> None:
            pk = workspace_pk(connection, workspace)
            state = t.short_state.c
            if connection.execute(sa.select(state.hash).where(state.workspace_pk == pk, state.hash == name)).first() is None:
                row = {"workspace_pk": pk, "hash": name, "content": content, "created_at": to_us(at)}
                connection.execute(t.short_state.insert().values(**row))

        self._database.write(work)

    def get(self, workspace: str, name: str) -> str:
        """Return the text with a hash."""
        state = t.short_state.c
        with self._database.read() as connection:
            pk = workspace_pk(connection, workspace)
            query = sa.select(state.content).where(state.workspace_pk == pk, state.hash == name)
            content = connection.execute(query).scalar()
        if content is None:
            raise NotFoundError(f"There is no address /s/{name} in workspace {workspace!r}. It may be of another server.")
        return str(content)
