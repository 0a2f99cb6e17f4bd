"""Keeps the watched folders of a running script (``./logs``) up to date on the server."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from pathlib import Path

from runyard.client.folder_scan import FoundFile, SkippedFile, scan
from runyard.client.growing_file import Append
from runyard.client.watched_file import Replace, WatchedFile
from runyard.errors import RunyardError
from runyard.runner.outputs import UploadReport, name_below

INTERVAL_S = 2.0
log = logging.getLogger(__name__)


class FolderWatcher:
    """A thread that looks at folders every few seconds. ``folders`` maps artifact prefix to folder."""

    def __init__(self, folders: Mapping[str, Path], append: Append, replace: Replace, *, interval_s: float = INTERVAL_S) -> None:
        self._folders = folders
        self._append = append
        self._replace = replace
        self._interval_s = interval_s
        self._files: dict[str, WatchedFile] = {}
        self._refused: dict[str, str] = {}
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="folder-watch", daemon=True)
        self._thread.start()

    def close(self) -> UploadReport:
        """Send the rest, end the thread, and return what became of the files."""
        self._closing.set()
        self._thread.join()
        report = self._look(final=True)
        report.failed += [f"{name}: {why}" for name, why in self._refused.items()]
        return report

    def _work(self) -> None:
        while not self._closing.wait(self._interval_s):
            self._look(final=False)

    def _look(self, *, final: bool) -> UploadReport:
        report = UploadReport()
        for name, folder in self._folders.items():
            for each in scan(folder, name):
                if isinstance(each, SkippedFile):
                    report.skipped.append(f"{name_below(folder, each.path, name)}: {each.why}")
                elif each.name not in self._refused:
                    self._visit(each, report, final=final)
        return report

    def _visit(self, found: FoundFile, report: UploadReport, *, final: bool) -> None:
        file = self._files.setdefault(found.name, WatchedFile(found, self._append, self._replace))
        try:
            file.visit(found.facts, final=final)
            report.stored.append(found.name)
        except RunyardError as error:
            self._note_refusal(found.name, error, report)
        except OSError as error:
            report.skipped.append(f"{found.name}: {error.strerror or error}")
        except Exception as error:
            log.exception("%s cannot be sent", found.name)
            self._refused[found.name] = repr(error)

    def _note_refusal(self, name: str, error: RunyardError, report: UploadReport) -> None:
        if type(error).status < 500:
            log.error("%s is not sent any more: %s", name, error)
            self._refused[name] = str(error)
        else:
            report.failed.append(f"{name}: {error}")
