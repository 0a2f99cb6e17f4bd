"""What the runner records beside the script, and what it sends after the script's end."""

from __future__ import annotations

import logging

from runyard.client.client import Client
from runyard.client.recorder import send_left_records
from runyard.client.system_metrics import SystemMetrics, start_system_metrics

SEND_TIMEOUT_S = 60.0
"""A journal that the server does not take in this time stays on this machine; `runyard sync` sends it."""

log = logging.getLogger(__name__)


class RunRecording:
    """The metrics of one run, as the runner sees them."""

    def __init__(self, client: Client, run_id: str) -> None:
        self._client = client
        self._run_id = run_id
        self._system: SystemMetrics | None = None

    def start(self, pid: int) -> None:
        """Begin to record how busy the machine is, and the process ``pid`` with its descendants."""
        self._system = start_system_metrics(self._client.recorders.for_run(self._run_id), pid)

    def close(self) -> None:
        """End that, and send what the processes of the script have recorded and could not send before they ended."""
        if self._system is not None:
            self._system.close()
        self._client.recorders.close(self._run_id, SEND_TIMEOUT_S)
        for failure in send_left_records(self._client, self._run_id, SEND_TIMEOUT_S):
            log.warning("some of what the script has logged is not sent yet: %s", failure)
