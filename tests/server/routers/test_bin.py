"""Deleting, restoring, purging, and collecting what nothing refers to."""

from __future__ import annotations

from typing import Any

from runyard.server.context import ServerContext
from runyard.testing.clock import FakeClock

YEAR_S = 366 * 86_400.0


def ended(api: Any, *ids: str, **request: Any) -> None:
    api.start(*[{"id": each} for each in ids], **request)
    for each in ids:
        api.call("POST", f"/runs/{each}/status", json={"status": "Completed"})


def test_a_deleted_run_leaves_the_lists_with_its_children_and_comes_back_with_them(api: Any) -> None:
    ended(api, "top", "other")
    ended(api, "kid", parent_id="top")
    deleted = api.call("DELETE", "/runs/top")
    assert deleted["deleted_at"] and deleted["deleted_by"]
    assert api.search(include_children=True) == ["other"]
    assert sorted(api.search(view="Deleted")) == ["kid", "top"]
    api.call("POST", "/runs/top/restore", json={})
    assert sorted(api.search(include_children=True)) == ["kid", "other", "top"]
    assert [event["kind"] for event in api.call("GET", "/runs/kid/events")["events"]][-2:] == ["deleted", "restored"]


def test_a_child_that_was_deleted_before_stays_in_the_bin_when_its_parent_comes_back(api: Any) -> None:
    ended(api, "top")
    ended(api, "left", "right", parent_id="top")
    api.call("DELETE", "/runs/left")
    api.call("DELETE", "/runs/top")
    assert "parent" in api.refuse("POST", "/runs/left/restore", json={})["message"]
    api.call("POST", "/runs/top/restore", json={})
    assert api.search(include_children=True) == ["right", "top"] or api.search(include_children=True) == ["top", "right"]


def test_a_run_that_goes_on_cannot_be_deleted(api: Any) -> None:
    ended(api, "top")
    api.start({"id": "kid"}, parent_id="top")
    error = api.refuse("DELETE", "/runs/top")
    assert error["status"] == 409 and "kid has not ended" in error["message"]


def test_a_purged_run_is_gone_and_its_id_is_free(api: Any) -> None:
    ended(api, "top")
    ended(api, "kid", parent_id="top")
    assert "not in the bin" in api.refuse("POST", "/runs/top/purge", json={})["message"]
    api.call("DELETE", "/runs/top")
    assert api.refuse("POST", "/experiments/mnist/runs", json={"runs": [{"id": "top"}]})["status"] == 409
    assert api.call("POST", "/runs/top/purge", json={}) == {"runs": 2}
    assert api.refuse("GET", "/runs/top")["status"] == 404
    ended(api, "top")
    assert api.search() == ["top"]


def test_the_bin_is_purged_of_what_has_lain_there_long_enough(api: Any, clock: FakeClock) -> None:
    ended(api, "old", "young")
    api.call("DELETE", "/runs/old")
    clock.advance(3600)
    api.call("DELETE", "/runs/young")
    assert api.call("POST", "/bin/purge", json={"older_than_s": 1800}) == {"runs": 1}
    assert api.search(view="Deleted") == ["young"]


def test_garbage_is_what_no_run_refers_to_and_nothing_else(api: Any, clock: FakeClock, context: ServerContext) -> None:
    lost = api.snapshot(train__py=b"print('lost')", shared__py=b"x = 1")
    kept = api.snapshot(keep__py=b"print('kept')", shared__py=b"x = 1")
    ended(api, "gone", snapshot_id=lost)
    ended(api, "here", snapshot_id=kept)
    for run_id in ("gone", "here"):
        api.client.put(f"/api/v1/workspaces/default/runs/{run_id}/artifacts/outputs/model.bin", content=run_id.encode() * 10)
    api.call("DELETE", "/runs/gone")
    clock.advance(YEAR_S)
    nothing = api.call("POST", "/garbage/collect", json={})
    assert nothing["artifact_files"] == nothing["snapshot_files"] == nothing["snapshots"] == 0
    api.call("POST", "/runs/gone/purge", json={})
    found = api.call("POST", "/garbage/collect", json={"dry_run": True})
    expected = {"artifact_files": 1, "artifact_bytes": 40, "snapshot_files": 1, "snapshot_bytes": 13, "snapshots": 1}
    assert found == {**expected, "dry_run": True}
    assert api.call("POST", "/garbage/collect", json={}) == {**expected, "dry_run": False}
    assert api.call("POST", "/garbage/collect", json={})["artifact_bytes"] == 0
    read = api.client.get("/api/v1/workspaces/default/runs/here/artifacts/outputs/model.bin")
    assert read.content == b"here" * 10
    assert api.client.get("/api/v1/workspaces/default/runs/here/snapshot/files/shared.py").content == b"x = 1"


def test_what_came_in_within_the_hour_is_no_garbage_yet(api: Any) -> None:
    api.snapshot(train__py=b"on its way")
    assert api.call("POST", "/garbage/collect", json={})["snapshot_files"] == 0


