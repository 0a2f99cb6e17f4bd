"""Follows one file that a program writes: what the run has of it is kept up to date.

A file that grows is sent in chunks. A file that is written anew is sent whole; a large one only when it has come to rest.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from runyard.client.folder_scan import FoundFile
from runyard.client.growing_file import Append, GrowingFile

MARK_BYTES = 64 * 1024
"""How much of the beginning and of the end of the sent part is compared, to tell growth from new content."""

SMALL_BYTES = 1 << 20
"""A file up to this size is sent whole as often as it is written anew."""

Replace = Callable[[str, Path], None]
"""``(name, local file)``: store the file in place of what the run has under that name."""


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


def _moment(facts: os.stat_result) -> tuple[int, int, int]:
    return facts.st_ino, facts.st_size, facts.st_mtime_ns
