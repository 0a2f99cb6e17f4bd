"""Find the processes of a run."""

from __future__ import annotations

import time

import psutil

DEADLINE_S = 60


def runner_of(run_id: str) -> psutil.Process:
    """Return the process that runs a run.

    One look is not enough: a process in the middle of its exec has no variables yet, and one that the runner is about to start
    shows the runner's own for a moment.

    Raises:
        LookupError: it has none, or several, for a minute.
    """
    deadline = time.monotonic() + DEADLINE_S
    while True:
        found = [process for process in psutil.process_iter() if _is_runner_of(process, run_id)]
        if len(found) == 1:
            return found[0]
        if time.monotonic() > deadline:
            raise LookupError(f"run {run_id} has {len(found)} runners")
        time.sleep(0.02)


def lives(pid: int) -> bool:
    """Return whether a process runs: one that has ended and waits for its parent to ask does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def belongs_to(process: psutil.Process, run_id: str) -> bool:
    """Return whether a process lives that carries the mark of a run."""
    try:
        return process.environ().get("RUNYARD_RUN_ID") == run_id and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def command_line(process: psutil.Process) -> list[str]:
    """Return the words of a process's command line; none when it has just ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _is_runner_of(process: psutil.Process, run_id: str) -> bool:
    return command_line(process)[1:] == ["-m", "runyard.runner"] and belongs_to(process, run_id)
