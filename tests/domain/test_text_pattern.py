"""What every match of a regular expression holds, and what an expression may not use."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runyard.domain.text_pattern import HELD_MAX, MATCHED_MAX_CHARS, read_regex
from runyard.errors import InvalidArgumentError

TEXTS = ["".join(chars) for size in range(5) for chars in itertools.product("abA1", repeat=size)]
"""All texts of up to four of these characters."""


@pytest.mark.parametrize(
    ("pattern", "held"),
    [
        ("^run_0+12", ("run_0", "012")),
        (r"a\.b\bc$", ("a.bc",)),
        ("x(?:ab)y", ("xaby",)),
        ("x(ab){2,}y", ("xabab", "ababy")),
        ("a{3}b", ("aaab",)),
        ("ab{1,2}?c", ("ab", "bc")),
        ("xy(ab)?[0-9]z", ("xy", "z")),
        ("x(?:(?:ab|c)d)e", ("de", "x")),
        ("(?i)^BraveÉ", ("braveÉ",)),
        ("a|b", ()),
        ("(a|)b*.[a-z]\\d", ()),
        ("a{0,2}", ()),
        ("", ()),
        ("a.bb.ccc.dddd.eeeee", ("eeeee", "dddd", "ccc", "bb")),
    ],
)
def test_what_every_match_holds_is_told_the_longest_first(pattern: str, held: tuple[str, ...]) -> None:
    assert read_regex(pattern).held == held


def test_repeats_in_each_other_hold_no_text_longer_than_a_pattern() -> None:
    deep = "(" * 15 + "a" + "){100}" * 15
    assert max(map(len, read_regex(deep).held)) <= 300


_ATOMS = st.sampled_from([*"abA1", ".", "[ab]", "[^a]", r"\d", r"\w", r"\s", r"\.", "^", "$", r"\b", r"\B", "()"])
_REPEATS = st.sampled_from(["", "", "", "*", "+", "?", "{0}", "{0,}", "{1}", "{2}", "{1,}", "{0,2}", "{1,2}", "+?", "{2,3}?"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    groups = st.tuples(st.sampled_from(["(", "(?:"]), inner, st.just(")"), _REPEATS).map("".join)
    joined = st.lists(inner, min_size=2, max_size=4).map("".join)
    return st.one_of(groups, joined, st.tuples(inner, inner).map("|".join))


_PATTERNS = st.tuples(
    st.sampled_from(["", "", "(?i)"]), st.recursive(st.tuples(_ATOMS, _REPEATS).map("".join), _grown, max_leaves=8)
).map("".join)


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(pattern=_PATTERNS)
def test_every_text_that_is_matched_holds_what_a_match_holds(pattern: str) -> None:
    try:
        regex = read_regex(pattern)
    except InvalidArgumentError:
        return
    assert len(regex.held) <= HELD_MAX
    for text in filter(regex.found_in, TEXTS):
        searched = text.lower() if regex.ignore_case else text
        assert all(held in searched for held in regex.held), (pattern, text, regex.held)


def test_a_text_is_matched_on_its_beginning_and_ends_there() -> None:
    text = "a" * MATCHED_MAX_CHARS + "b"
    assert read_regex("a$").found_in(text)
    assert not read_regex("b").found_in(text)


@pytest.mark.parametrize(
    "pattern", ["(?=a)b", "(?!a)b", "(?<=a)b", "(?<!a)b", r"(a)\1", "(?P<x>a)", "a(?i)b", "(?s)a", "(?>a)", "a*+"]
)
def test_what_other_engines_add_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidArgumentError, match="cannot be used"):
        read_regex(pattern)
