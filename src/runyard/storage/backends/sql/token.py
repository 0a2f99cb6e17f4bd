"""Tokens in SQL, by the hash of their secret."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.mapping import from_us, to_us
from runyard.storage.base import TokenRecord


class SqlTokenStore:
    """See :class:`runyard.storage.base.TokenStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, token_hash: str, record: TokenRecord, *, at: datetime) -> None:
        """Store a token, and forget those that expired before ``at``."""
        expires_at = None if record.expires_at is None else to_us(record.expires_at)

        def work(connection: Connection) -> None:
            connection.execute(t.token.delete().where(t.token.c.expires_at < to_us(at)))
            connection.execute(
                t.token.insert().values(
                    hash=token_hash,
                    kind=record.kind,
                    user=record.user,
                    workspace=record.workspace,
                    scope=record.scope,
                    created_at=to_us(at),
                    expires_at=expires_at,
                )
            )

        self._database.write(work)

    def find(self, token_hash: str, *, at: datetime) -> TokenRecord | None:
        """Return the token unless it is unknown or has expired."""
        with self._database.read() as connection:
            return _find(connection, token_hash, at)

    def take(self, token_hash: str, *, kind: str, at: datetime) -> TokenRecord | None:
        """Return a token of that kind and delete it: it works once."""

        def work(connection: Connection) -> TokenRecord | None:
            record = _find(connection, token_hash, at)
            if record is None or record.kind != kind:
                return None
            connection.execute(t.token.delete().where(t.token.c.hash == token_hash))
            return record

        return self._database.write(work)


def _find(connection: Connection, token_hash: str, at: datetime) -> TokenRecord | None:
    row: Any = connection.execute(sa.select(t.token).where(t.token.c.hash == token_hash)).first()
    if row is None or (row.expires_at is not None and row.expires_at <= to_us(at)):
        return None
    return TokenRecord(kind=row.kind, user=row.user, workspace=row.workspace, scope=row.scope, expires_at=from_us(row.expires_at))
