"""Runs over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from runyard.server.context import ServerContext


def test_an_interactive_run_is_running_at_once(api: Any) -> None:
    run = api.start({"tags": {"quality": "great", "bare": None}, "properties": {"author": "me"}})[0]
    assert run["status"] == "Running" and run["started_at"] and run["number"] == 1
    assert run["tags"] == {"quality": "great", "bare": None} and run["properties"] == {"author": "me"}
    assert run["root_id"] == run["id"] and run["parent_id"] is None and run["type"] is None


def test_creating_a_run_again_with_its_id_changes_nothing(api: Any) -> None:
    first = api.start({"id": "mine"})[0]
    again = api.start({"id": "mine", "tags": {"other": "1"}})[0]
    assert again == first
    assert api.call("GET", "/experiments/mnist")["run_count"] == 1


def test_an_id_that_is_used_elsewhere_is_refused(api: Any) -> None:
    api.start({"id": "mine"})
    api.experiment("other")
    error = api.refuse("POST", "/experiments/other/runs", json={"runs": [{"id": "mine"}]})
    assert error["code"] == "conflict" and error["status"] == 409


def test_children_come_in_one_request_and_count_on_the_parent(api: Any) -> None:
    parent = api.start({"id": "parent"})[0]
    children = api.start(*[{"tags": {"n": str(n)}} for n in range(5)], parent_id="parent")
    assert {child["parent_id"] for child in children} == {parent["id"]}
    assert {child["root_id"] for child in children} == {parent["id"]}
    assert api.call("GET", "/runs/parent")["child_count"] == 5


def test_an_unknown_run_is_a_404_that_says_what_to_do(api: Any) -> None:
    error = api.refuse("GET", "/runs/nowhere")
    assert (error["code"], error["status"]) == ("not_found", 404)
    assert "nowhere" in error["message"] and "runyard run list" in error["message"]


def test_an_unknown_field_in_a_request_is_refused(api: Any) -> None:
    api.experiment()
    error = api.refuse("POST", "/experiments/mnist/runs", json={"runs": [{"color": "red"}]})
    assert error["code"] == "invalid_argument" and "color" in error["message"]


@pytest.mark.parametrize("bad", ["../x", "a/b", "", "-x", "x" * 300])
def test_a_bad_run_id_is_refused(api: Any, bad: str) -> None:
    api.experiment()
    assert api.refuse("POST", "/experiments/mnist/runs", json={"runs": [{"id": bad}]})["code"] == "invalid_argument"


def test_a_property_never_changes_and_a_tag_does(api: Any) -> None:
    api.start({"id": "r"})
    api.call("PATCH", "/runs/r", json={"add_properties": {"author": "me"}, "set_tags": {"quality": "great"}})
    error = api.refuse("PATCH", "/runs/r", json={"add_properties": {"author": "you"}, "set_tags": {"quality": "poor"}})
    assert error["code"] == "immutable_property" and "author" in error["message"]
    run = api.call("PATCH", "/runs/r", json={"add_properties": {"author": "me"}, "set_tags": {"quality": "better", "bare": None}})
    assert run["properties"] == {"author": "me"} and run["tags"] == {"quality": "better", "bare": None}
    assert api.call("PATCH", "/runs/r", json={"remove_tags": ["quality"]})["tags"] == {"bare": None}


def test_a_run_ends_once_with_its_error(api: Any) -> None:
    api.start({"id": "r"})
    report = {"status": "Failed", "error": {"message": "boom", "type": "ValueError", "traceback": "Traceback"}}
    run = api.call("POST", "/runs/r/status", json=report)
    assert run["status"] == "Failed" and run["error"]["message"] == "boom" and run["error"]["at"] and run["ended_at"]
    error = api.refuse("POST", "/runs/r/status", json={"status": "Completed"})
    assert error["code"] == "invalid_transition" and "ended as Failed" in error["message"]
    assert api.call("POST", "/runs/r/status", json={"status": "Failed"})["error"]["message"] == "boom"


def test_a_completed_run_can_be_marked_as_failed_and_keeps_its_end(api: Any) -> None:
    api.start({"id": "r"})
    ended = api.call("POST", "/runs/r/status", json={"status": "Completed"})["ended_at"]
    run = api.call("POST", "/runs/r/status", json={"status": "Failed", "error": {"message": "wrong script"}})
    assert run["status"] == "Failed" and run["ended_at"] == ended


def test_cancelling_reaches_the_whole_tree_and_leaves_what_has_ended(api: Any) -> None:
    api.start({"id": "top"})
    api.start({"id": "done"}, {"id": "open"}, parent_id="top")
    api.start({"id": "deep"}, parent_id="open")
    api.call("POST", "/runs/done/status", json={"status": "Completed"})
    assert api.call("POST", "/runs/top/cancel", json={})["status"] == "Canceled"
    statuses = {run_id: api.call("GET", f"/runs/{run_id}")["status"] for run_id in ("done", "open", "deep")}
    assert statuses == {"done": "Completed", "open": "Canceled", "deep": "Canceled"}
    events = api.call("GET", "/runs/deep/events")["events"]
    assert [event["status"] for event in events] == ["Running", "Canceled"] and "top" in events[1]["reason"]


def test_runs_come_newest_first_in_pages_that_stay_right_while_runs_arrive(api: Any) -> None:
    for n in range(7):
        api.start({"id": f"r{n}"})
    page = api.call("POST", "/runs/search", json={"limit": 3})
    assert [run["id"] for run in page["runs"]] == ["r6", "r5", "r4"] and page["total"] == 7
    api.start({"id": "late"})
    rest = api.call("POST", "/runs/search", json={"limit": 10, "cursor": page["next_cursor"]})
    assert [run["id"] for run in rest["runs"]] == ["r3", "r2", "r1", "r0"] and rest["next_cursor"] is None
    assert api.search(offset=2, limit=2) == ["r5", "r4"]


def test_a_cursor_of_another_order_is_refused_in_a_way_that_programs_tell_apart(api: Any) -> None:
    for n in range(3):
        api.start({"id": f"r{n}", "tags": {"lr": str(n)}})
    cursor = api.call("POST", "/runs/search", json={"limit": 1, "order_by": "name"})["next_cursor"]
    error = api.refuse("POST", "/runs/search", json={"limit": 1, "order_by": "tag.lr, status", "cursor": cursor})
    assert (error["status"], error["details"]["cursor"]) == (400, cursor) and "first page again" in error["message"]


@pytest.mark.parametrize("order", ["started_at", "-ended_at", "duration", "-display_name", "status", "number", "experiment"])
def test_every_order_pages_through_every_run_once(api: Any, order: str) -> None:
    for n in range(6):
        api.start({"id": f"r{n}", "display_name": f"name{n % 2}"}, experiment=f"e{n % 3}")
    api.call("POST", "/runs/r2/status", json={"status": "Completed"})
    seen: list[str] = []
    cursor = None
    while True:
        page = api.call("POST", "/runs/search", json={"limit": 2, "order_by": order, "cursor": cursor})
        seen += [run["id"] for run in page["runs"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == [f"r{n}" for n in range(6)]


def test_filters_hold_together(api: Any) -> None:
    api.start({"id": "a", "tags": {"quality": "fantastic run"}, "properties": {"author": "azureml-user"}})
    api.start({"id": "b", "tags": {"worth another look": None}, "properties": {"author": "azureml-user"}})
    api.start({"id": "c", "properties": {"author": "else", "azureml.runsource": "hyperdrive"}}, experiment="zebra")
    api.start({"id": "kid"}, parent_id="a")
    assert api.search(properties={"author": "azureml-user"}, tags={"quality": "fantastic run"}) == ["a"]
    assert api.search(tags={"worth another look": None}) == ["b"]
    assert api.search(experiment="mnist") == ["b", "a"]
    assert api.search(experiment="mnist", include_children=True) == ["kid", "b", "a"]
    assert api.search(type="hyperdrive") == ["c"]
    assert api.search(parent_id="a") == ["kid"] and api.search(ancestor_id="a") == ["kid"]
    assert api.search(text="FANTASTIC") == ["a"] and api.search(text="ZEBR") == ["c"] and api.search(text="100%") == []
    assert api.search(status=["Running"]) == ["c", "b", "a"] and api.search(status=["Failed"]) == []


def test_descendants_of_a_run_in_the_middle_of_a_tree(api: Any) -> None:
    api.start({"id": "top"})
    api.start({"id": "left"}, {"id": "right"}, parent_id="top")
    api.start({"id": "leaf"}, parent_id="left")
    api.start({"id": "tip"}, parent_id="leaf")
    assert api.search(ancestor_id="left") == ["tip", "leaf"]
    assert api.search(ancestor_id="top") == ["tip", "leaf", "right", "left"]


def test_an_archived_experiment_hides_its_runs_and_its_name_can_be_used_again(api: Any) -> None:
    api.start({"id": "old"})
    api.call("PATCH", "/experiments/mnist", json={"archived": True})
    assert api.search() == []
    assert api.call("GET", "/experiments")["experiments"] == []
    assert [e["name"] for e in api.call("GET", "/experiments?view=ArchivedOnly")["experiments"]] == ["mnist"]
    api.start({"id": "new"})
    assert api.search() == ["new"]
    assert len(api.call("GET", "/experiments?view=All")["experiments"]) == 2


def test_an_experiment_comes_back_when_it_is_reactivated(api: Any) -> None:
    api.start({"id": "old"})
    api.call("PATCH", "/experiments/mnist", json={"archived": True})
    api.call("PATCH", "/experiments/mnist", json={"archived": False})
    assert api.search() == ["old"]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 5000}, {"order_by": "shoe"}, {"cursor": "nonsense"}])
def test_a_query_that_cannot_be_answered_is_refused(api: Any, query: dict[str, Any]) -> None:
    assert api.refuse("POST", "/runs/search", json=query)["code"] == "invalid_argument"


def test_an_empty_experiment_name_is_refused_in_words(api: Any) -> None:
    error = api.refuse("PUT", "/experiments/%20")
    assert error["code"] == "invalid_argument" and "cannot name an experiment" in error["message"]


def test_a_runs_colour_is_set_noted_and_taken_away(api: Any) -> None:
    api.start({"id": "r"})
    assert api.call("PATCH", "/runs/r", json={"colour": "#3506BD"})["colour"] == "#3506bd"
    event = api.call("GET", "/runs/r/events")["events"][-1]
    assert event["kind"] == "colour" and event["detail"] == {"to": "#3506bd"} and event["author"]
    assert api.call("PATCH", "/runs/r", json={"colour": ""})["colour"] is None
    assert "no colour" in api.refuse("PATCH", "/runs/r", json={"colour": "red"})["message"]


def test_the_options_of_an_interactive_run_are_its_parameters(api: Any) -> None:
    api.start({"id": "slow", "arguments": ["--lr", "0.001"]})
    api.start({"id": "fast", "arguments": ["--lr=0.5"]})
    found = api.call("POST", "/runs/search", json={"filter": "param.lr < 0.01"})["runs"]
    assert [run["id"] for run in found] == ["slow"]
    assert found[0]["definition"]["arguments"] == ["--lr", "0.001"]


def test_an_interactive_run_with_arguments_is_no_job_of_an_engine(api: Any, context: ServerContext) -> None:
    api.start({"id": "mine", "arguments": ["--lr", "1"]})
    assert context.storage.runs.held_jobs("local") == []
    assert api.call("POST", "/runs/mine/cancel", json={})["status"] == "Canceled"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/runs/nowhere", {"description": "x"}),
        ("POST", "/runs/nowhere/status", {"status": "Completed"}),
        ("POST", "/runs/nowhere/heartbeat", None),
    ],
)
def test_changing_an_unknown_run_is_a_404(api: Any, method: str, path: str, body: Any) -> None:
    error = api.refuse(method, path, json=body)
    assert (error["code"], error["status"]) == ("not_found", 404)


@pytest.mark.parametrize("node", [-1, 100_000, 2**63, 10**30])
def test_a_number_that_no_node_has_is_refused(api: Any, node: int) -> None:
    api.start({"id": "r"})
    report = {"node_id": "n", "state": "Preparing"}
    assert api.call("POST", "/runs/r/nodes/0", json=report)["reports"]
    assert api.refuse("POST", f"/runs/r/nodes/{node}", json=report)["status"] == 400
