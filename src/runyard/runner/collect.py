"""Gathers what the script writes: the watched folders while it runs, ``./outputs`` when it has ended."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

from runyard.domain.run import RunSpec
from runyard.errors import SnapshotError
from runyard.runner.control import Control
from runyard.runner.outputs import Stopped, UploadReport, never, upload_folder
from runyard.runner.run_logs import RunLogs
from runyard.runner.script_environment import OUTPUTS_FOLDER
from runyard.runner.snapshot import path_in_folder
from runyard.runner.watch import FolderWatcher

LINES_MAX = 50
"""How many files a log names one by one; a folder with a million broken links must not fill it."""

log = logging.getLogger(__name__)


class Collector:
    """Makes the special folders of a run, watches them, and uploads them."""

    def __init__(self, code: Path, spec: RunSpec, control: Control, *, node_id: str | None = None) -> None:
        """Begin to watch. With ``node_id`` the watched files are stored in a folder of that node's."""
        self._control = control
        self._outputs = code / OUTPUTS_FOLDER
        watched = _watched_folders(code, spec)
        self._takes_outputs = spec.output_collection and OUTPUTS_FOLDER not in watched
        for folder in [*watched.values(), self._outputs]:
            with contextlib.suppress(FileExistsError, NotADirectoryError):  # the snapshot has a file of that name: it stays
                folder.mkdir(parents=True, exist_ok=True)
        if node_id is not None:
            watched = {f"{name}/{node_id}": folder for name, folder in watched.items()}
        self._watcher = FolderWatcher(watched, control.append, self._replace)

    def collect(self, logs: RunLogs, is_stopped: Stopped = never) -> UploadReport:
        """Upload what is there, and write in the logs what came of it. Call it once, when the script has ended.

        Once ``is_stopped`` the rest of the outputs is left out.
        """
        report = self._watcher.close()
        if self._takes_outputs:
            report.add(upload_folder(self._outputs, OUTPUTS_FOLDER, self._put, is_stopped))
        logs.post(f"Stored {len(report.stored)} files of the run.")
        for what, lines in (("Left out", report.skipped), ("NOT stored", report.failed)):
            for line in lines[:LINES_MAX]:
                logs.post(f"{what}: {line}")
            if lines:
                logs.driver(f"{what}: {lines[0]}" + (f", and {len(lines) - 1} more; see {logs.post_name}" if lines[1:] else ""))
        return report

    def _put(self, name: str, path: Path) -> None:
        self._control.put(name, path, replace=False)

    def _replace(self, name: str, path: Path) -> None:
        self._control.put(name, path, replace=True)


def _watched_folders(code: Path, spec: RunSpec) -> dict[str, Path]:
    folders: dict[str, Path] = {}
    for wanted in spec.directories_to_watch:
        name = wanted.removeprefix("./").rstrip("/")
        try:
            folders[name] = path_in_folder(code, name)
        except SnapshotError:
            log.warning("the folder %r is not watched: it is not below the script's folder", wanted)
    return folders
