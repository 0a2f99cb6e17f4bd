"""A run outlives the program that submitted it and the server that it reports to, and ends whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runyard import Experiment, Run, ScriptRunConfig, Workspace
from runyard.errors import RunFailedError, TransportError
from tests.runner_process import lives, runner_of
from tests.server_process import RunningServer, start_server, stop_server

LONG = """
import sys, time
from runyard import Run
run = Run.get_context()
for n in range(60):
    run.log("n", n)
    print(f"line {n}", flush=True)
    time.sleep(0.1)
"""

STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(300)"
inner = subprocess.Popen([sys.executable, "-c", code])
outer = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
print("pids", os.getpid(), inner.pid, outer.pid, flush=True)
time.sleep(300)
"""


def wait_until(condition: Callable[[], Any], what: str, timeout_s: float = 60) -> Any:
    deadline = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"{what}: not within {timeout_s} s"
        time.sleep(0.05)


@pytest.fixture
def own_server(home: Path) -> Iterator[list[RunningServer]]:
    """A server that the test may kill: the list holds the one that runs now."""
    servers = [start_server(home)]
    yield servers
    stop_server(servers[-1])


@pytest.fixture
def impatient_server(home: Path) -> Iterator[RunningServer]:
    """A server that gives the runner of a cancelled run two seconds to speak, and not fifteen."""
    server = start_server(home, cancel_patience_s=2.0)
    yield server
    stop_server(server)


def driver_log(run: Run) -> str:
    return str(run.get_details_with_logs()["logFiles"].get("azureml-logs/70_driver_log.txt", ""))


@pytest.mark.slow
def test_a_killed_server_costs_a_run_nothing(own_server: list[RunningServer], home: Path, project: Path) -> None:
    (project / "train.py").write_text(LONG)
    run = Experiment(Workspace.from_config(), "survival").submit(ScriptRunConfig(".", "train.py"))
    wait_until(lambda: "line 5" in driver_log(run), "the script is on its way")
    own_server[-1].process.kill()
    own_server[-1].process.wait()
    time.sleep(1.5)  # the script goes on against nobody for a while
    own_server.append(start_server(home))
    assert run.wait_for_completion()["status"] == "Completed"
    assert run.get_metrics()["n"] == list(range(60))
    lines = [line for line in driver_log(run).splitlines() if line.startswith("line ")]
    assert lines == [f"line {n}" for n in range(60)]
    assert [event.status.value for event in run._client.runs.events(run.id)][-1] == "Completed"


@pytest.mark.slow
def test_a_run_outlives_the_terminal_that_submitted_it(own_server: list[RunningServer], project: Path) -> None:
    (project / "train.py").write_text(LONG)
    code = (
        "from runyard import *\n"
        "run = Experiment(Workspace.from_config(), 'survival').submit(ScriptRunConfig('.', 'train.py'))\n"
        "print(run.id, flush=True)\nrun.wait_for_completion(show_output=True)\n"
    )
    terminal = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert terminal.stdout is not None
    run_id = terminal.stdout.readline().strip()
    said = terminal.stdout
    wait_until(lambda: "line 1" in said.readline(), "its log shows")
    os.killpg(terminal.pid, signal.SIGHUP)
    terminal.wait()
    terminal.stdout.close()
    run = Run.get(Workspace.from_config(), run_id)
    assert run.wait_for_completion()["status"] == "Completed"
    assert run.get_metrics()["n"] == list(range(60))


def test_cancelling_leaves_no_process_of_the_tree(experiment: Experiment, project: Path) -> None:
    (project / "stubborn.py").write_text(STUBBORN)
    run = experiment.submit(ScriptRunConfig(".", "stubborn.py"))
    log = wait_until(lambda: (text := driver_log(run)) and "pids" in text and text, "the script has started")
    pids = [int(pid) for pid in next(line for line in log.splitlines() if line.startswith("pids")).split()[1:]]
    assert all(lives(pid) for pid in pids)
    run.cancel()
    wait_until(lambda: not any(lives(pid) for pid in pids), "all processes are gone", timeout_s=60)
    assert run.wait_for_completion()["status"] == "Canceled"


