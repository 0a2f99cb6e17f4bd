"""Lines of a run's files, and the search in them, over HTTP."""

from __future__ import annotations

import random
from typing import Any

import pytest

from runyard.domain.text_pattern import read_regex

LOG = "azureml-logs/70_driver_log.txt"


@pytest.fixture
def run(api: Any) -> str:
    return str(api.start({"id": "r"})[0]["id"])


def put(api: Any, content: bytes, path: str = LOG) -> None:
    api.call("PUT", f"/runs/r/artifacts/{path}", content=content)


def lines(api: Any, start: int = 1, count: int = 200, path: str = LOG) -> Any:
    return api.call("GET", f"/runs/r/artifact-lines/{path}?start={start}&count={count}")


def find(api: Any, text: str, **more: Any) -> Any:
    return api.call("GET", f"/runs/r/artifact-search/{LOG}", params={"text": text, **more})


def found(api: Any, text: str, **more: Any) -> list[int]:
    """All hits, asked for part by part."""
    hits: list[int] = []
    start = 1
    while start is not None:
        page = find(api, text, start=start, **more)
        hits += [hit["line"] for hit in page["hits"]]
        start = page["next_start"]
    return hits


def test_lines_come_by_number_from_the_beginning_and_from_the_end(api: Any, run: str) -> None:
    put(api, b"".join(b"line %d\n" % n for n in range(1, 1001)) + b"the last")
    page = lines(api, 500, 3)
    assert page["lines"] == ["line 500", "line 501", "line 502"]
    assert (page["start"], page["total_lines"]) == (500, 1001)
    assert lines(api, -2, 10)["lines"] == ["line 1000", "the last"] and lines(api, -2, 10)["start"] == 1000
    assert lines(api, 5000)["lines"] == []


def test_a_growing_file_gains_lines(api: Any, run: str) -> None:
    api.call("POST", f"/runs/r/artifact-chunks/{LOG}?offset=0", content=b"one\ntw")
    assert lines(api)["lines"] == ["one", "tw"]
    api.call("POST", f"/runs/r/artifact-chunks/{LOG}?offset=6", content=b"o\nthree\n")
    assert lines(api, 2)["lines"] == ["two", "three"]
    put(api, b"all\nnew\n", "outputs/a.txt")
    assert lines(api, path="outputs/a.txt")["lines"] == ["all", "new"]
    api.call("PUT", "/runs/r/artifacts/outputs/a.txt?replace=true", content=b"other\n")
    assert lines(api, path="outputs/a.txt")["lines"] == ["other"]


def test_a_progress_bar_shows_its_last_state_and_a_long_line_is_cut(api: Any, run: str) -> None:
    bar = b"".join(b"\r%d%%" % n for n in range(101))
    put(api, bar + b"\r\n" + b"x" * 50_000 + b"\nend" + b"\r" * 3)
    page = lines(api)
    assert page["lines"][0] == "100%" and len(page["lines"][1]) == 10_000 and page["cut"] == [2]


def test_colours_that_are_on_above_the_page_are_told(api: Any, run: str) -> None:
    put(api, b"\x1b[31mred\n" + b"still red\n" * 300 + b"\x1b[1mbold\n\x1b[0mplain\nlast\n")
    assert lines(api, 250, 1)["style"] == "\x1b[31m"
    assert lines(api, 303, 1)["style"] == "\x1b[31;1m"
    assert lines(api, 304, 1)["style"] == "" and lines(api, 1)["style"] == ""


def test_a_file_that_is_no_text_says_so(api: Any, run: str) -> None:
    put(api, b"\x00\x01\n" * 100, "outputs/model.pkl")
    page = lines(api, path="outputs/model.pkl")
    assert page["is_text"] is False and page["lines"] == []
    put(api, "grüße ✓\n\xff".encode("latin-1", "replace"), "outputs/odd.txt")
    assert lines(api, path="outputs/odd.txt")["is_text"] is True


def test_an_empty_file_has_no_lines(api: Any, run: str) -> None:
    put(api, b"", "outputs/empty.txt")
    page = lines(api, path="outputs/empty.txt")
    assert (page["lines"], page["total_lines"], page["is_text"]) == ([], 0, True)


def test_a_text_is_found_in_any_case_unless_asked_otherwise(api: Any, run: str) -> None:
    put(api, "ok\nAn Error\nerror again, error\n\x1b[31mER\x1b[0mROR\nGRÜSSE\n".encode())
    assert found(api, "error") == [2, 3, 4]
    assert found(api, "error", match_case=True) == [3]
    assert [hit["text"] for hit in find(api, "error")["hits"]] == ["An Error", "error again, error", "ERROR"]
    assert found(api, "grüsse") == [5]
    assert found(api, "nothing like it") == []
    assert found(api, "e") == [2, 3, 4, 5]


