"""Waiting for a run, with its log on the screen."""

from __future__ import annotations

import codecs
import json
import os
import re
import sys
import time
from typing import TYPE_CHECKING, Any, TextIO

from runyard.client.client import Client
from runyard.domain.run import RunRecord
from runyard.errors import NotFoundError, RunFailedError, RunyardError
from runyard.sdk.portal import portal_url
from runyard.sdk.run_details import error_details

if TYPE_CHECKING:
    from runyard.client.artifact import ArtifactApi
    from runyard.domain.artifact import ArtifactRecord

POLL_S = 0.4
"""A line is on the screen within a second of its printing; the runner's and the server's way are in that too."""

QUIET_POLL_MAX_S = 2.0
_LOGS_PREFIX = "azureml-logs/"
_NUMBERED = re.compile(r"azureml-logs/(?:[^/]+/)?(?!55_|70_mpi_)(\d+)_[^/]*\.txt")
"""The logs of the run itself, also in a node's folder. 55 is the runner's own, 70_mpi the launcher's."""
_FIRST_PROCESS = re.compile(r"(_rank_0|_worker_0|_0)\.txt$|70_driver_log\.txt$")
_READ_BYTES = 1 << 20


def wait_until_ended(client: Client, run_id: str) -> RunRecord:
    """Return the record of a run once it has ended. The pauses grow to two seconds."""
    pause_s = _poll_seconds("MIN", 0.1)
    longest_s = _poll_seconds("MAX", QUIET_POLL_MAX_S)
    while True:
        record = client.runs.get(run_id)
        if record.status.is_terminal:
            return record
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.3, max(longest_s, pause_s))


class LogStream:
    """Prints the logs of a run as they appear, and how it ended.

    The logs come in the order of their numbers, each to its end before the next; of several processes the first is shown.
    """

    def __init__(self, client: Client, run_id: str, sink: TextIO | None = None) -> None:
        self._client = client
        self._run_id = run_id
        self._sink = sink
        self._current: GrowingLog | None = None

    def follow(self) -> RunRecord:
        """Print until the run has ended; return its last record.

        Raises:
            RunyardError: interrupted from the keyboard; the run goes on, and the message says how to cancel it.
        """
        self._print(f"RunId: {self._run_id}\nWeb View: {self._link()}\n")
        try:
            record = self._follow()
        except KeyboardInterrupt:
            raise RunyardError(
                f"The output of run {self._run_id} is no longer shown. The run itself goes on. To stop it, call run.cancel() or "
                f"enter `runyard run cancel -r {self._run_id}`.",
                run_id=self._run_id,
            ) from None
        self._print_summary(record)
        return record

    def _follow(self) -> RunRecord:
        while True:
            record = self._client.runs.get(self._run_id)
            self._print_news()
            if record.status.is_terminal:
                return record
            time.sleep(POLL_S)

    def _print_news(self) -> None:
        for log in chosen_logs(self._client.artifacts.list(self._run_id, _LOGS_PREFIX)):
            if self._current is None or log_number(log.path) > log_number(self._current.path):
                self._print_rest()
                self._current = GrowingLog(self._client.artifacts, self._run_id, log.path)
                self._print(f"\nStreaming {log.path}\n{'=' * (len(log.path) + 10)}\n")
            if log.path == self._current.path and log.size_bytes > self._current.offset:
                self._print_rest()

    def _print_rest(self) -> None:
        while self._current is not None:
            text = self._current.read()
            if not text:
                return
            self._print(text, end="")

    def _print_summary(self, record: RunRecord) -> None:
        if self._current is not None and not self._current.ends_line:
            self._print("")
        self._print(f"\nExecution Summary\n{'=' * 17}\nRunId: {self._run_id}\nWeb View: {self._link()}\n")
        if record.error is None and record.status_reason:
            self._print(f"Warnings:\n{json.dumps([record.status_reason], indent=4, ensure_ascii=False)}\n")
        if record.error is not None:
            self._print(f"Error:\n{json.dumps(error_details(record.error), indent=4, ensure_ascii=False)}\n")

    def _link(self) -> str:
        return portal_url(self._client, f"/runs/{self._run_id}")

    def _print(self, text: str, end: str = "\n") -> None:
        print(text, end=end, file=self._sink or sys.stdout, flush=True)


class GrowingLog:
    """Reads a file of a run from where it last stopped, as text. A character whose bytes are not all there yet waits."""

    def __init__(self, artifacts: ArtifactApi, run_id: str, path: str) -> None:
        self._artifacts = artifacts
        self._run_id = run_id
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.path = path
        self.offset = 0
        self.ends_line = True

    def read(self) -> str:
        """Return what is new, at most a megabyte of it; empty when there is nothing."""
        try:
            part = self._artifacts.read(self._run_id, self.path, self.offset, _READ_BYTES)
        except NotFoundError:
            return ""
        self.offset += len(part.data)
        text = self._decoder.decode(part.data)
        if text:
            self.ends_line = text.endswith("\n")
        return text


def chosen_logs(logs: list[ArtifactRecord]) -> list[ArtifactRecord]:
    """Return the logs to show, by their numbers; of those that share a number the first process's."""
    by_number: dict[int, list[ArtifactRecord]] = {}
    for record in sorted(logs, key=lambda record: record.path):
        if _NUMBERED.fullmatch(record.path):
            by_number.setdefault(log_number(record.path), []).append(record)
    return [
        next((record for record in same if _FIRST_PROCESS.search(record.path)), same[0]) for _, same in sorted(by_number.items())
    ]


def log_number(path: str) -> int:
    """Return the number at the start of a log's name."""
    match = _NUMBERED.fullmatch(path)
    return int(match[1]) if match else -1


def raise_if_failed(record: RunRecord, details: dict[str, Any]) -> None:
    """Raise :class:`RunFailedError` for a run that has failed."""
    if record.error is None or record.status.value != "Failed":
        return
    error = details.get("error") or error_details(record.error)
    raise RunFailedError(f"Activity Failed:\n{json.dumps(error, indent=4, ensure_ascii=False)}", run_id=record.id, error=error)


def _poll_seconds(which: str, default: float) -> float:
    try:
        return max(0.05, float(os.environ.get(f"AZUREML_RUN_POLLING_INTERVAL_{which}", default)))
    except ValueError:
        return default
