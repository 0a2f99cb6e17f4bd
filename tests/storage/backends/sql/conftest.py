"""A SQLite and a PostgreSQL database for each module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.postgres_process import programs, start_postgres, stop_postgres
from tests.storage.backends.sql.databases import OpenedStores, postgresql_stores, sqlite_stores


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    running = start_postgres()
    yield running.url()
    stop_postgres(running)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenedStores]:
    """Fresh stores: one test after the other on SQLite, then on PostgreSQL."""
    home = tmp_path_factory.mktemp("stores")
    made = sqlite_stores(home) if request.param == "sqlite" else postgresql_stores(request.getfixturevalue("postgres_url"), home)
    yield made
    made.storage.close()
