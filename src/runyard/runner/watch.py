"""Keeps the watched folders of a running script (``./logs``) up to date on the server.

A file that grows is sent in chunks. A file that is written anew is sent whole; a large one only when it has come to rest.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from runyard.errors import RunyardError
from runyard.runner.folder_scan import FoundFile, SkippedFile, scan
from runyard.runner.growing_file import Append, GrowingFile
from runyard.runner.outputs import UploadReport, name_below

INTERVAL_S = 2.0
MARK_BYTES = 64 * 1024
"""How much of the beginning and of the end of the sent part is compared, to tell growth from new content."""

SMALL_BYTES = 1 << 20
"""A file up to this size is sent whole as often as it is written anew."""

Replace = Callable[[str, Path], None]
"""``(name, local file)``: store the file in place of what the run has under that name."""

log = logging.getLogger(__name__)


class WatchedFile:
    """One file of a watched folder, and how much of it the server has."""

    def __init__(self, found: FoundFile, append: Append, replace: Replace) -> None:
        self.name = found.name
        self._path = found.path
        self._growing = GrowingFile(found.path, found.name, append)
        self._replace = replace
        self._seen: os.stat_result | None = None
        self._is_anew = False
        self._marked_bytes = 0
        self._mark = b""

    def visit(self, facts: os.stat_result, *, final: bool) -> None:
        """Send what has changed since the last visit.

        Raises:
            OSError: the file cannot be read.
            RunyardError: the server does not take it.
        """
        changed = self._seen is None or _moment(self._seen) != _moment(facts)
        if changed and not self._has_only_grown(facts):
            self._is_anew = True
        self._seen = facts
        if not self._is_anew:
            self._send_until(facts.st_size)
        elif final or not changed or facts.st_size <= SMALL_BYTES:
            self._replace(self.name, self._path)
            self._growing.skip_to(facts.st_size)
            self._set_mark()
            self._is_anew = False

    def _has_only_grown(self, facts: os.stat_result) -> bool:
        if self._seen is None:
            return True
        is_longer = facts.st_ino == self._seen.st_ino and facts.st_size > self._growing.sent_bytes
        return is_longer and self._digest_of_ends(self._marked_bytes) == self._mark

    def _send_until(self, size_bytes: int) -> None:
        if self._growing.sent_bytes >= size_bytes:
            return
        while self._growing.sent_bytes < size_bytes and self._growing.send_next(until=size_bytes):
            pass
        self._set_mark()

    def _set_mark(self) -> None:
        self._marked_bytes = self._growing.sent_bytes
        self._mark = self._digest_of_ends(self._marked_bytes)

    def _digest_of_ends(self, size_bytes: int) -> bytes:
        with self._path.open("rb") as source:
            begin = source.read(min(MARK_BYTES, size_bytes))
            source.seek(max(0, size_bytes - MARK_BYTES))
            return hashlib.sha256(begin + source.read(min(MARK_BYTES, size_bytes))).digest()


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


def _moment(facts: os.stat_result) -> tuple[int, int, int]:
    return facts.st_ino, facts.st_size, facts.st_mtime_ns
