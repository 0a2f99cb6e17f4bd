"""Rows of a run list, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from tests.server.conftest import ROOT
from tests.server.routers.test_run_diff import log

from runyard.storage.backends.sql.run_row import TEXT_MAX_CHARS
from runyard.wire.codec import MSGPACK, from_json, from_msgpack
from runyard.wire.run import RunPage
from runyard.wire.run_row import RunRowPage

ROWS = "/runs/rows"


def test_a_row_has_what_a_list_shows_and_the_columns_asked_for(api: Any) -> None:
    arguments = ["--lr", "0.1", "--flag"]
    api.start({"id": "top", "arguments": arguments, "tags": {"team": "vision"}, "properties": {"author": "ayse"}}, {"id": "bare"})
    api.start({"id": "a"}, {"id": "b"}, parent_id="top")
    for run_id, loss in (("a", 1.0), ("b", 3.0), ("top", -7.0)):
        log(api, run_id, loss=loss)
    columns = [
        "rollup.loss.min.mean",
        "param.lr",
        "metric.loss.min",
        "param.flag",
        "property.author",
        "tag.team",
        "metric.loss.count",
    ]
    page = api.call("POST", ROWS, json={"query": {"order_by": "id"}, "columns": columns})
    bare, top = page["rows"]
    assert page["total"] == 2 and (bare["id"], top["id"]) == ("bare", "top")
    assert top["values"] == [2.0, "0.1", -7.0, "", "ayse", "vision", 1]
    assert bare["values"] == [None] * len(columns)
    assert (top["child_count"], top["experiment"], top["status"], top["tags"]) == (2, "mnist", "Running", {"team": "vision"})
    assert "definition" not in top and "properties" not in top


def test_rows_come_in_the_order_and_pages_of_the_search(api: Any) -> None:
    api.start({"id": "a"}, {"id": "b"}, {"id": "c"})
    query = {"order_by": "status, -metric.none, id", "limit": 2}
    first = api.call("POST", ROWS, json={"query": query})
    second = api.call("POST", ROWS, json={"query": {**query, "cursor": first["next_cursor"]}})
    assert [row["id"] for page in (first, second) for row in page["rows"]] == ["a", "b", "c"]
    assert (first["total"], second["next_cursor"]) == (3, None)


def test_long_texts_are_cut_and_say_so(api: Any) -> None:
    api.start({"id": "a"}, {"id": "b"})
    api.call("PATCH", "/runs/a", json={"description": "x" * (TEXT_MAX_CHARS + 1)})
    api.call("PATCH", "/runs/b", json={"description": "x" * TEXT_MAX_CHARS})
    error = {"message": "m" * 1000, "type": "ValueError", "traceback": "t" * 1000}
    api.call("POST", "/runs/a/status", json={"status": "Failed", "error": error})
    a, b = api.call("POST", ROWS, json={"query": {"order_by": "id"}})["rows"]
    assert (len(a["description"]), a["is_cut"]) == (TEXT_MAX_CHARS, True)
    assert (len(b["description"]), b["is_cut"]) == (TEXT_MAX_CHARS, False)
    assert a["error"].startswith("ValueError: mmm") and len(a["error"]) == TEXT_MAX_CHARS


def test_a_column_that_is_in_every_row_is_refused(api: Any) -> None:
    error = api.refuse("POST", ROWS, json={"columns": ["status"]})
    assert error["code"] == "invalid_argument" and "'status'" in error["message"]
    assert api.refuse("POST", ROWS, json={"columns": ["shoe.size"]})["code"] == "invalid_argument"
    assert "columns" in api.refuse("POST", ROWS, json={"query": {"metrics": ["*"]}})["message"]
    assert api.refuse("POST", ROWS, json={"columns": ["param.lr"] * 201})["code"] == "limit_exceeded"


@pytest.mark.parametrize(("path", "body", "answer"), [("/runs/search", {"metrics": ["*"]}, RunPage), (ROWS, {}, RunRowPage)])
def test_a_list_travels_as_messagepack_where_that_is_asked_for(api: Any, path: str, body: dict[str, Any], answer: Any) -> None:
    api.start({"id": "a", "tags": {"team": None}})
    log(api, "a", loss=1.0)
    plain = api.client.post(ROOT + path, json=body)
    packed = api.client.post(ROOT + path, json=body, headers={"accept": MSGPACK})
    assert packed.headers["content-type"] == MSGPACK and len(packed.content) < len(plain.content)
    assert from_msgpack(packed.content, answer) == from_json(plain.content, answer)


def test_a_long_page_is_compressed_for_those_who_take_it(api: Any) -> None:
    api.start(*({"id": f"run-{n}", "display_name": "x" * 200} for n in range(40)))
    sizes = {}
    for encoding in ("gzip", "identity"):
        got = api.client.post(f"{ROOT}{ROWS}", json={}, headers={"accept-encoding": encoding})
        assert got.json()["total"] == 40 and got.headers["vary"] == "Accept, Accept-Encoding"
        assert got.headers.get("content-encoding", "identity") == encoding
        sizes[encoding] = int(got.headers["content-length"])
    assert sizes["gzip"] * 3 < sizes["identity"]
    short = api.client.post(f"{ROOT}{ROWS}", json={"query": {"limit": 1}}, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in short.headers
