"""Metrics over HTTP: what was logged is what comes back."""

from __future__ import annotations

import math
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.server.conftest import ROOT

from runyard.domain.metric import MetricType, MetricValue
from runyard.wire.codec import MSGPACK, from_msgpack, to_msgpack
from runyard.wire.metric import FileRecord, ListRecord, RecordBatch, ScalarRecord, TableRecord
from runyard.wire.metric_query import MetricValuesBody, SeriesPage

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=8),
)


@pytest.fixture
def send(api: Any) -> Any:
    api.start({"id": "r"})
    count = iter(range(1_000_000))

    def send(*records: Any, run: str = "r", writer: str = "w", seq: int | None = None) -> Any:
        batch = RecordBatch(writer, next(count) if seq is None else seq, list(records))
        return api.call("POST", f"/runs/{run}/records", content=to_msgpack(batch), headers={"content-type": MSGPACK})

    return send


def values(client: httpx.Client, **query: Any) -> dict[str, Any]:
    response = client.post(f"{ROOT}/metrics/values", json={"run_id": "r", **query}, headers={"accept": MSGPACK})
    return from_msgpack(response.content, MetricValuesBody).runs


def same(left: Any, right: Any) -> bool:
    if isinstance(left, list):
        return isinstance(right, list) and len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) and math.isnan(left):
        return isinstance(right, float) and math.isnan(right)
    return type(left) is type(right) and left == right


def test_each_shape_comes_back_as_get_metrics_documents_it(send: Any, client: httpx.Client) -> None:
    send(
        ScalarRecord("once", 1, 0.5),
        ScalarRecord("often", 1, 1),
        ScalarRecord("often", 2, 2),
        ScalarRecord("mixed", 1, 1),
        ScalarRecord("mixed", 2, 2.5),
        ListRecord("list", 1, [1, 1, 2]),
        ListRecord("list", 2, [3, 5]),
        ListRecord("lonely", 1, [7]),
        TableRecord("row", 1, {"angle": [0.5], "cos": [0.9]}),
        TableRecord("rows", 1, {"a": [1], "b": ["x"]}),
        TableRecord("rows", 2, {"a": [2], "c": [True]}),
        FileRecord("plot", 1, "aml://artifactId/ExperimentRun/dcid.r/plot_1.png", MetricType.IMAGE),
    )
    assert values(client)["r"] == {
        "once": 0.5,
        "often": [1, 2],
        "mixed": [1.0, 2.5],
        "list": [1, 1, 2, 3, 5],
        "lonely": 7,
        "row": {"angle": 0.5, "cos": 0.9},
        "rows": {"a": [1, 2], "b": ["x", None], "c": [None, True]},
        "plot": "aml://artifactId/ExperimentRun/dcid.r/plot_1.png",
    }
    assert values(client, name="list") == {"r": {"list": [1, 1, 2, 3, 5]}}
    assert values(client, name="absent") == {}


def test_system_metrics_come_only_by_their_name(send: Any, client: httpx.Client) -> None:
    send(ScalarRecord("loss", 1, 0.5), ScalarRecord("system/cpu_percent", 1, 12.0))
    assert values(client) == {"r": {"loss": 0.5}}
    assert values(client, name="system/cpu_percent") == {"r": {"system/cpu_percent": 12.0}}


def test_a_batch_that_comes_twice_counts_once(send: Any, client: httpx.Client) -> None:
    assert send(ScalarRecord("x", 1, 1), seq=0)["stored"] is True
    assert send(ScalarRecord("x", 1, 1), seq=0)["stored"] is False
    assert send(ScalarRecord("x", 1, 2), seq=0, writer="other")["stored"] is True
    assert values(client)["r"]["x"] == [1, 2]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(logged=st.lists(VALUES, min_size=2, max_size=20))
def test_every_value_survives_the_way_there_and_back(send: Any, client: httpx.Client, logged: list[Any]) -> None:
    name = f"n{abs(hash(repr(logged)))}"
    send(*[ScalarRecord(name, n, value, step=-n) for n, value in enumerate(logged)], writer=name)
    response = client.post(f"{ROOT}/metrics/series", json={"run_ids": ["r"], "names": [name]}, headers={"accept": MSGPACK})
    (series,) = from_msgpack(response.content, SeriesPage).series
    assert same(series.values, logged) and series.steps == [-n for n in range(len(logged))]


def test_json_writes_what_json_has_no_number_for_as_text(send: Any, client: httpx.Client) -> None:
    send(ListRecord("odd", 1, [math.nan, math.inf, -math.inf, 1.0]))
    series = client.post(f"{ROOT}/metrics/series", json={"run_ids": ["r"]}).json()["series"][0]
    assert series["values"] == ["NaN", "Infinity", "-Infinity", 1.0]
    summary = client.get(f"{ROOT}/runs/r/metrics").json()["metrics"][0]
    assert (summary["min"], summary["max"], summary["count"], summary["last"]) == ("-Infinity", "Infinity", 4, 1.0)


def test_a_long_series_keeps_its_extremes_when_it_is_thinned(send: Any, client: httpx.Client) -> None:
    numbers: list[MetricValue] = [math.sin(n / 50) for n in range(20_000)]
    numbers[12_345], numbers[777] = 99.0, -99.0
    send(ListRecord("long", 1, numbers))
    series = client.post(f"{ROOT}/metrics/series", json={"run_ids": ["r"], "max_points": 200}).json()["series"][0]
    assert len(series["values"]) <= 200 and series["count"] == 20_000
    assert max(series["values"]) == 99.0 and min(series["values"]) == -99.0
    assert series["steps"][series["values"].index(99.0)] == 12_345


def test_recursive_values_cover_the_descendants_that_have_metrics(api: Any, send: Any, client: httpx.Client) -> None:
    api.start({"id": "kid"}, {"id": "silent"}, parent_id="r")
    api.start({"id": "grandkid"}, parent_id="kid")
    send(ScalarRecord("x", 1, 1))
    send(ScalarRecord("x", 1, 2), run="grandkid")
    assert values(client, recursive=True) == {"grandkid": {"x": 2}, "r": {"x": 1}}


def test_a_run_list_brings_the_metrics_that_were_asked_for(api: Any, send: Any) -> None:
    send(ScalarRecord("loss", 1, 0.5), ScalarRecord("loss", 2, 0.25), ScalarRecord("other", 1, 1))
    page = api.call("POST", "/runs/search", json={"metrics": ["loss"]})
    (summary,) = page["metrics"]["r"]
    assert (summary["name"], summary["last"], summary["min"], summary["max"], summary["max_step"]) == ("loss", 0.25, 0.25, 0.5, 0)


def test_one_name_in_two_shapes_hides_nothing(send: Any, client: httpx.Client) -> None:
    send(ScalarRecord("x", 1, 1), TableRecord("x", 2, {"a": [1, 2]}))
    assert values(client)["r"] == {"x": 1, "x [table]": {"a": [1, 2]}}


def test_a_body_that_is_no_batch_is_refused(api: Any) -> None:
    api.start({"id": "r"})
    for body in (b"", b"nonsense", b"\xc1", to_msgpack({"writer": 1})):
        assert api.refuse("POST", "/runs/r/records", content=body)["code"] == "invalid_argument"


@pytest.mark.parametrize("query", [{"max_points": 1}, {"max_points": 10**9}, {"run_ids": ["r"] * 1001}])
def test_a_series_query_out_of_range_is_refused(api: Any, query: dict[str, Any]) -> None:
    assert api.refuse("POST", "/metrics/series", json={"run_ids": ["r"], **query})["code"] == "invalid_argument"
