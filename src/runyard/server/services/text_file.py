"""Lines of a run's text files, and the search in them. Memory and answers stay small, however large the file is."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import numpy as np

from runyard.domain.artifact import ArtifactRecord
from runyard.domain.text_pattern import Regex, read_regex
from runyard.errors import FileNotInRunError, InvalidArgumentError
from runyard.server.context import ServerContext
from runyard.server.line_index import LINES_PER_MARK, LineIndex
from runyard.wire.text_file import LineHit, LineHitPage, LinePage

LINE_MAX_CHARS = 10_000
"""What is shown of a line. A longer one is cut, and the page says so."""

LINES_MAX = 2000
HITS_MAX = 5000
HIT_MAX_CHARS = 300
SEARCH_MAX_S = 0.8
"""A search answers after this long with what it has found, and the caller goes on from there."""

_LINE_KEPT_BYTES = 4 * LINE_MAX_CHARS
_MARKS_SEARCHED_AT_ONCE = 64
_BLOCK_BYTES = 8 << 20
_LOOK_BACK_BYTES = 64 * 1024
_SNIFFED_BYTES = 8192
_LINE_MATCHED_BYTES = 4000
"""Of a text with longer lines each line is matched by itself: there the time of an expression is bounded."""
Matcher = Callable[[bytes], Iterator[tuple[int, str]]]
"""Yields number, counted from 0, and text of the matching lines of a block of whole lines."""

_SEQUENCE = re.compile(rb"\x1b\[[0-9;:?]*[@-~]")
_COLOUR = re.compile(rb"\x1b\[([0-9;:]*)m")


class TextFile:
    """One file of a run, as it is now.

    Raises:
        FileNotInRunError: the run has no such file.
    """

    def __init__(self, context: ServerContext, workspace: str, run_id: str, path: str) -> None:
        self._place = (workspace, run_id, path)
        self._artifacts = context.storage.artifacts
        record = self._record()
        self.size_bytes = record.size_bytes
        self.is_text = b"\0" not in self.read(0, min(_SNIFFED_BYTES, self.size_bytes))
        key = (*self._place, record.sha256 or "", record.created_at.isoformat())
        size = self.size_bytes if self.is_text else 0
        self.index: LineIndex = context.line_indexes.get(key, size, self._chunks)
        # The index may know more by now: others read the file too, and it grows.
        self.size_bytes = max(self.size_bytes, self.index.size_bytes)

    def read(self, start: int, stop: int) -> bytes:
        """Return bytes of the file."""
        return b"".join(self._chunks(start, stop))

    def lines(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the lines from ``start`` to ``stop``, counted from 0, as a terminal shows them and at most so long."""
        number, offset, end = self.index.span(start, stop)
        for line in _lines(self._chunks(offset, end)):
            if number >= stop:
                return
            if number >= start:
                yield line
            number += 1

    def style_before(self, line: int) -> str:
        """Return the colours that are on at the beginning of a line, as one control sequence. Text far above is not looked at."""
        marked, offset, _ = self.index.span(line, line)
        before = self.read(max(0, offset - _LOOK_BACK_BYTES), offset) + b"\n".join(self.lines(marked, line))
        codes = b""
        for match in _COLOUR.finditer(before):
            code = match[1]
            codes = b"" if code in (b"", b"0") else code if code.startswith(b"0;") else codes + b";" + code
        return f"\x1b[{codes.strip(b';').decode('ascii')}m" if codes.strip(b";") else ""

    def _chunks(self, start: int, stop: int) -> Iterator[bytes]:
        return self._artifacts.read(*self._place, start=start, stop=stop).chunks

    def _record(self) -> ArtifactRecord:
        workspace, run_id, path = self._place
        for record in self._artifacts.list(workspace, run_id, prefix=path):
            if record.path == path:
                return record
        raise FileNotInRunError(f"Run {run_id} has no file {path}.", run_id=run_id, path=path)


