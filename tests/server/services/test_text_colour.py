"""Colours of terminals, followed over a text."""

from __future__ import annotations

import pytest

from runyard.server.services.text_colour import colours_after, open_sequence, without_escapes


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ("", b"plain", ""),
        ("", b"\x1b[31mred", "31"),
        ("31", b"\x1b[1mbold", "31;1"),
        ("31;1", b"\x1b[22m", "31"),
        ("31;1", b"\x1b[39m", "1"),
        ("31;1", b"\x1b[m and plain", ""),
        ("31;1", b"\x1b[0;32mgreen", "32"),
        ("31", b"\x1b[91m", "91"),
        ("", b"\x1b[38;5;196;1m", "38;5;196;1"),
        ("1", b"\x1b[48:2:1:2:3m", "1;48;2;1;2;3"),
        ("31", b"\x1b[2K\x1b[1A", "31"),
        ("31", b"\x1b[0mplain\x1b[4m", "4"),
    ],
)
def test_what_is_on_after_a_text(before: str, text: bytes, after: str) -> None:
    assert colours_after(before, text) == after


def test_colours_that_are_never_taken_away_do_not_add_up() -> None:
    assert colours_after("", b"\x1b[31mx\x1b[32my" * 10_000) == "32"


def test_what_a_terminal_shows_is_kept_with_its_line_ends() -> None:
    assert without_escapes(b"\x1b]0;title\x07a\x1b[2Kb\x1b[1Ac\x1b(B\x1b[?25l\r\nd") == b"abc\r\nd"
    assert without_escapes(b"plain") == b"plain"


@pytest.mark.parametrize(
    ("text", "end"), [(b"a\x1b", b"\x1b"), (b"a\x1b[3", b"\x1b[3"), (b"a\x1b[31m", b""), (b"a", b""), (b"\x1b" + b"x" * 99, b"")]
)
def test_a_sequence_that_goes_on_in_the_next_part_is_told(text: bytes, end: bytes) -> None:
    assert open_sequence(text) == end
