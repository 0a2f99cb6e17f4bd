"""Every process that a script has started, and the end of all of them.

A script can hide processes from its process group (``setsid``) and from its list of children (a child that forks and ends). On
Linux the runner becomes the *subreaper*: orphans below it get the runner as their parent, so nothing can leave the tree.
Elsewhere the tree is what the group and the recorded children show.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Collection

import psutil

PR_SET_CHILD_SUBREAPER = 36
KILL_PATIENCE_S = 3.0
"""How long killed processes may take to vanish. One that waits for a dead disk takes longer, and nobody can change that."""


def adopt_orphans() -> bool:
    """Make this process the parent of every orphan below it; False where the system cannot do that."""
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def reap_orphans(kept_pids: Collection[int]) -> None:
    """Take note of the end of adopted processes, so that they don't stay as zombies; leave ``kept_pids`` to their owner."""
    if not hasattr(os, "waitid"):
        return
    while True:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None or ended.si_pid in kept_pids:
                return
            os.waitpid(ended.si_pid, os.WNOHANG)
        except ChildProcessError:
            return


class ProcessTree:
    """The processes that a script has started.

    Make it before the script starts: children that this process has by then are not the script's.
    """

    def __init__(self) -> None:
        self._others = frozenset(psutil.Process().children())
        self._groups: set[int] = set()
        self._known: frozenset[psutil.Process] = frozenset()

    def started(self, leader_pid: int) -> None:
        """Say which process is the script's, or one of several; it leads its process group."""
        self._groups.add(leader_pid)
        self._known |= frozenset(_existing(leader_pid))

    def note_members(self) -> frozenset[psutil.Process]:
        """Return the processes that live now, and remember them: one that loses its parent later is still known."""
        # First the children of those that are known, though one has just ended: one that loses its parent meanwhile is found
        # among the own afterwards.
        found: set[psutil.Process] = set()
        for root in self._known:
            if root not in found:
                found.update([root, *_descendants(root)])
        for child in psutil.Process().children():
            if child not in self._others and child not in found:
                found.update([child, *_descendants(child)])
        self._known = frozenset(process for process in found if _lives(process))
        return self._known

    def send(self, number: int) -> None:
        """Send a signal to every member, and to the whole group in one piece."""
        members = self.note_members()
        for group in self._groups:
            with contextlib.suppress(OSError):  # nothing is left in it
                os.killpg(group, number)
        for process in members:
            if _group_of(process) not in self._groups:
                _send(process, number)

    def stop(self, grace_s: float, before_kill: Callable[[], object] | None = None) -> list[int]:
        """End every process: SIGTERM, and SIGKILL after ``grace_s``. Return the pids that are still there (none, as a rule).

        ``before_kill`` is called when some are still there after ``grace_s``.
        """
        if self.note_members():
            self.send(signal.SIGTERM)
            self._wait_until_gone(grace_s)
            if before_kill is not None and self.note_members():
                before_kill()
        return self.kill()

    def kill(self) -> list[int]:
        """End every process at once. Return the pids that are still there (none, as a rule)."""
        deadline = time.monotonic() + KILL_PATIENCE_S
        self.send(signal.SIGKILL)
        while self.note_members() and time.monotonic() < deadline:
            self._wait_until_gone(0.2)
            # Again: a process may have been born while the others were killed.
            self.send(signal.SIGKILL)
        return [process.pid for process in self.note_members()]

    def _wait_until_gone(self, patience_s: float) -> None:
        deadline = time.monotonic() + patience_s
        pause_s = 0.01
        while self.note_members() and time.monotonic() < deadline:
            time.sleep(pause_s)
            pause_s = min(pause_s * 2, 0.1)


def _existing(pid: int) -> list[psutil.Process]:
    try:
        return [psutil.Process(pid)]
    except psutil.Error:
        return []


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _group_of(process: psutil.Process) -> int | None:
    try:
        return os.getpgid(process.pid)
    except OSError:
        return None


def _send(process: psutil.Process, number: int) -> None:
    with contextlib.suppress(psutil.Error):
        process.send_signal(number)