def line_page(context: ServerContext, workspace: str, run_id: str, path: str, *, start: int, count: int) -> LinePage:
    """Return lines of a file. A negative ``start`` counts from the end.

    Raises:
        InvalidArgumentError: start is 0, or count is not from 1 to 2,000.
    """
    if start == 0 or not 1 <= count <= LINES_MAX:
        raise InvalidArgumentError(
            f"start is {start} and count {count}: lines are counted from 1 (or from the end, with -1 for the last), and 1 to "
            f"{LINES_MAX} come at once."
        )
    file = TextFile(context, workspace, run_id, path)
    total = file.index.total_lines
    first = max(0, total + start) if start < 0 else start - 1
    texts = [line.decode("utf-8", "replace") for line in file.lines(first, min(total, first + count))] if first < total else []
    return LinePage(
        start=first + 1,
        lines=[text[:LINE_MAX_CHARS] for text in texts],
        total_lines=total,
        size_bytes=file.size_bytes,
        style=file.style_before(first) if texts and first > 0 else "",
        cut=[first + 1 + number for number, text in enumerate(texts) if len(text) > LINE_MAX_CHARS],
        is_text=file.is_text,
    )


def find_lines(
    context: ServerContext,
    workspace: str,
    run_id: str,
    path: str,
    *,
    text: str,
    is_regex: bool,
    match_case: bool,
    start: int,
    limit: int,
) -> LineHitPage:
    """Return the lines that contain ``text``, or match it as a regular expression, from line ``start`` on.

    It ends with ``limit`` hits or after :data:`SEARCH_MAX_S`, and says where to go on.

    Raises:
        InvalidArgumentError: nothing to look for, a malformed expression, or a limit out of bounds.
    """
    if not text or start < 1 or not 1 <= limit <= HITS_MAX:
        raise InvalidArgumentError(f"Give a text to look for, a start from 1 and a limit from 1 to {HITS_MAX}.")
    matches = _regex_matcher(text, match_case) if is_regex else _text_matcher(text, match_case)
    file = TextFile(context, workspace, run_id, path)
    total = file.index.total_lines
    deadline = time.monotonic() + SEARCH_MAX_S
    found: list[LineHit] = []
    at = start - 1
    while at < total and len(found) < limit and (at == start - 1 or time.monotonic() < deadline):
        first, stop, block = _block(file, at, total)
        for number, line in matches(block):
            if at <= first + number < stop:
                found.append(LineHit(line=first + number + 1, text=line[:HIT_MAX_CHARS]))
        at = stop
    if len(found) > limit:
        return LineHitPage(hits=found[:limit], total_lines=total, next_start=found[limit].line)
    return LineHitPage(hits=found, total_lines=total, next_start=at + 1 if at < total else None)


