"""Runs that are brought in: on every back-end they appear whole, and their metrics are what was exported, bit by bit."""

from __future__ import annotations

import hashlib
import math
import os
import struct
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conformance.test_metric_store import RECORDS

from runyard.client.archive.metric_rows import metric_batches
from runyard.domain.run import RunRecord, RunStatus
from runyard.errors import ConflictError, NotFoundError
from runyard.server.services import metric_file as metric_file_module
from runyard.server.services.metric_file import metric_file
from runyard.storage.base import Storage
from runyard.wire.journal import decode_batch
from runyard.wire.metric import ListRecord, Record, RecordBatch, ScalarRecord
from runyard.wire.run import RunQuery
from runyard.wire.run_import import EventFacts, ExperimentFacts, FileFacts, FinishImportRequest, RunFacts

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
LONG_AGO = datetime(2019, 5, 6, 7, 8, 9, 123_456, tzinfo=timezone.utc)

IS_LONG = bool(os.environ.get("RUNYARD_LONG"))
EXAMPLES = 200 if IS_LONG else 12
_COUNT = iter(range(10**9))


@pytest.fixture
def small_groups(monkeypatch: pytest.MonkeyPatch, small_blocks: None) -> None:
    """Groups of few rows, so that series meet their edges."""
    monkeypatch.setattr(metric_file_module, "GROUP_ROWS", 7)


@pytest.mark.timeout(1800 if IS_LONG else 300)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(RECORDS, max_size=12), max_size=4), compacted=st.booleans())
def test_metrics_that_were_brought_in_are_exported_as_the_same_bytes(
    storage: Storage, new_run: Callable[[], str], small_groups: None, batches: list[list[Record]], compacted: bool
) -> None:
    first = new_run()
    for seq, records in enumerate(batches):
        storage.metrics.append("w", first, RecordBatch("x", seq, records), at=NOW)
        if compacted:
            storage.metrics.compact("w", first)
    before = exported(storage, "w", first)
    run_id = brought_in(storage, before)
    assert exported(storage, "w", run_id) == before
    storage.metrics.compact("w", run_id, finish=True)
    assert exported(storage, "w", run_id) == before
    assert plain(storage, run_id) == plain(storage, first)


def test_special_numbers_keep_their_bits(storage: Storage, new_run: Callable[[], str]) -> None:
    strange = [struct.unpack("<d", struct.pack("<Q", bits))[0] for bits in (0x7FF8000000000123, 0xFFF8000000000001, 1 << 63, 1)]
    values = [*strange, math.inf, -math.inf, 2**53 + 1, -(2**63), True, None, "text"]
    run_id = new_run()
    storage.metrics.append("w", run_id, RecordBatch("x", 0, [ScalarRecord("v", 5, value) for value in values]), at=NOW)
    other = brought_in(storage, exported(storage, "w", run_id))
    (series,) = storage.metrics.series("w", [other], None)
    assert [packed(value) for value in series.values] == [packed(value) for value in values]


def test_a_list_that_begins_with_a_text_at_a_step_stays_a_list(storage: Storage, new_run: Callable[[], str]) -> None:
    run_id = new_run()
    records: list[Record] = [ListRecord("v", 5, []), ScalarRecord("v", 5, "text", 3), ScalarRecord("v", 6, 2**64 - 1, 4)]
    storage.metrics.append("w", run_id, RecordBatch("x", 0, records), at=NOW)
    before = exported(storage, "w", run_id)
    other = brought_in(storage, before)
    assert exported(storage, "w", other) == before
    assert plain(storage, other) == plain(storage, run_id)


def test_nothing_is_seen_of_a_run_before_it_is_finished(storage: Storage) -> None:
    total = storage.runs.search("w", RunQuery(), at=NOW).total
    storage.imports.open("w", "hidden", "i-hidden", at=NOW)
    storage.metrics.append(storage.imports.staging, "i-hidden", RecordBatch("x", 0, [ScalarRecord("v", 5, 1.0)]), at=NOW)
    assert storage.runs.search("w", RunQuery(), at=NOW).total == total
    assert storage.imports.staging not in [each.name for each in storage.workspaces.list()]
    with pytest.raises(NotFoundError):
        storage.runs.get("w", "hidden")
    finished(storage, "hidden", "i-hidden")
    assert storage.runs.search("w", RunQuery(), at=NOW).total == total + 1


def test_a_run_keeps_its_times_authors_labels_and_events(storage: Storage) -> None:
    storage.imports.open("w", "kept", "i-kept", at=NOW)
    events = [EventFacts(status=RunStatus.RUNNING, at=LONG_AGO, author="ann"), EventFacts(status=RunStatus.FAILED, at=LONG_AGO)]
    record = finished(storage, "kept", "i-kept", events=events, status=RunStatus.FAILED, tags={"k": "v", "bare": None})
    assert (record.created_at, record.ended_at, record.submitted_by) == (LONG_AGO, LONG_AGO, "ann")
    assert record.tags == {"k": "v", "bare": None} and record.status is RunStatus.FAILED
    told = storage.runs.events("w", "kept")
    assert [(event.kind, event.author) for event in told] == [("status", "ann"), ("status", None), ("imported", "me")]
    assert told[-1].at == NOW and told[-1].detail == {"digest": "d" * 64, "source": "test"}
    found = storage.runs.search("w", RunQuery(filter="tag.k = v and status = Failed and submitter = ann"), at=NOW)
    assert [run.id for run in found.runs] == ["kept"]


