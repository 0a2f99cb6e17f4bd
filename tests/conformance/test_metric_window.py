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

from runyard.domain.metric import MetricValue
from runyard.storage.backends.sql import metric_live, metric_stored
from runyard.storage.backends.sql.metric_tail import join_tail
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
    series: list[list[MetricValue]],
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


def test_points_that_are_asked_for_again_are_not_unpacked_again(
    storage: Storage, new_run: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_ids = [new_run() for _ in range(3)]
    values: list[Any] = [float(n) for n in range(50)]
    for run_id in run_ids:
        storage.metrics.append("w", run_id, RecordBatch("w", 0, [ListRecord("loss", 1, values)]), at=NOW)
        storage.metrics.compact("w", run_id, finish=True)

    def ask(max_points: int) -> list[list[float]]:
        windows = storage.metrics.windows("w", SeriesQuery(run_ids=run_ids, names=["loss"], max_points=max_points))
        return [window.values.tolist() for window in windows]

    read: list[list[int]] = []
    of = metric_stored._open_blocks

    def noted(connection: Any, book: Any, run_pks: Any) -> Any:
        read.append(list(run_pks))
        return of(connection, book, run_pks)

    monkeypatch.setattr(metric_stored, "_open_blocks", noted)
    assert ask(100) == ask(99) == ask(98) == [values] * 3
    assert len(read) == 1, "the open blocks of all runs are read together, and once"
    storage.metrics.append("w", run_ids[0], RecordBatch("w", 1, [ListRecord("loss", 2, [99.0])]), at=NOW)
    assert ask(97) == [[*values, 99.0], values, values]
    assert len(read) == 1
    storage.metrics.compact("w", run_ids[0], finish=True)
    assert ask(96) == [[*values, 99.0], values, values]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(cuts=st.lists(st.integers(1, 40), min_size=2, max_size=6), bounds=st.lists(st.integers(0, 150), min_size=2, max_size=8))
def test_a_live_series_reads_the_same_however_much_of_it_was_read_before(
    storage: Storage, new_run: Callable[[], str], small_blocks: None, cuts: list[int], bounds: list[int]
) -> None:
    run_id, logged = new_run(), 0
    for seq, size in enumerate(cuts):
        values: list[Any] = [float(n) for n in range(logged, logged + size)]
        storage.metrics.append("w", run_id, RecordBatch("w", seq, [ListRecord("x", 1, values)]), at=NOW)
        logged += size
        if seq % 2:
            storage.metrics.compact("w", run_id, finish=seq % 4 == 3)
        for low in bounds:
            query = SeriesQuery(run_ids=[run_id], names=["x"], max_points=1000, axis="index", start=low, stop=low + 30)
            (window,) = storage.metrics.windows("w", query)
            assert window.values.tolist() == [float(n) for n in range(low, min(logged, low + 31))]


def test_a_tail_that_grows_is_not_unpacked_again(
    storage: Storage, new_run: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, other = new_run(), new_run()
    unpacked: list[int] = []

    def noted(rows: Any) -> Any:
        unpacked.append(len(rows))
        return join_tail(rows)

    monkeypatch.setattr(metric_live, "join_tail", noted)
    logged: dict[str, list[float]] = {run_id: [], other: []}

    def log(run: str, *values: float) -> None:
        batch = RecordBatch("w", len(logged[run]), [ListRecord("x", 1, list(values))])
        storage.metrics.append("w", run, batch, at=NOW)
        logged[run] += values

    def check(*expected: int) -> None:
        unpacked.clear()
        for _ in range(2):
            windows = storage.metrics.windows("w", SeriesQuery(run_ids=[run_id, other], names=["x"], max_points=1000))
            assert {window.run_id: window.values.tolist() for window in windows} == {k: v for k, v in logged.items() if v}
            figures = storage.metrics.summaries("w", [run_id, other], ["x"])
            assert {run: own[0].count for run, own in figures.items()} == {k: len(v) for k, v in logged.items() if v}
        assert sorted(unpacked) == sorted(expected)

    log(run_id, 1.0)
    log(run_id, 2.0)
    check(2)
    log(run_id, 3.0)
    log(other, 7.0)
    check(1, 1)
    storage.metrics.compact("w", run_id)
    check()
    log(run_id, 4.0)
    check(1)
    log(other, 8.0)
    log(other, 9.0)
    check(2)


def test_tails_that_are_kept_are_bounded(storage: Storage, new_run: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    kept = storage.metrics.reader.live.kept  # type: ignore[attr-defined]
    monkeypatch.setattr(kept, "max_size", 500)
    run_ids = [new_run() for _ in range(9)]
    for run_id in run_ids:
        storage.metrics.append("w", run_id, RecordBatch("w", 0, [ListRecord("x", 1, [0.5] * 60)]), at=NOW)
    for _ in range(2):
        assert len(storage.metrics.windows("w", SeriesQuery(run_ids=run_ids, names=["x"]))) == len(run_ids)
        assert 0 < kept.size <= 500
