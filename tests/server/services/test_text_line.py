"""Lines of a file by number and by what is in them, as a plain look at the whole file gives them."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runyard.errors import InvalidArgumentError
from runyard.server.services import text_line
from runyard.server.services.text_colour import colours_after
from runyard.server.services.text_line import LineIndex, TextFiles
from runyard.storage.base import FileSlice
from runyard.wire.artifact import LineHit, LineSearchEnd


class OneFile:
    """An artifact store with one file, which comes in chunks of ``step`` bytes."""

    def __init__(self, data: bytes, step: int = 7) -> None:
        self.data, self.step, self.read_bytes = data, step, 0

    def read(self, workspace: str, run_id: str, path: str, *, start: int, stop: int | None) -> FileSlice:
        end = len(self.data) if stop is None else min(stop, len(self.data))

        def chunks() -> Any:
            for place in range(start, end, self.step):
                part = self.data[place : min(place + self.step, end)]
                self.read_bytes += len(part)
                yield part

        return FileSlice(start=start, stop=end, total=len(self.data), content="here", chunks=chunks())


def plain_lines(data: bytes) -> list[str]:
    parts = data.split(b"\n")
    return [part.removesuffix(b"\r").decode("utf-8", "replace") for part in (parts if parts[-1] else parts[:-1])]


@pytest.fixture(autouse=True)
def marks_near_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_line, "LINES_A_MARK", 3)


DATA = st.lists(st.sampled_from([b"a", b"ab", b"\n", b"\n", b"\r\n", "ü".encode(), b"\xff", b"xyz"]), max_size=60).map(b"".join)


@settings(max_examples=300, deadline=None)
@given(data=DATA, cut=st.integers(0, 100), step=st.integers(1, 9), start=st.integers(-30, 30), count=st.integers(1, 10))
def test_lines_are_those_of_the_file_also_while_it_grows(data: bytes, cut: int, step: int, start: int, count: int) -> None:
    file = OneFile(data[:cut], step)
    texts = TextFiles(file)  # type: ignore[arg-type]
    texts.lines("w", "r", "p", start=0, count=1)
    file.data = data
    page = texts.lines("w", "r", "p", start=start, count=count)
    lines = plain_lines(data)
    first = min(max(0, len(lines) + start if start < 0 else start), len(lines))
    assert (page.start, page.total, page.size_bytes) == (first, len(lines), len(data))
    assert page.lines == lines[first : first + count] and not page.cut


@settings(max_examples=300, deadline=None)
@given(
    data=DATA,
    step=st.integers(1, 9),
    start=st.integers(0, 12),
    pattern=st.sampled_from(["a", "AB", "^a", "b$", "x|ü", "a.", "[^a]", "z+"]),
    regex=st.booleans(),
)
def test_hits_are_the_lines_that_a_plain_search_finds(data: bytes, step: int, start: int, pattern: str, regex: bool) -> None:
    data = data.replace(b"\xff", b"?").replace(b"\r", b"")
    texts = TextFiles(OneFile(data, step))  # type: ignore[arg-type]
    found = list(texts.search("w", "r", "p", pattern=pattern, regex=regex, ignore_case=True, start=start, limit=1000))
    lines = plain_lines(data)
    plain = re.compile(pattern if regex else re.escape(pattern), re.IGNORECASE)
    assert found[:-1] == [
        LineHit(line=number, text=line, spans=[match.span() for match in plain.finditer(line)][:20])
        for number, line in enumerate(lines)
        if number >= start and plain.search(line)
    ]
    assert found[-1] == LineSearchEnd(hits=len(found) - 1, next_line=None, total=len(lines))


COLOURED = st.lists(
    st.sampled_from(
        [
            b"a",
            b"\n",
            b"\n",
            b"\x1b[31m",
            b"\x1b[0m",
            b"\x1b[m",
            b"\x1b[1;4m",
            b"\x1b[22m",
            b"\x1b[0;38;5;20m",
            b"\x1b[48;2;1;2;3m",
        ]
    ),
    max_size=60,
).map(b"".join)


@settings(max_examples=300, deadline=None)
@given(data=COLOURED, cut=st.integers(0, 100), step=st.integers(1, 9))
def test_every_line_begins_in_the_colours_that_are_on_above_it(data: bytes, cut: int, step: int) -> None:
    file = OneFile(data[:cut], step)
    texts = TextFiles(file)  # type: ignore[arg-type]
    texts.lines("w", "r", "p", start=0, count=1)
    file.data = data
    place = 0
    for number in range(texts.lines("w", "r", "p", start=0, count=1).total):
        on = colours_after("", data[:place])
        assert texts.lines("w", "r", "p", start=number, count=1).style == (f"\x1b[{on}m" if on else "")
        place = data.find(b"\n", place) + 1


def test_a_text_is_found_where_its_colour_changes_within_it() -> None:
    data = b"\x1b[31mloss\x1b[0m = \x1b]0;title\x07\x1b[1m0.5\x1b[0m\nother\n"
    texts = TextFiles(OneFile(data))  # type: ignore[arg-type]
    found = list(texts.search("w", "r", "p", pattern="^loss = 0.5$", regex=True, ignore_case=False, start=0, limit=5))
    assert found[0] == LineHit(line=0, text="loss = 0.5", spans=[(0, 10)])


def test_a_search_goes_on_where_it_ended() -> None:
    texts = TextFiles(OneFile(b"no\nhit 1\nno\nhit 2\nhit 3\n"))  # type: ignore[arg-type]

    def search(start: int, limit: int) -> list[Any]:
        return list(texts.search("w", "r", "p", pattern="hit", regex=False, ignore_case=False, start=start, limit=limit))

    *hits, end = search(0, 2)
    assert [hit.line for hit in hits] == [1, 3] and end.next_line == 4
    assert [hit.text for hit in search(end.next_line, 2)[:-1]] == ["hit 3"]


def test_an_endless_line_is_cut_and_the_next_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_line, "LINE_MAX_BYTES", 10)
    texts = TextFiles(OneFile(b"x" * 95 + b"\nnext\n"))  # type: ignore[arg-type]
    page = texts.lines("w", "r", "p", start=0, count=5)
    assert page.lines == ["x" * 10, "next"] and page.cut == [0]
    hits = list(texts.search("w", "r", "p", pattern="next", regex=False, ignore_case=False, start=0, limit=5))
    assert [hit.line for hit in hits if isinstance(hit, LineHit)] == [1]


def test_no_expression_makes_a_search_take_long() -> None:
    texts = TextFiles(OneFile(b"x" * 200_000, 1 << 20))  # type: ignore[arg-type]
    began = time.process_time()
    list(texts.search("w", "r", "p", pattern="(x+x+)+y", regex=True, ignore_case=False, start=0, limit=5))
    assert time.process_time() - began < 2


@pytest.mark.parametrize("wrong", [{"pattern": "(a", "regex": True}, {"pattern": ""}, {"pattern": "x" * 2000}, {"limit": 0}])
def test_what_cannot_be_searched_for_is_refused_at_once(wrong: dict[str, Any]) -> None:
    texts = TextFiles(OneFile(b"x"))  # type: ignore[arg-type]
    whole = {"pattern": "a", "regex": False, "ignore_case": True, "start": 0, "limit": 5, **wrong}
    with pytest.raises(InvalidArgumentError):
        texts.search("w", "r", "p", **whole)


def test_an_index_is_made_once_and_a_late_line_costs_a_small_read(tmp_path: Path) -> None:
    file = OneFile(b"".join(b"line %d\n" % n for n in range(50_000)), 1 << 20)
    texts = TextFiles(file)  # type: ignore[arg-type]
    texts.lines("w", "r", "p", start=0, count=1)
    file.read_bytes = 0
    file.step = 4096
    assert texts.lines("w", "r", "p", start=49_990, count=3).lines == ["line 49990", "line 49991", "line 49992"]
    assert file.read_bytes < 20_000
    assert LineIndex().total == 0
