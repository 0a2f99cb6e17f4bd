"""Scripts in real containers, where an engine runs on this machine."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runyard import Environment, Experiment, Run, ScriptRunConfig, Workspace
from runyard.domain.container import container_name
from tests.integration.container_engine import IMAGE, TestEngine, find_test_engine, mounts
from tests.runner_process import runner_of
from tests.server_process import RunningServer, start_server, stop_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SECRET = "very-hidden-value-4711"

SCRIPT = """
import os, pathlib, signal, subprocess, sys, time
from runyard import Run
run = Run.get_context()
print("uid", os.getuid(), "here", os.path.exists("train.py"), "host tmp", os.path.exists(sys.argv[1]))
print("password", os.environ["DB_PASSWORD"] == "very-hidden-value-4711", "lines", repr(os.environ["LINES_OF_TEXT"]))
def command_line(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""  # it has just ended
lines = [command_line(pid) for pid in os.listdir("/proc") if pid.isdigit()]
print("token in a command line", any(os.environ["RUNYARD_RUN_TOKEN"].encode() in line for line in lines))
run.log("answer", 42)
os.makedirs("outputs", exist_ok=True)
pathlib.Path("outputs/model.txt").write_text("weights")
if "wait" in sys.argv:
    subprocess.Popen(["/bin/sleep", "1000"], start_new_session=True)
    def stop(*_):
        print("told to stop", flush=True)
        sys.exit(0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN if "stubborn" in sys.argv else stop)
    print("waiting", flush=True)
    while True:
        time.sleep(0.1)
if "fail" in sys.argv:
    raise ValueError("too large")
if "abort" in sys.argv:
    os.abort()
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestEngine]:
    found = find_test_engine(tmp_path_factory.mktemp("engine"))
    if isinstance(found, str):
        pytest.skip(f"no container engine runs here: {found}")
    yield found
    left = found.call("ps", "--all", "--quiet", "--filter", "label=runyard.run").stdout.split()
    if left:
        found.call("rm", "--force", *left)


