"""Runs that are purged, also while their metrics arrive: nothing of them shows in another run, and nobody stumbles."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest
from tests.conformance.conftest import NOW

from runyard.domain.run import RunStatus
from runyard.errors import NotFoundError
from runyard.storage.base import Storage
from runyard.storage.run_base import RunOrigin
from runyard.wire.metric import RecordBatch, ScalarRecord
from runyard.wire.run import NewRun, RunQuery

NewRunMaker = Callable[[], str]


def log(storage: Storage, run_id: str, value: float, seq: int = 0) -> None:
    storage.metrics.append("w", run_id, RecordBatch("w", seq, [ScalarRecord("purged", 1, value)]), at=NOW)


def end(storage: Storage, run_id: str) -> None:
    storage.runs.change_status("w", run_id, RunStatus.COMPLETED, reason=None, error=None, at=NOW)


def purge(storage: Storage, run_id: str) -> None:
    end(storage, run_id)
    storage.runs.delete("w", run_id, author="me", at=NOW)
    storage.runs.purge("w", run_id)


def test_the_figures_of_a_purged_run_never_show_in_the_next(storage: Storage, new_run: NewRunMaker) -> None:
    first = new_run()
    log(storage, first, 100.0)
    storage.metrics.compact("w", first, finish=True)
    end(storage, first)
    storage.metrics.build_pages()
    assert storage.metrics.series("w", [first], None)[0].values == [100.0]  # also into the caches
    storage.runs.delete("w", first, author="me", at=NOW)
    storage.runs.purge("w", first)
    second = new_run()
    end(storage, second)
    assert storage.metrics.summaries("w", [second], None) == {}
    page = storage.runs.search("w", RunQuery(filter="metrics.purged > 1"), at=NOW)
    assert [run.id for run in page.runs] == []
    log(storage, second, 1.0)
    storage.metrics.compact("w", second, finish=True)
    assert storage.metrics.series("w", [second], None)[0].values == [1.0]


def test_a_run_that_is_purged_while_its_records_arrive_is_gone_whole(
    storage: Storage, new_run: NewRunMaker, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()

    def tidy() -> None:
        while not stop.is_set():
            storage.metrics.tidy(at=NOW)

    def record(run_id: str, began: threading.Event) -> None:
        seq = 0
        try:
            while True:
                log(storage, run_id, seq, seq)
                seq += 1
                if seq == 3:
                    began.set()
        except NotFoundError:
            return

    tidier = threading.Thread(target=tidy)
    tidier.start()
    try:
        with caplog.at_level(logging.ERROR):
            for _ in range(10):
                run_id, began = new_run(), threading.Event()
                writer = threading.Thread(target=record, args=(run_id, began))
                writer.start()
                assert began.wait(60)
                purge(storage, run_id)
                writer.join(60)
                assert not writer.is_alive()
                assert storage.metrics.series("w", [run_id], None) == []
    finally:
        stop.set()
        tidier.join()
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]
    with pytest.raises(NotFoundError):
        storage.metrics.compact("w", run_id)


def test_what_waited_of_a_purged_run_is_forgotten(storage: Storage, new_run: NewRunMaker) -> None:
    run_id = new_run()
    log(storage, run_id, 1.0)
    purge(storage, run_id)
    storage.metrics.tidy(at=NOW.replace(year=NOW.year + 1))
    assert storage.metrics.tidy(at=NOW.replace(year=NOW.year + 2)) == 0


def test_an_id_may_come_again_after_a_purge_and_begins_empty(storage: Storage) -> None:
    origin = RunOrigin(status=RunStatus.RUNNING, submitted_by="me")
    for value in (1.0, 2.0):
        storage.runs.create("w", "e", [NewRun(id="again")], origin, at=NOW)
        log(storage, "again", value)
        assert storage.metrics.series("w", ["again"], None)[0].values == [value]
        purge(storage, "again")