def _block(file: TextFile, at: int, total: int) -> tuple[int, int, bytes]:
    """Return ``(first, stop, text)``: whole lines with line ``at`` among them, ``first`` the first, ``stop`` the one after."""
    marks = _MARKS_SEARCHED_AT_ONCE
    while True:
        stop = min(total, (at // LINES_PER_MARK + marks) * LINES_PER_MARK)
        first, offset, end = file.index.span(at, stop)
        if end - offset <= _BLOCK_BYTES:
            return first, stop, file.read(offset, end)
        if marks == 1:
            # Lines so long are searched as far as they are shown.
            return at, stop, b"\n".join(file.lines(at, stop))
        marks //= 2


def _plain(block: bytes) -> bytes:
    """Return lines without control sequences, and without the returns at their ends."""
    if b"\x1b" in block:
        # Most logs use a few sequences over and over: those go fast.
        for sequence in set(_SEQUENCE.findall(block[:_SNIFFED_BYTES])):
            block = block.replace(sequence, b"")
        block = _SEQUENCE.sub(b"", block)
    return block.replace(b"\r\n", b"\n").removesuffix(b"\r") if b"\r" in block else block


def _text_matcher(text: str, match_case: bool) -> Matcher:
    if not match_case and not text.isascii():
        wanted = text.lower()
        return lambda block: (
            (n, line) for n, line in enumerate(_plain(block).decode("utf-8", "replace").split("\n")) if wanted in line.lower()
        )
    needle = (text if match_case else text.lower()).encode()
    broken = _broken(needle)

    def matches(block: bytes) -> Iterator[tuple[int, str]]:
        whole, searched = block, block if match_case else block.lower()
        if b"\x1b" in searched and broken.search(searched):
            whole, searched = _plain(whole), _plain(searched)
        line, counted, at = 0, 0, searched.find(needle)
        while at >= 0:
            line += searched.count(b"\n", counted, at)
            begin, counted = searched.rfind(b"\n", 0, at) + 1, searched.find(b"\n", at)
            # It may have been found within a control sequence.
            shown = slice(begin, counted if counted >= 0 else None)
            if needle in _SEQUENCE.sub(b"", searched[shown]):
                yield line, _SEQUENCE.sub(b"", whole[shown]).decode("utf-8", "replace")
            if counted < 0:
                return
            at = searched.find(needle, counted)

    return matches


def _broken(needle: bytes) -> re.Pattern[bytes]:
    """Return an expression for places where a control sequence may stand within ``needle``. Elsewhere it need not go."""
    before, after = (b"[" + re.escape(part) + b"]" if part else b"(?!)" for part in (needle[:-1], needle[1:]))
    return re.compile(rb"\x1b(?<=" + before + rb"\x1b)\[[0-9;:?]*[@-~](?:\x1b\[[0-9;:?]*[@-~])*" + after)


def _regex_matcher(pattern: str, match_case: bool) -> Matcher:
    read = read_regex(pattern)
    # Small letters are matched in a text of small letters: that is many times faster than to match either.
    lower = not match_case and pattern == pattern.lower()
    regex = read if match_case or lower else Regex(body=read.body, ignore_case=True)
    over_lines = regex.over_lines()

    def matches(block: bytes) -> Iterator[tuple[int, str]]:
        plain = _plain(block)
        whole = plain.decode("utf-8", "replace")
        # In bytes only ASCII letters change, so that every place stays where it is.
        text = plain.lower().decode("utf-8", "replace") if lower else whole
        if over_lines is None or _longest_line(plain) > _LINE_MATCHED_BYTES:
            lines = zip(text.split("\n"), whole.split("\n"), strict=True)
            yield from ((number, line) for number, (searched, line) in enumerate(lines) if regex.found_in(searched))
            return
        # One pass over the whole text tells which lines may match; those are matched by themselves.
        number, counted, candidate = 0, 0, over_lines.search(text)
        while candidate is not None:
            number += text.count("\n", counted, candidate.start())
            counted = candidate.start()
            begin, end = text.rfind("\n", 0, counted) + 1, text.find("\n", counted)
            shown = slice(begin, end if end >= 0 else None)
            if regex.found_in(text[shown]):
                yield number, whole[shown]
            if end < 0:
                return
            candidate = over_lines.search(text, end + 1)

    return matches


def _longest_line(text: bytes) -> int:
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == 10)
    return int(np.diff(ends, prepend=-1, append=len(text)).max())


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield lines without their ends. Of a line of any length only so much is held as is shown."""
    rest = b""
    for chunk in chunks:
        parts = chunk.split(b"\n")
        parts[0] = rest + parts[0]
        rest = _held(parts.pop())
        for part in parts:
            yield _shown(part)
    if rest:
        yield _shown(rest)


def _held(rest: bytes) -> bytes:
    """Return what must be kept of a line that is not ended yet. A return at its very end may belong to the line's end."""
    body = rest[rest.rfind(b"\r", 0, -1) + 1 :] if b"\r" in rest[:-1] else rest
    return body if len(body) <= _LINE_KEPT_BYTES else body[: _LINE_KEPT_BYTES - 1] + body[-1:]


def _shown(line: bytes) -> bytes:
    line = line.removesuffix(b"\r")
    return line[line.rfind(b"\r") + 1 :]
