"""Runs of several processes, on one node and on two nodes of this machine, with the real launchers."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from runyard import (
    Experiment,
    MpiConfiguration,
    PyTorchConfiguration,
    Run,
    ScriptRunConfig,
    TensorflowConfiguration,
)
from tests.runner_process import belongs_to, command_line

needs_mpirun = pytest.mark.skipif(
    shutil.which("mpirun") is None and os.environ.get("CI") != "true",
    reason="no mpirun: sh scripts/ensure_test_programs.sh",
)

ALL_REDUCE = """
import os
from mpi4py import MPI
from runyard import Run
world = MPI.COMM_WORLD
total = world.allreduce(world.Get_rank() + 1)
print(f"rank {world.Get_rank()}/{world.Get_size()} sum {total} in {os.getcwd()}")
assert os.environ["AZUREML_PROCESS_NAME"] == f"rank_{world.Get_rank()}"
assert os.environ["AZUREML_NODE_COUNT"] and os.environ["AZ_BATCH_MASTER_NODE"]
open(f"outputs/part_{world.Get_rank()}.txt", "w").write(str(total))
if world.Get_rank() == 0:
    Run.get_context().log("total", total)
"""

FAILS = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
rank = os.environ.get("OMPI_COMM_WORLD_RANK") or os.environ.get("RANK")
print("pid", os.getpid(), flush=True)
if rank == "1":
    time.sleep(1)
    raise ValueError("rank one is broken")
time.sleep(120)
"""

READ_TF_CONFIG = """
import json, os, socket, time
config = json.loads(os.environ["TF_CONFIG"])
task = config["task"]
own = config["cluster"][task["type"]][task["index"]]
host, port = own.rsplit(":", 1)
listener = socket.socket()
listener.bind((host, int(port)))
listener.listen()
for addresses in config["cluster"].values():
    for address in addresses:
        host, port = address.rsplit(":", 1)
        for attempt in range(200):
            try:
                socket.create_connection((host, int(port)), timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise SystemExit(f"{address} is not there")
print(task["type"], task["index"], {role: len(each) for role, each in sorted(config["cluster"].items())}, flush=True)
if task["type"] == "ps":
    time.sleep(600)  # a parameter server serves for ever
time.sleep(1)
"""


def text(run: Run, name: str) -> str:
    return run._client.artifacts.read(run.id, name, 0, 1 << 20).data.decode()


def json_lines(run: Run, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text(run, name).splitlines()]


def submit(experiment: Experiment, project: Path, script: str, wanted: Any, **options: Any) -> Run:
    (project / "train.py").write_text(script)
    run: Run = experiment.submit(ScriptRunConfig(".", "train.py", distributed_job_config=wanted, **options))
    return run


def folders_of(run: Run) -> list[str]:
    """Return the node folders below azureml-logs, by name."""
    parts = [name.split("/") for name in run.get_file_names()]
    return sorted({folder[1] for folder in parts if folder[0] == "azureml-logs" and len(folder) > 2})


@needs_mpirun
@pytest.mark.slow
def test_mpi_reduces_over_four_ranks_of_one_node(experiment: Experiment, project: Path) -> None:
    run = submit(experiment, project, ALL_REDUCE, MpiConfiguration(process_count_per_node=4))
    run.wait_for_completion()
    assert run.get_metrics() == {"total": 10}
    names = set(run.get_file_names())
    assert {f"azureml-logs/70_driver_log_{rank}.txt" for rank in range(4)} <= names
    assert {f"outputs/part_{rank}.txt" for rank in range(4)} <= names
    assert "rank 3/4 sum 10" in text(run, "azureml-logs/70_driver_log_3.txt")
    assert "Starting 4 ranks on 1 nodes: " in text(run, "azureml-logs/70_mpi_log.txt")
    info = {line["process_name"]: line for line in json_lines(run, "azureml-logs/process_info.json")}
    assert info["rank_2"]["log"] == "azureml-logs/70_driver_log_2.txt"
    last = {line["process_name"]: line["status"] for line in json_lines(run, "azureml-logs/process_status.json")}
    assert last == {**{f"rank_{rank}": "Completed" for rank in range(4)}, "*": "Completed"}


