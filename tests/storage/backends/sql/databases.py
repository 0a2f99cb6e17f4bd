"""Stores on both databases for tests of SQL: SQLite and a real PostgreSQL."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.metric_rank import MetricRanking
from runyard.storage.backends.sql.opened import open_database
from runyard.storage.base import Storage


@dataclass(frozen=True)
class OpenedStores:
    """The stores of one database, and what is below them."""

    database: Database
    storage: Storage
    ranking: MetricRanking


def sqlite_stores(home: Path) -> OpenedStores:
    """Return stores on a new SQLite database."""
    return _opened(new_database(home, None), home)


def postgresql_stores(url: str, home: Path) -> OpenedStores:
    """Return stores on a new database of the PostgreSQL server at ``url``."""
    return _opened(new_database(home, url), home)


def new_database(home: Path, url: str | None) -> Database:
    """Return an empty database: of the PostgreSQL server at ``url``, else a SQLite file in ``home``."""
    if url is None:
        return Database(home / "runyard.db")
    name = f"test_{uuid.uuid4().hex}"
    address = sa.make_url(url).set(drivername="postgresql+psycopg")
    server = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    server.dispose()
    return Database(sa.make_url(url).set(database=name).render_as_string(hide_password=False))


def _opened(database: Database, home: Path) -> OpenedStores:
    storage, ranking = open_database(database, home)
    return OpenedStores(database, storage, ranking)
