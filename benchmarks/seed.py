"""Fill a server with runs the way runs really come: created, logged to, and ended, over HTTP.

``python -m benchmarks.seed [--home FOLDER] [--runs 100000] [--params 20] [--metrics 20]``

Runs are made in blocks, a request a block; then each run's metrics come as one binary batch, as a journal sends it, and each run
is ended by a request of its own. Started again with the same numbers it goes on where it was: what is there stays as it is.
"""

from __future__ import annotations

import argparse
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.batches import packed
from benchmarks.place import Place
from runyard.domain.run import RunError, RunStatus
from runyard.wire.run import CreateRunsRequest, NewRun, ReportStatusRequest, UpdateRunRequest

EXPERIMENTS = 25
BLOCK = 200
THREADS = 8
STEPS = 2
TEAMS = ["vision", "speech"]
WORDS = ["brave", "calm", "eager", "fuzzy", "gentle", "happy", "jolly", "kind", "fox", "owl", "lynx", "otter", "heron", "crane"]


def main() -> None:
    """Read the command line, and fill the server of a home folder."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seed", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--params", type=int, default=20)
    parser.add_argument("--metrics", type=int, default=20)
    parser.add_argument("--postgres", help="the URL of an empty PostgreSQL database")
    options = parser.parse_args()
    place = Place(home=options.home, database=options.postgres)
    try:
        seed(place, runs=options.runs, params=options.params, metrics=options.metrics)
    finally:
        place.close()


def seed(place: Place, *, runs: int, params: int = 20, metrics: int = 20) -> float:
    """Make the runs, and say how it goes. Return runs a second."""
    for number in range(EXPERIMENTS):
        place.client.experiments.ensure(f"experiment-{number:02}")
    began = last = time.monotonic()
    done = 0
    with ThreadPoolExecutor(THREADS) as pool:
        for first in range(0, runs, BLOCK):
            numbers = range(first, min(first + BLOCK, runs))
            _create(place, numbers, params)
            list(pool.map(lambda number: _fill(place, number, metrics), numbers))
            done = numbers.stop
            if time.monotonic() - last > 5 or done == runs:
                last = time.monotonic()
                rate = done / (last - began)
                print(f"{done:,} of {runs:,} runs, {rate:.0f} runs/s, {(runs - done) / rate:.0f} s to go", flush=True)
    return done / (time.monotonic() - began)


def run_id(number: int) -> str:
    """Return the id of a seeded run."""
    return f"run_{number:06}"


def _create(place: Place, numbers: range, params: int) -> None:
    """Create a block. Every fifth is a family: its first run is the parent of the others."""
    new = [_new_run(number, params) for number in numbers]
    block = numbers.start // BLOCK
    experiment = f"experiment-{block % EXPERIMENTS:02}"
    if block % 5:
        place.client.runs.create(experiment, CreateRunsRequest(runs=new))
        return
    place.client.runs.create(experiment, CreateRunsRequest(runs=new[:1]))
    if new[1:]:
        place.client.runs.create(experiment, CreateRunsRequest(runs=new[1:], parent_id=new[0].id))


def _new_run(number: int, params: int) -> NewRun:
    chance = random.Random(number)
    arguments = ["--lr", f"{10 ** chance.uniform(-5, -1):.6g}", "--seed", str(number)]
    for place in range(2, params):
        arguments += [f"--param{place:02}", str(chance.choice([place, 2 * place, chance.random(), "adam", "sgd"]))]
    return NewRun(
        id=run_id(number),
        display_name=f"{chance.choice(WORDS)} {chance.choice(WORDS)} {number}",
        tags={"team": chance.choice(TEAMS), **({"baseline": None} if number % 50 == 0 else {})},
        properties={"azureml.git.branch": "main"},
        arguments=arguments[: 2 * params],
    )


def _fill(place: Place, number: int, metrics: int) -> None:
    """Log and end one run; one in two hundred goes on running, one in ten has a description."""
    chance = np.random.default_rng(number)
    if metrics:
        names = ["loss", *(f"metric{place:02}" for place in range(1, metrics))]
        start_us = time.time_ns() // 1000
        place.send(run_id(number), packed(names, chance.random((STEPS, metrics)), start_us=start_us, writer="seed"))
    if number % 10 == 0:
        words = " ".join(random.Random(number).choices(WORDS, k=12))
        place.client.runs.update(run_id(number), UpdateRunRequest(description=f"## Notes\n{words}"))
    if number % 200:
        failed = number % 11 == 0
        error = RunError(message="out of memory") if failed else None
        status = RunStatus.FAILED if failed else RunStatus.COMPLETED
        place.client.runs.report_status(run_id(number), ReportStatusRequest(status=status, error=error))


if __name__ == "__main__":
    main()
