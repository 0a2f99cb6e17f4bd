"""Small runs that end at about the same time are brought into blocks together."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from tests.conformance.conftest import NOW

from runyard.domain.run import RunStatus
from runyard.storage.backends.sql import compactor, metric_fresh
from runyard.storage.base import Storage
from runyard.wire.metric import ListRecord, RecordBatch, ScalarRecord
from runyard.wire.run import RunQuery

COUNT = 9
NewRunMaker = Callable[[], str]


def ended(storage: Storage, new_run: NewRunMaker, name: str, count: int = COUNT) -> list[str]:
    """Runs that logged their number twice, to two metrics, and have ended."""
    runs = [new_run() for _ in range(count)]
    for number, run_id in enumerate(runs):
        for seq in range(2):
            records = [ScalarRecord(name, 1, float(number + seq)), ScalarRecord(f"{name}/other", 1, number)]
            storage.metrics.append("w", run_id, RecordBatch("w", seq, list(records)), at=NOW)
        storage.runs.change_status("w", run_id, RunStatus.COMPLETED, reason=None, error=None, at=NOW)
    return runs


def commits(storage: Any) -> list[int]:
    """A list that gets an entry with every commit."""
    seen: list[int] = []
    storage.metrics._database.subscribe(lambda: seen.append(1))
    return seen


def values(storage: Storage, runs: list[str], name: str) -> list[list[Any]]:
    return [series.values for series in storage.metrics.series("w", runs, [name])]


def test_they_share_a_commit_and_keep_every_point(storage: Storage, new_run: NewRunMaker) -> None:
    storage.metrics.tidy(at=NOW)
    runs = ended(storage, new_run, "shared")
    before = values(storage, runs, "shared")
    listed = storage.metrics.summaries("w", runs, None)
    storage.metrics.compact("w", ended(storage, new_run, "shared", 1)[0], finish=True)  # the set of names is known from here on
    seen = commits(storage)
    assert storage.metrics.tidy(at=NOW) == COUNT
    assert len(seen) == 1
    assert values(storage, runs, "shared") == before == [[n, n + 1.0] for n in range(COUNT)]
    assert storage.metrics.summaries("w", runs, None) == listed
    storage.metrics.append("w", runs[0], RecordBatch("late", 0, [ScalarRecord("shared", 1, -7.0)]), at=NOW)
    assert storage.metrics.tidy(at=NOW) == 1  # it has something in blocks now
    assert values(storage, runs[:1], "shared") == [[0.0, 1.0, -7.0]]


def test_a_large_one_among_them_goes_by_itself(storage: Storage, new_run: NewRunMaker) -> None:
    storage.metrics.tidy(at=NOW)
    small, large = ended(storage, new_run, "sizes", 2)
    many = [float(n) for n in range(metric_fresh.POINTS_MAX + 1)]
    storage.metrics.append("w", large, RecordBatch("w", 2, [ListRecord("sizes", 1, list(many))]), at=NOW)
    assert storage.metrics.tidy(at=NOW) == 2
    assert values(storage, [small, large], "sizes") == [[0.0, 1.0], [1.0, 2.0, *many]]


def test_one_that_was_compacted_or_purged_meanwhile_leaves_the_others_whole(
    storage: Storage, new_run: NewRunMaker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    storage.metrics.tidy(at=NOW)
    runs = ended(storage, new_run, "changed", 3)
    original = metric_fresh.read_fresh

    def purged_after(*arguments: Any) -> Any:
        found = original(*arguments)
        storage.runs.delete("w", runs[1], author="me", at=NOW)
        storage.runs.purge("w", runs[1])
        monkeypatch.setattr(compactor, "read_fresh", original)
        return found

    monkeypatch.setattr(compactor, "read_fresh", purged_after)
    with caplog.at_level(logging.ERROR):
        storage.metrics.tidy(at=NOW)
        storage.metrics.tidy(at=NOW + timedelta(seconds=1))
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert values(storage, [runs[0], runs[2]], "changed") == [[0.0, 1.0], [2.0, 3.0]]


def test_a_list_reads_the_tails_of_all_late_runs_in_one_query(storage: Any, new_run: NewRunMaker) -> None:
    runs = ended(storage, new_run, "onepass")
    asked: list[str] = []
    engine = storage.metrics._database._reader_engine

    def note(*each: Any) -> None:
        asked.append(each[2])

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        page = storage.runs.search("w", RunQuery(filter="metric.onepass.max >= 8", limit=50), at=NOW)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    assert {run.id for run in page.runs} == set(runs[7:])
    assert sum("metric_tail.payload" in text for text in asked) == 1
    storage.metrics.tidy(at=NOW)
    assert storage.runs.search("w", RunQuery(filter="metric.onepass.max >= 8", limit=50), at=NOW).total == 2