@pytest.fixture(scope="module")
def container_server(engine: TestEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    before = dict(os.environ)
    os.environ.update(engine.variables)
    running = start_server(tmp_path_factory.mktemp("container-home"))
    os.environ.clear()
    os.environ.update(before)
    yield running
    stop_server(running)


@pytest.fixture
def inside(container_server: RunningServer, project: Path, monkeypatch: pytest.MonkeyPatch) -> Experiment:
    monkeypatch.setenv("RUNYARD_HOME", str(container_server.home))
    (project / "train.py").write_text(SCRIPT)
    return Experiment(Workspace.from_config(), "containers")


def submit(
    experiment: Experiment, project: Path, *arguments: str, image: str = IMAGE, python: str = sys.executable, **options: Any
) -> Run:
    environment = Environment("boxed")
    environment.docker.enabled = True
    environment.docker.base_image = image
    environment.docker.arguments = mounts()
    environment.docker.shm_size = None
    environment.python.user_managed_dependencies = True
    environment.python.interpreter_path = python
    environment.environment_variables = {"DB_PASSWORD": SECRET, "LINES_OF_TEXT": "one\ntwo = #2"}
    host_file = project.parent / "host-only"
    host_file.touch()
    config = ScriptRunConfig(".", "train.py", [str(host_file), *arguments], environment=environment, **options)
    run: Run = experiment.submit(config)
    return run


def log_of(run: Run) -> str:
    return str(run.get_details_with_logs()["logFiles"].get("azureml-logs/70_driver_log.txt", ""))


def until(condition: Callable[[], object], what: str, timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {timeout_s} s"
        time.sleep(0.1)


def assert_nothing_left(engine: TestEngine, server: RunningServer, run: Run) -> None:
    assert container_name(run.id) not in engine.call("ps", "--all", "--format", "{{.Names}}").stdout.split()
    left = server.home / "work" / run.id
    assert not [path.name for path in left.glob("container*")]


def test_a_script_in_a_container_records_and_leaves_its_files_as_this_user(
    inside: Experiment, project: Path, engine: TestEngine, container_server: RunningServer
) -> None:
    run = submit(inside, project)
    details = run.wait_for_completion()
    log = log_of(run)
    assert details["status"] == "Completed"
    assert f"uid {os.getuid()} here True host tmp False" in log
    assert "password True lines 'one\\ntwo = #2'" in log and "token in a command line False" in log
    assert run.get_metrics() == {"answer": 42}
    assert "outputs/model.txt" in run.get_file_names()
    assert run.get_properties()["runyard.environment.image"] == IMAGE
    assert SECRET not in str(details) + log
    assert_nothing_left(engine, container_server, run)


def test_what_a_script_in_a_container_raises_is_the_error_of_the_run(inside: Experiment, project: Path) -> None:
    run = submit(inside, project, "fail")
    run.wait_for_completion(raise_on_error=False)
    error = run.get_details()["error"]["error"]
    assert (error["type"], error["message"]) == ("ValueError", "User program failed with ValueError: too large")
    assert 'raise ValueError("too large")' in error["traceback"]


def test_a_signal_that_kills_a_script_in_a_container_is_named(inside: Experiment, project: Path) -> None:
    run = submit(inside, project, "abort")
    run.wait_for_completion(raise_on_error=False)
    assert "signal 6 (SIGABRT)" in run.get_details()["error"]["error"]["message"]


@pytest.mark.parametrize("how", ["gentle", "stubborn"])
def test_cancelling_ends_the_container_and_all_that_is_in_it(
    inside: Experiment, project: Path, engine: TestEngine, container_server: RunningServer, how: str
) -> None:
    run = submit(inside, project, "wait", how)
    until(lambda: "waiting" in log_of(run), "the script")
    began = time.monotonic()
    run.cancel()
    assert run.wait_for_completion(raise_on_error=False)["status"] == "Canceled"
    assert time.monotonic() - began < 30  # the goal is 10 s on a quiet machine
    assert ("told to stop" in log_of(run)) is (how == "gentle")
    assert_nothing_left(engine, container_server, run)


def test_the_container_of_a_killed_runner_is_removed(
    inside: Experiment, project: Path, engine: TestEngine, container_server: RunningServer
) -> None:
    run = submit(inside, project, "wait", "stubborn")
    until(lambda: "waiting" in log_of(run), "the script")
    runner_of(run.id).kill()
    until(lambda: run.get_status() == "NotResponding", "the run shows it")
    assert_nothing_left(engine, container_server, run)
    run.cancel()
    assert run.wait_for_completion(raise_on_error=False)["status"] == "Canceled"


def test_an_image_that_cannot_be_had_fails_the_run_with_what_the_engine_said(inside: Experiment, project: Path) -> None:
    run = submit(inside, project, image="localhost:1/no-such-image:1")
    run.wait_for_completion(raise_on_error=False)
    error = run.get_details()["error"]["error"]
    assert "pull localhost:1/no-such-image:1 failed" in error["message"] and error["code"] == "UserError"
    assert "azureml-logs/20_image_build_log.txt" in run.get_file_names()


def test_an_image_without_the_python_says_so(inside: Experiment, project: Path) -> None:
    run = submit(inside, project, python="/opt/none/python3")
    run.wait_for_completion(raise_on_error=False)
    error = run.get_details()["error"]["error"]
    assert f"The image {IMAGE} has no '/opt/none/python3' that begins with the script" in error["message"]
    assert error["code"] == "UserError"


def test_a_container_past_its_time_is_ended(
    inside: Experiment, project: Path, engine: TestEngine, container_server: RunningServer
) -> None:
    run = submit(inside, project, "wait", max_run_duration_seconds=5)
    assert run.wait_for_completion(raise_on_error=False)["status"] == "Canceled"
    assert "max_run_duration_seconds is 5" in str(run._client.runs.get(run.id).status_reason)
    assert_nothing_left(engine, container_server, run)
