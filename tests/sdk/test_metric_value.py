from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from runyard.domain import metric
from runyard.domain.metric import MetricValue
from runyard.errors import InvalidArgumentError, LimitExceededError
from runyard.sdk import metric_value
from runyard.sdk.metric_value import chart_data, described, in_parts, row, scalar, step_number, table, values_of


class Level(IntEnum):
    HIGH = 3


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (1, 1),
        (2**53 + 1, 2**53 + 1),
        (-(2**63), -(2**63)),
        (1.5, 1.5),
        (math.inf, math.inf),
        (True, True),
        ("text", "text"),
        (None, None),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7),
        (np.bool_(True), True),
        (np.array(3), 3),
        (np.str_("s"), "s"),
        (Level.HIGH, 3),
        (Decimal("0.25"), 0.25),
        (Fraction(1, 4), 0.25),
        (2**70, float(2**70)),
        (10**400, math.inf),
        ("\ud800", "?"),
    ],
)
def test_one_value_is_kept_with_its_kind(given: Any, kept: Any) -> None:
    found = scalar("x", given)
    assert found == kept
    assert type(found) is type(kept)


def test_nan_stays_nan() -> None:
    assert math.isnan(scalar("x", float("nan")))  # type: ignore[arg-type]
    assert math.isnan(scalar("x", np.nan))  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [[1, 2], (1,), range(3), np.array([1, 2]), {"a": 1}, {1, 2}, iter([1])])
def test_a_list_given_to_log_names_the_call_that_takes_it(given: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"log_list\('loss', values\)"):
        scalar("loss", given)


def test_another_type_is_recorded_as_its_text_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="its text 1j is recorded"):
        assert scalar("x", 1j) == "1j"


def test_a_text_past_the_limit_says_where_to_put_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric_value, "METRIC_TEXT_MAX_CHARS", 10)
    with pytest.raises(LimitExceededError, match=r"11 characters; the limit is 10.*outputs"):
        scalar("x", "x" * 11)


def numbers() -> Iterator[int]:
    yield from (1, 2)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([1, 2.5, "a", None, True], [1, 2.5, "a", None, True]),
        ((1,), [1]),
        (range(3), [0, 1, 2]),
        (numbers(), [1, 2]),
        (np.array([1.5, np.nan]), [1.5, math.nan]),
        ([np.int32(4)], [4]),
        ([], []),
    ],
)
def test_a_list_may_be_anything_that_has_values(given: Any, kept: list[Any]) -> None:
    assert str(values_of("x", given)) == str(kept)


@pytest.mark.parametrize("given", ["text", {"a": 1}, 5, b"bytes", [[1, 2]], np.ones((2, 2))])
def test_what_is_no_list_of_values_is_refused(given: Any) -> None:
    with pytest.raises(InvalidArgumentError):
        values_of("x", given)


def test_a_list_past_the_limit_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric_value, "METRIC_LIST_MAX_VALUES", 3)
    with pytest.raises(LimitExceededError, match="Log it in parts"):
        values_of("x", range(4))
    assert metric.METRIC_LIST_MAX_VALUES >= 10_000_000


def test_a_row_has_one_value_a_column() -> None:
    assert row("r", {"x": 1, "y": np.float64(2)}) == {"x": [1], "y": [2.0]}
    with pytest.raises(InvalidArgumentError, match="no columns"):
        row("r", {})
    with pytest.raises(InvalidArgumentError, match=r"log_row\('r'\) takes one value a column, and x is a list.*log_table\('r'"):
        row("r", {"x": [1]})


def test_a_table_has_columns_of_equal_length() -> None:
    assert table("t", {"x": [1, 2], "y": np.array([3.0, 4.0])}) == {"x": [1, 2], "y": [3.0, 4.0]}
    assert table("t", {"x": 1, "y": "a"}) == {"x": [1], "y": ["a"]}
    assert table("t", {}) == {}
    assert table("t", {"x": [], "y": []}) == {}
    with pytest.raises(InvalidArgumentError, match="x: 2, y: 1"):
        table("t", {"x": [1, 2], "y": [1]})
    with pytest.raises(InvalidArgumentError, match="takes a dict of columns"):
        table("t", [1, 2])


@pytest.mark.parametrize(("given", "kept"), [(None, None), (3, 3), (np.int32(3), 3), (3.0, 3), (-1, -1)])
def test_a_step_is_an_integer(given: Any, kept: int | None) -> None:
    assert step_number("x", given) == kept


@pytest.mark.parametrize("given", [1.5, "3", [1], 2**63])
def test_another_step_is_refused(given: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="step="):
        step_number("x", given)


def test_chart_data_comes_as_dict_or_text_and_arrays_become_lists() -> None:
    value = {"schema_type": "confusion_matrix", "schema_version": "1.0.0", "data": {"matrix": np.eye(2, dtype=int)}}
    assert chart_data("c", value, "confusion_matrix")["data"] == {"matrix": [[1, 0], [0, 1]]}
    text = '{"schema_type": "residuals", "schema_version": "1.0.0", "data": {"mean": 1}}'
    assert chart_data("c", text, "residuals")["data"] == {"mean": 1}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{", "not JSON"),
        ({"data": {}}, "lacks schema_type, schema_version"),
        ({"schema_type": "residuals", "schema_version": "1", "data": {}}, "has the schema_type 'residuals'"),
        ([1], "lacks schema_type"),
    ],
)
def test_chart_data_of_another_shape_is_refused_with_its_fault(value: Any, said: str) -> None:
    with pytest.raises(InvalidArgumentError, match=said):
        chart_data("c", value, "confusion_matrix")


@pytest.mark.parametrize("name", ["", None, 5, "x" * 2000, "a\0b"])
def test_a_name_that_cannot_be_one_is_refused(name: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="cannot name a metric"):
        values_of(name, [1])


def test_half_a_surrogate_pair_names_nothing_and_hurts_no_text() -> None:
    for name in ("\ud800", "loss\udfff"):
        with pytest.raises(InvalidArgumentError, match="cannot name a metric"):
            values_of(name, [1])
    assert scalar("x", "a\ud800b") == "a?b"
    assert described("x", "a\ud800b") == "a?b"


def test_long_texts_of_a_list_travel_in_parts_that_a_server_takes() -> None:
    values: list[MetricValue] = ["t" * 900_000] * 9 + [1, 2]
    parts = list(in_parts(values))
    assert [value for part in parts for value in part] == values
    assert all(sum(len(each) for each in part if isinstance(each, str)) <= 4_000_000 for part in parts)
    assert list(in_parts([])) == []
    assert [len(part) for part in in_parts([0.5] * 120_000)] == [50_000, 50_000, 20_000]


def test_a_description_has_a_limit() -> None:
    with pytest.raises(LimitExceededError, match="10000"):
        described("x", "d" * 10_001)


def test_a_list_of_lists_names_log_list_and_what_takes_columns() -> None:
    with pytest.raises(InvalidArgumentError, match=r"log_list\('l'\) takes a flat list.*log_table\('l'"):
        values_of("l", [[1, 2], [3]])
