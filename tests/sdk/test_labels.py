from __future__ import annotations

from typing import Any

import pytest

from runyard.errors import InvalidArgumentError
from runyard.sdk.labels import label_filter, property_texts, tag_text, tag_texts


def test_a_bare_tag_has_the_value_none() -> None:
    assert tag_texts({"quality": "good", "worth another look": None}) == {"quality": "good", "worth another look": None}
    assert tag_texts(None) == {}


def test_a_value_that_is_no_text_becomes_one_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="tag 'fold' is an int"):
        assert tag_text("fold", 1) == "1"
    with pytest.warns(UserWarning, match="property 'n'"):
        assert property_texts({"n": 2.5}) == {"n": "2.5"}


@pytest.mark.parametrize("given", [["a"], "a", 5])
def test_tags_that_are_no_dict_are_refused(given: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="must be a dict"):
        tag_texts(given)


def test_a_property_needs_a_value() -> None:
    with pytest.raises(InvalidArgumentError, match=r"has no value.*run\.tag"):
        property_texts({"a": None})


@pytest.mark.parametrize("given", [{1: "a"}, {"": "a"}])
def test_a_key_is_a_text(given: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="must be a text"):
        tag_texts(given)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (None, {}),
        ("key", {"key": None}),
        ({"a": "b", "c": None, "n": 1}, {"a": "b", "c": None, "n": "1"}),
        (["a", "b"], {"a": None, "b": None}),
    ],
)
def test_a_filter_is_a_key_or_pairs(given: Any, wanted: dict[str, str | None]) -> None:
    assert label_filter("tags", given) == wanted


def test_another_filter_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="neither a text nor a dict"):
        label_filter("tags", 5)