@needs_mpirun
@pytest.mark.slow
def test_mpi_reduces_over_two_nodes_with_a_folder_for_each(experiment: Experiment, project: Path) -> None:
    run = submit(experiment, project, ALL_REDUCE, MpiConfiguration(process_count_per_node=2, node_count=2))
    run.wait_for_completion()
    assert run.get_metrics() == {"total": 10}
    first, second = folders_of(run)
    assert "rank 1/4 sum 10" in text(run, f"azureml-logs/{first}/70_driver_log_1.txt")
    log = text(run, f"azureml-logs/{second}/70_driver_log_3.txt")
    assert "rank 3/4 sum 10" in log and "/node-1/code" in log
    names = set(run.get_file_names())
    assert {f"azureml-logs/{node}/65_job_prep-{node}.txt" for node in (first, second)} <= names
    assert {f"azureml-logs/{node}/75_job_post-{node}.txt" for node in (first, second)} <= names
    assert {f"azureml-logs/{node}/55_azureml-execution-{node}.txt" for node in (first, second)} <= names
    system = ("job_prep_azureml.log", "110_azureml.log", "job_release_azureml.log")
    assert {f"logs/azureml/{node}/{name}" for node in (first, second) for name in system} <= names
    assert {"outputs/part_0.txt", "outputs/part_3.txt", "azureml-logs/process_info.json"} <= names


def assert_names_the_failing_rank(run: Run, folder: str) -> None:
    error = run.get_details()["error"]["error"]
    assert error["type"] == "ValueError"
    assert "rank one is broken. Process rank_1 on node" in error["message"]
    assert f"its log is azureml-logs/{folder}70_driver_log_1.txt" in error["message"]
    assert "ValueError: rank one is broken" in text(run, f"azureml-logs/{folder}70_driver_log_1.txt")
    lines = json_lines(run, "azureml-logs/process_status.json")
    last = {line["process_name"]: line["status"] for line in lines}
    instants = {line["process_name"]: line["timestamp"] for line in lines}
    assert (last["rank_1"], last["rank_0"], last["*"]) == ("Failed", "Terminated", "Failed")
    _assert_nothing_is_left(run)
    assert run.get_details()["endTimeUtc"] > instants["rank_1"]
    failed_at = datetime.fromisoformat(instants["rank_1"].replace("Z", "+00:00"))
    terminated_at = datetime.fromisoformat(instants["rank_0"].replace("Z", "+00:00"))
    assert (terminated_at - failed_at).total_seconds() < 60  # although it ignores SIGTERM, and would sleep for two minutes


def _assert_nothing_is_left(run: Run) -> None:
    """Give the runner itself a moment to leave; no script may be there any more."""
    deadline = time.monotonic() + 60
    while left := [each for each in psutil.process_iter() if belongs_to(each, run.id)]:
        assert time.monotonic() < deadline, left
        assert not [each for each in left if "train.py" in command_line(each)]
        time.sleep(0.1)


@needs_mpirun
@pytest.mark.slow
def test_a_failing_mpi_rank_fails_the_run_and_is_named(experiment: Experiment, project: Path) -> None:
    run = submit(experiment, project, FAILS, MpiConfiguration(process_count_per_node=2))
    assert run.wait_for_completion(raise_on_error=False)["status"] == "Failed"
    assert_names_the_failing_rank(run, "")


@pytest.mark.slow
def test_a_failing_rank_on_another_node_stops_the_first_and_is_named(experiment: Experiment, project: Path) -> None:
    run = submit(experiment, project, FAILS, PyTorchConfiguration("Gloo", process_count=2, node_count=2))
    assert run.wait_for_completion(raise_on_error=False)["status"] == "Failed"
    assert_names_the_failing_rank(run, f"{folders_of(run)[1]}/")


