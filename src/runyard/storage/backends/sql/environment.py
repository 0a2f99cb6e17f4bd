"""Registered environments in SQL."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.change import ChangeTopic
from runyard.domain.environment import LATEST, EnvironmentRecord
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.mapping import add_change, from_text, instant, to_text, to_us, workspace_pk


class SqlEnvironmentStore:
    """See :class:`runyard.storage.base.EnvironmentStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register(self, workspace: str, name: str, definition: dict[str, Any], *, at: datetime) -> EnvironmentRecord:
        """Add a version, unless the newest one has this content."""
        digest = hashlib.sha256(msgspec.json.encode(definition, order="deterministic")).hexdigest()

        def work(connection: Connection) -> EnvironmentRecord:
            pk = workspace_pk(connection, workspace)
            newest = connection.execute(_versions(pk, name).limit(1)).first()
            if newest is None or newest.digest != digest:
                number = 1 if newest is None else newest.version + 1
                connection.execute(
                    t.environment.insert().values(
                        workspace_pk=pk,
                        name=name,
                        version=number,
                        digest=digest,
                        definition=to_text(definition),
                        created_at=to_us(at),
                    )
                )
                add_change(connection, pk, ChangeTopic.ENVIRONMENT)
            return _records(connection, pk, name)[0]

        return self._database.write(work)

    def versions(self, workspace: str, name: str) -> list[EnvironmentRecord]:
        """Return the versions of an environment, newest first; none when there is no such environment."""
        with self._database.read() as connection:
            return _records(connection, workspace_pk(connection, workspace), name)

    def set_labels(self, workspace: str, name: str, version: str, labels: list[str]) -> EnvironmentRecord:
        """Give labels to a version that is there; each label leaves the version that had it."""

        def work(connection: Connection) -> EnvironmentRecord:
            pk = workspace_pk(connection, workspace)
            label = t.environment_label.c
            for each in dict.fromkeys(labels):
                connection.execute(
                    t.environment_label.delete().where(label.workspace_pk == pk, label.name == name, label.label == each)
                )
                connection.execute(
                    t.environment_label.insert().values(workspace_pk=pk, name=name, label=each, version=int(version))
                )
            add_change(connection, pk, ChangeTopic.ENVIRONMENT)
            return next(record for record in _records(connection, pk, name) if record.version == version)

        return self._database.write(work)

    def list(self, workspace: str) -> list[EnvironmentRecord]:
        """Return the newest version of each environment, by name."""
        with self._database.read() as connection:
            pk = workspace_pk(connection, workspace)
            names = connection.execute(
                sa.select(t.environment.c.name)
                .where(t.environment.c.workspace_pk == pk)
                .distinct()
                .order_by(t.environment.c.name)
            )
            return [_records(connection, pk, name)[0] for name in names.scalars().all()]


def _versions(pk: int, name: str) -> sa.Select[Any]:
    columns = t.environment.c
    return sa.select(t.environment).where(columns.workspace_pk == pk, columns.name == name).order_by(columns.version.desc())


def _records(connection: Connection, pk: int, name: str) -> list[EnvironmentRecord]:
    label = t.environment_label.c
    labelled = connection.execute(
        sa.select(label.version, label.label).where(label.workspace_pk == pk, label.name == name).order_by(label.label)
    ).all()
    rows = connection.execute(_versions(pk, name)).all()
    return [
        EnvironmentRecord(
            name=row.name,
            version=str(row.version),
            definition={**from_text(row.definition), "name": row.name, "version": str(row.version)},
            labels=[*([LATEST] if row is rows[0] else []), *(each.label for each in labelled if each.version == row.version)],
            created_at=instant(row.created_at),
        )
        for row in rows
    ]
