"""The local engine starts, watches and cleans up real processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from runyard.compute.backends.local import LocalEngine
from runyard.compute.base import JobSpec, JobState
from runyard.errors import ComputeError


@pytest.fixture
def runner(tmp_path: Path) -> str:
    """A stand-in for Python: a program that ignores its arguments and waits."""
    path = tmp_path / "runner.sh"
    path.write_text("#!/bin/sh\necho $RUNYARD_RUN_ID $PWD; exec sleep 60\n")
    path.chmod(0o755)
    return str(path)


def spec(tmp_path: Path, name: str = "job") -> JobSpec:
    return JobSpec(name=name, work_folder=tmp_path / "work" / name, environment={"RUNYARD_RUN_ID": name})


def variables_of(pid: int) -> dict[str, str]:
    """Return the variables of a process: none while it is in the middle of its exec, as that of runner.sh may be."""
    text = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
    return dict(each.split("=", 1) for each in text.split("\0") if "=" in each)


def wait_until(condition: object, timeout_s: float = 30.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def test_a_job_runs_in_its_own_session_and_folder_and_another_engine_finds_it_again(tmp_path: Path, runner: str) -> None:
    handle = LocalEngine(runner).start(spec(tmp_path))
    log = tmp_path / "work" / "job" / "runner.log"
    wait_until(lambda: log.read_text())
    assert log.read_text().split() == ["job", str(tmp_path / "work" / "job")]
    assert os.getsid(handle["pid"]) == handle["pid"] != os.getsid(0)
    assert LocalEngine(runner).watch({"job": handle}) == {"job": JobState.ALIVE}
    psutil.Process(handle["pid"]).kill()


def test_a_job_that_ended_is_gone_and_leaves_no_zombie(tmp_path: Path, runner: str) -> None:
    engine = LocalEngine(runner)
    handle = engine.start(spec(tmp_path))
    process = psutil.Process(handle["pid"])
    process.kill()
    wait_until(lambda: engine.watch({"job": handle}) == {"job": JobState.GONE})
    wait_until(lambda: engine.watch({}) == {} and not process.is_running())


def test_a_process_id_that_was_given_to_another_process_is_not_the_job(tmp_path: Path, runner: str) -> None:
    engine = LocalEngine(runner)
    for started in ({"started": "0/1"}, {"started": None}, {"create_time": 1.0}):  # the last as older versions noted it
        assert engine.watch({"job": {"pid": os.getpid(), **started}}) == {"job": JobState.GONE}
    by_older = {"pid": os.getpid(), "create_time": psutil.Process().create_time()}
    assert engine.watch({"job": by_older}) == {"job": JobState.ALIVE}


def test_a_clock_that_is_set_ends_no_job(tmp_path: Path, runner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = LocalEngine(runner)
    handle = engine.start(spec(tmp_path))
    set_back = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda process: set_back(process) - 1.0)
    assert engine.watch({"job": handle}) == {"job": JobState.ALIVE}
    engine.stop(handle)
    wait_until(lambda: engine.watch({"job": handle}) == {"job": JobState.GONE})


def test_cleaning_up_kills_what_left_the_group_and_spares_the_others(tmp_path: Path) -> None:
    def start(name: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "RUNYARD_RUN_ID": name}
        return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], env=environment, start_new_session=True)

    lost, other = start("lost"), start("other")
    wait_until(lambda: variables_of(lost.pid).get("RUNYARD_RUN_ID") == "lost")
    LocalEngine().clean_up("lost", None)
    assert lost.wait(timeout=30) == -9
    assert other.poll() is None
    other.kill()
    other.wait()


def test_a_process_in_the_middle_of_its_exec_is_asked_again_and_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = subprocess.Popen(["sleep", "60"], env={**os.environ, "RUNYARD_RUN_ID": "lost"}, start_new_session=True)
    wait_until(lambda: variables_of(lost.pid).get("RUNYARD_RUN_ID") == "lost")
    asked: list[int] = []

    def environ(process: psutil.Process) -> dict[str, str]:
        asked.append(process.pid)
        return {} if asked.count(lost.pid) == 1 and process.pid == lost.pid else variables_of(process.pid)

    monkeypatch.setattr(psutil.Process, "environ", environ)
    LocalEngine().clean_up("lost", None)
    assert lost.wait(timeout=30) == -9


def test_a_program_that_was_started_without_variables_costs_a_moment_and_is_spared() -> None:
    bare = subprocess.Popen(["sleep", "60"], env={}, start_new_session=True)
    began = time.monotonic()
    LocalEngine().clean_up("lost", None)
    assert bare.poll() is None and time.monotonic() - began < 30
    bare.kill()
    bare.wait()


def test_a_runner_that_cannot_be_started_is_a_compute_error(tmp_path: Path) -> None:
    with pytest.raises(ComputeError, match="job could not be started"):
        LocalEngine(str(tmp_path / "nothing")).start(spec(tmp_path))


def test_a_job_on_several_nodes_has_a_runner_and_a_folder_for_each_and_stops_whole(tmp_path: Path, runner: str) -> None:
    engine = LocalEngine(runner)
    job = JobSpec(name="wide", work_folder=tmp_path / "wide", environment={"RUNYARD_RUN_ID": "wide"}, node_count=2)
    handle = engine.start(job)
    other = handle["others"][0]
    wait_until(lambda: (tmp_path / "wide" / "node-1" / "runner.log").read_text())
    wait_until(lambda: variables_of(other["pid"]).get("RUNYARD_NODE_INDEX") == "1")
    engine.stop(handle)
    wait_until(lambda: engine.watch({"0": handle, "1": other}) == {"0": JobState.GONE, "1": JobState.GONE})


def test_a_job_is_found_again_by_its_name_with_all_its_nodes(tmp_path: Path, runner: str) -> None:
    job = JobSpec(name="again", work_folder=tmp_path / "again", environment={"RUNYARD_RUN_ID": "again"}, node_count=2)
    handle = LocalEngine(runner).start(job)
    wait_until(lambda: (tmp_path / "again" / "node-1" / "runner.log").read_text())
    fresh = LocalEngine(runner)
    assert fresh.find("again") == handle
    assert fresh.find("aga") is None
    fresh.clean_up("again", handle)
    assert fresh.find("again") is None


def test_what_a_lost_node_has_left_is_killed_while_the_first_goes_on(tmp_path: Path, runner: str) -> None:
    engine = LocalEngine(runner)
    job = JobSpec(name="pair", work_folder=tmp_path / "pair", environment={"RUNYARD_RUN_ID": "pair"}, node_count=2)
    handle = engine.start(job)
    wait_until(lambda: (tmp_path / "pair" / "node-1" / "runner.log").read_text())
    left = subprocess.Popen(["sleep", "60"], cwd=tmp_path / "pair" / "node-1", env={}, start_new_session=True)
    assert engine.lost_nodes(handle) == []
    psutil.Process(handle["others"][0]["pid"]).kill()
    wait_until(lambda: engine.watch({"pair": handle}) == {"pair": JobState.ALIVE} and left.poll() is not None)
    assert engine.lost_nodes(handle) == [1]
    engine.clean_up("pair", handle)
    wait_until(lambda: engine.watch({"pair": handle}) == {"pair": JobState.GONE})


def test_each_node_sees_its_own_gpus_and_they_are_known_again_after_a_restart(tmp_path: Path, runner: str) -> None:
    engine = LocalEngine(runner, gpus=["0", "1", "2"])
    wide = JobSpec(
        name="gpus",
        work_folder=tmp_path / "gpus",
        environment={"RUNYARD_RUN_ID": "gpus"},
        node_count=2,
        gpus=[["0", "1"], ["2", "3"]],
    )
    handle = engine.start(wide)
    pids = [handle["pid"], handle["others"][0]["pid"]]
    wait_until(lambda: all("CUDA_VISIBLE_DEVICES" in variables_of(pid) for pid in pids))
    seen = [variables_of(pid) for pid in pids]
    assert [each["CUDA_VISIBLE_DEVICES"] for each in seen] == ["0,1", "2,3"]
    assert [each["CUDA_DEVICE_ORDER"] for each in seen] == ["PCI_BUS_ID"] * 2
    assert handle["gpus"] == ["0", "1", "2", "3"]
    assert LocalEngine(runner).find("gpus") == handle
    engine.clean_up("gpus", handle)


def test_a_job_that_asks_for_no_gpu_sees_what_the_server_sees(
    tmp_path: Path, runner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1,2")
    engine = LocalEngine(runner)
    handle = engine.start(spec(tmp_path))
    wait_until(lambda: variables_of(handle["pid"]).get("CUDA_VISIBLE_DEVICES") == "1,2")
    assert engine.gpus() == ("1", "2") and "gpus" not in handle
    engine.clean_up("job", handle)
