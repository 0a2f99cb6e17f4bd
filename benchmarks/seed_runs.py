"""Fills a workspace with many runs, the way runs really come: created, logged to, ended.

``python -m benchmarks.seed_runs --home FOLDER [--runs 100000] [--params 20] [--metrics 20]``
"""

from __future__ import annotations

import argparse
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

from runyard.domain.run import SCRIPT_RUN, RunError, RunStatus
from runyard.storage.backends.sql.opened import open_folder
from runyard.storage.base import Storage
from runyard.storage.run_base import RunOrigin
from runyard.wire.metric import RecordBatch, ScalarRecord
from runyard.wire.run import NewRun, UpdateRunRequest
from runyard.wire.workspace import EnsureWorkspaceRequest

WORKSPACE = "default"
EXPERIMENTS = 25
CHILDREN_OF_ONE = 20
START = datetime(2026, 1, 1, tzinfo=timezone.utc)
PEOPLE = ["ayse", "bob", "chen", "dana", "emil"]
WORDS = ["brave", "calm", "eager", "fuzzy", "gentle", "happy", "jolly", "kind", "fox", "owl", "lynx", "otter", "heron", "crane"]
THREADS = 6
"""Writes that wait at the same time share a commit, as those of many runs do."""


def main() -> None:
    """Read the command line and fill the workspace."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--params", type=int, default=20)
    parser.add_argument("--metrics", type=int, default=20)
    options = parser.parse_args()
    storage = open_folder(options.home)
    began = time.perf_counter()
    seed(storage, runs=options.runs, params=options.params, metrics=options.metrics)
    spent = time.perf_counter() - began
    print(f"{options.runs} runs in {spent:.0f} s, {options.runs / spent:.0f} runs/s")
    storage.close()


def seed(storage: Storage, *, runs: int, params: int = 20, metrics: int = 20) -> None:
    """Create ``runs`` runs: every fifth block of twenty is a parent's children; some tagged, described, failed, running."""
    storage.workspaces.ensure(WORKSPACE, EnsureWorkspaceRequest(), at=START)
    for number in range(EXPERIMENTS):
        storage.experiments.ensure(WORKSPACE, f"experiment-{number:02}", at=START)
    families = range(0, runs, CHILDREN_OF_ONE)
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(lambda first: _family(storage, first, min(CHILDREN_OF_ONE, runs - first), params, metrics), families):
            pass


def _family(storage: Storage, first: int, size: int, params: int, metrics: int) -> None:
    parent = f"run_{first:06}" if (first // CHILDREN_OF_ONE) % 5 == 0 else None
    for number in range(first, first + size):
        _one(storage, number, None if number == first else parent, params, metrics)


def _one(storage: Storage, number: int, parent: str | None, params: int, metrics: int) -> None:
    chance = random.Random(number)
    run_id, at = f"run_{number:06}", START + timedelta(seconds=40 * number)
    family = number // CHILDREN_OF_ONE
    arguments = ["--lr", f"{10 ** chance.uniform(-5, -1):.6g}", "--seed", str(number)]
    for place in range(2, params):
        arguments += [f"--param{place:02}", str(chance.choice([place, 2 * place, chance.random(), "adam", "sgd"]))]
    new = NewRun(
        id=run_id,
        display_name=f"{chance.choice(WORDS)} {chance.choice(WORDS)} {number}",
        tags={"team": chance.choice(["vision", "speech"]), **({"baseline": None} if number % 50 == 0 else {})},
        properties={"azureml.git.branch": "main", "author": chance.choice(PEOPLE)},
    )
    origin = RunOrigin(
        status=RunStatus.RUNNING,
        submitted_by=chance.choice(PEOPLE),
        parent_id=parent,
        type=SCRIPT_RUN,
        target=chance.choice(["local", "gpu-a", "gpu-b"]),
        script_name="train.py",
        definition={"spec": {"script": "train.py", "arguments": arguments}, "script": "train.py", "arguments": arguments},
    )
    storage.runs.create(WORKSPACE, f"experiment-{family % EXPERIMENTS:02}", [new], origin, at=at)
    if metrics:
        storage.metrics.append(WORKSPACE, run_id, _batch(chance, metrics, at), at=at)
    if number % 10 == 0:
        words = " ".join(chance.choices(WORDS, k=12))
        storage.runs.update(WORKSPACE, run_id, UpdateRunRequest(description=f"## Notes\n{words}"), at=at)
    if number % 200:
        failed = chance.random() < 0.1
        status = RunStatus.FAILED if failed else RunStatus.COMPLETED
        error = RunError(message="out of memory") if failed else None
        at += timedelta(seconds=chance.uniform(5, 20_000))
        storage.runs.change_status(WORKSPACE, run_id, status, reason=None, error=error, at=at)


def _batch(chance: random.Random, metrics: int, at: datetime) -> RecordBatch:
    at_us = int(at.timestamp() * 1e6)
    records = [
        ScalarRecord(name="loss" if place == 0 else f"metric{place:02}", value=chance.random(), step=step, at_us=at_us + step)
        for step in range(2)
        for place in range(metrics)
    ]
    return RecordBatch(writer="seed", seq=0, records=list(records))


if __name__ == "__main__":
    main()
