"""Every suite here runs on each back-end: SQLite, and a real PostgreSQL that is started for the session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.postgres_process import RunningPostgres, programs, start_postgres, stop_postgres

from runyard.domain.run import RunStatus
from runyard.storage.backends.sql import (
    compactor,
    metric_batch,
    metric_block,
    metric_compaction,
    metric_payload,
    metric_pyramid,
    metric_read,
    metric_stored,
)
from runyard.storage.backends.sql.opened import open_folder, open_postgres
from runyard.storage.base import Storage
from runyard.storage.run_base import RunOrigin
from runyard.wire import journal
from runyard.wire.run import NewRun
from runyard.wire.workspace import EnsureWorkspaceRequest

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


@pytest.fixture(scope="session")
def postgres() -> Iterator[RunningPostgres]:
    """A PostgreSQL server."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    running = start_postgres()
    yield running
    stop_postgres(running)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    """Fresh stores with the workspace ``w`` and the experiment ``e``."""
    home = tmp_path_factory.mktemp("stores")
    opened = open_folder(home) if request.param == "sqlite" else _open_fresh(request.getfixturevalue("postgres"), home)
    opened.workspaces.ensure("w", EnsureWorkspaceRequest(), at=NOW)
    opened.experiments.ensure("w", "e", at=NOW)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def new_run(storage: Storage) -> Callable[[], str]:
    """Makes a run and returns its id."""

    def make() -> str:
        origin = RunOrigin(status=RunStatus.RUNNING, submitted_by="me")
        (run,) = storage.runs.create("w", "e", [NewRun()], origin, at=NOW)
        return run.id

    return make


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks, frames, groups and limits so small that few points reach every path."""
    for module in (metric_block, metric_compaction, metric_pyramid, metric_read, metric_stored):
        monkeypatch.setattr(module, "BLOCK_POINTS", 8)
    monkeypatch.setattr(metric_block, "OWN_FRAME_POINTS", 5)
    monkeypatch.setattr(metric_block, "SHARED_FRAME_SERIES", 2)
    monkeypatch.setattr(metric_block, "SHARED_FRAME_POINTS", 6)
    monkeypatch.setattr(metric_payload, "_ROW_SERIES_MIN", 2)
    monkeypatch.setattr(metric_batch, "_PLAIN_FROM", 2)
    monkeypatch.setattr(journal, "_KNOWN_FROM", 2)
    monkeypatch.setattr(metric_block, "_PLAIN_DIRECTORY_SERIES", 2)
    monkeypatch.setattr(metric_compaction, "SERIES_PER_ROW", 2)
    monkeypatch.setattr(compactor, "MERGE_BLOCKS", 3)
    monkeypatch.setattr(compactor, "POINTS_PER_COMPACTION", 40)
    monkeypatch.setitem(metric_pyramid.GROUP_POINTS, 1, 2)
    monkeypatch.setitem(metric_pyramid.GROUP_POINTS, 2, 8)
    monkeypatch.setitem(metric_pyramid.ROW_POINTS, 1, 16)
    monkeypatch.setitem(metric_pyramid.ROW_POINTS, 2, 32)


def _open_fresh(postgres: RunningPostgres, home: Path) -> Storage:
    name = f"d{abs(hash(str(home)))}"
    engine = sa.create_engine(postgres.url().replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return open_postgres(postgres.url(name), home)
