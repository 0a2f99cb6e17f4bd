"""Figures of children on their parent's row."""

from __future__ import annotations

from typing import Any

from tests.server.routers.test_run_diff import log


def test_a_parents_row_sums_up_its_children(api: Any) -> None:
    api.start({"id": "top"}, {"id": "lonely"})
    api.start({"id": "a"}, {"id": "b"}, {"id": "c"}, parent_id="top")
    api.start({"id": "grandchild"}, parent_id="a")
    for run_id, loss in (("a", 1.0), ("b", 3.0), ("grandchild", 100.0), ("top", -7.0)):
        log(api, run_id, loss=loss)
    page = api.call("POST", "/runs/search", json={"roll_ups": ["metric.loss.min", "metric.other"]})
    assert page["roll_ups"] == {
        "top": {
            "metric.loss.min": {
                "count": 2,
                "children": 3,
                "mean": 2.0,
                "min": 1.0,
                "max": 3.0,
                "min_run_id": "a",
                "max_run_id": "b",
            },
            "metric.other": {
                "count": 0,
                "children": 3,
                "mean": None,
                "min": None,
                "max": None,
                "min_run_id": None,
                "max_run_id": None,
            },
        }
    }


def test_a_roll_up_of_no_metric_is_refused(api: Any) -> None:
    assert "no metric" in api.refuse("POST", "/runs/search", json={"roll_ups": ["param.lr"]})["message"]
