"""The log files of a run that the runner writes: preparation, driver, release, and the list of processes."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timezone
from pathlib import Path

from runyard.runner.log_file import LogFile
from runyard.runner.log_stream import LogStream
from runyard.runner.system_logs import Phase, SystemLogs

ARTIFACT_FOLDER = "azureml-logs"
BUILD = "20_image_build_log.txt"
MPI = "70_mpi_log.txt"
DRIVER = "70_driver_log.txt"
RUNNER_LOG = "runner.log"
"""What the engine connects with the runner's stdout and stderr, in the work folder."""

SYSTEM_FOLDER = "logs/azureml"

_INFO = "process_info.json"
_STATUS = "process_status.json"

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
        self._driver = driver
        self._files: dict[str, LogFile] = {}
        for name in (self._prep, driver, self._post):
            self.follow(name)
        for name in (BUILD, MPI, _INFO, _STATUS):
            self._keep(folder / name, f"{ARTIFACT_FOLDER if leads else self._node_folder}/{name}")
        self._keep(folder.parent / RUNNER_LOG, f"{self._node_folder}/55_azureml-execution-{node_id}.txt")
        place = f"{SYSTEM_FOLDER}/{node_id}" if has_folder else SYSTEM_FOLDER
        self.system = SystemLogs({phase: self._keep(folder / phase.value, f"{place}/{phase.value}") for phase in Phase})

    def follow(self, name: str) -> None:
        """Send a file of this node's as it grows."""
        if name not in self._files:
            self._keep(self._folder / name, f"{self._node_folder}/{name}")

    def _keep(self, path: Path, artifact: str) -> LogFile:
        # At once: from now on the script cannot put it out of reach.
        file = self._files[path.name] = self._stream.follow(path, artifact)
        try:
            file.keep()
        except OSError as error:
            log.error("%s cannot be made yet: %s", path, error)
        return file

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
        self._append(self._prep, _line(text))

    def build(self, text: str) -> None:
        """Add a line about building the environment."""
        self._append(BUILD, _line(text))

    def mpi(self, text: str) -> None:
        """Add a line about the MPI launcher."""
        self._append(MPI, _line(text))

    def driver(self, text: str) -> None:
        """Add a line of the runner's to the script's own output, beginning on a line of its own."""
        is_apart = self._files[self._driver].ends_with_line()
        self._append(self._driver, ("" if is_apart else "\n") + _line(text))

    def post(self, text: str) -> None:
        """Add a line about the release."""
        log.info("%s", text)
        self._append(self._post, _line(text))

    def process_started(self, process_name: str, pid: int, *, node_id: str | None = None, log_name: str | None = None) -> None:
        """Note which process runs the script, on which node, and that it has started. ``log_name`` is an artifact."""
        info = {
            "process_name": process_name,
            "node_id": node_id or self._node_id,
            "pid_in_container": pid,
            "log": log_name or f"{self._node_folder}/{self.driver_path.name}",
        }
        self._append(_INFO, json.dumps(info) + "\n")
        self.process_status(process_name, "Started")

    def process_ended(self, process_name: str, status: str) -> None:
        """Note how the only process has ended: Completed, Failed or Terminated; ``*`` stands for all processes."""
        self.process_status(process_name, status)
        self.process_status("*", status)

    def process_status(self, process_name: str, status: str) -> None:
        """Note how one of several processes is."""
        line = {"process_name": process_name, "timestamp": _now(), "status": status}
        self._append(_STATUS, json.dumps(line) + "\n")

    def _append(self, name: str, text: str) -> None:
        try:
            self._files[name].append(text)
        except OSError as error:  # a full disk must not keep the run from ending
            log.error("a line for %s is lost (%s): %s", name, error, text.rstrip())


def _line(text: str) -> str:
    return f"[{_now()}] {text}\n"


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
