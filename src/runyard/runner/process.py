"""The script as a process: started in a session of its own, watched, and ended with everything it has started."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runyard.runner.process_tree import ProcessTree, reap_orphans
from runyard.runner.stop import StopCause, StopOrder, StopSwitch

WATCH_INTERVAL_S = 0.1
NOTE_INTERVAL_S = 5.0
"""How often the members of the tree are noted; it matters only where the runner cannot adopt orphans."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptEnd:
    """How the script has ended. ``exit_code`` is negative for a signal; ``order`` is there when the script was stopped.

    ``left_pids`` are processes that could not be killed.
    """

    exit_code: int
    order: StopOrder | None = None
    left_pids: Sequence[int] = ()


class ScriptProcess:
    """A started script."""

    def __init__(
        self, command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], log: Path, inherited: Sequence[int] = ()
    ) -> None:
        """Start it. Its output is appended to the file ``log``: a slow reader of the log never holds the script up.

        It gets the open files ``inherited``.

        Raises:
            OSError: the program cannot be started.
        """
        self._tree = ProcessTree()
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                list(command),
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=inherited,
            )
        self._started = time.monotonic()
        self._tree.started(self._process.pid)
        self._ended = threading.Event()
        self._is_over = False
        threading.Thread(target=self._wait_for_exit, name="script-exit", daemon=True).start()

    @property
    def pid(self) -> int:
        """The process id of the script."""
        return self._process.pid

    def wait(
        self,
        stop: StopSwitch,
        *,
        grace_s: float,
        longest_s: float | None,
        before_kill: Callable[[], object] | None = None,
    ) -> ScriptEnd:
        """Return when the script has ended by itself, or was ended by an order of ``stop`` or by ``longest_s``.

        ``before_kill`` is called when it has not ended within ``grace_s`` of an order.

        **Guarantees**: nothing that the script has started lives on.
        """
        order = self._wait_for_end_or_order(stop, longest_s)
        left = self._tree.kill() if order is None else self._tree.stop(grace_s, before_kill)
        self._ended.wait(timeout=1.0)
        reap_orphans([self._process.pid])
        self._is_over = True
        return ScriptEnd(exit_code=self._exit_code(), order=order, left_pids=left)

    def kill(self) -> None:
        """End the script and everything it has started, at once, unless :meth:`wait` has done so."""
        if not self._is_over:
            self._tree.kill()

    def _wait_for_end_or_order(self, stop: StopSwitch, longest_s: float | None) -> StopOrder | None:
        next_note = time.monotonic() + NOTE_INTERVAL_S
        while not self._ended.wait(WATCH_INTERVAL_S):
            now = time.monotonic()
            if longest_s is not None and now - self._started > longest_s:
                stop.give(StopCause.TOO_LONG, f"Stopped after {longest_s:g} s: max_run_duration_seconds is {longest_s:g}.")
            if stop.order is not None:
                return stop.order
            if now > next_note:
                self._tree.note_members()
                reap_orphans([self._process.pid])
                next_note = now + NOTE_INTERVAL_S
        return None

    def _wait_for_exit(self) -> None:
        self._process.wait()
        self._ended.set()

    def _exit_code(self) -> int:
        code = self._process.returncode
        return -9 if code is None else code