@pytest.mark.slow
def test_a_node_whose_runner_is_killed_fails_the_run_without_waiting_for_its_silence(
    experiment: Experiment, project: Path
) -> None:
    run = submit(experiment, project, "import time; time.sleep(600)", PyTorchConfiguration("Gloo", process_count=2, node_count=2))
    deadline = time.monotonic() + 60
    while not (run.get_status() == "Running" and (runners := _runners_of_node(run, "1"))):
        assert time.monotonic() < deadline, run.get_details()
        time.sleep(0.1)
    runners[0].kill()
    assert run.wait_for_completion(raise_on_error=False)["status"] == "Failed"
    message = run.get_details()["error"]["error"]["message"]
    assert "its runner ended without a word" in message and "node-1/runner.log" in message
    _assert_nothing_is_left(run)


def _runners_of_node(run: Run, number: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if belongs_to(process, run.id) and process.environ().get("RUNYARD_NODE_INDEX") == number:
                found.append(process)
    return found


@pytest.mark.slow
def test_torch_variables_reach_every_process_also_by_a_command(experiment: Experiment, project: Path) -> None:
    run = experiment.submit(
        ScriptRunConfig(
            ".",
            command="echo rank $RANK of $WORLD_SIZE node $NODE_RANK local $LOCAL_RANK at $MASTER_ADDR:${MASTER_PORT:+port}",
            distributed_job_config=PyTorchConfiguration("Gloo", process_count=4, node_count=2),
        )
    )
    run.wait_for_completion()
    first, second = folders_of(run)
    assert "rank 1 of 4 node 0 local 1 at 127.0.0.1:port" in text(run, f"azureml-logs/{first}/70_driver_log_1.txt")
    assert "rank 2 of 4 node 1 local 0 at 127.0.0.1:port" in text(run, f"azureml-logs/{second}/70_driver_log_2.txt")


@pytest.mark.slow
def test_tensorflow_gets_its_cluster_and_parameter_servers_end_with_the_workers(experiment: Experiment, project: Path) -> None:
    run = submit(experiment, project, READ_TF_CONFIG, TensorflowConfiguration(worker_count=2, parameter_server_count=1))
    run.wait_for_completion()
    first, second = folders_of(run)
    assert "worker 0 {'ps': 1, 'worker': 2}" in text(run, f"azureml-logs/{first}/70_driver_log_worker_0.txt")
    assert "worker 1 {'ps': 1, 'worker': 2}" in text(run, f"azureml-logs/{second}/70_driver_log_worker_1.txt")
    assert "ps 0 {'ps': 1, 'worker': 2}" in text(run, f"azureml-logs/{first}/70_driver_log_ps_0.txt")
    last = {line["process_name"]: line["status"] for line in json_lines(run, "azureml-logs/process_status.json")}
    assert last == {"worker_0": "Completed", "worker_1": "Completed", "ps_0": "Terminated", "*": "Completed"}


@pytest.mark.slow
def test_cancelling_a_run_of_two_nodes_leaves_nothing(experiment: Experiment, project: Path) -> None:
    run = submit(experiment, project, "import time\nprint('up', flush=True)\ntime.sleep(300)", PyTorchConfiguration("Gloo", 4, 2))
    deadline = time.monotonic() + 60
    while run.get_status() != "Running":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    run.cancel()
    assert run.wait_for_completion(raise_on_error=False)["status"] == "Canceled"
    _assert_nothing_is_left(run)


def test_mpi_without_mpirun_says_how_to_get_it(experiment: Experiment, project: Path) -> None:
    (project / "train.py").write_text("")
    config = ScriptRunConfig(".", "train.py", distributed_job_config=MpiConfiguration())
    config.run_config.environment_variables = {"PATH": os.path.dirname(sys.executable)}  # noqa: PTH120
    details = experiment.submit(config).wait_for_completion(raise_on_error=False)
    assert "apt-get install openmpi-bin" in details["error"]["error"]["message"]
