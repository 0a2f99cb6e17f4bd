"""Whatever is logged, in whatever order things happen: what is read equals a plain list in memory."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conformance.conftest import NOW

from runyard.domain.metric import MetricFamily, MetricSeries, MetricType
from runyard.errors import InvalidArgumentError, NotFoundError
from runyard.sdk.histogram import binned
from runyard.storage.base import Storage
from runyard.testing.plain_metrics import PlainMetrics, same_series, same_summaries
from runyard.wire.journal import (
    SeriesDefinition,
    decode_batch,
    define_frame,
    encode_batch,
    encode_records,
    pack_scalar,
    scalars_frame,
    var_frame,
)
from runyard.wire.metric import FileRecord, HistogramRecord, ListRecord, Record, RecordBatch, ScalarRecord, TableRecord
from runyard.wire.metric_query import SeriesQuery

EXAMPLES = 400 if os.environ.get("RUNYARD_LONG") else 40
EXACT = [0.0, -0.0, math.nan, math.inf, -math.inf, 5e-324, 1.7976931348623157e308, 2**53 + 1, -(2**63), 2**63 - 1, 2**64 - 1]

INT64 = st.integers(-(2**63), 2**63 - 1)
NUMBERS = st.one_of(st.floats(allow_nan=True), INT64, st.integers(-3, 3), st.sampled_from(EXACT[:-1]))
VALUES = st.one_of(NUMBERS, NUMBERS, st.booleans(), st.none(), st.text(max_size=3))
NAMES = st.sampled_from(["loss", "acc", "Ünïcode 名前 🙂", "d"])
STEPS = st.one_of(st.none(), st.integers(-5, 50), INT64)
TIMES = st.one_of(st.integers(0, 10**15), INT64)
CELLS = st.lists(st.one_of(st.none(), st.integers(-9, 9), st.text(max_size=2)), max_size=3)
HISTOGRAMS = st.builds(
    binned, st.lists(st.one_of(st.floats(allow_nan=True), st.integers(-9, 9).map(float)), max_size=9), st.integers(1, 5)
)
RECORDS = st.one_of(
    st.builds(ScalarRecord, NAMES, TIMES, VALUES, STEPS, st.sampled_from(["", "what it is"])),
    st.builds(ListRecord, NAMES, TIMES, st.lists(VALUES, max_size=6)),
    st.builds(ListRecord, NAMES, TIMES, st.lists(st.floats(), min_size=6, max_size=30)),
    st.builds(TableRecord, NAMES, TIMES, st.dictionaries(st.sampled_from(["a", "b", "ç"]), CELLS, max_size=3)),
    st.builds(
        FileRecord,
        NAMES,
        TIMES,
        st.text(max_size=5),
        st.sampled_from([MetricType.IMAGE, MetricType.PREDICTIONS]),
        st.just(""),
        STEPS,
    ),
    st.builds(HistogramRecord, NAMES, TIMES, HISTOGRAMS, STEPS),
)
BATCH = st.tuples(st.just("batch"), st.sampled_from(["w0", "w1", "wé"]), st.integers(0, 6), st.lists(RECORDS, max_size=12))
WIDE_VALUES = st.floats(width=32) | NUMBERS
WIDE_CALLS = st.builds(
    lambda names, at_us, calls: [
        ScalarRecord(name, at_us + apart * call + n * jitter, value, step)
        for call, (step, value, apart, jitter) in enumerate(calls)
        for n, name in enumerate(names)
    ],
    st.lists(NAMES, min_size=2, unique=True),
    st.integers(0, 10**15),
    st.lists(
        st.tuples(st.integers(-5, 50), st.floats(width=32) | NUMBERS, st.sampled_from([0, 1000]), st.booleans()), max_size=4
    ),
)
BATCH |= st.tuples(st.just("batch"), st.sampled_from(["w0", "w1"]), st.integers(0, 6), WIDE_CALLS)
ACTIONS = st.one_of(BATCH, BATCH, BATCH, st.sampled_from([("compact",), ("finish",), ("read",), ("pages",)]))


def apply_batch(storage: Storage, plain: PlainMetrics, run_id: str, batch: RecordBatch, *, as_journal: bool) -> None:
    packed = decode_batch(encode_records(batch.records, writer=batch.writer, seq=batch.seq)) if as_journal else batch
    assert storage.metrics.append("w", run_id, packed, at=NOW).stored == plain.append(batch)


def check(storage: Storage, plain: PlainMetrics, run_id: str) -> None:
    assert same_series(storage.metrics.series("w", [run_id], None), plain.series())
    assert same_summaries(storage.metrics.summaries("w", [run_id], None).get(run_id, []), plain.summaries())


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(actions=st.lists(ACTIONS, min_size=1, max_size=14), as_journal=st.booleans())
def test_any_sequence_of_batches_retries_and_upkeep_reads_like_a_plain_list(
    storage: Storage, new_run: Callable[[], str], small_blocks: None, actions: list[Any], as_journal: bool
) -> None:
    run_id = new_run()
    plain = PlainMetrics(run_id)
    for action in actions:
        if action[0] == "batch":
            apply_batch(storage, plain, run_id, RecordBatch(*action[1:]), as_journal=as_journal)
        elif action[0] == "pages":
            storage.metrics.build_pages()
        elif action[0] == "read":
            check(storage, plain, run_id)
        else:
            storage.metrics.compact("w", run_id, finish=action[0] == "finish")
    check(storage, plain, run_id)
    storage.metrics.compact("w", run_id, finish=True)
    check(storage, plain, run_id)
    for series in plain.series():
        name = series.name.removesuffix(f" [{series.family.value}]")
        assert same_series(storage.metrics.series("w", [run_id], [name]), plain.series([name]))


CURVE = st.one_of(st.integers(-9, 9), st.floats(-9, 9), st.sampled_from([math.nan, math.inf]))
WINDOWS = st.fixed_dictionaries(
    {
        "axis": st.sampled_from(["step", "time", "index"]),
        "start": st.one_of(st.none(), st.integers(-3, 130)),
        "stop": st.one_of(st.none(), st.integers(-3, 130)),
        "max_points": st.integers(4, 60),
        "sort": st.booleans(),
        "since": st.one_of(st.just(0), st.integers(0, 130)),
    }
)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    values=st.lists(
        st.one_of(st.integers(-9, 9), st.floats(-9, 9), st.sampled_from([math.nan, math.inf])), min_size=1, max_size=120
    ),
    step=st.sampled_from(["rising", "none", "falling", "jumping"]),
    cuts=st.lists(st.integers(0, 120), max_size=6),
    windows=st.lists(WINDOWS, min_size=1, max_size=6),
)
def test_a_window_holds_the_extremes_and_only_what_was_logged(
    storage: Storage,
    new_run: Callable[[], str],
    small_blocks: None,
    values: list[float],
    step: str,
    cuts: list[int],
    windows: list[dict[str, Any]],
) -> None:
    run_id = new_run()
    patterns: dict[str, Callable[[int], int | None]]
    patterns = {"rising": lambda i: i, "none": lambda i: None, "falling": lambda i: 100 - i, "jumping": lambda i: i * 37 % 64}
    steps = patterns[step]
    records: list[Record] = [ScalarRecord("x", i * 1_000_000, value, steps(i)) for i, value in enumerate(values)]
    edges = [0, *sorted(cut for cut in cuts if cut < len(values)), len(values)]
    for seq, (low, high) in enumerate(itertools.pairwise(edges)):
        storage.metrics.append("w", run_id, RecordBatch("w0", seq, records[low:high]), at=NOW)
        if seq % 3:
            storage.metrics.compact("w", run_id, finish=seq % 3 == 2)
    for window in windows:
        check_window(storage, run_id, records, window)


def check_window(storage: Storage, run_id: str, records: list[Any], window: dict[str, Any]) -> None:
    since = window["since"]
    query = SeriesQuery(**{**window, "run_ids": [run_id], "names": ["x"], "since": {run_id: {"x": since}}})
    (found,) = storage.metrics.windows("w", query)
    along = [
        i if query.axis == "index" else i if query.axis == "time" or record.step is None else record.step
        for i, record in enumerate(records)
    ]
    low = -math.inf if query.start is None else query.start
    high = math.inf if query.stop is None else query.stop
    inside = [i for i in range(since, len(records)) if low <= along[i] <= high]
    if query.sort and query.axis != "index":
        inside.sort(key=lambda i: along[i])
    expected = [(i if records[i].step is None else records[i].step, i * 1_000_000, records[i].value) for i in inside]
    got = list(zip(found.steps.tolist(), found.times_us.tolist(), found.values.tolist(), strict=True))
    everything = [(x, at, float(value)) for x, at, value in expected]
    assert len(got) <= query.max_points and found.count == len(records)
    if len(expected) <= query.max_points:
        assert repr(got) == repr(everything)
        return
    shown = [repr(point) for point in everything]
    places = [shown.index(repr(point)) for point in got]
    assert places == sorted(set(places)) and places[0] == 0 and places[-1] == len(shown) - 1
    finite = [value for _, _, value in everything if math.isfinite(value)]
    if finite:
        kept = [value for _, _, value in got if math.isfinite(value)]
        assert (min(kept), max(kept)) == (min(finite), max(finite))
    assert found.series().times == [at / 1_000_000 for _, at, _ in got]


@pytest.mark.parametrize("value", EXACT, ids=repr)
def test_every_number_survives_to_the_last_bit(storage: Storage, new_run: Callable[[], str], value: float) -> None:
    run_id = new_run()
    storage.metrics.append("w", run_id, RecordBatch("w0", 0, [ScalarRecord("x", 1, value, -7)]), at=NOW)
    for _ in range(2):
        (series,) = storage.metrics.series("w", [run_id], ["x"])
        assert repr(series.values) == repr([value]) and series.steps == [-7]
        storage.metrics.compact("w", run_id, finish=True)


def test_ten_thousand_names(storage: Storage, new_run: Callable[[], str]) -> None:
    run_id = new_run()
    names = [f"layer{n}/größe" for n in range(10_000)]
    for seq in range(2):
        records: list[Record] = [ScalarRecord(name, seq, n + seq * 0.5, seq) for n, name in enumerate(names)]
        storage.metrics.append("w", run_id, decode_batch(encode_records(records, writer="w", seq=seq)), at=NOW)
        storage.metrics.compact("w", run_id, finish=bool(seq))
    summaries = storage.metrics.summaries("w", [run_id], None)[run_id]
    assert [each.name for each in summaries] == names
    assert [each.last for each in summaries] == [n + 0.5 for n in range(10_000)]
    (series,) = storage.metrics.series("w", [run_id], [names[7777]])
    assert series.values == [7777.0, 7777.5] and series.steps == [0, 1]


def test_a_long_series_at_every_zoom(storage: Storage, new_run: Callable[[], str]) -> None:
    run_id = new_run()
    numbers = np.sin(np.arange(300_000) / 1000)
    numbers[234_567], numbers[4_321] = 50.0, -50.0
    for seq, part in enumerate(np.array_split(numbers, 5)):
        storage.metrics.append("w", run_id, RecordBatch("w", seq, [ListRecord("x", seq, part.tolist())]), at=NOW)
        storage.metrics.compact("w", run_id)
    for start, stop in ((0, 299_999), (4_000, 299_000), (234_567, 299_999), (4_321, 4_321), (100_000, 234_568)):
        query = SeriesQuery(run_ids=[run_id], names=["x"], max_points=500, start=start, stop=stop)
        (window,) = storage.metrics.windows("w", query)
        inside = numbers[start : stop + 1]
        assert len(window.values) <= 500
        assert (window.values.min(), window.values.max()) == (inside.min(), inside.max())
        assert (window.values == numbers[window.steps]).all()
    whole = np.concatenate([column.values for column in storage.metrics.export("w", [run_id], None)])
    assert (whole == numbers).all()


def test_windows_of_runs_that_began_at_different_times_count_from_their_starts(
    storage: Storage, new_run: Callable[[], str]
) -> None:
    runs = {new_run(): 1000, new_run(): 5000}
    for run_id, began in runs.items():
        records = [ScalarRecord("x", (began + n) * 1_000_000, float(n)) for n in range(10)]
        storage.metrics.append("w", run_id, RecordBatch("w", 0, list[Record](records)), at=NOW)
    origins = {run_id: float(began) for run_id, began in runs.items()}
    query = SeriesQuery(run_ids=list(runs), names=["x"], axis="time", start=2.5, stop=5, origins=origins)
    assert [window.values.tolist() for window in storage.metrics.windows("w", query)] == [[3.0, 4.0, 5.0]] * 2


def test_a_batch_stays_known_when_its_rows_are_long_gone(storage: Storage, new_run: Callable[[], str]) -> None:
    run_id = new_run()
    order = [3, 0, 1, 7, 2, 5, 4]
    for seq in order:
        assert storage.metrics.append("w", run_id, RecordBatch("w0", seq, [ScalarRecord("x", 1, seq)]), at=NOW).stored
        storage.metrics.compact("w", run_id, finish=True)
    for seq in order:
        assert not storage.metrics.append("w", run_id, RecordBatch("w0", seq, [ScalarRecord("x", 1, -1)]), at=NOW).stored
    assert storage.metrics.append("w", run_id, RecordBatch("w0", 6, []), at=NOW).stored
    assert storage.metrics.series("w", [run_id], ["x"])[0].values == order


@pytest.mark.parametrize("as_journal", [False, True])
def test_what_cannot_be_stored_is_named_and_the_rest_is_kept(
    storage: Storage, new_run: Callable[[], str], as_journal: bool
) -> None:
    run_id = new_run()
    records: list[Record] = [
        ScalarRecord("x", 1, 0),
        ScalarRecord("x", 2**63, "time"),
        ScalarRecord("x", 1, "step", -(2**63) - 1),
        ScalarRecord("x", 1, 1),
        ScalarRecord("", 1, 1),
        ListRecord("a\0b", 1, [1]),
        ScalarRecord("x" * 1025, 1, 2.5),
        ScalarRecord("x", 1, "t" * 1_000_001),
        ScalarRecord("x", 1, 2, description="d" * 10_001),
        TableRecord("t", 1, {"": [1]}),
        TableRecord("t", 1, {"a": [1]}),
        ScalarRecord("x", 1, 2),
    ]
    good = [0, 3, 10, 11]
    batch: Any = RecordBatch("w0", 0, records)
    if as_journal:
        records[1:3] = [ScalarRecord("x", 1, 0), ScalarRecord("x", 1, 0)]  # a journal has no room for such numbers
        good = [0, 1, 2, 3, 10, 11]
        batch = decode_batch(encode_records(records, writer="w0", seq=0))
    answer = storage.metrics.append("w", run_id, batch, at=NOW)
    assert answer.stored
    assert [each.place for each in answer.refused] == [place for place in range(len(records)) if place not in good]
    assert answer.refused_count == len(answer.refused)
    assert all(each.message for each in answer.refused)
    assert [series.values for series in storage.metrics.series("w", [run_id], ["x"])] == [
        [record.value for place in good if isinstance(record := records[place], ScalarRecord)]
    ]
    assert [series.columns for series in storage.metrics.series("w", [run_id], ["t"])] == [{"a": [1]}]
    assert not storage.metrics.append("w", run_id, batch, at=NOW).stored
    with pytest.raises(NotFoundError):
        storage.metrics.append("w", "no-such-run", RecordBatch("w0", 0, [ScalarRecord("x", 1, 1)]), at=NOW)


def test_a_damaged_scalar_and_an_unknown_kind_of_record_cost_no_other(storage: Storage, new_run: Callable[[], str]) -> None:
    run_id = new_run()
    define = define_frame(SeriesDefinition(1, "x"))
    damaged = pack_scalar(1, 1, 7.0, None)[:-4] + b"\x3f\0\0\0"
    scalars = b"".join((pack_scalar(1, 1, 0.5, None), damaged, pack_scalar(9, 1, 8.0, None), pack_scalar(1, 2, 1.5, None)))
    unknown = var_frame(msgspec.msgpack.encode(["record of a later version", 1]))
    frames = [define, unknown, scalars_frame(scalars)]
    batch = decode_batch(encode_batch(frames, writer="w", seq=0, first=0, record_count=5))
    answer = storage.metrics.append("w", run_id, batch, at=NOW)
    assert [(each.place, each.name) for each in answer.refused] == [(0, ""), (2, "x"), (3, "")]
    (series,) = storage.metrics.series("w", [run_id], None)
    assert series.values == [0.5, 1.5]


def test_a_batch_without_a_writer_is_refused(storage: Storage, new_run: Callable[[], str]) -> None:
    run_id = new_run()
    for batch in (RecordBatch("", 0, []), RecordBatch("w" * 201, 0, []), RecordBatch("w", -1, []), RecordBatch("w", 2**63, [])):
        with pytest.raises(InvalidArgumentError):
            storage.metrics.append("w", run_id, batch, at=NOW)
    assert storage.metrics.series("w", [run_id], None) == []


def test_runs_come_in_the_order_asked_for(storage: Storage, new_run: Callable[[], str]) -> None:
    runs = [new_run() for _ in range(3)]
    for n, run_id in enumerate(runs[:2]):
        storage.metrics.append("w", run_id, RecordBatch("w", 0, [ScalarRecord("x", 1, n), ScalarRecord("y", 1, n)]), at=NOW)
    storage.metrics.compact("w", runs[0])
    asked = [runs[1], "unknown", runs[2], runs[0]]
    found: list[MetricSeries] = storage.metrics.series("w", asked, ["y", "x"])
    assert [(each.run_id, each.name) for each in found] == [(runs[1], "x"), (runs[1], "y"), (runs[0], "x"), (runs[0], "y")]
    assert {each.family for each in found} == {MetricFamily.SERIES}
    assert list(storage.metrics.summaries("w", asked, ["y"])) == [runs[1], runs[0]]