@pytest.mark.parametrize("needle", ["info step", "nfo", "o s", "[", "m", "^ok]", "-", "\\d"])
def test_colours_within_what_is_looked_for_do_not_hide_it(api: Any, run: str, needle: str) -> None:
    put(api, b"\x1b[32mI\x1b[0;1mNFO\x1b[0m\x1b[2m step\x1b[K\nplain info step\n\x1b[1m^o\x1b[0mk]-\\d [m\n")
    plain = ["INFO step", "plain info step", "^ok]-\\d [m"]
    assert found(api, needle) == [n for n, text in enumerate(plain, 1) if needle.lower() in text.lower()]


def test_letter_case_does_not_count_in_an_expression_unless_asked(api: Any, run: str) -> None:
    put(api, b"Alpha\nALPHA1\nbeta\n")
    assert found(api, r"alp.a\w*", regex=True) == [1, 2] and found(api, r"Alpha\d", regex=True) == [2]
    assert found(api, "Alpha", regex=True, match_case=True) == [1]


def test_an_expression_is_matched_line_by_line(api: Any, run: str) -> None:
    put(api, b"step=1\nstep=22\nloss step=x\n")
    assert found(api, r"step=\d+$", regex=True) == [1, 2]
    assert found(api, "^LOSS", regex=True) == [3]
    assert found(api, "a.c", regex=False) == []


@pytest.mark.parametrize("pattern", ["b$", "^a", "a.*b", "a|^$", r"\bab\b", "[^c]b", r"a\s", "(?i)AB", "x{3}", "b\r?$", "é"])
def test_both_ways_to_match_an_expression_agree_with_matching_each_line(api: Any, run: str, pattern: str) -> None:
    rng = random.Random(pattern)
    texts = ["".join(rng.choice("aabbc é") for _ in range(rng.randrange(5))) for _ in range(500)] + ["xxx", "ab\r"]
    put(api, "\n".join(texts).encode())
    expected = [n for n, text in enumerate(texts, 1) if read_regex(pattern).found_in(text.removesuffix("\r"))]
    assert found(api, pattern, regex=True, match_case=True) == expected
    put(api, "\n".join([*texts, "y" * 5000]).encode(), "outputs/long.txt")
    long = api.call(
        "GET", "/runs/r/artifact-search/outputs/long.txt", params={"text": pattern, "regex": True, "match_case": True}
    )
    assert [hit["line"] for hit in long["hits"]] == expected


def test_every_hit_of_a_long_file_is_found_once_whatever_the_parts(api: Any, run: str) -> None:
    put(api, b"".join(b"hit\n" if n % 7 == 0 else b"miss\n" for n in range(1, 40_001)))
    expected = list(range(7, 40_001, 7))
    assert found(api, "hit", limit=5000) == expected
    assert found(api, "hit", limit=999) == expected
    page = find(api, "hit", start=8, limit=1)
    assert [hit["line"] for hit in page["hits"]] == [14] and page["next_start"] == 21


def test_lines_of_any_length_are_searched_within_bounds(api: Any, run: str) -> None:
    put(api, b"needle " + b"x" * (9 << 20) + b"\nneedle\n")
    assert found(api, "needle") == [1, 2]


@pytest.mark.parametrize("query", ["text=", "text=a&limit=0", "text=a&start=0", "text=(&regex=true", "text=(a*)*b&regex=true"])
def test_a_search_that_cannot_be_done_is_refused(api: Any, run: str, query: str) -> None:
    put(api, b"a\n")
    assert api.refuse("GET", f"/runs/r/artifact-search/{LOG}?{query}")["code"] == "invalid_argument"


@pytest.mark.parametrize("query", ["start=0", "count=0", "count=2001"])
def test_lines_that_cannot_be_are_refused(api: Any, run: str, query: str) -> None:
    put(api, b"a\n")
    assert api.refuse("GET", f"/runs/r/artifact-lines/{LOG}?{query}")["code"] == "invalid_argument"


def test_a_file_that_is_not_there_is_named(api: Any, run: str) -> None:
    put(api, b"a\n")
    error = api.refuse("GET", "/runs/r/artifact-lines/azureml-logs/70")
    assert error["code"] == "file_not_in_run" and "azureml-logs/70" in error["message"]
