"""Tells the server that the runner lives, and hears from it when the script must stop."""

from __future__ import annotations

import logging
import threading
from typing import Protocol

from runyard.domain.run import RunStatus
from runyard.errors import RunyardError
from runyard.runner.stop import StopCause, StopSwitch
from runyard.wire.run import HeartbeatBody

log = logging.getLogger(__name__)


class HeartbeatServer(Protocol):
    """What a heartbeat needs of the server."""

    def heartbeat(self) -> HeartbeatBody:
        """Report once that the runner lives; the answer says whether the script must stop."""


class Heartbeat:
    """A thread that reports every ``interval_s``, until it is closed.

    Trouble never stops the script: whatever a server says in an error, only a clear order counts.
    """

    def __init__(self, server: HeartbeatServer, stop: StopSwitch, interval_s: float) -> None:
        self._server = server
        self._stop = stop
        self._interval_s = interval_s
        self._closing = threading.Event()
        self._in_trouble = False
        self._thread = threading.Thread(target=self._work, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin with a first heartbeat at once."""
        self._thread.start()

    def close(self) -> None:
        """End the thread; a request that is under way is not waited for."""
        self._closing.set()

    def beat(self) -> None:
        """Report once, and pass an order of the server on to the stop switch."""
        try:
            answer = self._server.heartbeat()
        except RunyardError as error:
            if not self._in_trouble:
                log.warning("no heartbeat got through: %s", error)
            self._in_trouble = True
            return
        self._in_trouble = False
        if answer.stop:
            order_from(answer, self._stop)

    def _work(self) -> None:
        while True:
            try:
                self.beat()
            except Exception:
                # Without heartbeats a cancelled script would run on.
                log.exception("a heartbeat has failed")
            if self._closing.wait(self._interval_s):
                return


def order_from(answer: HeartbeatBody, stop: StopSwitch) -> None:
    """Give the order that a heartbeat's answer holds."""
    if answer.status is RunStatus.CANCEL_REQUESTED:
        stop.give(StopCause.CANCELED, answer.reason or "The run was cancelled.")
    else:
        stop.give(StopCause.ENDED_ELSEWHERE, answer.reason or f"The run has ended as {answer.status.value}.")
