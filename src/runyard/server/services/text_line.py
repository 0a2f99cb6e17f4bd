"""Text files by line number, and searches in them, without reading more of a file than is asked for.

An index of a file holds where every 200th line begins, and in which colours. It is made by one look at the file, is kept in
memory, and grows with it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from runyard.errors import InvalidArgumentError
from runyard.server.services.text_colour import colours_after, open_sequence, without_escapes
from runyard.storage.base import ArtifactStore, FileSlice
from runyard.wire.artifact import LineHit, LinePage, LineSearchEnd

LINES_A_MARK = 200
LINES_MAX = 2000
LINE_MAX_BYTES = 20_000
"""More of a line is not shown: a file without line ends must not fill the reader's memory."""

INDEXES_KEPT = 64
PATTERN_MAX_CHARS = 1000
HITS_MAX = 10_000
SPANS_MAX = 20
_RE2_MEMORY = 32 << 20

Read = Callable[[int, "int | None"], FileSlice]
"""``(start, stop)`` → that part of a file."""


class LineIndex:
    """Where the lines of one file begin. ``marks[i]`` is the place of line ``200 i`` in bytes, ``colours[i]`` is on there."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.marks = [0]
        self.colours = [""]
        self._colour = ""
        self._open = b""
        self.ended_lines = 0
        self.last_start = 0
        self.size_bytes = 0

    @property
    def total(self) -> int:
        """How many lines there are; one that is not ended yet counts too."""
        return self.ended_lines + (self.last_start < self.size_bytes)

    def mark_of(self, line: int) -> tuple[int, str]:
        """Return the number of the last mark at or above a line, and the colours that are on there."""
        mark = min(line // LINES_A_MARK, len(self.marks) - 1)
        return mark, self.colours[mark]

    def grow(self, read: Read) -> None:
        """Look at what has come since the last time."""
        part = read(self.size_bytes, None)
        for chunk in part.chunks:
            ends = np.flatnonzero(np.frombuffer(chunk, np.uint8) == 10) + (self.size_bytes + 1)
            marks: list[int] = []
            if len(ends):
                first = LINES_A_MARK * len(self.marks) - self.ended_lines - 1
                marks = ends[first::LINES_A_MARK].tolist() if first < len(ends) else []
                self.ended_lines += len(ends)
                self.last_start = int(ends[-1])
            self._follow_colours(chunk, marks)
            self.marks += marks
            self.size_bytes += len(chunk)

    def _follow_colours(self, chunk: bytes, marks: list[int]) -> None:
        """Note the colours at the places ``marks``, which lie in the chunk that follows what was looked at."""
        if not self._open and b"\x1b" not in chunk:
            self.colours += [self._colour] * len(marks)
            return
        begin = 0
        for mark in marks:
            end = mark - self.size_bytes
            self._colour = colours_after(self._colour, self._open + chunk[begin:end])
            self.colours.append(self._colour)
            self._open, begin = b"", end
        rest = self._open + chunk[begin:]
        self._colour = colours_after(self._colour, rest)
        self._open = open_sequence(rest)


class TextFiles:
    """Reads and searches the text files of runs. Methods may be called from any thread."""

    def __init__(self, artifacts: ArtifactStore) -> None:
        self._artifacts = artifacts
        self._lock = threading.Lock()
        self._indexes: OrderedDict[str, LineIndex] = OrderedDict()

    def lines(self, workspace: str, run_id: str, path: str, *, start: int, count: int) -> LinePage:
        """Return ``count`` lines from line ``start`` on; a negative start counts from the end.

        Raises:
            InvalidArgumentError: too many lines at once.
            FileNotInRunError: the run has no such file.
        """
        if not 1 <= count <= LINES_MAX:
            raise InvalidArgumentError(f"count is {count}; it must be between 1 and {LINES_MAX}.")
        read = self._reader(workspace, run_id, path)
        index = self._index(read)
        first = min(max(0, index.total + start if start < 0 else start), index.total)
        found: list[str] = []
        cut: list[int] = []
        mark, colour = index.mark_of(first)
        for number, line, is_cut in _lines_from(read, index, mark * LINES_A_MARK):
            if number < first:
                colour = colours_after(colour, line)
                continue
            if len(found) == count:
                break
            found.append(line.decode("utf-8", "replace"))
            if is_cut:
                cut.append(number)
        style = f"\x1b[{colour}m" if colour and found else ""
        return LinePage(start=first, lines=found, total=index.total, size_bytes=index.size_bytes, cut=cut, style=style)

    def search(
        self, workspace: str, run_id: str, path: str, *, pattern: str, regex: bool, ignore_case: bool, start: int, limit: int
    ) -> Iterator[LineHit | LineSearchEnd]:
        """Yield the lines from ``start`` on in which a text or regular expression is found, and at last how it ended.

        The time grows with the length of the file alone, whatever the expression (RE2). A hit never goes over a line's end.
        What is searched is what a terminal shows: control sequences are no part of the text.

        Raises:
            InvalidArgumentError: an expression that cannot be read, or a limit out of range; at once, not while iterating.
        """
        if not 1 <= limit <= HITS_MAX:
            raise InvalidArgumentError(f"limit is {limit}; it must be between 1 and {HITS_MAX}.")
        compiled = _compiled(pattern, regex=regex, ignore_case=ignore_case)
        read = self._reader(workspace, run_id, path)
        index = self._index(read)
        return _found(read, index, compiled, min(max(0, start), index.total), limit)

    def _reader(self, workspace: str, run_id: str, path: str) -> Read:
        def read(start: int, stop: int | None) -> FileSlice:
            return self._artifacts.read(workspace, run_id, path, start=start, stop=stop)

        return read

    def _index(self, read: Read) -> LineIndex:
        content = read(0, 0).content
        with self._lock:
            index = self._indexes.setdefault(content, LineIndex())
            self._indexes.move_to_end(content)
            while len(self._indexes) > INDEXES_KEPT:
                self._indexes.popitem(last=False)
        with index.lock:
            index.grow(read)
            return index


def _lines_from(read: Read, index: LineIndex, first: int) -> Iterator[tuple[int, bytes, bool]]:
    """Yield number, bytes and whether they were cut, of the lines from ``first`` on, up to what the index has seen."""
    mark = min(first // LINES_A_MARK, len(index.marks) - 1)
    number = mark * LINES_A_MARK
    left, is_cut = b"", False
    for chunk in read(index.marks[mark], index.size_bytes).chunks:
        parts = chunk.split(b"\n")
        for part in parts[:-1]:
            line = left + part[: LINE_MAX_BYTES + 1]
            if number >= first:
                yield number, *_shown(line, is_cut)
            number += 1
            left, is_cut = b"", False
        left += parts[-1][: LINE_MAX_BYTES + 1]
        if len(left) > LINE_MAX_BYTES:
            left, is_cut = left[:LINE_MAX_BYTES], True
    if (left or is_cut) and number >= first:
        yield number, *_shown(left, is_cut)


def _shown(line: bytes, is_cut: bool) -> tuple[bytes, bool]:
    if len(line) > LINE_MAX_BYTES:
        return line[:LINE_MAX_BYTES], True
    return line.removesuffix(b"\r"), is_cut


def _compiled(pattern: str, *, regex: bool, ignore_case: bool) -> Any:
    import re2

    if not pattern or len(pattern) > PATTERN_MAX_CHARS:
        raise InvalidArgumentError(f"Search for 1 to {PATTERN_MAX_CHARS} characters, not {len(pattern)}.")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _RE2_MEMORY
    options.literal = not regex
    options.case_sensitive = not ignore_case
    options.never_nl = True
    text = f"(?m){pattern}" if regex else pattern  # ^ and $ are the ends of a line
    try:
        return re2.compile(text.encode(), options)
    except re2.error as error:
        why = error.args[0].decode("utf-8", "replace") if error.args and isinstance(error.args[0], bytes) else str(error)
        raise InvalidArgumentError(f"The regular expression {pattern!r} cannot be used: {why}.") from error


def _found(read: Read, index: LineIndex, pattern: Any, start: int, limit: int) -> Iterator[LineHit | LineSearchEnd]:
    hits = 0
    for number, block in _blocks(read, index, start):
        for line, text in _hits_in(without_escapes(block), number, pattern):
            if hits == limit:
                yield LineSearchEnd(hits=hits, next_line=line, total=index.total)
                return
            yield _hit(line, text, pattern)
            hits += 1
    yield LineSearchEnd(hits=hits, next_line=None, total=index.total)


def _blocks(read: Read, index: LineIndex, start: int) -> Iterator[tuple[int, bytes]]:
    """Yield whole lines together, and the number of the first of them: about a megabyte at a time."""
    mark = min(start // LINES_A_MARK, len(index.marks) - 1)
    number = mark * LINES_A_MARK
    left = b""
    for chunk in read(index.marks[mark], index.size_bytes).chunks:
        end = chunk.rfind(b"\n") + 1
        if not end:
            left += chunk[: max(0, LINE_MAX_BYTES - len(left))]
            continue
        block = left + chunk[:end]
        left = chunk[end:]
        count = block.count(b"\n")
        yield from _from_line(number, block, start)
        number += count
    if left:
        yield from _from_line(number, left, start)


def _from_line(number: int, block: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    place = 0
    while number < start:
        place = block.find(b"\n", place) + 1
        if not place:
            return
        number += 1
    yield number, block[place:]


def _hits_in(block: bytes, number: int, pattern: Any) -> Iterator[tuple[int, bytes]]:
    place = counted = 0
    while place < len(block):
        match = pattern.search(block, place)
        if match is None:
            return
        begin = block.rfind(b"\n", 0, match.start()) + 1
        if begin < place:
            begin = place
        end = block.find(b"\n", match.start())
        end = len(block) if end < 0 else end
        number += block.count(b"\n", counted, begin)
        counted = begin
        yield number, block[begin:end]
        place = end + 1


def _hit(number: int, line: bytes, pattern: Any) -> LineHit:
    shown, _ = _shown(line, False)
    spans: list[tuple[int, int]] = []
    for match in pattern.finditer(shown):
        begin, end = (len(shown[:place].decode("utf-8", "replace")) for place in match.span())
        spans.append((begin, end))
        if len(spans) == SPANS_MAX:
            break
    return LineHit(line=number, text=shown.decode("utf-8", "replace"), spans=spans)
