"""Windows of many series: each is what it would be alone, and the version says when they may have changed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conformance.conftest import NOW

from runyard.storage.base import Storage
from runyard.wire.metric import ListRecord, RecordBatch
from runyard.wire.metric_query import SeriesQuery

FLOATS = st.one_of(st.integers(-3, 3).map(float), st.sampled_from([math.nan, math.inf, -math.inf, -0.0]))
SERIES = st.lists(st.lists(FLOATS, max_size=60), min_size=1, max_size=6)


def plain(window: Any) -> tuple[Any, ...]:
    return window.name, window.count, window.steps.tolist(), window.times_us.tolist(), window.values.tobytes()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(series=SERIES, max_points=st.integers(2, 12), is_compacted=st.booleans())
def test_each_of_many_series_is_drawn_as_if_it_were_alone(
    storage: Storage,
    new_run: Callable[[], str],
    small_blocks: None,
    series: list[list[float]],
    max_points: int,
    is_compacted: bool,
) -> None:
    run_id = new_run()
    records: list[Any] = [ListRecord(f"m{n}", n, values) for n, values in enumerate(series)]
    storage.metrics.append("w", run_id, RecordBatch("w", 0, records), at=NOW)
    if is_compacted:
        storage.metrics.compact("w", run_id, finish=True)
    windows = storage.metrics.windows("w", SeriesQuery(run_ids=[run_id], max_points=max_points))
    alone = [
        storage.metrics.windows("w", SeriesQuery(run_ids=[run_id], names=[window.name], max_points=max_points))
        for window in windows
    ]
    assert [plain(window) for window in windows] == [plain(window) for (window,) in alone]
    for window, values in zip(windows, series, strict=True):
        logged = np.array(values)
        assert len(window.values) <= max_points
        assert np.array_equal(window.values, logged[window.steps], equal_nan=True)
        finite = logged[np.isfinite(logged)]
        if len(finite) and max_points >= 5:
            kept = window.values[np.isfinite(window.values)]
            assert (kept.min(), kept.max()) == (finite.min(), finite.max())


@pytest.mark.parametrize("is_compacted", [False, True])
def test_the_version_is_another_one_after_each_batch_and_no_other_is_for_other_runs(
    storage: Storage, new_run: Callable[[], str], is_compacted: bool
) -> None:
    run_id, other = new_run(), new_run()
    seen = [storage.metrics.version("w", [run_id])]
    before = storage.metrics.version("w", [other])
    for seq in range(4):
        batch = RecordBatch("w", seq, [ListRecord("x", seq, [float(seq)])])
        storage.metrics.append("w", run_id, batch, at=NOW)
        seen.append(storage.metrics.version("w", [run_id]))
        storage.metrics.append("w", run_id, batch, at=NOW)  # the same again changes nothing
        assert storage.metrics.version("w", [run_id]) == seen[-1]
        if is_compacted:
            storage.metrics.compact("w", run_id, finish=True)
    assert len(set(seen)) == len(seen)
    assert storage.metrics.version("w", [other]) == before
    assert storage.metrics.version("w", [run_id, other]) != storage.metrics.version("w", [run_id])
