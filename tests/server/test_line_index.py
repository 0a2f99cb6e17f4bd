"""Where lines begin."""

from __future__ import annotations

import random
from collections.abc import Iterator

from runyard.server.line_index import FILES_MAX, LINES_PER_MARK, LineIndex, LineIndexes, ReadBytes


def reader(content: bytes, chunk: int = 1 << 20) -> ReadBytes:
    def read(start: int, stop: int) -> Iterator[bytes]:
        for at in range(start, stop, chunk):
            yield content[at : min(stop, at + chunk)]

    return read


def test_marks_lie_where_lines_begin_however_the_file_has_grown() -> None:
    rng = random.Random(5)
    lines = [b"x" * rng.randrange(0, 30) for _ in range(3 * LINES_PER_MARK + 7)]
    content = b"\n".join(lines)
    for chunk in (1, 7, 100, 1 << 20):
        index = LineIndex()
        for size in (0, 1, 500, 501, len(content) // 2, len(content)):
            index.extend(size, reader(content, chunk))
        assert index.total_lines == len(lines) and index.size_bytes == len(content)
        assert list(index.marks) == [sum(len(line) + 1 for line in lines[: n * LINES_PER_MARK]) for n in range(4)]


def test_a_line_that_is_not_ended_counts_and_an_ended_one_does_not_twice() -> None:
    content = b"a\nb\nc"
    index = LineIndex()
    counts = []
    for size in range(len(content) + 1):
        index.extend(size, reader(content))
        counts.append(index.total_lines)
    assert counts == [0, 1, 1, 2, 2, 3]


def test_a_span_holds_the_lines_asked_for() -> None:
    content = b"".join(b"%d\n" % n for n in range(1000))
    index = LineIndex()
    index.extend(len(content), reader(content))
    for start, stop in ((0, 1), (199, 201), (400, 600), (990, 1000), (995, 5000)):
        line, offset, end = index.span(start, stop)
        held = content[offset:end].split(b"\n")
        assert line <= start and held[start - line] == b"%d" % start
        assert end == len(content) or int(held[-2]) >= stop - 1


def test_the_same_file_is_read_once_and_old_files_are_let_go() -> None:
    indexes = LineIndexes()
    read_bytes = []

    def read(start: int, stop: int) -> Iterator[bytes]:
        read_bytes.append(stop - start)
        yield b"\n" * (stop - start)

    first = indexes.get(("a",), 10, read)
    assert indexes.get(("a",), 12, read) is first and read_bytes == [10, 2]
    for n in range(FILES_MAX):
        indexes.get((str(n),), 0, read)
    assert indexes.get(("a",), 5, read) is not first
