"""A workspace of its own on the real server for each test, in an empty folder."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from runyard import Experiment, Workspace
from tests.postgres_process import programs, start_postgres, stop_postgres
from tests.server_process import RunningServer


@pytest.fixture
def workspace(server: RunningServer, workspace_name: str, project: Path) -> Workspace:
    made = Workspace.create(workspace_name)
    made.write_config()
    return made


@pytest.fixture
def experiment(workspace: Workspace) -> Experiment:
    return Experiment(workspace, "explore-runs")


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home whose server keeps its records in SQLite or in PostgreSQL."""
    if request.param == "sqlite":
        yield home
        return
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    postgres = start_postgres()
    try:
        name = f"kill{uuid.uuid4().hex}"
        engine = sa.create_engine(postgres.url().replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        engine.dispose()
        monkeypatch.setenv("RUNYARD_DATABASE_URL", postgres.url(name))
        yield home
    finally:
        stop_postgres(postgres)
