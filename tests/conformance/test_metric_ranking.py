"""Runs in order of their metrics: the same before and after the pages are built, and while runs still log."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from tests.conformance.conftest import NOW

from runyard.domain.run import RunStatus
from runyard.storage.base import Storage
from runyard.storage.run_base import RunOrigin
from runyard.wire.metric import ListRecord, RecordBatch, ScalarRecord
from runyard.wire.run import NewRun, RunQuery

COUNT = 60


@pytest.fixture(scope="module")
def logged(storage: Storage) -> dict[str, list[float]]:
    """What each run logged as ``m:x``; the last run logged nothing of it."""
    ids = [f"rank{n}" for n in range(COUNT)]
    storage.runs.create(
        "w", "e", [NewRun(id=each) for each in ids], RunOrigin(status=RunStatus.RUNNING, submitted_by="me"), at=NOW
    )
    rng = np.random.default_rng(1)
    values: dict[str, list[float]] = {each: rng.integers(-5, 5, 4).astype(float).tolist() for each in ids}
    for n, each in enumerate(ids):
        if n == COUNT - 1:
            values[each] = []
        elif n % 17 == 3:
            values[each] = [math.nan]
        name = "m:x" if values[each] else "other"
        storage.metrics.append("w", each, RecordBatch("w", 0, [ListRecord(name, 1, list(values[each] or [1.0]))]), at=NOW)
    return values


def expected(logged: dict[str, list[float]], figure: str, *, descending: bool) -> list[float | None]:
    found = []
    for values in logged.values():
        numbers = [value for value in values if not math.isnan(value)]
        figures = {"last": values[-1:], "min": numbers and [min(numbers)], "max": numbers and [max(numbers)]}
        found += [value for value in figures[figure] if not math.isnan(value)]
    missing = [None] * (len(logged) - len(found))
    return [*sorted(found, reverse=descending), *missing]


def shown(storage: Storage, logged: dict[str, list[float]], **query: Any) -> list[float | None]:
    figure = query["order_by"].rpartition(".")[2]
    result: list[float | None] = []
    cursor = None
    while True:
        page = storage.runs.search("w", RunQuery(limit=17, cursor=cursor, **query), at=NOW)
        summaries = storage.metrics.summaries("w", [run.id for run in page.runs], ["m:x"])
        for run in page.runs:
            (summary,) = summaries.get(run.id) or (None,)
            value = getattr(summary, figure, None)
            result.append(None if value is None or math.isnan(value) else value)
        cursor = page.next_cursor
        if cursor is None:
            assert page.total == len(result)
            return result


def test_runs_are_ordered_by_a_figure_at_every_stage_of_their_life(storage: Storage, logged: dict[str, list[float]]) -> None:
    def check() -> None:
        for figure in ("last", "min", "max"):
            for sign in ("", "-"):
                found = shown(storage, logged, order_by=f'{sign}metric."m:x".{figure}', experiment="e")
                assert found == expected(logged, figure, descending=bool(sign))

    check()
    ids = list(logged)
    for each in ids[: COUNT // 2]:
        storage.runs.change_status("w", each, RunStatus.COMPLETED, reason=None, error=None, at=NOW)
        storage.metrics.compact("w", each, finish=True)
    check()
    storage.metrics.build_pages()
    check()
    late, paged = ids[COUNT - 2], ids[1]
    for n, each in enumerate((late, paged)):  # points that come after the run stands in the pages
        storage.metrics.append("w", each, RecordBatch("late", 0, [ScalarRecord("m:x", 2, 100.0 - n)]), at=NOW)
        logged[each].append(100.0 - n)
        check()
    storage.metrics.compact("w", paged)
    check()
    storage.metrics.build_pages()
    check()


def test_conditions_on_metrics_keep_the_runs_that_meet_them(storage: Storage, logged: dict[str, list[float]]) -> None:
    wanted = 'metric."m:x".min < 0'
    page = storage.runs.search("w", RunQuery(filter=wanted, limit=100), at=NOW)
    assert {run.id for run in page.runs} == {run_id for run_id, values in logged.items() if values and min(values) < 0}
    assert page.total == len(page.runs)
    first = storage.runs.search("w", RunQuery(filter=wanted, limit=5), at=NOW)
    rest = storage.runs.search("w", RunQuery(filter=wanted, limit=100, cursor=first.next_cursor), at=NOW)
    assert [run.id for run in first.runs + rest.runs] == [run.id for run in page.runs]


def test_an_unknown_metric_gives_all_runs(storage: Storage, logged: dict[str, list[float]]) -> None:
    assert storage.runs.search("w", RunQuery(order_by="metric.nobody.max", experiment="e"), at=NOW).total == COUNT
