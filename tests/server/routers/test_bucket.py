"""Series on one grid, and groups of runs on it, agree with a plain reckoning."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
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


def test_a_relative_axis_begins_with_each_series(api: Any, runs: None) -> None:
    query = {"run_ids": ["a", "b"], "names": ["loss"], "axis": "relative", "buckets": 4, "stop": 1.5}
    page = api.call("POST", "/metrics/buckets", json=query)
    assert [series["last"][0] for series in page["series"]] == [1, 4]
    assert [[value for value in series["last"] if value is not None] for series in page["series"]] == [[1, 2], [4]]


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
