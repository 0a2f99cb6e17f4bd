"""SIGKILL of the server, with the compactor in it, and of scripts, at any moment: every point is there once, the status right."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import pytest

from runyard import Experiment, Run, ScriptRunConfig, Workspace
from runyard.wire.metric_query import MetricValuesQuery
from tests.runner_process import lives, runner_of
from tests.server_process import start_server, stop_server

LONG = bool(os.environ.get("RUNYARD_LONG"))
KILLS = 100 if LONG else 2
SCRIPTS = 100 if LONG else 1
RUNNERS_AT_ONCE = 5 if LONG else 1
RUNNER_TURNS = 20 if LONG else 1

TRAINING = """
import pathlib, sys, time
from runyard import Experiment, Workspace
run = Experiment(Workspace.get("default"), "killed").start_logging(snapshot_directory=None)
print(run.id, flush=True)
n = 0
while not pathlib.Path(sys.argv[1]).exists():
    for _ in range(200):
        run.log("n", n)
        run.log_list("list", [n, None]) if n % 1000 == 0 else None
        n += 1
    time.sleep(0.02)
run.complete()
print(n, flush=True)
"""

SCRIPT = """
import os, sys
from runyard import Run
run = Run.get_context()
n = 0
while True:
    run.log("n", n)
    n += 1
    if n % 50 == 0:
        with open(sys.argv[1] + ".new", "w") as told:
            told.write(f"{os.getpid()} {n}")
        os.replace(sys.argv[1] + ".new", sys.argv[1])
"""


def until(condition: Callable[[], object], what: str, timeout_s: float = 60) -> object:
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what}: not within {timeout_s} s"
        time.sleep(0.02)
    return found


def server_pid(home: Path) -> int:
    """Return the process of the server that answers now; 0 while there is none."""
    try:
        pid = int(json.loads((home / "server.json").read_text())["pid"])
        status = psutil.Process(pid).status()
    except (OSError, ValueError, KeyError, psutil.NoSuchProcess):  # killed, it may go between any two looks at it
        return 0
    return pid if status != psutil.STATUS_ZOMBIE else 0


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_killing_the_server_again_and_again_costs_a_training_nothing(place: Path, tmp_path: Path, killed: Counter[str]) -> None:
    first = start_server(place)
    end = tmp_path / "end"
    training = subprocess.Popen([sys.executable, "-c", TRAINING, str(end)], stdout=subprocess.PIPE, text=True)
    assert training.stdout is not None
    run_id = training.stdout.readline().strip()
    chance = random.Random(3)
    for _ in range(KILLS):
        pid = int(str(until(lambda: server_pid(place), "a server is there: the training starts it anew")))
        time.sleep(chance.random() * 1.5)  # the moment of the kill is what the test varies
        os.kill(pid, signal.SIGKILL)
        killed["server with its compactor, below a training"] += 1
        if pid == first.process.pid:
            first.process.wait()
        until(partial(lambda old: server_pid(place) != old, pid), "it is gone")
    end.touch()
    count = int(training.communicate(timeout=120)[0])
    assert training.returncode == 0
    subprocess.run([sys.executable, "-m", "runyard", "sync"], check=True, timeout=120, stdout=subprocess.DEVNULL)
    run = Run.get(Workspace.get("default"), run_id)
    metrics = run.get_metrics()
    is_whole = metrics["n"] == list(range(count))
    assert is_whole, f"{len(metrics['n'])} of {count}"
    assert metrics["list"] == [value for n in range(0, count, 1000) for value in (n, None)]
    assert run.get_status() == "Completed"


LEFT = """
import os, signal
from runyard import Experiment, Workspace
run = Experiment(Workspace.get("default"), "left").start_logging(snapshot_directory=None)
print(run.id, flush=True)
run.log_histogram("weights", [1.0, 2.0], step=1)
run.log_text("said", "the last words")
for n in range(3000):
    run.log("n", n)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_server_takes_in_what_a_killed_program_left_without_any_command(home: Path, killed: Counter[str]) -> None:
    running = start_server(home)
    try:
        program = subprocess.run([sys.executable, "-c", LEFT], stdout=subprocess.PIPE, text=True, timeout=60, check=False)
        assert program.returncode == -signal.SIGKILL
        killed["program that nobody asks about"] += 1
        metrics = Workspace.get("default")._client.metrics  # as the Studio asks: nothing here sends journals
        run_id = program.stdout.strip()
        query = MetricValuesQuery(run_id=run_id)
        until(lambda: set(metrics.values(query).get(run_id, {})) == {"n", "weights", "said"}, "the server has it all")
        until(lambda: not list((home / "journal").rglob("*.*")), "the journals are gone")
        values = metrics.values(query)[run_id]
        assert values["n"] == list(range(3000))
        assert isinstance(values["said"], str) and values["said"].endswith(".txt")
    finally:
        stop_server(running)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(SCRIPTS))
def test_a_killed_script_loses_no_point_and_its_run_has_failed(
    experiment: Experiment, project: Path, number: int, killed: Counter[str]
) -> None:
    told = project.parent / "told"
    (project / "endless.py").write_text(SCRIPT)
    run = experiment.submit(ScriptRunConfig(".", "endless.py", arguments=[str(told)]))
    until(lambda: told.exists() and told.read_text(), "the script logs")
    time.sleep(random.Random(number).random() * 0.5)  # the moment of the kill is what the test varies
    os.kill(int(told.read_text().split()[0]), signal.SIGKILL)
    killed["script"] += 1
    assert run.wait_for_completion(raise_on_error=False)["status"] == "Failed"
    returned = int(told.read_text().split()[1])
    values = run.get_metrics()["n"]
    is_whole = values == list(range(len(values)))
    assert is_whole and len(values) >= returned


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_killed_runner_costs_no_point_and_its_run_can_be_ended(home: Path, project: Path, killed: Counter[str]) -> None:
    server = start_server(home, "--slots", str(RUNNERS_AT_ONCE))
    experiment = Experiment(Workspace.from_config(), "runners")
    (project / "endless.py").write_text(SCRIPT)
    chance = random.Random(5)
    for turn in range(RUNNER_TURNS):
        tellers = [project.parent / f"told-{turn}-{number}" for number in range(RUNNERS_AT_ONCE)]
        runs = [experiment.submit(ScriptRunConfig(".", "endless.py", arguments=[str(told)])) for told in tellers]
        for run, told in zip(runs, tellers, strict=True):
            until(partial(lambda file: file.exists() and file.read_text(), told), "the script logs")
            time.sleep(chance.random() * 0.3)  # the moment of the kill is what the test varies
            runner_of(run.id).kill()
            killed["runner"] += 1
        for run, told in zip(runs, tellers, strict=True):
            until(partial(lambda lost: lost.get_status() == "NotResponding", run), "the loss shows")
            run.cancel()
            assert run.wait_for_completion(raise_on_error=False)["status"] == "Canceled"
            pid, returned = map(int, told.read_text().split())
            until(partial(lambda script: not lives(script), pid), "the script is gone, too")
            subprocess.run([sys.executable, "-m", "runyard", "sync"], check=True, timeout=120, stdout=subprocess.DEVNULL)
            values = run.get_metrics()["n"]
            is_whole = values == list(range(len(values)))
            assert is_whole and len(values) >= returned
    assert server.process.poll() is None
