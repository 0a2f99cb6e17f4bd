"""What the runner records beside the script, and what it sends after the script's end."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from runyard.client.client import Client
from runyard.runner.stop import StopSwitch

if TYPE_CHECKING:
    from runyard.client.sending import DrainReport
    from runyard.client.system_metrics import SystemMetrics

SEND_TIMEOUT_S = 60.0
LEAVING_TIMEOUT_S = 5.0
"""When the runner was told to stop: whoever said so kills it soon. What is not sent stays; `runyard sync` sends it."""

_FIRST_DELAY_S = 0.2
_LONGEST_DELAY_S = 5.0

log = logging.getLogger(__name__)


class RunRecording:
    """The metrics of one run, as the runner sees them."""

    def __init__(self, client: Client, run_id: str) -> None:
        self._client = client
        self._run_id = run_id
        self._system: SystemMetrics | None = None

    def start(self, pid: int, node: str | None = None) -> None:
        """Begin to record how busy the machine is, and the process ``pid`` with its descendants.

        ``node`` names this machine among those of a run that has several.
        """
        from runyard.client.system_metrics import start_system_metrics  # late: the script runs while it loads

        self._system = start_system_metrics(self._client.recorders.for_run(self._run_id), pid, node)

    def close(self, stop: StopSwitch) -> None:
        """End that, and send what the processes of the script have recorded and could not send before they ended.

        A server that is being started anew is waited for, but not for long: :meth:`send_rest` is for later.
        """
        if self._system is not None:
            self._system.close()
        self._client.recorders.close(self._run_id, LEAVING_TIMEOUT_S)
        deadline = time.monotonic() + (SEND_TIMEOUT_S if stop.order is None else LEAVING_TIMEOUT_S)
        delay_s = _FIRST_DELAY_S
        while (report := self._sent(deadline)).is_away and time.monotonic() + delay_s < deadline and stop.told_at is None:
            time.sleep(delay_s)
            delay_s = min(delay_s * 2, _LONGEST_DELAY_S)
        _warn_of(report)

    def send_rest(self) -> None:
        """Try once more, now that the server has answered."""
        _warn_of(self._sent(time.monotonic() + LEAVING_TIMEOUT_S))

    def _sent(self, deadline: float) -> DrainReport:
        from runyard.client.recorder import send_left_records  # late: as above

        return send_left_records(self._client, self._run_id, max(1.0, deadline - time.monotonic()))


def _warn_of(report: DrainReport) -> None:
    for failure in report.failures:
        log.warning("some of what the script has logged is not sent: %s", failure)
