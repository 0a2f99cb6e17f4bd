"""Starts runners as processes of their own, as an engine does, and waits for what they do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from runyard.domain.run import RunSpec, RunStatus
from tests.runner.fake_server import RUN_ID, FakeServer

DEADLINE_S = 60.0


@dataclass
class RunningRunner:
    """A runner, the server that it talks to, and its work folder."""

    process: subprocess.Popen[bytes]
    server: FakeServer
    work: Path

    def wait(self) -> int:
        """Return its exit code."""
        return self.process.wait(timeout=DEADLINE_S)

    @property
    def log(self) -> str:
        """Its runner.log."""
        return (self.work / "runner.log").read_text()

    @property
    def driver_log(self) -> str:
        """What the server has of the script's output."""
        return self.server.artifacts.get("azureml-logs/70_driver_log.txt", b"").decode()


def make_server(
    tmp_path: Path, files: Mapping[str, str | bytes], spec: RunSpec | None = None, status: RunStatus = RunStatus.QUEUED
) -> FakeServer:
    """Return a server that is up and has one queued run."""
    server = FakeServer(tmp_path / "home", files, spec or RunSpec(script="train.py"), status)
    server.up()
    return server


def start_runner(tmp_path: Path, server: FakeServer, **variables: str) -> RunningRunner:
    """Start the runner for the run of ``server``."""
    work = tmp_path / "work"
    work.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "RUNYARD_URL": server.url,
        "RUNYARD_HOME": str(server.home),
        "RUNYARD_WORKSPACE": "default",
        "RUNYARD_RUN_ID": RUN_ID,
        "RUNYARD_RUN_TOKEN": "run-token",
        "RUNYARD_HEARTBEAT_S": "0.1",
        "RUNYARD_GRACE_S": "1",
        **variables,
    }
    with (work / "runner.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "runyard.runner"], cwd=work, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    return RunningRunner(process, server, work)


def until(condition: Callable[[], object], what: str, deadline_s: float = DEADLINE_S) -> None:
    """Return when ``condition`` holds.

    Raises:
        AssertionError: it did not in time.
    """
    limit = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < limit, f"{what}: not within {deadline_s} s"
        time.sleep(0.01)
