"""A filtered list that keeps the way to what it finds."""

from __future__ import annotations

from typing import Any

from tests.server.routers.test_run_diff import log


def test_a_tree_keeps_the_ancestors_of_what_is_found(api: Any) -> None:
    api.start({"id": "top"}, {"id": "other"}, {"id": "bare"})
    api.start({"id": "middle"}, {"id": "beside"}, parent_id="top")
    api.start({"id": "deep", "tags": {"found": None}}, parent_id="middle")
    api.call("PATCH", "/runs/other", json={"set_tags": {"found": None}})
    kept = {"filter": "tag:found", "keep_ancestors": True}
    assert sorted(api.search(**kept)) == ["other", "top"]
    assert api.search(parent_id="top", **kept) == ["middle"]
    assert api.search(parent_id="middle", **kept) == ["deep"]
    assert sorted(api.search(filter="tag:found")) == ["other"]


def test_what_is_in_the_bin_keeps_no_ancestors(api: Any) -> None:
    api.start({"id": "top"})
    api.start({"id": "kid", "tags": {"found": None}}, parent_id="top")
    for run_id in ("kid", "top"):
        api.call("POST", f"/runs/{run_id}/status", json={"status": "Completed"})
    api.call("DELETE", "/runs/kid")
    assert api.search(filter="tag:found", keep_ancestors=True) == []


def test_a_tree_keeps_the_way_to_runs_that_are_found_by_a_metric(api: Any) -> None:
    api.start({"id": "top"}, {"id": "other"})
    api.start({"id": "kid"}, parent_id="top")
    log(api, "kid", loss=0.1)
    log(api, "other", loss=5.0)
    assert api.search(filter="metric.loss.min < 1", keep_ancestors=True) == ["top"]
    assert api.search(filter="metric.loss.min < 1", keep_ancestors=True, order_by="metric.loss.min") == ["top"]
