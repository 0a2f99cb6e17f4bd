"""What ``get_metrics`` makes of what was logged."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runyard.domain.metric import MetricFamily, MetricSeries, MetricType, folded, require_metric_name, summarised
from runyard.errors import InvalidArgumentError


def series(*values: Any) -> MetricSeries:
    return MetricSeries(
        run_id="r",
        name="x",
        family=MetricFamily.SERIES,
        type=MetricType.SCALAR,
        steps=[None] * len(values),
        times=[float(n) for n in range(len(values))],
        values=list(values),
    )


def table(rows: int, **columns: list[Any]) -> MetricSeries:
    return MetricSeries(
        run_id="r", name="x", family=MetricFamily.TABLE, type=MetricType.TABLE, times=[0.0] * rows, columns=columns
    )


@pytest.mark.parametrize(
    ("logged", "shown"),
    [
        (series(0.5), 0.5),
        (series("hello"), "hello"),
        (series(True), True),
        (series(1, 2), [1, 2]),
        (series(1, 2.5), [1.0, 2.5]),
        (series(1, True, 2.5, "x"), [1.0, True, 2.5, "x"]),
        (table(1, angle=[0.5], cos=[0.9]), {"angle": 0.5, "cos": 0.9}),
        (table(2, a=[1, 2.0], b=["x", None]), {"a": [1.0, 2.0], "b": ["x", None]}),
    ],
)
def test_the_shape_follows_what_was_logged(logged: MetricSeries, shown: Any) -> None:
    result = folded(logged)
    assert result == shown and repr(result) == repr(shown)


@given(st.lists(st.one_of(st.integers(), st.floats(allow_nan=True)), min_size=1))
def test_a_summary_agrees_with_a_plain_look_at_the_list(values: list[Any]) -> None:
    summary = summarised(series(*values))
    numbers = [v for v in values if not math.isnan(v)]
    assert summary.count == len(values)
    assert summary.last is values[-1]
    assert (summary.min, summary.max) == ((min(numbers), max(numbers)) if numbers else (None, None))
    if numbers:
        assert values[summary.min_step or 0] == summary.min and values[summary.max_step or 0] == summary.max


def test_a_series_without_numbers_has_no_extremes() -> None:
    summary = summarised(series("a", "b", None))
    assert summary.min is None and summary.max is None and summary.last is None and summary.count == 3


@pytest.mark.parametrize("name", ["", "x" * 1025, "a\0b", None, 5])
def test_a_name_that_cannot_be_used_is_refused(name: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="cannot name a metric"):
        require_metric_name(name)
