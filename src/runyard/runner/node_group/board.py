"""What the nodes of a run say to one another, by way of the server."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from runyard.domain.node_group import NodeReport
from runyard.domain.run import RunStatus
from runyard.errors import RunyardError
from runyard.wire.node import NodeBoardBody

INTERVAL_S = 0.25

log = logging.getLogger(__name__)

Exchange = Callable[[NodeReport], NodeBoardBody]
"""Say how this node is, and hear how all are."""


class Board:
    """A thread that says how this node is, several times a second, and keeps what the others say.

    **Guarantees**: thread safe; the last report has been said when :meth:`close` returns, unless the server is gone for good.
    """

    def __init__(
        self, exchange: Exchange, report: NodeReport, *, heard: Callable[[NodeBoardBody], None], interval_s: float = INTERVAL_S
    ) -> None:
        self._exchange = exchange
        self._heard = heard
        self._interval_s = interval_s
        self._lock = threading.Lock()
        self._report = report
        self._view: NodeBoardBody | None = None
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="node-board", daemon=True)
        self._thread.start()

    @property
    def view(self) -> NodeBoardBody | None:
        """What was heard last; None before the first answer."""
        return self._view

    @property
    def own(self) -> NodeReport:
        """What this node says."""
        return self._report

    def node(self, number: int) -> NodeReport | None:
        """Return what a node said last, or None when it has not spoken."""
        view = self._view
        return None if view is None else view.reports.get(str(number))

    def change(self, **changes: Any) -> None:
        """Say something new, at once."""
        with self._lock:
            changed = replace(self._report, **changes)
            if changed != self._report:
                self._report = changed
                self._wake.set()

    def close(self) -> None:
        """Say the last report and end the thread."""
        self._closing.set()
        self._wake.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._closing.is_set():
            self._talk()
            self._wake.wait(self._interval_s)
            self._wake.clear()
        self._talk()

    def _talk(self) -> None:
        try:
            self._view = self._exchange(self._report)
            self._heard(self._view)
        except RunyardError as error:
            log.warning("the other nodes cannot be reached: %s", error)
        except Exception:
            # Without this thread the run would never end.
            log.exception("talking to the other nodes has failed")


def alone(report: NodeReport) -> NodeBoardBody:
    """Answer for a run of one node, which needs no server to talk to itself."""
    return NodeBoardBody(reports={"0": report}, status=RunStatus.RUNNING, stop=False)