def test_a_script_that_raises_says_so_everywhere(experiment: Experiment, project: Path) -> None:
    (project / "bad.py").write_text("print('before')\ndef inner():\n    raise ValueError('the wrong shape')\ninner()\n")
    run = experiment.submit(ScriptRunConfig(".", "bad.py"))
    with pytest.raises(RunFailedError, match=r"Activity Failed:(.|\n)*the wrong shape"):
        run.wait_for_completion()
    error = run.get_details()["error"]["error"]
    assert (error["code"], error["type"]) == ("UserError", "ValueError")
    assert error["message"] == "User program failed with ValueError: the wrong shape"
    assert error["traceback"].startswith("Traceback (most recent call last)") and "in inner" in error["traceback"]
    assert "launcher.py" not in error["traceback"]
    assert "ValueError: the wrong shape" in driver_log(run)
    shown = subprocess.run(
        [sys.executable, "-m", "runyard", "run", "show", "-r", run.id, "-w", run.experiment.workspace.name, "-o", "table"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 0, shown.stderr
    assert "Failed" in shown.stdout and "the wrong shape" in shown.stdout


def test_a_run_past_its_time_is_cancelled_with_that_reason(experiment: Experiment, project: Path) -> None:
    (project / "slow.py").write_text("import time\ntime.sleep(60)\n")
    run = experiment.submit(ScriptRunConfig(".", "slow.py", max_run_duration_seconds=1))
    assert run.wait_for_completion()["status"] == "Canceled"
    assert "1 s" in str(run.get_detailed_status()["details"]) or "1 second" in str(run.get_detailed_status()["details"])


def test_a_missing_module_names_the_package_to_add(experiment: Experiment, project: Path) -> None:
    (project / "needs.py").write_text("import sklearn_extra_that_nobody_has\n")
    run = experiment.submit(ScriptRunConfig(".", "needs.py"))
    details = run.wait_for_completion(raise_on_error=False)
    message = details["error"]["error"]["message"]
    assert "sklearn_extra_that_nobody_has" in message and "install" in message and sys.executable in message


def test_outputs_are_kept_when_the_script_fails(experiment: Experiment, project: Path) -> None:
    (project / "half.py").write_text("open('outputs/half.txt', 'w').write('so far')\nraise SystemExit(3)\n")
    run = experiment.submit(ScriptRunConfig(".", "half.py"))
    details = run.wait_for_completion(raise_on_error=False)
    assert details["status"] == "Failed" and details["error"]["error"]["exitCode"] == 3
    assert "outputs/half.txt" in run.get_file_names()


def test_an_unchanged_folder_is_sent_once(experiment: Experiment, project: Path) -> None:
    (project / "hello.py").write_text("print(1)\n")
    first = experiment.submit(ScriptRunConfig(".", "hello.py"))
    second = experiment.submit(ScriptRunConfig(".", "hello.py"))
    assert first.get_snapshot_id() == second.get_snapshot_id()
    (project / "hello.py").write_text("print(2)\n")
    third = experiment.submit(ScriptRunConfig(".", "hello.py"))
    assert third.get_snapshot_id() != first.get_snapshot_id()
    for run in (first, second, third):
        run.wait_for_completion()


def test_a_server_that_is_gone_for_good_is_a_clear_error(home: Path, project: Path) -> None:
    server = start_server(home)
    workspace = Workspace.from_config()
    stopped = subprocess.run([sys.executable, "-m", "runyard", "down"], capture_output=True, text=True, check=False)
    assert stopped.returncode == 0, stopped.stderr
    server.process.wait(timeout=60)
    with pytest.raises(TransportError, match="runyard up"):
        Experiment(workspace, "nobody")


@pytest.mark.slow
def test_a_killed_runner_shows_soon_leaves_no_process_and_its_run_can_be_cancelled(
    own_server: list[RunningServer], home: Path, project: Path
) -> None:
    (project / "stubborn.py").write_text(STUBBORN)
    run = Experiment(Workspace.from_config(), "survival").submit(ScriptRunConfig(".", "stubborn.py"))
    log = wait_until(lambda: (text := driver_log(run)) and "pids" in text and text, "the script has started")
    pids = [int(pid) for pid in next(line for line in log.splitlines() if line.startswith("pids")).split()[1:]]
    runner = runner_of(run.id)
    runner.kill()
    wait_until(lambda: run.get_status() == "NotResponding", "the loss shows", timeout_s=60)
    record = run._client.runs.get(run.id)
    assert "runner ended without a word (killed" in str(record.status_reason)
    wait_until(lambda: not any(lives(pid) for pid in pids), "all processes are gone", timeout_s=60)
    run.cancel()
    assert run.wait_for_completion()["status"] == "Canceled"


@pytest.mark.slow
def test_a_runner_that_hangs_is_killed_with_its_script_by_cancelling(impatient_server: RunningServer, project: Path) -> None:
    (project / "stubborn.py").write_text(STUBBORN)
    run = Experiment(Workspace.from_config(), "survival").submit(ScriptRunConfig(".", "stubborn.py"))
    log = wait_until(lambda: (text := driver_log(run)) and "pids" in text and text, "the script has started")
    pids = [int(pid) for pid in next(line for line in log.splitlines() if line.startswith("pids")).split()[1:]]
    runner = runner_of(run.id)
    runner.suspend()
    run.cancel()
    assert run.wait_for_completion()["status"] == "Canceled"
    wait_until(lambda: not any(lives(pid) for pid in [*pids, runner.pid]), "all processes are gone", timeout_s=60)


def test_a_run_shows_where_the_time_to_its_first_line_went(experiment: Experiment, project: Path) -> None:
    (project / "hello.py").write_text("print(1)\n")
    run = experiment.submit(ScriptRunConfig(".", "hello.py"))
    run.wait_for_completion()
    times = wait_until(lambda: run.get_details().get("timeToFirstLine"), "the times are known")
    assert set(times) == {"upload", "queue", "environment", "start", "total"}
    assert times["total"] == pytest.approx(sum(times[part] for part in ("upload", "queue", "environment", "start")), abs=0.01)
    assert times["total"] < 30
