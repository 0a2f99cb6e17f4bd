"""What becomes of values: bins that hold each of them once, and figures that lose nothing."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runyard.domain.histogram import Histogram, histogram_problem
from runyard.errors import InvalidArgumentError
from runyard.sdk.histogram import histogram_of
from runyard.wire.metric import HistogramRecord

FLOATS = st.floats(allow_nan=True, allow_infinity=True)
NEAR = st.integers(-1000, 1000).map(lambda n: n / 7)
VALUES = st.one_of(st.lists(FLOATS, max_size=60), st.lists(NEAR, max_size=60))
BINS = st.integers(1, 70)


def made(values: Any, bins: int = 64) -> Histogram:
    return histogram_of("h", values, None, None, bins)


@settings(max_examples=300, deadline=None)
@given(values=VALUES, bins=BINS)
def test_every_finite_value_is_in_its_bin_and_the_rest_is_counted_apart(values: list[float], bins: int) -> None:
    found = made(values, bins)
    assert histogram_problem(found) is None
    finite = [value for value in values if math.isfinite(value)]
    assert found.count == sum(found.counts) == len(finite)
    assert (found.nan, found.positive_infinity, found.negative_infinity) == (
        sum(map(math.isnan, values)),
        values.count(math.inf),
        values.count(-math.inf),
    )
    assert len(found.counts) <= bins
    if not finite:
        assert found.min is found.max is found.mean is None
        return
    assert (found.min, found.max) == (min(finite), max(finite))
    assert found.mean is not None
    assert min(finite) <= found.mean <= max(finite)
    for place, count in enumerate(found.counts):
        low, high = found.edges[place], found.edges[place + 1]
        is_last = place == len(found.counts) - 1
        assert count == sum(low <= value < high or (is_last and value == high) for value in finite)


@settings(max_examples=200, deadline=None)
@given(values=VALUES, bins=BINS)
def test_a_list_and_an_array_give_the_same(values: list[float], bins: int) -> None:
    of_list, of_array = made(values, bins), made(np.array(values, np.float64), bins)
    assert repr(msgspec.to_builtins(of_list) | {"mean": None}) == repr(msgspec.to_builtins(of_array) | {"mean": None})
    if of_list.mean is not None and of_array.mean is not None:
        largest = max(abs(of_list.min or 0), abs(of_list.max or 0))
        assert of_list.mean == pytest.approx(of_array.mean, rel=1e-9, abs=min(1e-9 * largest, 1e300))


@settings(max_examples=100, deadline=None)
@given(values=VALUES, bins=BINS, step=st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)))
def test_a_histogram_is_the_same_on_the_other_side_of_the_wire(values: list[float], bins: int, step: int | None) -> None:
    record = HistogramRecord("weights", 1, made(values, bins), step, "what it is")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(record), type=HistogramRecord) == record


def test_arrays_of_any_shape_and_type_are_taken() -> None:
    whole = made(np.arange(12, dtype=np.int16).reshape(3, 4), 4)
    assert whole.counts == [3, 3, 3, 3]
    assert (whole.min, whole.max, whole.mean) == (0.0, 11.0, 5.5)
    assert made(np.array([True, False, True])).mean == pytest.approx(2 / 3)
    assert made([[1, 2], [3, 4]], 2).counts == [2, 2]
    assert made(np.float32(2.5)).count == 1


def test_a_tensor_is_taken_from_its_device_and_its_graph() -> None:
    class Tensor:
        calls = ""

        def detach(self) -> Tensor:
            self.calls += "detach "
            return self

        def cpu(self) -> Tensor:
            self.calls += "cpu "
            return self

        def double(self) -> Any:
            self.calls += "double"
            return np.array([1.0, 3.0])

    tensor = Tensor()
    assert made(tensor, 2).counts == [1, 1]
    assert tensor.calls == "detach cpu double"


def test_counts_and_edges_are_taken_as_they_are() -> None:
    found = histogram_of("h", None, np.array([2, 0, 3]), [0.0, 0.5, 1.0, 10.0], 64)
    assert found == Histogram(counts=[2, 0, 3], edges=[0.0, 0.5, 1.0, 10.0], count=5)


@pytest.mark.parametrize(
    ("values", "counts", "edges", "bins"),
    [
        (None, None, None, 64),
        ([1], [1], [0, 1], 64),
        (None, [1], None, 64),
        (None, [1], [0, 1, 2], 64),
        (None, [1, 2], [0, 1, 1], 64),
        (None, [-1], [0, 1], 64),
        (None, [0.5], [0, 1], 64),
        (None, [], [], 64),
        (None, [1], [0, math.inf], 64),
        ([1], None, None, 0),
        ([1], None, None, 1025),
        (["a"], None, None, 64),
        ("123", None, None, 64),
        ({"a": 1}, None, None, 64),
        (np.array([1 + 2j]), None, None, 64),
        (7, None, None, 64),
    ],
)
def test_what_makes_no_histogram_is_refused(values: Any, counts: Any, edges: Any, bins: int) -> None:
    with pytest.raises(InvalidArgumentError, match="log_histogram\\('h'\\)"):
        histogram_of("h", values, counts, edges, bins)


def test_equal_values_and_the_ends_of_float64_have_bins() -> None:
    assert made([3.0] * 5).edges[0] == 2.5
    assert sum(made([3.0] * 5).counts) == 5
    for value in (1.7976931348623157e308, -1.7976931348623157e308, 5e-324, 2.0**60):
        assert made([value]).count == 1
    assert made([-1.7976931348623157e308, 1.7976931348623157e308]).count == 2
