"""A query on a metric sees what is stored at that moment, whatever this server, or another one, has kept in memory."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from tests.storage.backends.sql.databases import OpenedStores

from runyard.domain.run import RunStatus
from runyard.domain.run_filter_ast import Aggregate, Field, Shape
from runyard.storage.backends.sql import metric_late
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.metric import SqlMetricStore
from runyard.storage.backends.sql.metric_payload import decode_payload
from runyard.storage.backends.sql.metric_rank import MetricRanking
from runyard.storage.backends.sql.metric_summary import Summary
from runyard.storage.run_base import RunOrigin
from runyard.testing.clock import FakeClock
from runyard.wire.metric import ListRecord, RecordBatch, ScalarRecord
from runyard.wire.run import NewRun
from runyard.wire.workspace import EnsureWorkspaceRequest

NOW = FakeClock()()
IS_LONG = bool(os.environ.get("RUNYARD_LONG"))
ROUNDS = 400 if IS_LONG else 24
NAMES = ("m:x", "m:y")
FIGURES = (Aggregate.LAST, Aggregate.MIN, Aggregate.MAX, Aggregate.FIRST, Aggregate.MEAN, Aggregate.MIN_STEP)


class Server:
    """What one server process has in memory over a database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.metrics = SqlMetricStore(database)
        self.ranking = MetricRanking(self.metrics.book, self.metrics.reader)

    def figures(self, name: str, aggregate: Aggregate) -> dict[int, float]:
        """Return a figure of all runs, by their keys."""
        with self.database.read() as connection:
            found = self.ranking.open(connection, 1).read(Field("metric", Shape.METRIC, name, aggregate))
        return dict(zip(found.run_pks.tolist(), found.values.tolist(), strict=True))


@pytest.fixture
def servers(stores: OpenedStores) -> Iterator[list[Server]]:
    """Two servers over one database that have answered nothing yet."""
    stores.storage.workspaces.ensure("w", EnsureWorkspaceRequest(), at=NOW)
    stores.storage.experiments.ensure("w", "e", at=NOW)
    url = stores.database.engine.url
    place = Path(url.database or "") if url.drivername.startswith("sqlite") else url.render_as_string(hide_password=False)
    other = Database(place)
    yield [Server(stores.database), Server(other)]
    other.close()


class World:
    """Runs that log, end and go. Every step does something to one of them, on one of the servers."""

    def __init__(self, stores: OpenedStores, servers: list[Server], seed: int) -> None:
        self.storage, self.servers = stores.storage, servers
        self.random = np.random.default_rng(seed)
        self.runs: list[str] = []
        self.batches = 0

    def step(self) -> None:
        """Do something."""
        names = ["start", "log", "end", "compact", "tidy", "build_pages", "purge", "come_late"]
        name = self.random.choice(names, p=[0.06, 0.48, 0.04, 0.12, 0.04, 0.04, 0.04, 0.18])
        if name == "start" or not self.runs:
            self.start()
        else:
            getattr(self, name)(str(self.random.choice(self.runs)))

    def start(self) -> None:
        (run,) = self.storage.runs.create("w", "e", [NewRun()], RunOrigin(status=RunStatus.RUNNING, submitted_by="me"), at=NOW)
        self.runs.append(run.id)

    def log(self, run_id: str) -> None:
        values = self.random.integers(-9, 9, int(self.random.integers(0, 4))).astype(float).tolist()
        name = str(self.random.choice(NAMES))
        self.batches += 1
        record = ListRecord(name, 1, [*values, math.nan]) if len(values) != 1 else ScalarRecord(name, 1, values[0], self.batches)
        server = self.servers[int(self.random.integers(2))]
        assert server.metrics.append("w", run_id, RecordBatch("w", self.batches, [record]), at=NOW).stored

    def come_late(self, run_id: str) -> None:
        """Let a row of a tail appear below the newest, as when another server's transaction ends late."""
        tail = t.metric_tail.c
        own = sa.select(t.metric_tail).join(t.run, t.run.c.pk == tail.run_pk).where(t.run.c.id == run_id).order_by(tail.pk)

        def work(connection: sa.Connection) -> None:
            row = connection.execute(own).mappings().first()
            lowest = connection.execute(sa.select(sa.func.min(tail.pk))).scalar()
            if row is not None and lowest is not None:
                connection.execute(t.metric_tail.insert(), {**row, "pk": min(lowest, 0) - 1})

        self.servers[0].database.write(work)

    def end(self, run_id: str) -> None:
        self.storage.runs.change_status("w", run_id, RunStatus.COMPLETED, reason=None, error=None, at=NOW)

    def compact(self, run_id: str) -> None:
        self.servers[int(self.random.integers(2))].metrics.compact("w", run_id, finish=bool(self.random.random() < 0.5))

    def tidy(self, _run_id: str) -> None:
        self.servers[0].metrics.tidy(at=NOW)

    def build_pages(self, _run_id: str) -> None:
        self.servers[0].metrics.build_pages()

    def purge(self, run_id: str) -> None:
        self.end(run_id)
        self.storage.runs.delete("w", run_id, author="me", at=NOW)
        self.storage.runs.purge("w", run_id)
        self.runs.remove(run_id)


