"""Keeps the run's copies of growing files up to date while an interactive run is open."""

from __future__ import annotations

import logging
import os
import threading
import time
from pathlib import Path

from runyard.client.artifact import ArtifactApi
from runyard.errors import ConflictError, RunyardError

TICK_S = 1.0
_CHUNK_BYTES = 1 << 20
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
        self._sent: dict[str, int] = {}
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
        self._send_changes()

    def _watch(self) -> None:
        while not self._stopped.wait(TICK_S):
            try:
                self._send_changes()
                self._warned = False
            except RunyardError as error:
                if not self._warned:
                    _LOG.warning("Run %s: its logs are sent later: %s", self._run_id, error.message)
                self._warned = True

    def _send_changes(self) -> None:
        for name, path in self._candidates():
            try:
                size = path.stat().st_size
                if size < self._sent.get(name, 0):
                    self._replace(name, path)
                while size > self._sent.get(name, 0):
                    self._append(name, path)
            except FileNotFoundError:
                continue

    def _candidates(self) -> list[tuple[str, Path]]:
        found = list(self._single.items())
        if self._folder is not None:
            for root, folders, files in os.walk(self._folder):
                folders[:] = [folder for folder in folders if not folder.startswith(".")]
                found += [
                    (f"logs/{(Path(root) / file).relative_to(self._folder).as_posix()}", Path(root) / file)
                    for file in files
                    if not file.startswith(".") and self._is_recent(Path(root) / file)
                ]
        return sorted(found)

    def _is_recent(self, path: Path) -> bool:
        try:
            return path.is_file() and path.stat().st_mtime >= self._since
        except OSError:
            return False

    def _append(self, name: str, path: Path) -> None:
        sent = self._sent.get(name, 0)
        with path.open("rb") as file:
            file.seek(sent)
            data = file.read(_CHUNK_BYTES)
        if not data:
            return
        try:
            self._sent[name] = self._artifacts.append(self._run_id, name, sent, data)
        except ConflictError as error:
            size = error.details.get("size_bytes")
            if not isinstance(size, int) or size >= sent:
                raise
            self._sent[name] = size

    def _replace(self, name: str, path: Path) -> None:
        content = path.read_bytes()
        self._artifacts.put(self._run_id, name, content, replace=True)
        self._sent[name] = len(content)
