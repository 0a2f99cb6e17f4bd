"""Runs jobs on the machine of the server, each in a session of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from runyard.compute.base import NODE_COUNT_VARIABLE, NODE_VARIABLE, JobHandle, JobSpec, JobState
from runyard.errors import ComputeError

JOB_VARIABLE = "RUNYARD_RUN_ID"
"""The variable that marks every process of a job, also those that left its process group."""


class LocalEngine:
    """See :class:`runyard.compute.base.Engine`."""

    def __init__(self, python: str = sys.executable) -> None:
        self._python = python
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, spec: JobSpec) -> JobHandle:
        """Start a runner for each node, all on this machine; they outlive this process."""
        started: list[JobHandle] = []
        try:
            for node in range(spec.node_count):
                folder = spec.work_folder if node == 0 else spec.work_folder / f"node-{node}"
                started.append(self._start_runner(spec, node, folder))
        except OSError as error:
            for each in started:
                _signal(each, signal.SIGKILL)
            raise ComputeError(f"The runner of {spec.name} could not be started: {error}.", job=spec.name) from error
        return {**started[0], "others": started[1:]} if started[1:] else started[0]

    def _start_runner(self, spec: JobSpec, node: int, folder: Path) -> JobHandle:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "runner.log").open("ab") as log:
            process = subprocess.Popen(
                [self._python, "-m", "runyard.runner"],
                cwd=folder,
                env={**os.environ, **spec.environment, NODE_VARIABLE: str(node), NODE_COUNT_VARIABLE: str(spec.node_count)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._children[process.pid] = process
        return {"pid": process.pid, "create_time": _create_time(process.pid)}

    def watch(self, handles: dict[str, JobHandle]) -> dict[str, JobState]:
        """Return the state of each job, by its name."""
        for pid, child in list(self._children.items()):
            if child.poll() is not None:  # takes the ended child away: it would stay as a zombie
                del self._children[pid]
        return {name: JobState.ALIVE if _is_alive(handle) else JobState.GONE for name, handle in handles.items()}

    def stop(self, handle: JobHandle) -> None:
        """Tell the runners of a job to stop, with SIGTERM."""
        for each in [handle, *handle.get("others", [])]:
            _signal(each, signal.SIGTERM)

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


def _signal(handle: JobHandle, number: int) -> None:
    if _is_alive(handle):
        with contextlib.suppress(psutil.Error):
            psutil.Process(handle["pid"]).send_signal(number)


def _is_alive(handle: JobHandle) -> bool:
    try:
        process = psutil.Process(handle["pid"])
        return process.create_time() == handle["create_time"] and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
