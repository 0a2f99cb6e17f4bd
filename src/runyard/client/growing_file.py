"""Sends a file that only grows, chunk by chunk, as an artifact of the run."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from runyard.errors import ConflictError, StorageError

CHUNK_BYTES = 1 << 20
"""What is held in memory of a log, whatever its size."""

Append = Callable[[str, int, bytes], int]
"""``(name, offset, data) → size of the artifact now``; raises :class:`ConflictError` with ``size_bytes`` after a gap."""

Read = Callable[[int, int], bytes]
"""``(offset, size_bytes) → what is there``; raises :class:`FileNotFoundError` when there is no file yet."""

log = logging.getLogger(__name__)


class GrowingFile:
    """Keeps the artifact ``name`` equal to the local file ``path``, read by its path, or by ``read`` where that is given.

    **Guarantees**: the server's word on the size decides what is sent next. So a chunk whose answer was lost is not doubled, and
    what a crashed server has forgotten is sent again. Not thread safe.
    """

    def __init__(self, path: Path, name: str, append: Append, read: Read | None = None) -> None:
        self.path = path
        self._read = read or self._read_by_path
        self.name = name
        self._append = append
        self._sent_bytes = 0
        self._waiting_bytes = 0

    @property
    def sent_bytes(self) -> int:
        """How much of the file the server has."""
        return self._sent_bytes

    def skip_to(self, size_bytes: int) -> None:
        """Go on from there: the server has the part before it by other means."""
        self._sent_bytes = size_bytes

    def send_next(self, until: int | None = None, *, whole_lines: bool = False) -> int:
        """Send one chunk and return its size: 0 when the server had everything that was in the file, or up to ``until``.

        With ``whole_lines`` an unfinished line waits for the next call, and is sent then when it has not grown: so no word is
        cut in two while it is written.

        Raises:
            OSError: the file cannot be read.
            RunyardError: the server refuses the chunk.
        """
        data = self._next_chunk(until)
        if whole_lines:
            data = self._finished_part(data)
        if data:
            try:
                self._sent_bytes = self._after_append(self._append(self.name, self._sent_bytes, data))
            except ConflictError as gap:
                self._sent_bytes = self._after_gap(gap)
        return len(data)

    def _next_chunk(self, until: int | None) -> bytes:
        wanted = CHUNK_BYTES if until is None else max(0, min(CHUNK_BYTES, until - self._sent_bytes))
        try:
            return self._read(self._sent_bytes, wanted)
        except FileNotFoundError:
            return b""

    def _read_by_path(self, offset: int, size_bytes: int) -> bytes:
        with self.path.open("rb") as source:
            source.seek(offset)
            return source.read(size_bytes)

    def _finished_part(self, data: bytes) -> bytes:
        end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        is_at_rest = len(data) == self._waiting_bytes or len(data) == CHUNK_BYTES
        self._waiting_bytes = len(data) - end
        return data if end == 0 and is_at_rest else data[:end]

    def _after_append(self, size: int) -> int:
        if size <= self._sent_bytes:
            raise StorageError(f"The server took a chunk of {self.name} and still has {size} bytes of it.", path=self.name)
        return size

    def _after_gap(self, gap: ConflictError) -> int:
        size = gap.details.get("size_bytes")
        if not isinstance(size, int) or not 0 <= size < self._sent_bytes:
            raise gap
        log.warning("the server has %d bytes of %s instead of %d; going on from there", size, self.name, self._sent_bytes)
        return size
