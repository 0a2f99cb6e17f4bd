"""Rows of a run list, over HTTP."""

from __future__ import annotations

from typing import Any

from tests.server.routers.test_run_diff import log

from runyard.storage.backends.sql.run_row import TEXT_MAX_CHARS

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
    query = {"order_by": "id", "limit": 2}
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
