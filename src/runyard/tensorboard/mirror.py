"""Keeps a local folder equal to the log files of runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from runyard.domain.artifact import ArtifactRecord, require_artifact_path
from runyard.domain.run import TERMINAL_STATUSES
from runyard.sdk.run import Run

LOGS = "logs/"
EVENT_FILE = "tfevents"
CHUNK_BYTES = 4 << 20


class RunMirror:
    """The files of one run below ``logs/``, kept in ``folder`` without that prefix.

    What is there already is not fetched again, so a second start on the same folder costs one request. Not thread safe.
    """

    def __init__(self, run: Run, folder: Path) -> None:
        self.run = run
        self._folder = folder
        self._known: dict[str, ArtifactRecord] = {}
        self._is_settled = False

    def refresh(self) -> bool:
        """Fetch what is new; return whether more can come.

        Raises:
            RunyardError: the server cannot be asked.
            OSError: the folder cannot be written.
        """
        if self._is_settled:
            return False
        # Asked first: what a run writes before its end is in the list that is made after it.
        has_ended = self.run.get_status() in TERMINAL_STATUSES
        for record in self.run._client.artifacts.list(self.run.id, LOGS):
            if self._known.get(record.path) != record:
                self._fetch(record)
                self._known[record.path] = record
        self._is_settled = has_ended
        return not has_ended

    def _fetch(self, record: ArtifactRecord) -> None:
        path = self._folder / require_artifact_path(record.path)[len(LOGS) :]
        path.parent.mkdir(parents=True, exist_ok=True)
        # Event files only grow; any other file may have been written anew.
        have = path.stat().st_size if EVENT_FILE in path.name and path.exists() else 0
        if have > record.size_bytes:
            have = 0
        # Opened for appending: TensorBoard reads on where it was.
        with path.open("ab" if have else "wb") as out:
            while have < record.size_bytes:
                part = self.run._client.artifacts.read(self.run.id, record.path, have, CHUNK_BYTES)
                if not part.data:
                    break
                out.write(part.data)
                have += len(part.data)


def folder_names(runs: Sequence[Run], use_display_name: bool) -> list[str]:
    """Return a folder name for each run: its id, or its display name, told apart by the id where two have the same."""
    if not use_display_name:
        return [run.id for run in runs]
    names = [(run.display_name or run.id).replace("/", "_").strip(".") or run.id for run in runs]
    return [name if names.count(name) == 1 else f"{name} ({run.id})" for name, run in zip(names, runs, strict=True)]
