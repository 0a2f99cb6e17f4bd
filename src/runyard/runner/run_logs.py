"""The log files of a run that the runner writes: preparation, driver, release, and the list of processes."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timezone
from pathlib import Path

from runyard.runner.log_stream import LogStream

ARTIFACT_FOLDER = "azureml-logs"
BUILD = "20_image_build_log.txt"
DRIVER = "70_driver_log.txt"

log = logging.getLogger(__name__)


class RunLogs:
    """Writes the files and has ``stream`` send them. A file shows up with its first line."""

    def __init__(self, folder: Path, node_id: str, stream: LogStream) -> None:
        self._folder = folder
        self._node_id = node_id
        self._prep = f"65_job_prep-{node_id}.txt"
        self._post = f"75_job_post-{node_id}.txt"
        for name in (BUILD, self._prep, DRIVER, self._post, "process_info.json", "process_status.json"):
            stream.follow(folder / name, f"{ARTIFACT_FOLDER}/{name}")
        self.driver_path = folder / DRIVER

    @property
    def post_name(self) -> str:
        """The artifact that holds the release log."""
        return f"{ARTIFACT_FOLDER}/{self._post}"

    def prep(self, text: str) -> None:
        """Add a line about the preparation."""
        self._line(self._prep, text)

    def build(self, text: str) -> None:
        """Add a line about building the environment."""
        self._line(BUILD, text)

    def driver(self, text: str) -> None:
        """Add a line of the runner's to the script's own output, beginning on a line of its own."""
        if not _ends_with_line(self.driver_path):
            _append(self.driver_path, "\n")
        self._line(DRIVER, text)

    def post(self, text: str) -> None:
        """Add a line about the release."""
        self._line(self._post, text)

    def process_started(self, process_name: str, pid: int) -> None:
        """Note which process runs the script, and that it has started."""
        info = {
            "process_name": process_name,
            "node_id": self._node_id,
            "pid_in_container": pid,
            "log": f"{ARTIFACT_FOLDER}/{DRIVER}",
        }
        _append(self._folder / "process_info.json", json.dumps(info) + "\n")
        self._process_status(process_name, "Started")

    def process_ended(self, process_name: str, status: str) -> None:
        """Note how the process has ended: Completed, Failed or Terminated; ``*`` stands for all processes."""
        self._process_status(process_name, status)
        self._process_status("*", status)

    def _process_status(self, process_name: str, status: str) -> None:
        line = {"process_name": process_name, "timestamp": _now(), "status": status}
        _append(self._folder / "process_status.json", json.dumps(line) + "\n")

    def _line(self, name: str, text: str) -> None:
        _append(self._folder / name, f"[{_now()}] {text}\n")


def _append(path: Path, text: str) -> None:
    # In one write, after whatever the script has written: both append. A full disk must not keep the run from ending.
    try:
        with path.open("ab", buffering=0) as out:
            out.write(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        log.error("a line for %s is lost (%s): %s", path.name, error, text.rstrip())


def _ends_with_line(path: Path) -> bool:
    try:
        with path.open("rb") as source:
            if source.seek(0, 2) == 0:
                return True
            source.seek(-1, 2)
            return source.read(1) == b"\n"
    except OSError:
        return True


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
