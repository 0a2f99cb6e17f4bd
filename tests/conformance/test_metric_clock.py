"""The server's clock is set ahead or back while metrics come in: what is stored is the same, and upkeep does not wait for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from tests.conformance.conftest import NOW

from runyard.domain.run import RunStatus
from runyard.storage.backends.sql import tables as t
from runyard.storage.base import Storage
from runyard.wire.metric import RecordBatch, ScalarRecord
from runyard.wire.metric_query import SeriesQuery

HOUR_US = 3_600_000_000


@pytest.mark.parametrize("jump", [timedelta(days=400), -timedelta(days=400)], ids=["ahead", "back"])
def test_no_point_is_lost_moved_or_doubled(storage: Storage, new_run: Callable[[], str], jump: timedelta) -> None:
    run_id = new_run()
    at_us = 1_700_000_000_000_000
    times = [at_us, at_us + HOUR_US, at_us - 24 * HOUR_US, at_us - 24 * HOUR_US, at_us + 1]
    for seq, time_us in enumerate(times):
        now = NOW + (jump if seq % 2 else timedelta(0))
        batch = RecordBatch("w", seq, [ScalarRecord("x", time_us, float(seq))])
        assert storage.metrics.append("w", run_id, batch, at=now).stored
        assert not storage.metrics.append("w", run_id, batch, at=now - jump).stored
        storage.metrics.tidy(at=now)
        if seq == 2:
            storage.metrics.compact("w", run_id)
    (series,) = storage.metrics.series("w", [run_id], ["x"])
    assert series.values == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert series.times == [each / 1_000_000 for each in times]
    (window,) = storage.metrics.windows("w", SeriesQuery(run_ids=[run_id], names=["x"], start=1, stop=3))
    assert window.values.tolist() == [1.0, 2.0, 3.0]


def test_upkeep_goes_on_after_the_clock_was_set_back(storage: Storage, new_run: Callable[[], str]) -> None:
    run_id = new_run()
    storage.metrics.tidy(at=NOW)
    batch = RecordBatch("w", 0, [ScalarRecord("back", 1, 1.0)])
    storage.metrics.append("w", run_id, batch, at=NOW + timedelta(days=400))
    storage.metrics.tidy(at=NOW)  # it sees a tail from a time to come
    assert has_tail(storage, run_id)
    storage.metrics.tidy(at=NOW + timedelta(seconds=61))
    assert not has_tail(storage, run_id)
    storage.runs.change_status("w", run_id, RunStatus.COMPLETED, reason=None, error=None, at=NOW)
    storage.metrics.tidy(at=NOW + timedelta(days=400))
    storage.metrics.tidy(at=NOW)
    storage.metrics.tidy(at=NOW + timedelta(seconds=61))
    with storage.metrics._database.read() as connection:  # type: ignore[attr-defined]
        query = sa.select(t.run_summary.c.paged).join(t.run, t.run.c.pk == t.run_summary.c.run_pk).where(t.run.c.id == run_id)
        assert connection.execute(query).scalar_one() == 1


def has_tail(storage: Storage, run_id: str) -> bool:
    with storage.metrics._database.read() as connection:  # type: ignore[attr-defined]
        query = sa.select(sa.func.count()).join(t.run, t.run.c.pk == t.metric_tail.c.run_pk).where(t.run.c.id == run_id)
        return bool(connection.execute(query.select_from(t.metric_tail)).scalar_one())
