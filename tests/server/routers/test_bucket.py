"""Series on one grid, and groups of runs on it, agree with a plain reckoning."""

from __future__ import annotations

import itertools
import json
import math
import statistics
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.server.conftest import ROOT

from runyard.wire.bucket import BUCKET_FRAME
from runyard.wire.codec import MSGPACK, to_msgpack
from runyard.wire.metric import RecordBatch, ScalarRecord

VALUES = {
    "a": {0: 1.0, 1: 2.0, 3: 5.0},
    "b": {1: 4.0, 2: math.nan, 3: 7.0, 4: 8.0},
    "c": {0: -1.0},
}


@pytest.fixture
def runs(api: Any) -> None:
    api.start(*[{"id": each} for each in VALUES])
    for run_id, points in VALUES.items():
        records = [ScalarRecord("loss", 1_000_000 * (10 + step), value, step) for step, value in points.items()]
        body = to_msgpack(RecordBatch("w", 0, list(records)))
        api.call("POST", f"/runs/{run_id}/records", content=body, headers={"content-type": MSGPACK})


def test_all_series_of_a_request_have_their_points_at_the_same_places(api: Any, runs: None) -> None:
    page = api.call("POST", "/metrics/buckets", json={"run_ids": ["a", "b"], "names": ["loss"], "groups": {"all": ["a", "b"]}})
    assert page["x"] == [0, 1, 2, 3, 4]
    assert [series["last"] for series in page["series"]] == [[1, 2, None, 5, None], [None, 4, None, 7, 8]]
    (group,) = page["groups"]
    assert group["mean"] == [1, 3, 3, 6, 8] and group["min"] == [1, 2, 2, 5, 8] and group["max"] == [1, 4, 4, 7, 8]
    assert group["count"] == [1, 2, 2, 2, 1] and group["std"] == [0, 1, 1, 1, 0]


def test_a_bucket_of_several_points_keeps_last_least_and_greatest(api: Any, runs: None) -> None:
    page = api.call("POST", "/metrics/buckets", json={"run_ids": ["b"], "names": ["loss"], "buckets": 2, "start": 0, "stop": 4})
    (series,) = page["series"]
    assert page["x"] == [1, 3] and (series["last"], series["min"], series["max"]) == ([4, 8], [4, 7], [4, 8])


def test_relative_time_counts_from_the_start_of_each_run_as_charts_count_it(api: Any, runs: None) -> None:
    origins = {run_id: started(api, run_id) for run_id in ("a", "b")}
    for run_id, wait_s in (("a", 0.5), ("b", 2.0)):  # b begins to log later, and its line does too
        records = [ScalarRecord("late", round((origins[run_id] + wait_s + step) * 1e6), step, step) for step in range(3)]
        body = to_msgpack(RecordBatch("late", 0, list(records)))
        api.call("POST", f"/runs/{run_id}/records", content=body, headers={"content-type": MSGPACK})
    query = {"run_ids": ["a", "b"], "names": ["late"], "axis": "relative", "buckets": 5, "start": 0, "stop": 5}
    page = api.call("POST", "/metrics/buckets", json={**query, "groups": {"all": ["a", "b"]}})
    assert [series["last"] for series in page["series"]] == [[0, 1, 2, None, None], [None, None, 0, 1, 2]]
    assert page["groups"][0]["count"] == [1, 1, 2, 1, 1]
    window = {"run_ids": ["a", "b"], "names": ["late"], "axis": "time", "start": 0, "stop": 2, "origins": origins}
    lines = api.call("POST", "/metrics/series", json=window)["series"]
    assert [line["values"] for line in lines] == [[0, 1], [0]]  # the windows of single lines are cut at the same places


def started(api: Any, run_id: str) -> float:
    run = api.call("GET", f"/runs/{run_id}")
    return datetime.fromisoformat(run["started_at"] or run["created_at"]).timestamp()


