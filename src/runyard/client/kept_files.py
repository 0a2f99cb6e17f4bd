"""The files of metrics that one process has kept for one run, until they are sent."""

from __future__ import annotations

import threading
from collections import deque
from pathlib import Path

from runyard.client.journal import MAX_BYTES_VARIABLE, MEMORY_MAX_BYTES, Journal, max_bytes, process_context
from runyard.client.kept_file import ABOUT_SUFFIX, FileAbout, FileToRecord, KeptFile, WriterLock, keep_file
from runyard.client.known_secrets import covered_file
from runyard.client.sending import remove_if_empty


class KeptFiles:
    """The files that wait, the oldest first. Thread-safe. They lie beside the journal, whose writer names them."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.forget()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def forget(self) -> None:
        """Start anew in a forked child: what waits is the parent's."""
        self._guard = threading.RLock()  # held for a moment only, never while anything is sent
        self._waiting: deque[KeptFile] = deque()
        self._number = 0
        self._lock: WriterLock | None = None

    @property
    def has_in_memory(self) -> bool:
        """True while a file waits that a kill would lose."""
        return any(isinstance(file.content, bytes) for file in list(self._waiting))

    def paths(self) -> set[Path | None]:
        """Return where the files lie, as :func:`~runyard.client.sending.journals_in` lists them."""
        contents = [file.content for file in list(self._waiting)]
        return {content.with_suffix(ABOUT_SUFFIX) for content in contents if isinstance(content, Path)}

    def add(self, file: FileToRecord) -> bool:
        """Keep a file, without the secrets that this process knows. False when there is no room for it, which is said once."""
        content = covered_file(file.content)
        size = len(content) if isinstance(content, bytes) else content.stat().st_size
        with self._guard:
            waiting = sum(_size(each.content) for each in self._waiting)
            if waiting + size > max_bytes():
                self._journal.warn_once(
                    "files",
                    f"files of {waiting:,} bytes wait in {self._journal.place.folder}, because the server has been away for "
                    f"long. The file of metric {file.name!r} is lost. {MAX_BYTES_VARIABLE} sets the limit.",
                )
                return False
            about = self._about(file)
            self._number += 1
            kept = self._on_disk(about, content) or self._in_memory(about, content)
            if kept is not None:
                self._waiting.append(kept)
            return kept is not None

    def first(self) -> KeptFile | None:
        """Return the file to send next."""
        with self._guard:
            return self._waiting[0] if self._waiting else None

    def drop(self, file: KeptFile) -> None:
        """Remove the first file, which was sent."""
        with self._guard:
            self._waiting.popleft()
            file.remove()
            if not self._waiting and self._lock is not None:
                self._lock.let_go(remove=True)
                self._lock = None
                remove_if_empty(self._journal.place.folder)

    def _about(self, file: FileToRecord) -> FileAbout:
        place = self._journal.place
        return FileAbout(
            writer=self._journal.writer,
            number=self._number,
            run_id=place.run_id,
            workspace=place.workspace,
            server=place.server,
            context=process_context(),
            name=file.name,
            at_us=file.at_us,
            path=file.path,
            type=file.type,
            description=file.description,
            step=file.step,
        )

    def _on_disk(self, about: FileAbout, content: bytes | Path) -> KeptFile | None:
        folder = self._journal.place.folder
        try:
            if self._lock is None:
                lock = WriterLock(folder, about.writer)
                lock.take()
                self._lock = lock
            return keep_file(folder, about, content)
        except OSError as error:
            self._journal.warn_once(
                "files on disk",
                f"files of metrics cannot be kept in {folder} ({error.strerror or error}). They wait in memory until they are "
                "sent, and are lost if this program is killed.",
            )
            return None

    def _in_memory(self, about: FileAbout, content: bytes | Path) -> KeptFile | None:
        held = sum(len(each.content) for each in self._waiting if isinstance(each.content, bytes))
        data = content if isinstance(content, bytes) else content.read_bytes()
        if held + len(data) > MEMORY_MAX_BYTES:
            self._journal.warn_once("memory", f"{held:,} bytes wait in memory. The file of metric {about.name!r} is lost.")
            return None
        return KeptFile(about, data)


def _size(content: bytes | Path) -> int:
    if isinstance(content, bytes):
        return len(content)
    try:
        return content.stat().st_size
    except OSError:
        return 0