def test_a_finished_import_is_known_and_its_id_is_taken_for_others(storage: Storage) -> None:
    storage.imports.open("w", "known", "i-known", at=NOW)
    finished(storage, "known", "i-known")
    assert storage.imports.find("w", {"known": "d" * 64, "new": "d" * 64}).there == ["known"]
    assert storage.imports.find("w", {"known": "e" * 64}).taken == ["known"]
    assert finished(storage, "known", "i-known").id == "known"  # its answer was lost: asked again
    storage.imports.open("w", "known", "i-other", at=NOW)
    with pytest.raises(ConflictError, match="another run 'known'"):
        finished(storage, "known", "i-other", digest="e" * 64)


def test_a_child_needs_its_parent_and_then_counts_as_its_child(storage: Storage) -> None:
    storage.imports.open("w", "kid", "i-kid", at=NOW)
    with pytest.raises(ConflictError, match="Bring it in first"):
        finished(storage, "kid", "i-kid", parent_id="dad")
    storage.imports.open("w", "dad", "i-dad", at=NOW)
    finished(storage, "dad", "i-dad")
    record = finished(storage, "kid", "i-kid", parent_id="dad")
    assert (record.parent_id, record.root_id) == ("dad", "dad")
    assert storage.runs.get("w", "dad").child_count == 1 and storage.runs.children("w", ["dad"]) == {"dad": ["kid"]}


def test_files_must_be_the_announced_ones(storage: Storage) -> None:
    storage.imports.open("w", "files", "i-files", at=NOW)
    storage.artifacts.put(storage.imports.staging, "i-files", "a.txt", iter([b"a"]), replace=True, at=NOW)
    with pytest.raises(ConflictError, match=r"a\.txt"):
        finished(storage, "files", "i-files")
    sha256 = hashlib.sha256(b"a").hexdigest()
    facts = FileFacts(path="a.txt", size_bytes=1, sha256=sha256, created_at=LONG_AGO, updated_at=LONG_AGO)
    finished(storage, "files", "i-files", files=[facts])
    (file,) = storage.artifacts.list("w", "files", prefix="")
    assert (file.sha256, file.created_at) == (sha256, LONG_AGO)


def test_a_missing_snapshot_stops_the_run(storage: Storage) -> None:
    storage.imports.open("w", "snap", "i-snap", at=NOW)
    with pytest.raises(ConflictError, match="snapshot"):
        finished(storage, "snap", "i-snap", snapshot_id="f" * 64)
    with pytest.raises(NotFoundError):
        storage.runs.get("w", "snap")


def test_numbers_stay_where_they_are_free_and_new_runs_get_higher_ones(storage: Storage, new_run: Callable[[], str]) -> None:
    for run_id, number in (("n1", 5_000), ("n2", 5_000), ("n3", None)):
        storage.imports.open("w", run_id, f"i-{run_id}", at=NOW)
        finished(storage, run_id, f"i-{run_id}", number=number)
    numbers = [storage.runs.get("w", run_id).number for run_id in ("n1", "n2", "n3", new_run())]
    assert numbers == [5_000, 5_001, 5_002, 5_003]


def test_an_import_that_is_not_finished_in_a_day_is_given_up(storage: Storage) -> None:
    storage.imports.open("w", "old", "i-old", at=NOW)
    storage.imports.open("w", "new", "i-new", at=NOW + timedelta(days=2))
    with pytest.raises(ConflictError, match="start it again"):
        finished(storage, "old", "i-old")
    assert finished(storage, "new", "i-new").id == "new"


def brought_in(storage: Storage, parquet: bytes) -> str:
    run_id = f"in-{next(_COUNT)}"
    storage.imports.open("w", run_id, f"i-{run_id}", at=NOW)
    for batch in batches_of(parquet):
        answer = storage.metrics.append(storage.imports.staging, f"i-{run_id}", decode_batch(batch), at=NOW)
        assert not answer.refused
    record: RunRecord = finished(storage, run_id, f"i-{run_id}")
    return record.id


def batches_of(parquet: bytes) -> Iterator[bytes]:
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        file.write(parquet)
        file.flush()
        yield from metric_batches(Path(file.name), lambda address: address)


def finished(
    storage: Storage, run_id: str, import_id: str, *, digest: str = "d" * 64, events: Any = (), files: Any = (), **facts: Any
) -> Any:
    run = RunFacts(
        **{
            "id": run_id,
            "display_name": run_id,
            "status": RunStatus.COMPLETED,
            "created_at": LONG_AGO,
            "ended_at": LONG_AGO,
            "submitted_by": "ann",
            **facts,
        }
    )
    experiment = ExperimentFacts(name="e", created_at=LONG_AGO)
    request = FinishImportRequest(
        digest=digest, source="test", experiment=experiment, run=run, events=list(events), files=list(files)
    )
    return storage.imports.finish("w", import_id, request, author="me", at=NOW)


def exported(storage: Storage, workspace: str, run_id: str) -> bytes:
    return b"".join(metric_file(storage.metrics.export(workspace, [run_id], None, whole=True)))


def plain(storage: Storage, run_id: str) -> list[tuple[Any, ...]]:
    return [
        (
            series.name,
            series.family,
            series.type,
            series.description,
            series.count,
            series.steps,
            series.times,
            [packed(value) for value in series.values],
            {name: [packed(value) for value in values] for name, values in series.columns.items()},
        )
        for series in storage.metrics.series("w", [run_id], None)
    ]


def packed(value: Any) -> Any:
    """Return a value so that equal means: of the same type and, of a float, with the same bits."""
    return struct.pack("<d", value) if isinstance(value, float) else (type(value).__name__, value)
