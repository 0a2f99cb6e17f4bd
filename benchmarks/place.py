"""A home folder with a server of its own, and programs that log to it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.clock import wait_until
from runyard.client import embedded
from runyard.client.client import Client
from runyard.client.endpoint import EmbeddedEndpoint
from runyard.domain.run import RunStatus
from runyard.wire.run import CreateRunsRequest, NewRun, ReportStatusRequest
from runyard.wire.workspace import EnsureWorkspaceRequest

WORKSPACE = "default"
EXPERIMENT = "bench"
DATABASE_VARIABLE = "RUNYARD_DATABASE_URL"

_UNFINISHED = """
SELECT EXISTS (SELECT 1 FROM metric_tail JOIN run ON run.pk = metric_tail.run_pk WHERE run.ended_at IS NOT NULL)
"""

_PRELUDE = """
import os, signal, sys, time
import runyard
workspace = runyard.Workspace.from_config()
experiment = runyard.Experiment(workspace, "bench")
"""


def plain_environment() -> dict[str, str]:
    """Return this process's variables without those that would change what is measured.

    Python keeps compiled files, as for every user: without them an import takes three times as long.
    """
    return {name: value for name, value in os.environ.items() if name not in (DATABASE_VARIABLE, "PYTHONDONTWRITEBYTECODE")}


@dataclass(frozen=True, slots=True)
class Ended:
    """What a program printed, and when it had ended, in seconds since 1970."""

    stdout: str
    ended_at: float


class Place:
    """A new home folder; the server in it starts with the first request and ends with :meth:`close`.

    ``database`` is the URL of an empty PostgreSQL database; without it the server keeps its records in SQLite.
    """

    def __init__(self, home: Path | None = None, database: str | None = None) -> None:
        self._is_own = home is None
        self.home = home or Path(tempfile.mkdtemp(prefix="runyard-bench-"))
        self.environment = {**plain_environment(), "RUNYARD_HOME": str(self.home)}
        if database:
            self.environment[DATABASE_VARIABLE] = database
        os.environ["RUNYARD_HOME"] = str(self.home)
        self.command("up")
        self.client = Client(EmbeddedEndpoint(self.home), WORKSPACE)
        self.client.workspaces.ensure(WORKSPACE, EnsureWorkspaceRequest())
        self.client.experiments.ensure(EXPERIMENT)
        self.http = httpx.Client(
            base_url=self.client.endpoint.url,
            headers={"authorization": f"Bearer {self.client.endpoint.token}"},
            timeout=600,
            trust_env=False,
        )

    @property
    def server_pid(self) -> int:
        """The process id of the server."""
        info = embedded.read_server_info(self.home)
        if info is None:
            raise RuntimeError(f"no server runs in {self.home}")
        return info.pid

    def close(self) -> None:
        """Stop the server, and remove the folder if it was made here."""
        self.http.close()
        self.client.transport.close()
        self.command("down")
        if self._is_own:
            shutil.rmtree(self.home, ignore_errors=True)

    def command(self, *arguments: str) -> None:
        """Run a command of ``runyard`` in this home."""
        program = str(Path(sys.executable).with_name("runyard"))
        subprocess.run([program, *arguments], env=self.environment, capture_output=True, check=False)

    def start(self, code: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a program that has ``experiment`` and ``workspace``."""
        whole = _PRELUDE + textwrap.dedent(code)
        return subprocess.Popen(
            [sys.executable, "-c", whole, *arguments],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def script(self, code: str, *arguments: str) -> Ended:
        """Run such a program to its end."""
        process = self.start(code, *arguments)
        assert process.stdout is not None
        text = process.stdout.read()
        process.wait()
        return Ended(text, time.time())

    def new_runs(self, count: int) -> list[str]:
        """Create runs, and return their ids."""
        new = [NewRun(id=str(uuid.uuid4())) for _ in range(count)]
        for start in range(0, count, 1000):
            self.client.runs.create(EXPERIMENT, CreateRunsRequest(runs=new[start : start + 1000]))
        return [str(run.id) for run in new]

    def send(self, run_id: str, batches: list[bytes]) -> None:
        """Send packed batches, one after the other."""
        for batch in batches:
            self.client.metrics.record_batch(run_id, batch)

    def complete(self, run_ids: list[str]) -> None:
        """End runs, and wait until all that they logged is in blocks."""
        for run_id in run_ids:
            self.client.runs.report_status(run_id, ReportStatusRequest(status=RunStatus.COMPLETED))
        self.wait_for_compactor()

    def wait_for_compactor(self) -> None:
        """Wait until no batch waits to become a block. Knows SQLite only; with PostgreSQL it waits three seconds."""
        path = self.home / "runyard.db"
        if not path.exists():
            time.sleep(3)
            return

        def is_done() -> bool:
            connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
            try:
                return not connection.execute(_UNFINISHED).fetchone()[0]
            finally:
                connection.close()

        wait_until(is_done, "the compactor is done")
