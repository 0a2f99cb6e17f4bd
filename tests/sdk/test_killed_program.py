"""What the server's home folder knows of programs that record interactive runs."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from runyard import Run, Workspace
from runyard.client.program_note import FOLDER, lost_programs
from tests.server_process import RunningServer

PROGRAM = """
import sys
from runyard import Experiment, Workspace
workspace = Workspace.get(sys.argv[1])
run = Experiment(workspace, "exp").start_logging(snapshot_directory=None)
children = run.create_children(count=2)
children[0].complete()
print(run.id, children[1].id, flush=True)
sys.stdin.readline()
if sys.argv[2] == "raise":
    children[1].log("x", 1)
    {}["no such key"]
if sys.argv[2] == "exit":
    sys.exit("no data")
if sys.argv[2] == "complete":
    children[1].complete()
    run.complete()
"""


def started(workspace: Workspace, how: str) -> tuple[subprocess.Popen[str], set[tuple[str, str]]]:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, workspace.name, how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    return program, {(workspace.name, run_id) for run_id in program.stdout.readline().split()}


def test_a_killed_program_is_known_with_the_runs_that_it_had_not_ended(workspace: Workspace, server: RunningServer) -> None:
    program, run_ids = started(workspace, "never ends")
    program.kill()
    program.communicate()
    assert len(run_ids) == 2
    assert run_ids in [set(lost.open_runs) for lost in lost_programs(server.home) if lost.pid == program.pid]


@pytest.mark.parametrize("how", ["complete", "leave open"])
def test_a_program_that_ends_by_itself_is_not_called_killed(workspace: Workspace, server: RunningServer, how: str) -> None:
    program, run_ids = started(workspace, how)
    before = {path.name for path in (server.home / FOLDER).iterdir()}
    program.communicate("\n")
    assert program.returncode == 0 and len(run_ids) == 2
    assert len(before - {path.name for path in (server.home / FOLDER).iterdir()}) == 1
    status = {Run.get(workspace, run_id).get_status() for _, run_id in run_ids}
    assert status == ({"Completed"} if how == "complete" else {"Running"})


def test_an_exception_that_ends_the_program_fails_the_runs_that_it_has_open(workspace: Workspace) -> None:
    program, run_ids = started(workspace, "raise")
    program.communicate("\n")
    assert program.returncode == 1 and len(run_ids) == 2
    for _, run_id in run_ids:
        run = Run.get(workspace, run_id)
        assert run.get_status() == "Failed"
        error = run.get_details()["error"]["error"]
        assert "no such key" in error["message"] and "KeyError" in json.dumps(error)
    (completed,) = (each for each in Run.get(workspace, run.parent.id if run.parent else run.id).get_children(status="Completed"))
    assert completed.get_status() == "Completed"


def test_an_exit_code_that_tells_of_a_failure_fails_the_open_runs_at_once(workspace: Workspace) -> None:
    program, run_ids = started(workspace, "exit")
    program.communicate("\n")
    assert program.returncode == 1 and len(run_ids) == 2
    for _, run_id in run_ids:
        run = Run.get(workspace, run_id)
        assert run.get_status() == "Failed"
        assert run.get_details()["error"]["error"]["message"] == "User program failed with SystemExit: no data"


def test_the_server_hears_that_the_program_of_an_open_run_lives(workspace: Workspace) -> None:
    program, run_ids = started(workspace, "complete")
    try:
        deadline = time.monotonic() + 60
        for _, run_id in run_ids:
            while workspace._client.runs.get(run_id).heartbeat_at is None:
                assert time.monotonic() < deadline
                time.sleep(0.05)
    finally:
        program.communicate("\n")