@pytest.mark.timeout(1800 if IS_LONG else 300)
@pytest.mark.parametrize("kept", [metric_late.KEPT_FIGURES, 3])
def test_two_servers_that_kept_figures_answer_as_one_that_kept_none(
    stores: OpenedStores, servers: list[Server], kept: int
) -> None:
    for server in servers:
        server.ranking.late.max_size = server.ranking.pages.max_size = kept
    world = World(stores, servers, seed=kept)
    for number in range(ROUNDS):
        for _ in range(number % 4):
            world.step()
        nobody = Server(stores.database)
        name = NAMES[number % 2]
        for aggregate in (Aggregate.COUNT, FIGURES[number % len(FIGURES)]):
            right = pytest.approx(nobody.figures(name, aggregate))
            for server in servers:
                assert server.figures(name, aggregate) == right, f"round {number}"
    assert Server(stores.database).figures("m:x", Aggregate.COUNT)


def test_a_tail_is_read_once_and_then_only_what_was_added(
    stores: OpenedStores, servers: list[Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bytes] = []

    def noted(payload: bytes) -> Any:
        read.append(payload)
        return decode_payload(payload)

    monkeypatch.setattr(metric_late, "decode_payload", noted)
    server, other = servers
    (run,) = stores.storage.runs.create("w", "e", [NewRun()], RunOrigin(status=RunStatus.RUNNING, submitted_by="me"), at=NOW)
    for number in range(3):
        server.metrics.append("w", run.id, RecordBatch("w", number, [ScalarRecord("once", 1, float(number))]), at=NOW)
    assert list(server.figures("once", Aggregate.LAST).values()) == [2.0]
    read.clear()
    assert list(server.figures("once", Aggregate.MAX).values()) == [2.0] and not read
    other.metrics.append("w", run.id, RecordBatch("w", 3, [ScalarRecord("once", 1, 9.0)]), at=NOW)
    assert list(server.figures("once", Aggregate.MAX).values()) == [9.0] and len(read) == 1


def test_a_new_row_that_got_the_number_of_one_that_is_in_blocks_is_read(stores: OpenedStores, servers: list[Server]) -> None:
    (run,) = stores.storage.runs.create("w", "e", [NewRun()], RunOrigin(status=RunStatus.RUNNING, submitted_by="me"), at=NOW)
    for number in range(3):  # SQLite gives the highest number again when its row is gone
        servers[0].metrics.append("w", run.id, RecordBatch("w", number, [ScalarRecord("again", 1, float(number))]), at=NOW)
        assert list(servers[0].figures("again", Aggregate.COUNT).values()) == [number + 1]
        servers[1].metrics.compact("w", run.id)


def test_a_row_that_appears_below_the_newest_is_read(stores: OpenedStores, servers: list[Server]) -> None:
    world = World(stores, servers, seed=0)
    world.start()
    (run_id,) = world.runs
    log = [RecordBatch("w", number, [ScalarRecord("late", 1, 1.0)]) for number in range(2)]
    servers[0].metrics.append("w", run_id, log[0], at=NOW)
    assert list(servers[0].figures("late", Aggregate.COUNT).values()) == [1]
    world.come_late(run_id)
    assert list(servers[0].figures("late", Aggregate.COUNT).values()) == [2]
    world.come_late(run_id)
    servers[0].metrics.append("w", run_id, log[1], at=NOW)
    assert list(servers[0].figures("late", Aggregate.COUNT).values()) == [4]


def test_what_is_kept_stays_within_its_bound(monkeypatch: pytest.MonkeyPatch, servers: list[Server]) -> None:
    monkeypatch.setattr(metric_late, "KEPT_FIGURES", 10)
    figures = metric_late.LateFigures(servers[0].metrics.reader)
    state = metric_late.LateState(*[np.arange(4)] * 4)
    for key in range(5):
        figures.keep(key, metric_late._Kept(state, np.ones(4, bool), Summary()))
    assert [key for key in range(5) if figures.get(key) is not None] == [3, 4]
