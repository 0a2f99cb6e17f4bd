"""The runner's own log, cut into the files that a run shows of it: preparation, control of the script, release."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Mapping
from enum import Enum

from runyard.runner.log_file import LogFile

LOGGER = "runyard"


class Phase(str, Enum):
    """What the runner is at. The value is the name of the phase's file."""

    PREPARATION = "job_prep_azureml.log"
    CONTROL = "110_azureml.log"
    RELEASE = "job_release_azureml.log"


class SystemLogs(logging.Handler):
    """Writes what the runner logs into the file of the present phase, a line in one write."""

    def __init__(self, files: Mapping[Phase, LogFile]) -> None:
        super().__init__(logging.INFO)
        self._files = files
        self._phase = Phase.PREPARATION
        self.setFormatter(log_layout())

    def enter(self, phase: Phase) -> None:
        """Go on in the next file."""
        self._phase = phase

    def start(self) -> None:
        """Begin to listen to the runner's log."""
        logging.getLogger(LOGGER).addHandler(self)

    def close(self) -> None:
        """End that."""
        logging.getLogger(LOGGER).removeHandler(self)
        super().close()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line. Trouble with the disk is passed over: runner.log has the line too."""
        line = self.format(record) + "\n"
        with contextlib.suppress(OSError):
            self._files[self._phase].append(line)


def log_layout() -> logging.Formatter:
    """Return how the runner writes its log lines: with the time in UTC."""
    layout = logging.Formatter("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
    layout.converter = time.gmtime
    return layout
