"""What completes a query and fills facets and groups, over HTTP."""

from __future__ import annotations

from typing import Any


def test_names_values_facets_and_groups_of_runs(api: Any) -> None:
    api.start({"id": "a", "tags": {"team": "vision"}}, {"id": "b", "tags": {"team": "speech"}}, {"id": "c"})
    api.call("POST", "/runs/c/status", json={"status": "Completed"})
    assert api.call("GET", "/names?kind=tag&text=te") == {"names": ["team"], "total": 1}
    assert api.call("GET", "/values?field=tag.team") == {"names": ["speech", "vision"], "total": 2}
    assert api.call("GET", "/values?field=status&experiment=mnist")["names"] == ["Completed", "Running"]
    page = api.call("POST", "/runs/facets", json={"query": {"filter": "status:running"}, "fields": ["tag.team", "experiment"]})
    assert page["total"] == 2 and page["facets"]["experiment"] == [{"value": "mnist", "count": 2}]
    groups = api.call("POST", "/runs/groups", json={"by": ["tag.team"], "order_by": "key", "members": 1})["groups"]
    assert [group["values"] for group in groups] == [["speech"], ["vision"], [None]]
    assert [run["id"] for group in groups for run in group["runs"]] == ["b", "a", "c"]
    assert api.search(filter=groups[2]["filter"]) == ["c"]


def test_a_question_that_cannot_be_answered_is_refused(api: Any) -> None:
    assert api.refuse("GET", "/names?kind=shoe")["code"] == "invalid_argument"
    assert api.refuse("GET", "/values?field=name")["code"] == "invalid_argument"
    assert api.refuse("GET", "/names?kind=tag&experiment=nobody")["status"] == 404
    assert api.refuse("POST", "/runs/groups", json={"by": ["created"]})["code"] == "invalid_argument"
