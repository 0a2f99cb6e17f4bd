"""Whatever stands between a training and its server: the training ends as it would without, is told once, and nothing is lost."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runyard import Run, Workspace
from tests.faulty_proxy import FAULTS, FaultyProxy
from tests.server_process import RunningServer

COUNT = 5000

TRAINING = """
import sys, time
from runyard import Experiment, Workspace
run = Experiment(Workspace.get(sys.argv[1]), "faults").start_logging(snapshot_directory=None)
print(run.id, flush=True)
sys.stdin.readline()
began = time.perf_counter()
for n in range(int(sys.argv[2])):
    run.log("n", n)
    run.log("text", f"t{n}") if n % 100 == 0 else None
print(time.perf_counter() - began, flush=True)
sys.stdin.readline()
run.complete()
print("trained", flush=True)
"""


class Training:
    """A script that trains against the proxy, in steps."""

    def __init__(self, proxy: FaultyProxy, token: str, folder: Path, workspace: str, **extra: Any) -> None:
        foreign = ("RUNYARD_HOME", "RUNYARD_URL", "RUNYARD_TOKEN")
        self.environment = {name: value for name, value in os.environ.items() if name not in foreign}
        self.environment |= {"HOME": str(folder), "RUNYARD_URL": proxy.url, "RUNYARD_TOKEN": token, "RUNYARD_SYSTEM_METRICS": "0"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", TRAINING, workspace, str(COUNT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
            cwd=folder,
            **extra,
        )
        assert self.process.stdout is not None
        self.run_id = self.process.stdout.readline().strip()
        if not self.run_id:
            raise AssertionError(self.process.communicate()[1])

    def step(self) -> str:
        """Let it go on, and return what it says next."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return str(self.process.stdout.readline()).strip()

    def end(self) -> tuple[float, str]:
        """Let it come to its end; return how long that took, and what it wrote to stderr."""
        began = time.monotonic()
        said = self.step()
        errors = self.process.communicate(timeout=60)[1]
        assert (said, self.process.returncode) == ("trained", 0), errors
        return time.monotonic() - began, errors

    def sync(self) -> None:
        """Send what is left, as a user does later."""
        command = [sys.executable, "-m", "runyard", "sync"]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def proxy(server: RunningServer) -> Iterator[FaultyProxy]:
    made = FaultyProxy(server.url)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "user"
    made.mkdir()
    return made


@pytest.fixture
def training(proxy: FaultyProxy, server: RunningServer, folder: Path, workspace: Workspace) -> Iterator[Training]:
    made = Training(proxy, server.token, folder, workspace.name)
    yield made
    made.process.kill()
    made.process.communicate()


def assert_whole(workspace: Workspace, run_id: str) -> None:
    run = Run.get(workspace, run_id)
    metrics = run.get_metrics()
    is_whole = metrics["n"] == list(range(COUNT))
    assert is_whole
    assert metrics["text"] == [f"t{n}" for n in range(0, COUNT, 100)]
    assert run.get_status() == "Completed"


def assert_undisturbed(log_s: str, end_s: float, errors: str) -> None:
    assert float(log_s) < 1.0, "logging waited for the server"
    assert end_s < 8.0, "the end waited for the server"
    warnings = [line for line in errors.splitlines() if "does not take what is logged" in line]
    assert len(warnings) == 1, errors


@pytest.mark.parametrize("fault", FAULTS)
def test_a_training_whose_server_is_sick_from_start_to_end(
    fault: str, proxy: FaultyProxy, training: Training, workspace: Workspace
) -> None:
    proxy.fault = FAULTS[fault]
    log_s = training.step()
    wait_for_request(proxy)
    assert_undisturbed(log_s, *training.end())
    proxy.mend()
    training.sync()
    assert_whole(workspace, training.run_id)


def test_a_training_whose_server_takes_ten_seconds_a_request(
    proxy: FaultyProxy, training: Training, workspace: Workspace
) -> None:
    proxy.slow(10)
    log_s = training.step()
    wait_for_request(proxy)
    end_s, _ = training.end()
    assert float(log_s) < 1.0 and end_s < 10.0
    proxy.mend()
    training.sync()
    assert_whole(workspace, training.run_id)


def test_a_training_whose_server_is_off(
    proxy: FaultyProxy, training: Training, server: RunningServer, workspace: Workspace
) -> None:
    proxy.close()
    log_s = training.step()
    end_s, errors = training.end()
    assert float(log_s) < 1.0 and end_s < 8.0
    assert errors.count("runyard sync") >= 1
    later = FaultyProxy(server.url, proxy.port)
    training.sync()
    later.close()
    assert_whole(workspace, training.run_id)


def test_a_fault_that_passes_costs_nothing(proxy: FaultyProxy, training: Training, workspace: Workspace) -> None:
    proxy.fault = FAULTS["reset"]
    training.step()
    wait_for_request(proxy)
    proxy.mend()
    training.end()
    training.sync()
    assert_whole(workspace, training.run_id)


def test_a_busy_server_is_asked_again_after_the_time_that_it_names(
    proxy: FaultyProxy, training: Training, workspace: Workspace
) -> None:
    proxy.fault = FAULTS["429"]
    proxy.batch_times.clear()
    training.step()
    deadline = time.monotonic() + 60
    while len(proxy.batch_times) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    first, second, third = proxy.batch_times[:3]
    assert second - first >= 1.0 and third - second >= 1.0
    proxy.mend()
    training.end()
    training.sync()
    assert_whole(workspace, training.run_id)


def test_a_full_disk_disturbs_no_training(proxy: FaultyProxy, server: RunningServer, folder: Path, workspace: Workspace) -> None:
    def full() -> None:
        # The kernel refuses to let any file grow beyond this: what a full disk does, for one process.
        resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))

    training = Training(proxy, server.token, folder, workspace.name, preexec_fn=full)
    log_s = training.step()
    _, errors = training.end()
    assert float(log_s) < 1.0
    assert errors.count("waits in memory") == 1
    assert_whole(workspace, training.run_id)


def test_a_home_that_nobody_may_write_disturbs_no_training(
    proxy: FaultyProxy, server: RunningServer, folder: Path, workspace: Workspace
) -> None:
    (folder / ".runyard").write_text("a file where the folder should be: not even root can write below it")
    training = Training(proxy, server.token, folder, workspace.name)
    training.step()
    _, errors = training.end()
    assert errors.count("waits in memory") == 1
    assert_whole(workspace, training.run_id)


def wait_for_request(proxy: FaultyProxy) -> None:
    """Wait until the fault has met a request."""
    seen = len(proxy.batch_times)
    deadline = time.monotonic() + 60
    while len(proxy.batch_times) <= seen:
        assert time.monotonic() < deadline
        time.sleep(0.02)
