"""Figures that are packed from columns are what their records would be packed to."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timezone
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runyard.domain.histogram import Histogram
from runyard.domain.metric import MetricType
from runyard.domain.run import RunStatus
from runyard.server.services.metric_packed import packed_figures
from runyard.storage.backends.sql.opened import open_folder
from runyard.storage.base import Storage
from runyard.storage.run_base import RunOrigin
from runyard.wire.codec import from_msgpack
from runyard.wire.metric import FileRecord, HistogramRecord, ListRecord, RecordBatch, TableRecord
from runyard.wire.metric_query import MetricSummaryPage
from runyard.wire.run import NewRun
from runyard.wire.workspace import EnsureWorkspaceRequest

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
VALUES = st.one_of(
    st.floats(),
    st.integers(-300, 300),
    st.sampled_from([2**15, 2**31, -(2**31) - 1, 2**53 + 1, 2**63 - 1, -(2**63), 2**64 - 1, math.nan]),
    st.booleans(),
    st.none(),
    st.text(max_size=3),
)
NAMES = st.one_of(st.text("abé😀", min_size=1, max_size=4), st.integers(30, 300).map(lambda size: "n" * size))
RECORDS = st.one_of(
    st.builds(ListRecord, NAMES, st.just(1), st.lists(VALUES, max_size=3)),
    st.builds(lambda name, value: TableRecord(name, 1, {"a": [value], "b": [1]}), NAMES, VALUES),
    st.builds(lambda name: FileRecord(name, 1, "artifact:x.png", MetricType.IMAGE), NAMES),
    st.builds(lambda name: HistogramRecord(name, 1, Histogram(edges=[0.0, 1.0], counts=[3])), NAMES),
)
BATCHES = count()


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    opened = open_folder(Path(tmp_path_factory.mktemp("home")))
    opened.workspaces.ensure("w", EnsureWorkspaceRequest(), at=NOW)
    opened.experiments.ensure("w", "e", at=NOW)
    yield opened
    opened.close()


def new_run(storage: Storage) -> str:
    (run,) = storage.runs.create("w", "e", [NewRun()], RunOrigin(status=RunStatus.RUNNING, submitted_by="me"), at=NOW)
    return run.id


@settings(max_examples=60, deadline=None)
@given(records=st.lists(RECORDS, max_size=12), is_compacted=st.booleans())
def test_they_read_as_the_records(storage: Storage, records: list[Any], is_compacted: bool) -> None:
    run_id = new_run(storage)
    storage.metrics.append("w", run_id, RecordBatch("w", next(BATCHES), records), at=NOW)
    if is_compacted:
        storage.metrics.compact("w", run_id, finish=True)
    listed = storage.metrics.summaries("w", [run_id], None).get(run_id, [])
    packed = packed_figures(storage.metrics.figures("w", run_id))
    assert repr(from_msgpack(packed, MetricSummaryPage).metrics) == repr(listed)  # NaN is not equal to itself
    assert len({each.name for each in listed}) == len(listed)


def test_a_run_without_metrics_has_an_empty_page(storage: Storage) -> None:
    assert from_msgpack(packed_figures(storage.metrics.figures("w", new_run(storage))), MetricSummaryPage).metrics == []
