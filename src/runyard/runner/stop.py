"""The order to stop the script: who gave it, and why."""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import dataclass
from enum import Enum
from types import FrameType


class StopCause(Enum):
    """Why the script must end before its time."""

    CANCELED = "the run was cancelled"
    ENDED_ELSEWHERE = "the run has ended by other means"
    TOO_LONG = "the run has reached its longest duration"
    RUNNER_TOLD = "the runner was told to stop"


@dataclass(frozen=True, slots=True)
class StopOrder:
    """One order. ``reason`` is text for people."""

    cause: StopCause
    reason: str


class StopSwitch:
    """Holds the first stop order that comes, from any thread or from a signal.

    **Guarantees**: thread safe; the first order stays, later ones are ignored.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._order: StopOrder | None = None
        self.told_at: float | None = None

    @property
    def order(self) -> StopOrder | None:
        """The order in force, or None."""
        if self._order is None and self.told_at is not None:
            self.give(StopCause.RUNNER_TOLD, "The runner was told to stop by a signal.")
        return self._order

    def give(self, cause: StopCause, reason: str) -> None:
        """Order the stop, unless one is ordered already."""
        with self._lock:
            if self._order is None:
                self._order = StopOrder(cause, reason)

    def listen_to_signals(self) -> None:
        """Take SIGTERM and SIGINT as orders from now on. Call it in the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        # A plain assignment only: a handler may interrupt the main thread while it holds any lock.
        if self.told_at is None:
            self.told_at = time.monotonic()
