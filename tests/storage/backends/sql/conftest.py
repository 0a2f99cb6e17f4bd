"""A SQLite and a PostgreSQL database for each module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.postgres_process import programs, start_postgres, stop_postgres
from tests.storage.backends.sql.databases import EngineDatabase, postgresql_database, sqlite_database


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    running = start_postgres()
    yield running.url()
    stop_postgres(running)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def both_databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineDatabase]:
    """A fresh database with the schema: one test after the other on SQLite, then on PostgreSQL."""
    if request.param == "sqlite":
        made = sqlite_database(tmp_path_factory.mktemp("sqlite") / "runs.db")
    else:
        made = postgresql_database(request.getfixturevalue("postgres_url"))
    yield made
    made.close()
