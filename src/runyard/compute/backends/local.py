"""Runs jobs on the machine of the server, each in a session of its own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

import psutil

from runyard.compute.base import JobHandle, JobSpec, JobState
from runyard.errors import ComputeError

JOB_VARIABLE = "RUNYARD_RUN_ID"
"""The variable that marks every process of a job, also those that left its process group."""


class LocalEngine:
    """See :class:`runyard.compute.base.Engine`."""

    def __init__(self, python: str = sys.executable) -> None:
        self._python = python
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, spec: JobSpec) -> JobHandle:
        """Start a runner that outlives this process."""
        try:
            spec.work_folder.mkdir(parents=True, exist_ok=True)
            with (spec.work_folder / "runner.log").open("ab") as log:
                process = subprocess.Popen(
                    [self._python, "-m", "runyard.runner"],
                    cwd=spec.work_folder,
                    env={**os.environ, **spec.environment},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        except OSError as error:
            raise ComputeError(f"The runner of {spec.name} could not be started: {error}.", job=spec.name) from error
        self._children[process.pid] = process
        return {"pid": process.pid, "create_time": _create_time(process.pid)}

    def watch(self, handles: dict[str, JobHandle]) -> dict[str, JobState]:
        """Return the state of each job, by its name."""
        for pid, child in list(self._children.items()):
            if child.poll() is not None:  # takes the ended child away: it would stay as a zombie
                del self._children[pid]
        return {name: JobState.ALIVE if _is_alive(handle) else JobState.GONE for name, handle in handles.items()}

    def clean_up(self, name: str, handle: JobHandle | None) -> None:
        """Stop whatever is left of a job whose runner is gone."""
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.pid != os.getpid() and process.environ().get(JOB_VARIABLE) == name:
                    process.kill()


def _create_time(pid: int) -> float | None:
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return None


def _is_alive(handle: JobHandle) -> bool:
    try:
        process = psutil.Process(handle["pid"])
        return process.create_time() == handle["create_time"] and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
