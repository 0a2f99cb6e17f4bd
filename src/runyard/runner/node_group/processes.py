"""The processes of a distributed run on one node, each with its own log."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from runyard.domain.node_group import ProcessReport
from runyard.runner.process_tree import ProcessTree, reap_orphans


class NodeProcesses:
    """Several processes and all that they start, as one tree."""

    def __init__(self, inherited: Sequence[int] = ()) -> None:
        """``inherited`` are open files that each of them gets."""
        self._inherited = inherited
        self._tree = ProcessTree()
        self._started: dict[str, subprocess.Popen[bytes]] = {}
        self._ended_at: dict[str, float] = {}
        self._stopped = False

    def start(self, name: str, command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], log: Path) -> None:
        """Start a process that appends what it prints to ``log``.

        Raises:
            OSError: the program cannot be started.
        """
        with log.open("ab") as output:
            process = subprocess.Popen(
                list(command),
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=self._inherited,
            )
        self._started[name] = process
        self._tree.started(process.pid)

    def poll(self) -> list[ProcessReport]:
        """Return how each process is."""
        reports = [self._report(name, process) for name, process in self._started.items()]
        self._tree.note_members()
        reap_orphans(frozenset(process.pid for process in self._started.values()))
        return reports

    def stop(self, grace_s: float) -> list[int]:
        """End all of them: SIGTERM, and SIGKILL after ``grace_s``. Return the pids that are still there (none, as a rule)."""
        self.poll()
        self._stopped = True
        left = self._tree.stop(grace_s)
        for process in self._started.values():
            if process.pid not in left:
                process.wait()
        return left

    def _report(self, name: str, process: subprocess.Popen[bytes]) -> ProcessReport:
        code = process.poll()
        if code is None:
            return ProcessReport(name=name, pid=process.pid, status="Started")
        if name not in self._ended_at:
            self._ended_at[name] = time.time()
            if self._stopped:
                self._ended_at[name] = float("inf")
        if self._ended_at[name] == float("inf"):
            return ProcessReport(name=name, pid=process.pid, status="Terminated", exit_code=code)
        status = "Completed" if code == 0 else "Failed"
        return ProcessReport(name=name, pid=process.pid, status=status, exit_code=code, ended_at=self._ended_at[name])
