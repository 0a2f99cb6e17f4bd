"""The server is killed in every phase of a submission; the run ends right, and its script has run once."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from runyard import CondaDependencies, Environment, Experiment, Run, ScriptRunConfig, Workspace
from runyard.client.environment_build.uv import find_uv
from runyard.errors import TransportError
from tests.runner_process import runner_of
from tests.server_process import RunningServer, start_server, stop_server

pytestmark = pytest.mark.slow

LONG = os.environ.get("RUNYARD_LONG") == "1"
ROUNDS = 50 if LONG else 3
KILLS_A_ROUND = 2 if LONG else 1

SCRIPT = """
import os, signal, sys, time
from runyard import Run
mark = sys.argv[1]
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open(mark + ".started", "a") as started:
    started.write("once ")
run = Run.get_context()
for n in range(20):
    run.log("n", n)
    print("line", n, flush=True)
while "wait" in sys.argv and not os.path.exists(mark + ".go"):
    time.sleep(0.05)
for n in range(40):
    open(f"outputs/{n}.bin", "wb").write(os.urandom(1000))
"""


class Scene:
    """A project and a server that is killed and started again."""

    def __init__(self, home: Path, project: Path) -> None:
        self.home = home
        self.mark = project.parent / "mark"
        (project / "train.py").write_text(SCRIPT)
        self.server: RunningServer = start_server(home, "--slots", "1")
        self.experiment = Experiment(Workspace.from_config(), "kills")

    def submit(self, *arguments: str, mark: str = "", **options: Any) -> Run:
        """Submit the script."""
        run: Run = self.experiment.submit(
            ScriptRunConfig(".", "train.py", arguments=[f"{self.mark}{mark}", *arguments], **options)
        )
        return run

    def restart(self, **settings: float) -> None:
        """Kill the server, and start another one on its folder."""
        self.server.process.kill()
        self.server.process.wait()
        self.server = start_server(self.home, "--slots", "1", **settings)

    def go(self, mark: str = "") -> None:
        """Let a waiting script end."""
        Path(f"{self.mark}{mark}.go").touch()

    def reach(self, run: Run, *statuses: str) -> None:
        """Return when the run has one of these statuses."""
        until(lambda: run.get_status() in statuses, f"{run.id} is {' or '.join(statuses)}")

    def assert_ended_once(self, run: Run, status: str = "Completed", mark: str = "") -> None:
        """Check the run's end and everything that came of it."""
        assert run.wait_for_completion(raise_on_error=False)["status"] == status, run.get_details()
        ends = [event.status.value for event in run._client.runs.events(run.id) if event.status.is_terminal]
        assert ends == [status]
        if status == "Completed":
            assert Path(f"{self.mark}{mark}.started").read_text() == "once "
            assert run.get_metrics() == {"n": list(range(20))}
            log = run.get_details_with_logs()["logFiles"]["azureml-logs/70_driver_log.txt"]
            assert [line for line in log.splitlines() if line.startswith("line")] == [f"line {n}" for n in range(20)]
            assert sum(name.startswith("outputs/") for name in run.get_file_names()) == 40


def until(condition: Callable[[], Any], what: str, timeout_s: float = 60) -> None:
    """Return when the condition holds; a server that is away is no answer."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            if condition():
                return
        except TransportError:
            pass
        assert time.monotonic() < deadline, f"{what}: not within {timeout_s} s"
        time.sleep(0.02)


@pytest.fixture
def scene(home: Path, project: Path) -> Iterator[Scene]:
    made = Scene(home, project)
    yield made
    stop_server(made.server)


def test_killed_while_a_run_is_queued(scene: Scene) -> None:
    first = scene.submit("wait", mark="-first")
    scene.reach(first, "Running")
    run = scene.submit()
    scene.restart()
    assert run.get_status() == "Queued"
    scene.go("-first")
    scene.assert_ended_once(first, mark="-first")
    scene.assert_ended_once(run)


def test_killed_while_the_environment_is_built(home: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, slow_uv = project.parent / "gate", project.parent / "uv.sh"
    slow_uv.write_text(f'#!/bin/sh\ntouch {gate}.reached\nwhile [ ! -e {gate} ]; do sleep 0.1; done\nexec {find_uv()} "$@"\n')
    slow_uv.chmod(0o755)
    monkeypatch.setenv("RUNYARD_UV", str(slow_uv))
    scene = Scene(home, project)
    try:
        environment = Environment("tiny")
        environment.python.conda_dependencies = CondaDependencies.create(pip_packages=["iniconfig==2.0.0"])
        run = scene.submit(environment=environment)
        until(Path(f"{gate}.reached").exists, "uv is at work")
        assert run.get_status() == "Preparing"
        scene.restart()
        gate.touch()
        scene.assert_ended_once(run)
        assert "azureml-logs/20_image_build_log.txt" in run.get_file_names()
    finally:
        stop_server(scene.server)


def test_killed_while_the_script_runs(scene: Scene) -> None:
    run = scene.submit("wait")
    scene.reach(run, "Running")
    scene.restart()
    scene.restart()
    scene.go()
    scene.assert_ended_once(run)


def test_killed_with_every_runner_and_script_as_by_a_power_cut(scene: Scene) -> None:
    first, second = scene.submit("wait", mark="-first"), scene.submit()
    scene.reach(first, "Running")
    until(Path(f"{scene.mark}-first.started").exists, "the script runs")
    runner = runner_of(first.id)
    for process in [psutil.Process(scene.server.process.pid), runner, *runner.children(recursive=True)]:
        process.kill()
    scene.restart(lost_patience_s=2.0)
    scene.assert_ended_once(second)  # its slot is free again
    scene.assert_ended_once(first, "Failed")
    assert "runner ended without a word" in str(first._client.runs.get(first.id).status_reason)
    assert Path(f"{scene.mark}-first.started").read_text() == "once "


def test_killed_while_the_outputs_are_stored(scene: Scene) -> None:
    run = scene.submit()
    scene.reach(run, "Finalizing", "Completed")
    scene.restart()
    scene.assert_ended_once(run)


def test_killed_while_a_run_is_cancelled(scene: Scene) -> None:
    run = scene.submit("wait", "stubborn")
    until(Path(f"{scene.mark}.started").exists, "the script runs")
    run.cancel()
    scene.restart()
    scene.assert_ended_once(run, "Canceled")


def test_killed_when_the_run_has_ended(scene: Scene) -> None:
    run = scene.submit()
    scene.reach(run, "Completed")
    scene.restart()
    scene.assert_ended_once(run)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_killed_at_any_moment_after_the_submission(scene: Scene, number: int, killed: Counter[str]) -> None:
    chance = random.Random(number)
    run = scene.submit()
    for _ in range(KILLS_A_ROUND):
        time.sleep(chance.uniform(0, 2.5))  # that is the point: any phase, the start of the runner among them
        scene.restart()
        killed["server during a submission"] += 1
    scene.assert_ended_once(run)
