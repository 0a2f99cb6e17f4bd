"""One file of a run's log, which stays in reach when the script removes its folder or moves it away."""

from __future__ import annotations

import os
import threading
from pathlib import Path


class LogFile:
    """A file that is opened once and kept open, to add to it and to read it. Others may add to it by its path. Thread safe."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._descriptor: int | None = None

    def keep(self) -> None:
        """Open it, and make it where it is missing; nothing of what is written from now on can be put out of reach.

        Raises:
            OSError: it cannot be made.
        """
        self._opened(os.O_CREAT)

    def append(self, text: str) -> None:
        """Add a text in one write: the script adds to the file too.

        Raises:
            OSError: it cannot be written.
        """
        os.write(self._opened(os.O_CREAT), text.encode("utf-8", "backslashreplace"))

    def read(self, offset: int, size_bytes: int) -> bytes:
        """Return what is there from ``offset``, at most ``size_bytes``.

        Raises:
            FileNotFoundError: nobody has made it yet.
            OSError: it cannot be read.
        """
        return os.pread(self._opened(0), size_bytes, offset)

    def ends_with_line(self) -> bool:
        """True when the next text begins on a line of its own."""
        try:
            descriptor = self._opened(0)
            size = os.fstat(descriptor).st_size
            return size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"
        except OSError:
            return True

    def close(self) -> None:
        """Let go of it. It is opened again where it is used again."""
        with self._lock:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None

    def _opened(self, flags: int) -> int:
        with self._lock:
            if self._descriptor is None:
                self._descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | flags, 0o666)
            return self._descriptor
