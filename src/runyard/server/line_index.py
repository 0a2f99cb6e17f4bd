"""Where the lines of a text file begin, kept for as long as the file is read."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

LINES_PER_MARK = 200
"""A line is found from the mark before it: so many lines are read at most."""

FILES_MAX = 128
"""Files whose index is kept. The one asked for least lately goes first."""

ReadBytes = Callable[[int, int], Iterator[bytes]]
"""Yields the bytes of a file from a start to an end."""


@dataclass(slots=True)
class LineIndex:
    """Every :data:`LINES_PER_MARK`-th line's offset in bytes, up to ``size_bytes`` of the file.

    It grows with the file: only what is new is read.
    """

    marks: array[int] = field(default_factory=lambda: array("q", [0]))
    newlines: int = 0
    size_bytes: int = 0
    ends_line: bool = True
    lock: Lock = field(default_factory=Lock)

    @property
    def total_lines(self) -> int:
        """The number of lines; one that is not ended yet counts."""
        return self.newlines + (0 if self.ends_line else 1)

    def extend(self, size_bytes: int, read: ReadBytes) -> None:
        """Take in what the file has gained up to ``size_bytes``. Calls from several threads take turns."""
        with self.lock:
            if size_bytes <= self.size_bytes:
                return
            for chunk in read(self.size_bytes, size_bytes):
                self._add(chunk)

    def _add(self, chunk: bytes) -> None:
        if not chunk:
            return
        places = np.flatnonzero(np.frombuffer(chunk, dtype=np.uint8) == 10)
        # Line n, counted from 0, begins after the n-th newline: marks are wanted where n is a multiple.
        for place in places[-(self.newlines + 1) % LINES_PER_MARK :: LINES_PER_MARK]:
            self.marks.append(self.size_bytes + int(place) + 1)
        self.newlines += len(places)
        self.size_bytes += len(chunk)
        self.ends_line = chunk.endswith(b"\n")

    def span(self, start: int, stop: int) -> tuple[int, int, int]:
        """Return ``(line, offset, end)``: the marked line at or before line ``start``, counted from 0, where it begins, and a
        place at or after the end of line ``stop - 1``."""
        before = min(start // LINES_PER_MARK, len(self.marks) - 1)
        after = -(-stop // LINES_PER_MARK)
        end = self.marks[after] if after < len(self.marks) else self.size_bytes
        return before * LINES_PER_MARK, self.marks[before], end


class LineIndexes:
    """The indexes of the files that are read at present. Safe to use from several threads."""

    def __init__(self) -> None:
        self._indexes: OrderedDict[tuple[str, ...], LineIndex] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, ...], size_bytes: int, read: ReadBytes) -> LineIndex:
        """Return the index of the file that ``key`` names, grown to ``size_bytes``. Another content needs another key."""
        with self._lock:
            index = self._indexes.setdefault(key, LineIndex())
            self._indexes.move_to_end(key)
            while len(self._indexes) > FILES_MAX:
                self._indexes.popitem(last=False)
        index.extend(size_bytes, read)
        return index
