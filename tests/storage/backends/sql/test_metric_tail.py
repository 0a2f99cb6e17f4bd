"""A row of the tail gives back what it was made of, in as few bytes as its numbers need."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from runyard.domain.metric import MetricFamily, MetricType
from runyard.storage.backends.sql.metric_batch import Batch, SeriesName
from runyard.storage.backends.sql.metric_group import grouped
from runyard.storage.backends.sql.metric_payload import decode_payload, encode_payload
from runyard.storage.backends.sql.metric_points import FLOAT, HAS_STEP, INT64_MAX, INT64_MIN, OBJECT, Points, joined
from runyard.storage.backends.sql.metric_tail import join_tail


def batch(steps: list[int], times: list[int], bits: list[int], series: list[int]) -> Batch:
    flags = np.full(len(steps), FLOAT | HAS_STEP, np.uint8)
    when, at, what = (np.array(column, np.int64) for column in (steps, times, bits))
    names = [SeriesName(f"m{n}", MetricFamily.SERIES, MetricType.SCALAR) for n in range(max(series, default=0) + 1)]
    return Batch("w", 0, names, np.array(series, np.int32), Points(flags, when, at, what))


def same(found: Points, wanted: Points) -> bool:
    columns = (np.array_equal(getattr(found, name), getattr(wanted, name)) for name in ("flags", "steps", "times", "bits"))
    return all(columns) and found.objects == wanted.objects


@pytest.mark.parametrize(
    "steps",
    [
        [0, 0, 0],
        [7, 8, 9],
        [-3, 252, 0],
        [0, 256, 1],
        [1 << 40, (1 << 40) + 65_535, 1 << 40],
        [-(1 << 31), (1 << 31) - 1, 0],
        [0, 1 << 32, 5],
        [INT64_MIN, INT64_MAX, 0],
        [INT64_MIN, INT64_MIN + 3, INT64_MIN],
        [INT64_MAX - 300, INT64_MAX, INT64_MAX],
    ],
)
def test_numbers_of_any_size_come_back(steps: list[int]) -> None:
    given = batch(steps, steps[::-1], [5, INT64_MIN, 3], [0, 2, 1])
    head, series, points = decode_payload(encode_payload(given, [4, 9, 2]))
    assert head.keys == [4, 9, 2]
    assert series.tolist() == [0, 2, 1]
    assert series.dtype == np.int32
    assert same(points, given.points)
    assert all(column.flags.aligned for column in (series, points.flags, points.steps, points.times, points.bits))


def test_random_columns_come_back() -> None:
    random = np.random.default_rng(3)
    for _ in range(300):
        count = int(random.integers(0, 40))
        low, span = int(random.integers(-(1 << 62), 1 << 61)), 1 << int(random.integers(0, 61))
        steps, times, bits = (random.integers(low, low + span, count).tolist() for _ in range(3))
        given = batch(steps, times, bits, random.integers(0, 300, count).tolist())
        _, series, points = decode_payload(encode_payload(given, list(range(len(given.names)))))
        assert np.array_equal(series, given.series)
        assert same(points, given.points)


def test_objects_stand_behind_the_columns() -> None:
    flags = np.array([OBJECT, FLOAT, OBJECT], np.uint8)
    steps, times, bits = (np.array(column, np.int64) for column in ([0, 1, 0], [5, 6, 7], [0, 1 << 62, 0]))
    points = Points(flags, steps, times, bits, ["a", "b" * 999])
    names = [SeriesName("m", MetricFamily.SERIES, MetricType.SCALAR)]
    _, _, found = decode_payload(encode_payload(Batch("w", 0, names, np.zeros(3, np.int32), points), [1]))
    assert same(found, points)


def test_steps_and_series_of_a_wide_call_take_a_quarter_of_their_bytes() -> None:
    steps = np.repeat(np.arange(20), 500).tolist()
    given = batch(steps, steps, list(range(1 << 40, (1 << 40) + 10_000)), [*range(500)] * 20)
    assert len(encode_payload(given, list(range(500)))) < 10_000 * (1 + 1 + 2 + 2) + 5_000


def floats(values: list[float]) -> list[int]:
    return [int(each) for each in np.array(values, np.float64).view(np.int64)]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("is_single", [True, False])
def test_rows_of_one_point_of_each_series_come_back_and_take_what_their_values_take(together: bool, is_single: bool) -> None:
    random = np.random.default_rng(5)
    values = random.normal(size=10_000).astype(np.float32 if is_single else np.float64)
    steps = np.repeat(np.arange(20), 500).tolist()
    times = steps if together else list(range(10_000))
    given = batch(steps, times, floats(values.tolist()), [*range(500)] * 20)
    payload = encode_payload(given, list(range(500)))
    head, series, points = decode_payload(payload)
    assert np.array_equal(series, given.series)
    assert same(points, given.points)
    assert (head.width, head.by_row) == (500, ["steps", "times"] if together else ["steps"])
    assert len(payload) < 10_000 * ((4 if is_single else 8) + (0 if together else 2)) + 4_000


@pytest.mark.parametrize(
    "value", [0.0, -0.0, math.nan, math.inf, -math.inf, 5e-324, 1e300, 1e-40, 3.4028235e38, 3.4028236e38, 0.1, 2.0**-149]
)
def test_a_value_that_loses_a_bit_as_float32_is_kept_whole(value: float) -> None:
    odd_nan = floats([math.nan])[0] | 1
    for bits in ([*floats([1.5, value])], [odd_nan, *floats([value])]):
        given = batch([1] * 2, [2] * 2, bits, [0, 1])
        _, _, points = decode_payload(encode_payload(given, [1, 2]))
        assert same(points, given.points)


def test_random_rows_come_back_alone_and_with_others() -> None:
    random = np.random.default_rng(4)
    for _ in range(200):
        width, count = int(random.integers(4, 9)), int(random.integers(1, 6))
        steps = np.repeat(random.integers(-9, 9, count), width)
        steps[random.integers(0, len(steps))] += random.integers(0, 2)
        times = np.repeat(random.integers(0, 1 << 50, count), width) + random.integers(0, 2) * np.arange(count * width)
        bits = floats(random.choice([0.5, 0.1, math.nan, 7.0], count * width).tolist())
        given = batch(steps.tolist(), times.tolist(), bits, [*range(width)] * count)
        payload = encode_payload(given, list(range(5, 5 + width)))
        _, series, points = decode_payload(payload)
        assert np.array_equal(series, given.series)
        assert same(points, given.points)
        other = encode_payload(batch([1, 2], [3, 4], [5, 6], [0, 1]), [6, 99])
        for rows in ([payload], [payload, payload], [payload, other], [other, payload]):
            tail = join_tail(list(enumerate(rows, 1)))
            apart = [decode_payload(row) for row in rows]
            keys = [key for head, own, _ in apart for key in np.array(head.keys)[own].tolist()]
            ranks = [tail.keys.index(key) for key in keys]
            order = sorted(range(len(keys)), key=ranks.__getitem__)
            groups = grouped(tail)
            assert same(groups.points, joined([points for _, _, points in apart]).take(np.array(order)))
            assert np.repeat(groups.keys, np.diff(groups.starts)).tolist() == [keys[place] for place in order]


def test_a_row_that_an_earlier_version_wrote_is_read() -> None:
    front = msgspec.msgpack.encode([[7], [0], {}, 2, {"series": 0, "flags": FLOAT}, 0, False])
    columns = np.array([3, 1 << 40], np.int64), np.array([9, 8], np.int64), np.array([1, 2], np.int64)
    raw = b"".join(column.tobytes() for column in columns)
    head, series, points = decode_payload(len(front).to_bytes(4, "little") + front + b"\0" * (-len(front) - 4 & 7) + raw)
    assert (head.keys, series.tolist()) == ([7], [0, 0])
    assert [column.tolist() for column in (points.steps, points.times, points.bits)] == [column.tolist() for column in columns]