def test_tags_of_many_runs_change_together_or_not_at_all(api: Any) -> None:
    api.start({"id": "a", "tags": {"old": "1"}}, {"id": "b"})
    body = {"run_ids": ["b", "a"], "set_tags": {"quality": "good"}, "remove_tags": ["old"]}
    assert [run["tags"] for run in api.call("POST", "/runs/update", json=body)["runs"]] == [{"quality": "good"}] * 2
    assert api.refuse("POST", "/runs/update", json={"run_ids": ["a", "nobody"], "set_tags": {"x": None}})["status"] == 404
    assert api.search(filter="tag:x") == [] and sorted(api.search(filter="tag.quality = good")) == ["a", "b"]


def test_an_archived_run_hides_until_it_is_reactivated(api: Any) -> None:
    api.start({"id": "a"}, {"id": "b"})
    api.call("PATCH", "/runs/a", json={"archived": True})
    assert api.search() == ["b"] and api.search(view="ArchivedOnly") == ["a"] and sorted(api.search(view="All")) == ["a", "b"]
    api.call("POST", "/runs/update", json={"run_ids": ["a"], "archived": False})
    assert sorted(api.search()) == ["a", "b"]


def test_every_change_is_an_event_with_its_author_and_no_change_is_none(api: Any, context: ServerContext) -> None:
    api.start({"id": "a", "tags": {"x": "1"}})
    change = {"set_tags": {"x": "2", "y": None}, "description": "why", "display_name": "n", "add_properties": {"p": "1"}}
    api.call("PATCH", "/runs/a", json={**change, "archived": True})
    version = api.call("PATCH", "/runs/a", json={**change, "archived": True})["version"]
    assert api.call("GET", "/runs/a")["version"] == version == 2
    events = api.call("GET", "/runs/a/events")["events"]
    assert {event["author"] for event in events} == {context.owner}
    assert {event["kind"]: event["detail"] for event in events} == {
        "status": None,
        "name": {"to": "n"},
        "description": {"to": "why"},
        "tags": {"set": {"x": "2", "y": None}, "removed": []},
        "properties": {"added": {"p": "1"}},
        "archived": {},
    }


def test_a_filter_reaches_the_search_and_its_error_says_where(api: Any) -> None:
    api.start({"id": "a", "display_name": "warm up"})
    api.submit("job_1", spec={"script": "train.py", "arguments": ["--lr", "0.01"]})
    assert api.search(filter="param.lr < 0.1") == ["job_1"]
    assert api.search(filter='name like "warm%"') == ["a"] and api.search(filter="warm created>-1h") == ["a"]
    assert api.search(order_by="-param.lr") == ["job_1", "a"]
    error = api.refuse("POST", "/runs/search", json={"filter": "status = Faild"})
    assert error["code"] == "invalid_argument" and error["details"] == {"position": 9}


def test_a_deleted_experiment_takes_its_runs_along_and_brings_back_those_that_went_with_it(api: Any) -> None:
    ended(api, "early", "top")
    ended(api, "kid", parent_id="top")
    api.call("DELETE", "/runs/early")
    deleted = api.call("DELETE", "/experiments/mnist")
    assert deleted["deleted_at"] and deleted["deleted_by"] and api.refuse("GET", "/experiments/mnist")["status"] == 404
    assert sorted(api.search(view="Deleted", experiment="mnist")) == ["early", "kid", "top"]
    assert "Restore the experiment" in api.refuse("POST", "/runs/top/restore", json={})["message"]
    back = api.call("POST", "/experiments/mnist/restore", json={})
    assert back["archived_at"] is None and back["deleted_by"] is None
    assert sorted(api.search(include_children=True)) == ["kid", "top"] and api.search(view="Deleted") == ["early"]


def test_the_name_of_a_deleted_experiment_is_free_and_then_taken(api: Any) -> None:
    ended(api, "old")
    api.call("DELETE", "/experiments/mnist")
    ended(api, "new")
    error = api.refuse("POST", "/experiments/mnist/restore", json={})
    assert error["status"] == 409 and "has its name" in error["message"]
    api.call("PATCH", "/experiments/mnist", json={"archived": True})
    api.call("POST", "/experiments/mnist/restore", json={})
    assert api.search(experiment="mnist") == ["old"]


def test_an_archived_experiment_comes_back_archived(api: Any) -> None:
    ended(api, "top")
    api.call("PATCH", "/experiments/mnist", json={"archived": True})
    api.call("DELETE", "/experiments/mnist")
    assert api.call("POST", "/experiments/mnist/restore", json={})["archived_at"] is not None


def test_an_experiment_whose_run_goes_on_stays(api: Any) -> None:
    api.start({"id": "on"})
    assert api.refuse("DELETE", "/experiments/mnist")["status"] == 409
    assert api.search() == ["on"]


def test_a_purged_experiment_is_gone_with_its_runs(api: Any, clock: FakeClock) -> None:
    ended(api, "a", "b")
    assert api.refuse("POST", "/experiments/mnist/purge", json={})["status"] == 404
    api.call("DELETE", "/experiments/mnist")
    assert api.call("POST", "/experiments/mnist/purge", json={}) == {"runs": 2}
    assert api.refuse("POST", "/experiments/mnist/restore", json={})["status"] == 404
    ended(api, "c")
    api.call("DELETE", "/experiments/mnist")
    clock.advance(YEAR_S)
    assert api.call("POST", "/bin/purge", json={}) == {"runs": 1}
    assert api.call("GET", "/experiments?view=Deleted")["experiments"] == []