SERIES = st.dictionaries(st.integers(0, 40), st.one_of(st.floats(-1e6, 1e6), st.just(math.nan)), min_size=1, max_size=25)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SERIES, min_size=1, max_size=5), st.sampled_from([60, 7]))
def test_bands_of_groups_are_what_a_plain_reckoning_gives(api: Any, logged: list[dict[int, float]], buckets: int) -> None:
    ids = [f"{next(RUNS)}" for _ in logged]
    api.start(*[{"id": each} for each in ids])
    for run_id, points in zip(ids, logged, strict=True):
        body = to_msgpack(RecordBatch("w", 0, [ScalarRecord("v", 1, value, step) for step, value in points.items()]))
        api.call("POST", f"/runs/{run_id}/records", content=body, headers={"content-type": MSGPACK})
    groups = {"all": ids, "odd": ids[1::2]}
    query = {"run_ids": ids, "names": ["v"], "groups": groups, "series": False, "buckets": buckets, "start": 0, "stop": 40}
    page = api.call("POST", "/metrics/buckets", json=query)
    found = {group["label"]: group for group in page["groups"]}
    for label, members in groups.items():
        lines = [held(logged[ids.index(run_id)], buckets) for run_id in members]
        lines = [line for line in lines if line]
        assert (label in found) == bool(lines)
        for place in range(len(page["x"])) if lines else ():
            there = [line[place] for line in lines if place in line]
            group = found[label]
            assert group["count"][place] == len(there)
            assert (group["min"][place], group["max"][place]) == ((min(there), max(there)) if there else (None, None))
            if there:
                assert group["mean"][place] == pytest.approx(statistics.fmean(there), rel=1e-9, abs=1e-6)
                assert group["std"][place] == pytest.approx(statistics.pstdev(there), rel=1e-6, abs=1e-6)


RUNS = itertools.count()


def held(points: dict[int, float], buckets: int) -> dict[int, float]:
    """The number that a run has in each bucket: the last in it, else the one before, from its first to its last."""
    numbers = {step: value for step, value in sorted(points.items()) if not math.isnan(value)}
    place = (lambda step: step) if buckets > 40 else (lambda step: min(buckets - 1, int(step / (40 / buckets))))
    last = {place(step): value for step, value in numbers.items()}
    line: dict[int, float] = {}
    for each in range(min(last), max(last) + 1) if last else ():
        line[each] = last.get(each, line.get(each - 1, math.nan))
    return line


def test_the_binary_answer_holds_the_same(api: Any, runs: None) -> None:
    query = {"run_ids": ["a", "b", "c"], "names": ["loss"], "groups": {"g": ["a", "c"]}}
    plain = api.call("POST", "/metrics/buckets", json=query)
    data = api.client.post(f"{ROOT}/metrics/buckets", json=query, headers={"accept": BUCKET_FRAME}).content
    assert data[:4] == b"RYB1"
    start = 8 + int.from_bytes(data[4:8], "little")
    header = json.loads(data[8:start])
    size = header["buckets"]
    assert np.frombuffer(data, "<f8", size, start).tolist() == plain["x"]
    columns = iter(np.frombuffer(data, "<f4", -1, start + 8 * size).reshape(-1, size).tolist())
    for kind, names in (("series", ("last", "min", "max")), ("groups", ("mean", "min", "max", "std", "count"))):
        for entry, expected in zip(header[kind], plain[kind], strict=True):
            assert {key: expected[key] for key in entry} == entry
            for name in names:
                assert [None if math.isnan(value) else value for value in next(columns)] == pytest.approx(expected[name])
    assert next(columns, None) is None


@pytest.mark.parametrize(
    "wrong", [{"names": []}, {"buckets": 0}, {"start": 2, "stop": 1}, {"groups": {"g": ["elsewhere"]}}, {"axis": "moon"}]
)
def test_a_grid_that_cannot_be_made_is_refused(api: Any, runs: None, wrong: dict[str, Any]) -> None:
    query = {"run_ids": ["a"], "names": ["loss"], **wrong}
    assert api.refuse("POST", "/metrics/buckets", json=query)["code"] == "invalid_argument"


def test_runs_without_the_metric_give_an_empty_grid(api: Any, runs: None) -> None:
    page = api.call("POST", "/metrics/buckets", json={"run_ids": ["a"], "names": ["nothing"], "groups": {"g": ["a"]}})
    assert page["series"] == [] and page["groups"] == []


def test_one_metric_is_read_where_another_is_best(api: Any, runs: None) -> None:
    records = [ScalarRecord("acc", 1, step / 10, step) for step in (0, 1, 2, 1)] + [ScalarRecord("acc", 1, 0.15, 2)]
    for run_id in ("a", "c"):
        body = to_msgpack(RecordBatch("acc", 0, list(records)))
        api.call("POST", f"/runs/{run_id}/records", content=body, headers={"content-type": MSGPACK})
    query = {"run_ids": ["a", "b", "c"], "name": "acc", "other": "loss", "figure": "min"}
    found = api.call("POST", "/metrics/at", json=query)["runs"]
    assert found == {"a": {"step": 0, "value": 0}, "b": {"step": 1, "value": None}, "c": {"step": 0, "value": 0}}
    best = api.call("POST", "/metrics/at", json={"run_ids": ["a", "b"], "name": "loss", "other": "acc", "figure": "max"})["runs"]
    assert best == {"a": {"step": 2, "value": None}}
    again = api.call("POST", "/metrics/at", json={"run_ids": ["a"], "name": "acc", "other": "acc", "figure": "max"})["runs"]
    assert again == {"a": {"step": 2, "value": 0.15}}
