"""Many runs through few slots and GPUs of the real local engine."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runyard import Environment, Experiment, Run, ScriptRunConfig, Workspace
from tests.server_process import RunningServer, start_server, stop_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

COUNT = 200 if os.environ.get("RUNYARD_LONG") == "1" else 16
SLOTS = 4
GPUS = 3

SCRIPT = """
import json, os, sys, time
def note(what):
    with open(sys.argv[1], "a") as out:
        gpus = os.environ.get("CUDA_VISIBLE_DEVICES", "")
        out.write(json.dumps([time.time(), what, os.environ["RUNYARD_RUN_ID"], gpus]) + "\\n")
note("begin")
print("hello")
while len(sys.argv) > 2 and not os.path.exists(sys.argv[2]):
    time.sleep(0.05)
note("end")
"""


@pytest.fixture
def few_slots(home: Path) -> Iterator[RunningServer]:
    running = start_server(home, "--slots", str(SLOTS), "--gpus", "0,1,2")
    yield running
    stop_server(running)


@pytest.fixture
def queue(few_slots: RunningServer, project: Path) -> Experiment:
    (project / "tiny.py").write_text(SCRIPT)
    return Experiment(Workspace.from_config(), "queue")


def tiny(notes: Path, *arguments: str, gpus: int = 0) -> ScriptRunConfig:
    environment = Environment("this-python")
    environment.python.user_managed_dependencies = True
    environment.python.interpreter_path = sys.executable
    config = ScriptRunConfig(".", "tiny.py", [str(notes), *arguments], environment=environment)
    config.run_config.resources.gpu = gpus
    return config


def noted(notes: Path) -> list[tuple[str, str, list[str]]]:
    lines: list[list[Any]] = sorted(json.loads(line) for line in notes.read_text().splitlines())
    return [(what, run, [gpu for gpu in gpus.split(",") if gpu]) for _, what, run, gpus in lines]


def until(condition: Any, what: str, timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {timeout_s} s"
        time.sleep(0.05)


def test_many_runs_wait_their_turn_with_a_reason_and_never_share_a_slot_or_a_gpu(queue: Experiment, tmp_path: Path) -> None:
    notes, gate = tmp_path / "notes", tmp_path / "gate"
    runs = [queue.submit(tiny(notes, str(gate), gpus=n % 3)) for n in range(COUNT)]
    # 0 + 1 + 2 GPUs, and one more run that needs none: then the slots are full.
    until(lambda: notes.exists() and len(noted(notes)) == SLOTS, "the first runs have begun")
    until(lambda: f"number {COUNT - SLOTS} in" in reason(runs[-1]), "the last one is told its place")
    waiting = {run.id: reason(run) for run in runs[SLOTS:]}
    for place, run in enumerate(runs[SLOTS:], 1):
        assert f"number {place} in the queue. All {SLOTS} places for runs are taken, by {runs[0].id}" in waiting[run.id]
    (target,) = queue.workspace._client.compute_targets.list()
    assert (target.slots, target.gpus, target.gpus_used) == (SLOTS, GPUS, 3)
    gate.touch()
    for run in runs:
        assert run.wait_for_completion()["status"] == "Completed"
    assert_never_more_than_there_are(notes)
    assert len(noted(notes)) == 2 * COUNT


def assert_never_more_than_there_are(notes: Path) -> None:
    used: dict[str, list[str]] = {}
    for what, run, gpus in noted(notes):
        if what == "begin":
            used[run] = gpus
        else:
            del used[run]
        taken = [gpu for each in used.values() for gpu in each]
        assert len(used) <= SLOTS and len(taken) == len(set(taken)) <= GPUS, used


def test_gpus_survive_a_restart_of_the_server_and_come_back_from_a_cancelled_run(
    queue: Experiment, few_slots: RunningServer, home: Path, tmp_path: Path
) -> None:
    notes, gate = tmp_path / "notes", tmp_path / "gate"
    first = queue.submit(tiny(notes, str(gate), gpus=2))
    until(notes.exists, "the first run has begun")
    few_slots.process.kill()
    few_slots.process.wait()
    again = start_server(home, "--slots", str(SLOTS), "--gpus", "0,1,2")
    try:
        second = queue.submit(tiny(notes, str(gate), gpus=2))
        third = queue.submit(tiny(notes, gpus=1))
        until(lambda: "before it" in reason(third), "the third run waits behind the second")
        until(lambda: f"It waits for 2 of 3 GPUs: 0, 1 are used by {first.id}." in reason(second), "the second run says why")
        assert second.id in reason(third)
        first.cancel()
        until(lambda: len(noted(notes)) >= 2, "the second run has begun")
        gate.touch()
        for run in (second, third):
            assert run.wait_for_completion()["status"] == "Completed"
        gpus = {run: len(ids) for _, run, ids in noted(notes)}
        assert gpus == {first.id: 2, second.id: 2, third.id: 1}
    finally:
        stop_server(again)


def reason(run: Run) -> str:
    return str(run.get_details().get("queueingInfo"))
