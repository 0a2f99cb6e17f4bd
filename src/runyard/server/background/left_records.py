"""Takes in what killed programs have left in the home folder of this server, without a command."""

from __future__ import annotations

import logging
import threading
import time

from runyard.client.endpoint import EmbeddedEndpoint
from runyard.client.left_records import has_left, send_left
from runyard.client.recorder import JOURNAL_FOLDER
from runyard.server.context import ServerContext
from runyard.server.security.token import owner_token

logger = logging.getLogger(__name__)

INTERVAL_S = 3.0
LONG_INTERVAL_S = 60.0
"""After something could not be sent: its run is not there, or it is for another server."""

LONGEST_S = 30.0


class LeftRecordsThread:
    """One thread that looks for journals of dead programs and sends them to this server, as a program or `runyard sync` does.

    It goes the same way as they do, through the API: a batch that two of them send at once is stored once.
    """

    def __init__(self, context: ServerContext) -> None:
        self._context = context
        self._root = context.settings.home / JOURNAL_FOLDER
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="runyard-left-records", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread, without waiting for what it is sending: the next start goes on with that."""
        self._stop.set()

    def _run(self) -> None:
        wait_s = INTERVAL_S
        while not self._stop.wait(wait_s):
            try:
                wait_s = LONG_INTERVAL_S if self._turn() else INTERVAL_S
            except Exception:
                logger.exception("sending what programs have left stumbled and goes on")
                wait_s = LONG_INTERVAL_S

    def _turn(self) -> bool:
        """Send what there is; return whether something could not be sent."""
        if not has_left(self._root):
            return False
        home = self._context.settings.home
        endpoint = EmbeddedEndpoint(home, owner_token(home), self._context.base_url())
        reports = send_left(self._root, endpoint, until=time.monotonic() + LONGEST_S)
        for workspace, report in reports:
            if report.record_count:
                logger.info("%d values that killed programs had logged to %s were taken in", report.record_count, workspace)
        return any(report.failures for _, report in reports)
