"""Both databases for tests of SQL: SQLite and a real PostgreSQL, and a stand-in for the metric store."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection, Engine

import runyard.storage.backends.sql as package
from runyard.domain.metric import MetricSummary
from runyard.domain.run_filter import metric_figure
from runyard.domain.run_filter_ast import Aggregate
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.run import SqlRunStore

T = TypeVar("T")

figures = sa.Table(
    "test_metric_figure",
    sa.MetaData(),
    sa.Column("run_pk", sa.BigInteger, primary_key=True),
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("aggregate", sa.String, primary_key=True),
    sa.Column("value", sa.Double),
)


class EngineDatabase:
    """Does for a store what a ``Database`` does, a transaction a call."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a transaction."""
        with self.engine.begin() as connection:
            return work(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection."""
        with self.engine.connect() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def sqlite_database(path: Path) -> EngineDatabase:
    """Return a SQLite database with the schema."""
    engine = sa.create_engine(f"sqlite:///{path}")
    sa.event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
    return _migrated(engine)


def postgresql_database(url: str) -> EngineDatabase:
    """Return a new PostgreSQL database with the schema, on the server at ``url``."""
    name = f"test_{uuid.uuid4().hex}"
    address = sa.make_url(url).set(drivername="postgresql+psycopg")
    server = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    server.dispose()
    return _migrated(sa.create_engine(address.set(database=name)))


def run_store(database: EngineDatabase) -> SqlRunStore:
    """Return a store of runs whose metric conditions read :data:`figures`."""
    return SqlRunStore(database, figure_column)  # type: ignore[arg-type]


def figure_column(connection: Connection, workspace_pk: int, name: str, aggregate: Aggregate) -> sa.ColumnElement[float]:
    """Return the expression of a figure of the run at hand."""
    f = figures.c
    query = sa.select(f.value).where(f.run_pk == t.run.c.pk, f.name == name, f.aggregate == aggregate.value)
    return query.scalar_subquery()


def store_figures(database: EngineDatabase, metrics: dict[str, dict[str, MetricSummary]]) -> None:
    """Store the figures of runs, by run id and metric name."""

    def work(connection: Connection) -> None:
        keys: dict[str, int] = {row.id: row.pk for row in connection.execute(sa.select(t.run.c.id, t.run.c.pk))}
        rows: list[dict[str, Any]] = [
            {"run_pk": keys[run_id], "name": name, "aggregate": aggregate.value, "value": metric_figure(own, name, aggregate)}
            for run_id, own in metrics.items()
            for name in own
            for aggregate in Aggregate
        ]
        connection.execute(figures.insert(), rows)

    database.write(work)


def _migrated(engine: Engine) -> EngineDatabase:
    config = Config()
    config.set_main_option("script_location", str(Path(package.__file__).parent / "migrations"))
    config.attributes["engine"] = engine
    command.upgrade(config, "head")
    figures.metadata.create_all(engine)
    return EngineDatabase(engine)
