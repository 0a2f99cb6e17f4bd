"""The log files of a run that the runner writes: preparation, driver, release, and the list of processes."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timezone
from pathlib import Path

from runyard.runner.log_stream import LogStream
from runyard.runner.system_logs import Phase, SystemLogs

ARTIFACT_FOLDER = "azureml-logs"
BUILD = "20_image_build_log.txt"
MPI = "70_mpi_log.txt"
DRIVER = "70_driver_log.txt"
RUNNER_LOG = "runner.log"
"""What the engine connects with the runner's stdout and stderr, in the work folder."""

SYSTEM_FOLDER = "logs/azureml"

log = logging.getLogger(__name__)


class RunLogs:
    """Writes the files and has ``stream`` send them. A file shows up with its first line.

    ``driver`` is the log of this node's first process. With ``has_folder`` the node's files go into a folder of its own, as on
    runs of several nodes; those about the whole run do not, on the node that leads.
    """

    def __init__(
        self,
        folder: Path,
        node_id: str,
        stream: LogStream,
        *,
        driver: str = DRIVER,
        has_folder: bool = False,
        leads: bool = True,
    ) -> None:
        self._folder = folder
        self._node_id = node_id
        self._stream = stream
        self._prep = f"65_job_prep-{node_id}.txt"
        self._post = f"75_job_post-{node_id}.txt"
        self._node_folder = f"{ARTIFACT_FOLDER}/{node_id}" if has_folder else ARTIFACT_FOLDER
        self.driver_path = folder / driver
        self._followed: set[str] = set()
        for name in (self._prep, driver, self._post):
            self.follow(name)
        for name in (BUILD, MPI, "process_info.json", "process_status.json"):
            stream.follow(folder / name, f"{ARTIFACT_FOLDER if leads else self._node_folder}/{name}")
        stream.follow(folder.parent / RUNNER_LOG, f"{self._node_folder}/55_azureml-execution-{node_id}.txt")
        self.system = SystemLogs(folder)
        for phase in Phase:
            place = f"{SYSTEM_FOLDER}/{node_id}" if has_folder else SYSTEM_FOLDER
            stream.follow(folder / phase.value, f"{place}/{phase.value}")

    def follow(self, name: str) -> None:
        """Send a file of this node's as it grows."""
        if name not in self._followed:
            self._followed.add(name)
            self._stream.follow(self._folder / name, f"{self._node_folder}/{name}")

    @property
    def mpi_path(self) -> Path:
        """The log of the MPI launcher."""
        return self._folder / MPI

    @property
    def post_name(self) -> str:
        """The artifact that holds the release log."""
        return f"{self._node_folder}/{self._post}"

    def prep(self, text: str) -> None:
        """Add a line about the preparation."""
        log.info("%s", text)
        self._line(self._prep, text)

    def build(self, text: str) -> None:
        """Add a line about building the environment."""
        self._line(BUILD, text)

    def mpi(self, text: str) -> None:
        """Add a line about the MPI launcher."""
        self._line(MPI, text)

    def driver(self, text: str) -> None:
        """Add a line of the runner's to the script's own output, beginning on a line of its own."""
        if not _ends_with_line(self.driver_path):
            _append(self.driver_path, "\n")
        self._line(DRIVER, text)

    def post(self, text: str) -> None:
        """Add a line about the release."""
        log.info("%s", text)
        self._line(self._post, text)

    def process_started(self, process_name: str, pid: int, *, node_id: str | None = None, log_name: str | None = None) -> None:
        """Note which process runs the script, on which node, and that it has started. ``log_name`` is an artifact."""
        info = {
            "process_name": process_name,
            "node_id": node_id or self._node_id,
            "pid_in_container": pid,
            "log": log_name or f"{self._node_folder}/{self.driver_path.name}",
        }
        _append(self._folder / "process_info.json", json.dumps(info) + "\n")
        self.process_status(process_name, "Started")

    def process_ended(self, process_name: str, status: str) -> None:
        """Note how the only process has ended: Completed, Failed or Terminated; ``*`` stands for all processes."""
        self.process_status(process_name, status)
        self.process_status("*", status)

    def process_status(self, process_name: str, status: str) -> None:
        """Note how one of several processes is."""
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
