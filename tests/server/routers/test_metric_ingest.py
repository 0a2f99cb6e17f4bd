"""The ingest route with batches of a journal, and the answers that charts and notebooks take whole."""

from __future__ import annotations

import io
import math
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.server.conftest import ROOT

from runyard.server.routers import batch as batches
from runyard.wire.journal import CONTENT_TYPE, encode_records
from runyard.wire.metric import ListRecord, Record, ScalarRecord, TableRecord
from runyard.wire.series import SERIES_FRAME, decode_frame

JOURNAL = {"content-type": CONTENT_TYPE}
RECORDS: list[Record] = [
    *(ScalarRecord("loss", n * 1_000_000, n / 4, n) for n in range(8)),
    ScalarRecord("loss", 9_000_000, math.nan, 9),
    ScalarRecord("note", 1, "text"),
    TableRecord("table", 1, {"a": [1]}),
]


@pytest.fixture
def run(api: Any) -> str:
    api.start({"id": "r"})
    api.call("POST", "/runs/r/records", content=encode_records(RECORDS, writer="w", seq=0), headers=JOURNAL)
    return "r"


def test_a_batch_of_a_journal_is_stored_once(api: Any, run: str) -> None:
    batch = encode_records([ScalarRecord("x", 1, 2**60)], writer="w", seq=1)
    assert api.call("POST", "/runs/r/records", content=batch, headers=JOURNAL)["stored"] is True
    assert api.call("POST", "/runs/r/records", content=batch, headers=JOURNAL)["stored"] is False
    assert api.call("POST", "/metrics/values", json={"run_id": "r", "name": "x"})["runs"] == {"r": {"x": 2**60}}


def test_a_record_that_cannot_be_stored_is_named_and_costs_no_other(api: Any, run: str) -> None:
    records: list[Record] = [ScalarRecord("x", 1, 1), ScalarRecord("", 1, 2), *(ScalarRecord("y\0", 1, n) for n in range(200))]
    batch = encode_records([*records, ScalarRecord("x", 2, 3)], writer="w", seq=1)
    answer = api.call("POST", "/runs/r/records", content=batch, headers=JOURNAL)
    assert (answer["stored"], answer["refused_count"], len(answer["refused"])) == (True, 201, 100)
    assert answer["refused"][0] == {"place": 1, "name": "", "message": answer["refused"][0]["message"]}
    assert "cannot name a metric" in answer["refused"][0]["message"]
    assert api.call("POST", "/metrics/values", json={"run_id": "r", "name": "x"})["runs"] == {"r": {"x": [1, 3]}}


def test_a_damaged_batch_is_refused(api: Any, run: str) -> None:
    batch = bytearray(encode_records([ScalarRecord("x", 1, 1.0)], writer="w", seq=1))
    batch[-1] ^= 1
    assert api.refuse("POST", "/runs/r/records", content=bytes(batch), headers=JOURNAL)["status"] == 400


def test_a_flood_of_batches_is_told_to_come_later(api: Any, client: httpx.Client, run: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(batches, "WAITING_MAX", 0)
    batch = encode_records([ScalarRecord("x", 1, 1)], writer="w", seq=1)
    response = client.post(f"{ROOT}/runs/r/records", content=batch, headers=JOURNAL)
    assert response.status_code == 429 and response.headers["retry-after"] == "1"
    assert response.json()["error"]["code"] == "server_busy"
    monkeypatch.undo()
    assert api.call("POST", "/runs/r/records", content=batch, headers=JOURNAL)["stored"] is True


def test_a_batch_over_the_limit_is_refused(api: Any, run: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(batches, "BATCH_MAX_BYTES", 100)
    batch = encode_records([ListRecord("x", 1, [1.0] * 100)], writer="w", seq=1)
    assert api.refuse("POST", "/runs/r/records", content=batch, headers=JOURNAL)["code"] == "limit_exceeded"

    def chunks() -> Any:
        yield from (batch[:90], batch[90:])

    assert api.refuse("POST", "/runs/r/records", content=chunks(), headers=JOURNAL)["code"] == "limit_exceeded"


def test_series_come_as_a_frame_that_needs_no_parsing(client: httpx.Client, run: str) -> None:
    query = {"run_ids": ["r"], "names": ["loss", "note"]}
    response = client.post(f"{ROOT}/metrics/series", json=query, headers={"accept": SERIES_FRAME})
    assert response.headers["content-type"] == SERIES_FRAME
    (loss, columns), (note, words) = decode_frame(response.content)
    assert (loss.name, loss.count, loss.length, note.name) == ("loss", 9, 9, "note")
    assert columns["steps"].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 9] == columns["times"].tolist()
    assert repr(columns["values"].tolist()) == repr([*(n / 4 for n in range(8)), math.nan])
    assert math.isnan(words["values"][0])


def test_a_live_chart_asks_for_what_is_new(client: httpx.Client, api: Any, run: str) -> None:
    query = {"run_ids": ["r"], "names": ["loss"], "since": {"r": {"loss": 8}}}
    (series,) = api.call("POST", "/metrics/series", json=query)["series"]
    assert (series["count"], series["steps"], series["values"]) == (9, [9], ["NaN"])


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_points_are_exported_as_a_table(client: httpx.Client, run: str, kind: str) -> None:
    response = client.post(f"{ROOT}/metrics/export", json={"run_ids": ["r"], "format": kind})
    assert response.status_code == 200, response.text
    data = io.BytesIO(response.content)
    table = pq.read_table(data) if kind == "parquet" else pa.ipc.open_stream(data).read_all()
    assert table.column_names == ["run_id", "name", "step", "time", "value"]
    assert table["name"].to_pylist() == ["loss"] * 9 + ["note"]
    assert table["step"].to_pylist() == [0, 1, 2, 3, 4, 5, 6, 7, 9, 0]
    assert table["value"].to_pylist()[:8] == [n / 4 for n in range(8)]
    assert table["time"].to_pylist()[1].timestamp() == 1.0
