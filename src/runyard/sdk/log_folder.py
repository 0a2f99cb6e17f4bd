"""Keeps the run's copies of growing files up to date while an interactive run is open."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from runyard.client.folder_scan import FoundFile, scan
from runyard.client.watched_file import WatchedFile
from runyard.errors import RunyardError

if TYPE_CHECKING:
    from runyard.client.artifact import ArtifactApi

TICK_S = 1.0
LOGS = "logs"
_LOG = logging.getLogger("runyard")


class LogFolder:
    """Sends a folder's files as ``logs/…``, and single files under given names, as they grow.

    A file counts when it changes after this object was made; hidden ones do not. One that was written anew replaces its copy.
    """

    def __init__(self, artifacts: ArtifactApi, run_id: str, folder: Path | None) -> None:
        self._artifacts = artifacts
        self._run_id = run_id
        self._folder = folder
        self._since = time.time() - 1.0  # file systems round times down, some to whole seconds
        self._single: dict[str, Path] = {}
        self._files: dict[str, WatchedFile] = {}
        self._warned = False
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, name: str, path: Path) -> None:
        """Also send the file ``path`` as ``name``."""
        self._single[name] = path

    def start(self) -> None:
        """Begin to look, every second, in a thread of its own."""
        self._thread = threading.Thread(target=self._watch, name="runyard-logs", daemon=True)
        self._thread.start()

    def stop(self, *, send: bool = True) -> None:
        """Stop looking, and send what is left; with ``send`` false, leave it and wait for nothing.

        Raises:
            RunyardError: it cannot be sent.
        """
        self._stopped.set()
        if not send:
            return
        if self._thread is not None:
            self._thread.join()
        self._send_changes(final=True)

    def _watch(self) -> None:
        while not self._stopped.wait(TICK_S):
            try:
                self._send_changes()
                self._warned = False
            except RunyardError as error:
                if not self._warned:
                    _LOG.warning("Run %s: its logs are sent later: %s", self._run_id, error.message)
                self._warned = True

    def _send_changes(self, *, final: bool = False) -> None:
        for found in self._candidates():
            file = self._files.setdefault(found.name, WatchedFile(found, self._append, self._replace))
            try:
                file.visit(found.facts, final=final)
            except RunyardError:  # before OSError: a lost connection is both
                raise
            except OSError:
                continue

    def _candidates(self) -> list[FoundFile]:
        found = [FoundFile(path, name, path.stat()) for name, path in self._single.items() if path.is_file()]
        if self._folder is not None:
            listed = scan(self._folder, LOGS)
            found += [each for each in listed if isinstance(each, FoundFile) and each.facts.st_mtime >= self._since]
        return found

    def _append(self, name: str, offset: int, data: bytes) -> int:
        return self._artifacts.append(self._run_id, name, offset, data)

    def _replace(self, name: str, path: Path) -> None:
        self._artifacts.put(self._run_id, name, path, replace=True)
