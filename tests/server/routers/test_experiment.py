"""Routes of experiments."""

from __future__ import annotations

from typing import Any

from runyard.testing.clock import FakeClock

DAY_S = 86_400.0


def test_activity_counts_the_top_level_runs_of_each_day(api: Any, clock: FakeClock) -> None:
    api.start({"id": "of_january_1"})
    clock.advance(DAY_S)
    api.start({"id": "a"}, {"id": "b"}, {"id": "gone"})
    api.start({"id": "kid"}, parent_id="a")
    api.call("POST", "/runs/gone/status", json={"status": "Completed"})
    api.call("DELETE", "/runs/gone")
    clock.advance(2 * DAY_S)
    api.start({"id": "c"})
    api.start({"id": "elsewhere"}, experiment="other")
    mnist, other = (api.call("GET", f"/experiments/{name}")["id"] for name in ("mnist", "other"))
    body = api.call("POST", "/experiments/activity", json={"experiment_ids": [mnist, other, "nobody"], "days": 3})
    assert body == {"first_day": "2026-01-02", "runs": {mnist: [2, 0, 1], other: [0, 0, 1]}}


def test_activity_refuses_what_is_beyond_its_bounds(api: Any) -> None:
    api.experiment()
    for days in (0, 367):
        assert api.refuse("POST", "/experiments/activity", json={"experiment_ids": [], "days": days})["status"] == 400
    many = {"experiment_ids": ["x"] * 1001}
    assert "1000 experiments" in api.refuse("POST", "/experiments/activity", json=many)["message"]
