"""Keeps the metric store in shape while the server runs."""

from __future__ import annotations

import logging
import threading

from runyard.server.context import ServerContext

logger = logging.getLogger(__name__)

INTERVAL_S = 1.0


class CompactorThread:
    """One thread that calls :meth:`runyard.storage.metric_base.MetricStore.tidy`, every second and when much has come in."""

    def __init__(self, context: ServerContext) -> None:
        self._context = context
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="runyard-compactor", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread. What it has not done is done after the next start."""
        self._stop.set()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        metrics = self._context.storage.metrics
        while not self._stop.is_set():
            try:
                metrics.tidy(at=self._context.clock())
            except Exception:
                logger.exception("the compactor stumbled and goes on")
                self._stop.wait(INTERVAL_S)
            metrics.wait_for_work(INTERVAL_S)
