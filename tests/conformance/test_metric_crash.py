"""SIGKILL at any moment, while batches come in and are compacted: nothing acknowledged is lost, and nothing is there twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.conformance.crashing_writer import NOW, batch_of, open_storage

from runyard.domain.metric import MetricFamily
from runyard.domain.run import RunStatus
from runyard.storage.base import Storage
from runyard.storage.run_base import RunOrigin
from runyard.wire.run import NewRun
from runyard.wire.workspace import EnsureWorkspaceRequest

KILLS = 100 if os.environ.get("RUNYARD_LONG") else 3
KILLS_A_RUN = 10
"""A run is checked whole after each kill: with many more of them, the checks would take longer than all else."""

WRITERS = ("a", "b")


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> str:
    """Where the stores are: nothing for a folder, else the URL of a fresh database."""
    if request.param == "sqlite":
        return "folder"
    postgres = request.getfixturevalue("postgres")
    name = f"crash{uuid.uuid4().hex}"
    engine = sa.create_engine(postgres.url().replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    url: str = postgres.url(name)
    return url


@pytest.mark.timeout(1800)
def test_nothing_acknowledged_is_lost_by_sigkill_and_nothing_is_twice(place: str, tmp_path: Path, killed: Counter[str]) -> None:
    storage = open_storage(place, tmp_path)
    storage.workspaces.ensure("w", EnsureWorkspaceRequest(), at=NOW)
    storage.experiments.ensure("w", "e", at=NOW)
    acknowledged: dict[tuple[str, str], int] = {}
    for turn in range(KILLS):
        if turn % KILLS_A_RUN == 0:
            assert all(seq >= 0 for seq in acknowledged.values())
            acknowledged = _new_runs(storage, turn)
        storage.close()
        acknowledged.update(_killed_turn(place, tmp_path, acknowledged, random.Random(turn)))
        killed["store with its compactor"] += 1
        storage = open_storage(place, tmp_path)
        _check(storage, acknowledged)
    storage.close()
    assert all(seq >= 0 for seq in acknowledged.values())


def _new_runs(storage: Storage, turn: int) -> dict[tuple[str, str], int]:
    """Make two runs, and return for each writer of each that nothing of it was acknowledged."""
    runs = [f"r{turn}.{number}" for number in range(2)]
    origin = RunOrigin(status=RunStatus.RUNNING, submitted_by="me")
    storage.runs.create("w", "e", [NewRun(id=run_id) for run_id in runs], origin, at=NOW)
    return {(run_id, writer): -1 for run_id in runs for writer in WRITERS}


def _killed_turn(
    place: str, home: Path, acknowledged: dict[tuple[str, str], int], rng: random.Random
) -> dict[tuple[str, str], int]:
    """Let the writers run for a moment, kill them, and return what they had heard to be stored."""
    # The last acknowledged batch is sent again, as a writer does that has not heard the answer.
    begins = [f"{run_id}:{writer}:{max(0, seq)}" for (run_id, writer), seq in acknowledged.items()]
    command = [sys.executable, "-m", "tests.conformance.crashing_writer", place, str(home), *begins]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(8)]
    time.sleep(rng.random() * 0.5)  # the moment of the kill is what the test varies
    os.kill(process.pid, signal.SIGKILL)
    lines += process.stdout.read().splitlines()
    process.wait()
    process.stdout.close()
    heard = dict(acknowledged)
    for line in lines:
        if line.count(":") == 2 and (parts := line.strip().split(":"))[2]:
            key = (parts[0], parts[1])
            heard[key] = max(heard[key], int(parts[2]) if line is not lines[-1] else heard[key])
    return heard


def _check(storage: Storage, acknowledged: dict[tuple[str, str], int]) -> None:
    for run_id in {run_id for run_id, _ in acknowledged}:
        found: dict[tuple[str, str], list[object]] = {}
        for series in storage.metrics.series("w", [run_id], None):
            assert series.family is MetricFamily.SERIES
            for at, value in zip(series.times, series.values, strict=True):
                found.setdefault((series.name, repr(value)), []).append(at)
        assert all(len(times) == 1 for times in found.values()), "a point is there twice"
        expected = 0
        for writer in WRITERS:
            stored = acknowledged[run_id, writer]
            seq = 0
            while True:
                records = batch_of(run_id, writer, seq).records
                there = [(record.name, repr(record.value)) in found for record in records]  # type: ignore[union-attr]
                assert all(there) or not any(there), f"a part of batch {seq} of writer {writer} is there"
                if not all(there):
                    break
                expected += len(records)
                seq += 1
            assert seq > stored, f"batch {stored} of writer {writer} of {run_id} was acknowledged; {seq} are there"
        assert expected == len(found)
