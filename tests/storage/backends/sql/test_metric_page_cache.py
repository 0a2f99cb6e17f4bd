"""Figures of pages are unpacked once, and again when their page was written anew, by whichever server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from tests.storage.backends.sql.databases import OpenedStores
from tests.storage.backends.sql.test_metric_late import NOW, Server, servers

from runyard.domain.run import RunStatus
from runyard.domain.run_filter_ast import Aggregate
from runyard.storage.backends.sql import metric_page, metric_page_cache
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.metric_page import decode_page
from runyard.storage.run_base import RunOrigin
from runyard.wire.metric import RecordBatch, ScalarRecord
from runyard.wire.run import NewRun

__all__ = ["servers"]

PAGES = 3


@pytest.fixture
def unpacked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The pages that were unpacked for a query, and pages of four runs."""
    monkeypatch.setattr(metric_page, "PAGE_BITS", 2)
    monkeypatch.setattr(metric_page_cache, "PAGE_BITS", 2)
    seen: list[int] = []

    def noted(row: Any, wanted: Any) -> Any:
        seen.append(row["page"])
        return decode_page(row, wanted)

    monkeypatch.setattr(metric_page_cache, "decode_page", noted)
    return iter([seen])


def ended_runs(stores: OpenedStores, name: str, count: int) -> list[str]:
    """Make runs that logged their number and ended, and bring them into pages."""
    origin = RunOrigin(status=RunStatus.RUNNING, submitted_by="me")
    runs = [run.id for run in stores.storage.runs.create("w", "e", [NewRun() for _ in range(count)], origin, at=NOW)]
    for number, run_id in enumerate(runs):
        add(stores, name, run_id, 0, float(number))
        stores.storage.runs.change_status("w", run_id, RunStatus.COMPLETED, reason=None, error=None, at=NOW)
    stores.storage.metrics.build_pages()
    return runs


def add(stores: OpenedStores, name: str, run_id: str, number: int, value: float) -> None:
    batch = RecordBatch("w", number, [ScalarRecord(name, 1, value)])
    stores.storage.metrics.append("w", run_id, batch, at=NOW)
    stores.storage.metrics.compact("w", run_id, finish=True)


def test_a_page_is_unpacked_again_only_when_it_was_written_anew(
    stores: OpenedStores, servers: list[Server], unpacked: Iterator[list[int]]
) -> None:
    (seen,) = unpacked
    runs = ended_runs(stores, "kept", 4 * PAGES)
    for server in servers:
        assert sorted(server.figures("kept", Aggregate.MAX).values()) == list(range(4 * PAGES))
    assert len(seen) >= 2 * PAGES
    seen.clear()
    assert len(servers[1].figures("kept", Aggregate.MAX)) == 4 * PAGES and not seen
    add(stores, "kept", runs[5], 1, 99.0)
    stores.storage.metrics.build_pages()
    for server in servers:
        seen.clear()
        assert max(server.figures("kept", Aggregate.MAX).values()) == 99.0
        assert len(seen) == 1


def test_a_page_that_was_rolled_back_is_not_taken_for_the_next_of_its_number(stores: OpenedStores) -> None:
    versions = set()
    ended_runs(stores, "rolled", 1)
    with stores.database.engine.connect() as connection:
        page = connection.execute(sa.select(sa.func.max(t.summary_page_version.c.page))).scalar_one()
        connection.rollback()
        for _ in range(3):
            with connection.begin() as transaction:
                metric_page._renew_version(connection, page)
                version = sa.select(t.summary_page_version.c.version).where(t.summary_page_version.c.page == page)
                versions.add(connection.execute(version).scalar_one())
                transaction.rollback()
    assert len(versions) == 3


def test_what_is_kept_of_pages_stays_within_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric_page_cache, "KEPT_FIGURES", 10)
    cache = metric_page_cache.PageCache()
    one, runs = np.zeros(1, np.int64), np.arange(4)
    for key in range(5):
        for _ in range(2):
            cache.keep((key, "min"), metric_page_cache._Column(one, one, one, runs, np.zeros(4)))
    assert [key for key in range(5) if cache.get((key, "min")) is not None] == [3, 4]
    cache.keep((9, "max"), metric_page_cache._Column(one, one, one, np.arange(40), np.zeros(40)))
    assert cache.get((9, "max")) is not None and cache.get((4, "min")) is None
