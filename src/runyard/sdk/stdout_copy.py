"""A copy of what a program prints while a run is open."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

_LOCK = threading.Lock()
_ACTIVE: list[StdoutCopy] = []


class StdoutCopy:
    """Writes what goes to ``sys.stdout`` between ``start`` and ``stop`` into a file as well. Several may be open at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sink: TextIO | None = None

    def start(self) -> None:
        """Begin to copy."""
        with _LOCK:
            self._sink = self.path.open("a", encoding="utf-8", errors="replace", newline="")
            _ACTIVE.append(self)
            if not isinstance(sys.stdout, _Tee):
                sys.stdout = _Tee(sys.stdout)

    def stop(self) -> None:
        """Stop copying; after the last one ``sys.stdout`` is what it was, unless the program has put another in its place."""
        with _LOCK:
            if self in _ACTIVE:
                _ACTIVE.remove(self)
            if self._sink is not None:
                self._sink.close()
                self._sink = None
            if not _ACTIVE and isinstance(sys.stdout, _Tee):
                sys.stdout = sys.stdout.original

    def write(self, text: str) -> None:
        """Take a piece of text."""
        with _LOCK:
            if self._sink is not None:
                self._sink.write(text)
                self._sink.flush()


class _Tee:
    """Stands in for ``sys.stdout``: writes go to the original, then to the copies; everything else is the original's."""

    def __init__(self, original: TextIO) -> None:
        self.original = original

    def write(self, text: str) -> int:
        written = self.original.write(text)
        for copy in list(_ACTIVE):
            copy.write(text)
        return written

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.original, name)


def _after_fork() -> None:
    """Another thread may have held the lock in the parent; in the child nobody would let it go."""
    global _LOCK
    _LOCK = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
