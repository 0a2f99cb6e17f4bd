"""Submitting over HTTP, and what the dispatcher makes of it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from runyard.compute.base import JobSpec
from runyard.domain.compute_target import ComputePlaceRecord
from runyard.server.background.dispatcher import Dispatcher
from runyard.server.context import ServerContext
from runyard.server.services.submission import list_targets
from runyard.testing.clock import FakeClock
from runyard.testing.engine import FakeEngine
from runyard.wire.workspace import EnsureWorkspaceRequest


@pytest.fixture
def dispatcher(context: ServerContext) -> Dispatcher:
    return Dispatcher(context)


def status(api: Any, run_id: str) -> str:
    return str(api.call("GET", f"/runs/{run_id}")["status"])


def test_a_submitted_run_waits_then_starts_with_a_token_of_its_own(api: Any, dispatcher: Dispatcher, engine: FakeEngine) -> None:
    run = api.submit()
    assert run["status"] == "Queued" and run["type"] == "azureml.scriptrun" and run["script_name"] == "train.py"
    dispatcher.tick()
    assert status(api, "job_1") == "Starting"
    (spec,) = engine.started
    assert spec.name == "job_1" and spec.environment["RUNYARD_RUN_TOKEN"] not in repr(spec)


def test_submitting_again_with_the_same_id_makes_one_run(api: Any, dispatcher: Dispatcher, engine: FakeEngine) -> None:
    assert api.submit() == api.submit()
    dispatcher.tick()
    dispatcher.tick()
    assert len(engine.started) == 1


def test_an_unknown_target_is_refused_with_the_names_there_are(api: Any) -> None:
    api.experiment()
    body = {"id": "j", "spec": {"script": "train.py", "target": "gpu-cluster"}, "snapshot_id": api.snapshot(train__py=b"")}
    error = api.refuse("POST", "/experiments/mnist/submissions", json=body)
    assert error["code"] == "compute_target_not_found" and "gpu-cluster" in error["message"] and "local" in error["message"]
    assert api.search() == []


def test_a_script_that_the_snapshot_lacks_is_refused_and_nothing_is_left(api: Any) -> None:
    api.experiment()
    body = {"id": "j", "spec": {"script": "nope.py"}, "snapshot_id": api.snapshot(train__py=b"")}
    assert api.refuse("POST", "/experiments/mnist/submissions", json=body)["code"] == "script_not_found"
    assert api.search() == []


def test_the_queue_gives_each_level_of_the_tree_its_own_slots(api: Any, dispatcher: Dispatcher, engine: FakeEngine) -> None:
    for n in range(3):
        api.submit(f"top_{n}")
    dispatcher.tick()
    assert [spec.name for spec in engine.started] == ["top_0", "top_1"]  # two slots
    api.submit("child", parent_id="top_0")
    dispatcher.tick()
    assert engine.started[-1].name == "child"  # parents that wait for it do not hold its place
    api.call("POST", "/runs/top_0/status", json={"status": "Completed"})
    dispatcher.tick()
    assert engine.started[-1].name == "top_2"


def test_a_run_whose_runner_vanishes_shows_it_at_once_is_cleaned_up_and_fails_in_the_end(
    api: Any, dispatcher: Dispatcher, engine: FakeEngine, clock: FakeClock
) -> None:
    api.submit()
    dispatcher.tick()
    api.call("POST", "/runs/job_1/status", json={"status": "Running"})
    engine.gone.add("job_1")
    dispatcher.tick()
    run = api.call("GET", "/runs/job_1")
    assert run["status"] == "NotResponding" and "ended without a word" in run["status_reason"]
    let_pass(dispatcher, clock, 130)
    run = api.call("GET", "/runs/job_1")
    assert run["status"] == "Failed" and run["error"]["code"] == "SystemError" and engine.cleaned == ["job_1"]


def test_a_node_whose_runner_is_gone_is_told_to_the_others_at_once_and_one_that_has_ended_is_not(
    api: Any, dispatcher: Dispatcher, engine: FakeEngine
) -> None:
    api.submit(spec={"script": "train.py", "node_group": {"kind": "mpi", "node_count": 4, "process_count": 4}})
    dispatcher.tick()
    words = {0: ("here", "Running"), 1: ("lost", "Running"), 2: ("done", "Ended")}  # node 3 was killed before its first word
    for number, (name, state) in words.items():
        api.call("POST", f"/runs/job_1/nodes/{number}", json={"node_id": name, "state": state})
    engine.gone_nodes["job_1"] = [1, 2, 3]
    dispatcher.tick()
    board = api.call("POST", "/runs/job_1/nodes/0", json={"node_id": "here", "state": "Running"})["reports"]
    assert [board[number]["state"] for number in "0123"] == ["Running", "Ended", "Ended", "Ended"]
    errors = {number: report.get("error") for number, report in board.items()}
    assert errors["0"] is None and errors["2"] is None
    for lost in "13":
        assert errors[lost]["code"] == "SystemError" and f"node-{lost}/runner.log" in errors[lost]["message"]


def test_a_run_whose_runner_is_gone_holds_no_slot(api: Any, dispatcher: Dispatcher, engine: FakeEngine) -> None:
    for n in range(3):
        api.submit(f"top_{n}")
    dispatcher.tick()
    engine.gone.add("top_0")
    dispatcher.tick()
    assert engine.started[-1].name == "top_2"


def test_a_run_whose_runner_is_gone_can_be_cancelled(api: Any, dispatcher: Dispatcher, engine: FakeEngine) -> None:
    api.submit()
    dispatcher.tick()
    engine.gone.add("job_1")
    dispatcher.tick()
    api.call("POST", "/runs/job_1/cancel", json={})
    dispatcher.tick()
    assert status(api, "job_1") == "Canceled"


def test_a_runner_that_hangs_is_killed_when_its_run_is_cancelled(
    api: Any, dispatcher: Dispatcher, engine: FakeEngine, clock: FakeClock
) -> None:
    api.submit()
    dispatcher.tick()
    api.call("POST", "/runs/job_1/status", json={"status": "Running"})
    api.call("POST", "/runs/job_1/cancel", json={})
    dispatcher.tick()
    clock.advance(10)
    dispatcher.tick()
    assert (engine.stopped, engine.cleaned) == (["job_1"], [])
    clock.advance(10)
    dispatcher.tick()
    dispatcher.tick()
    assert "job_1" in engine.cleaned and status(api, "job_1") == "Canceled"


def test_a_cancelled_runner_that_speaks_is_given_its_time(
    api: Any, dispatcher: Dispatcher, engine: FakeEngine, clock: FakeClock
) -> None:
    api.submit()
    dispatcher.tick()
    api.call("POST", "/runs/job_1/cancel", json={})
    for _ in range(10):
        dispatcher.tick()
        clock.advance(10)
        api.call("POST", "/runs/job_1/heartbeat")
    assert (engine.stopped, engine.cleaned) == (["job_1"], [])


def test_a_runner_that_vanishes_while_it_is_cancelled_leaves_a_canceled_run(
    api: Any, dispatcher: Dispatcher, engine: FakeEngine
) -> None:
    api.submit()
    dispatcher.tick()
    assert api.call("POST", "/runs/job_1/cancel", json={})["status"] == "CancelRequested"
    engine.gone.add("job_1")
    dispatcher.tick()
    assert status(api, "job_1") == "Canceled"


def test_cancelling_a_queued_run_starts_nothing(api: Any, dispatcher: Dispatcher, engine: FakeEngine) -> None:
    api.submit()
    assert api.call("POST", "/runs/job_1/cancel", json={})["status"] == "Canceled"
    dispatcher.tick()
    assert engine.started == []


def test_a_runner_that_cannot_start_fails_the_run_with_the_reason(api: Any, dispatcher: Dispatcher, engine: FakeEngine) -> None:
    engine.refuses = "no more processes"
    api.submit()
    dispatcher.tick()
    assert "no more processes" in api.call("GET", "/runs/job_1")["error"]["message"]


def test_silence_shows_and_ends_when_the_runner_speaks_again(api: Any, dispatcher: Dispatcher, clock: FakeClock) -> None:
    api.submit()
    dispatcher.tick()
    api.call("POST", "/runs/job_1/status", json={"status": "Running"})
    let_pass(dispatcher, clock, 100)
    assert status(api, "job_1") == "NotResponding"
    assert api.call("POST", "/runs/job_1/heartbeat")["stop"] is False
    assert api.call("GET", "/runs/job_1")["status_reason"] is None  # what was doubted is doubted no more
    assert status(api, "job_1") == "Running"


def let_pass(dispatcher: Dispatcher, clock: FakeClock, seconds: int) -> None:
    """Let time go by as it does for a server that lives: with a round every ten seconds."""
    for _ in range(0, seconds, 10):
        clock.advance(10)
        dispatcher.tick()


@pytest.mark.parametrize("jump_s", [100_000, -100_000], ids=["ahead", "back"])
def test_a_clock_that_jumps_makes_nobody_silent_and_hides_no_silence(
    api: Any, dispatcher: Dispatcher, clock: FakeClock, jump_s: int
) -> None:
    api.submit()
    dispatcher.tick()
    api.call("POST", "/runs/job_1/status", json={"status": "Running"})
    clock.advance(jump_s)  # the clock was set; ahead, it may also be that the machine slept
    dispatcher.tick()
    let_pass(dispatcher, clock, 30)
    assert status(api, "job_1") == "Running"
    let_pass(dispatcher, clock, 60)
    assert status(api, "job_1") == "NotResponding"
    api.call("POST", "/runs/job_1/heartbeat")
    assert status(api, "job_1") == "Running"
    api.call("POST", "/runs/job_1/status", json={"status": "Completed"})
    assert status(api, "job_1") == "Completed"


def test_time_in_which_the_server_was_down_is_no_silence(
    api: Any, dispatcher: Dispatcher, clock: FakeClock, context: ServerContext
) -> None:
    api.submit()
    dispatcher.tick()
    clock.advance(10_000)
    restarted = Dispatcher(context)
    restarted.tick()
    assert status(api, "job_1") == "Starting"


def test_a_run_that_a_killed_server_had_taken_and_not_started_is_started_once(
    api: Any, context: ServerContext, engine: FakeEngine, clock: FakeClock
) -> None:
    api.submit(secrets={"DB_PASSWORD": "very-hidden"})
    context.storage.runs.claim_job(context.storage.runs.get("default", "job_1"), at=clock())
    restarted = Dispatcher(context)
    restarted.tick()
    restarted.tick()
    assert [spec.name for spec in engine.started] == ["job_1"] and status(api, "job_1") == "Starting"
    assert engine.started[0].environment["DB_PASSWORD"] == "very-hidden"


def test_a_run_that_a_killed_server_had_started_and_not_noted_is_found_again(
    api: Any, context: ServerContext, engine: FakeEngine, clock: FakeClock
) -> None:
    api.submit()
    context.storage.runs.claim_job(context.storage.runs.get("default", "job_1"), at=clock())
    engine.start(JobSpec(name="job_1", work_folder=context.settings.home, environment={}))
    restarted = Dispatcher(context)
    restarted.tick()
    api.call("POST", "/runs/job_1/status", json={"status": "Running"})
    assert len(engine.started) == 1
    engine.gone.add("job_1")
    restarted.tick()
    assert status(api, "job_1") == "NotResponding"


def test_the_heartbeat_tells_a_runner_to_stop(api: Any, dispatcher: Dispatcher) -> None:
    api.submit()
    dispatcher.tick()
    api.call("POST", "/runs/job_1/status", json={"status": "Failed", "error": {"message": "marked"}})
    answer = api.call("POST", "/runs/job_1/heartbeat")
    assert answer["stop"] is True and answer["status"] == "Failed"


def test_a_run_token_reaches_its_tree_and_nothing_else(
    api: Any, anonymous: httpx.Client, dispatcher: Dispatcher, engine: FakeEngine
) -> None:
    api.submit()
    api.start({"id": "stranger"})
    api.start({"id": "kid"}, parent_id="job_1")
    dispatcher.tick()
    anonymous.headers["authorization"] = f"Bearer {engine.started[0].environment['RUNYARD_RUN_TOKEN']}"
    assert api.call("GET", "/runs/job_1")["id"] == "job_1"
    assert api.call("GET", "/runs/kid")["id"] == "kid"
    assert api.refuse("GET", "/runs/stranger")["status"] == 404
    assert api.search() == ["job_1"] and set(api.search(include_children=True)) == {"job_1", "kid"}
    rows = api.call("POST", "/runs/rows", json={"query": {"include_children": True}})["rows"]
    assert {row["id"] for row in rows} == {"job_1", "kid"}
    assert api.refuse("POST", "/experiments/mnist/runs", json={"runs": [{}]})["code"] == "permission_denied"
    assert api.refuse("PUT", "/experiments/new")["code"] == "permission_denied"
    assert anonymous.get("/api/v1/workspaces/elsewhere/runs/job_1").status_code == 403
    assert anonymous.post("/api/v1/session/login-links", json={}).status_code == 403
    assert api.call("POST", "/experiments/mnist/runs", json={"runs": [{}], "parent_id": "kid"})["total"] == 1


def test_each_waiting_run_says_its_place_and_what_runs(
    api: Any, dispatcher: Dispatcher, clock: FakeClock, engine: FakeEngine
) -> None:
    for n in range(5):
        api.submit(f"top_{n}")
    dispatcher.tick()
    reason = api.call("GET", "/runs/top_3")["status_reason"]
    assert reason == (
        "Waiting for compute target 'local': number 2 in the queue. All 2 places for runs are taken, by top_0, top_1."
    )
    api.call("POST", "/runs/top_0/status", json={"status": "Completed"})
    clock.advance(5)
    dispatcher.tick()
    assert "number 1 in the queue" in api.call("GET", "/runs/top_3")["status_reason"]
    events = api.call("GET", "/runs/top_3/events")["events"]
    assert [event["status"] for event in events] == ["Queued", "Queued"]
    dispatcher.tick()
    assert len(engine.started) == 3


def test_two_hundred_runs_wait_their_turn(api: Any, dispatcher: Dispatcher, clock: FakeClock, engine: FakeEngine) -> None:
    api.experiment()
    body = {"spec": {"script": "train.py"}, "snapshot_id": api.snapshot(train__py=b"print(1)")}
    for n in range(200):
        api.call("POST", "/experiments/mnist/submissions", json={**body, "id": f"many_{n}"})
    done = 0
    while done < 200:
        dispatcher.tick()
        clock.advance(1)
        started = [spec.name for spec in engine.started]
        assert 0 < len(started) - done <= 2
        for name in started[done:]:
            api.call("POST", f"/runs/{name}/status", json={"status": "Completed"})
        done = len(started)
    assert started == [f"many_{n}" for n in range(200)]


def test_the_runner_of_a_cancelled_run_is_told_once(api: Any, dispatcher: Dispatcher, engine: FakeEngine) -> None:
    api.submit()
    dispatcher.tick()
    api.call("POST", "/runs/job_1/cancel", json={})
    dispatcher.tick()
    dispatcher.tick()
    assert engine.stopped == ["job_1"]


@pytest.mark.parametrize("cancelled", [False, True])
def test_the_end_that_a_runner_wrote_down_is_taken_when_it_is_gone(
    api: Any, dispatcher: Dispatcher, engine: FakeEngine, context: ServerContext, cancelled: bool
) -> None:
    api.submit()
    dispatcher.tick()
    api.call("POST", "/runs/job_1/status", json={"status": "Running"})
    if cancelled:
        api.call("POST", "/runs/job_1/cancel", json={})
    left = context.settings.home / "work" / "job_1" / "end.json"
    left.parent.mkdir(parents=True)
    left.write_text('{"status": "Completed", "reason": "all fine"}')
    engine.gone.add("job_1")
    dispatcher.tick()
    run = api.call("GET", "/runs/job_1")
    assert (run["status"], run["status_reason"]) == ("Completed", "all fine")
    assert not left.exists()


def gpu_spec(count: int) -> dict[str, Any]:
    return {"script": "train.py", "gpu_count": count}


def test_gpus_are_held_from_the_start_to_the_end_also_over_a_restart_of_the_server(
    api: Any, context: ServerContext, engine: FakeEngine
) -> None:
    engine.gpu_ids = ["0", "1", "2", "3"]
    api.submit("first", spec=gpu_spec(3))
    api.submit("second", spec=gpu_spec(2))
    Dispatcher(context).tick()
    assert [list(spec.gpus) for spec in engine.started] == [[["0", "1", "2"]]]
    restarted = Dispatcher(context)
    restarted.tick()
    assert len(engine.started) == 1
    waits = api.call("GET", "/runs/second")["status_reason"]
    assert "number 1 in the queue. It waits for 2 of 4 GPUs: 0, 1, 2 are used by first." in waits
    (target,) = api.call("GET", "/compute-targets")["compute_targets"]
    assert (target["gpus"], target["gpus_used"]) == (4, 3)
    (node,) = target["nodes"]
    assert (node["name"], node["state"], node["slots"], node["gpus"]) == ("nowhere", "busy", 2, ["0", "1", "2", "3"])
    assert node["places"] == [{"run_id": "first", "display_name": "first", "depth": 0, "gpus": ["0", "1", "2"]}]
    context.storage.workspaces.ensure("another", EnsureWorkspaceRequest(), at=context.clock())
    (seen_by_others,) = list_targets(context, "another")
    assert seen_by_others.nodes[0].places == [
        ComputePlaceRecord(run_id=None, display_name=None, depth=0, gpus=["0", "1", "2"])  # nothing of the run itself
    ]
    api.call("POST", "/runs/first/status", json={"status": "Completed"})
    restarted.tick()
    assert list(engine.started[1].gpus) == [["0", "1"]]


def test_gpus_of_a_runner_that_was_killed_are_given_back(api: Any, dispatcher: Dispatcher, engine: FakeEngine) -> None:
    engine.gpu_ids = ["0"]
    api.submit("first", spec=gpu_spec(1))
    api.submit("second", spec=gpu_spec(1))
    dispatcher.tick()
    engine.gone.add("first")
    dispatcher.tick()
    assert [spec.name for spec in engine.started] == ["first", "second"] and engine.cleaned == ["first"]


def test_more_gpus_than_there_are_is_refused(api: Any, engine: FakeEngine) -> None:
    engine.gpu_ids = ["0"]
    api.experiment()
    body = {"id": "j", "spec": gpu_spec(2), "snapshot_id": api.snapshot(train__py=b"")}
    error = api.refuse("POST", "/experiments/mnist/submissions", json=body)
    assert error["code"] == "invalid_argument" and "asks for 2 GPUs" in error["message"] and api.search() == []


def test_children_start_however_many_top_level_runs_wait(
    api: Any, dispatcher: Dispatcher, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runyard.server.background.dispatcher.QUEUE_LOOK", 3)
    for n in range(8):
        api.submit(f"top_{n}")
    dispatcher.tick()
    api.submit("child", parent_id="top_0")
    dispatcher.tick()
    assert [spec.name for spec in engine.started] == ["top_0", "top_1", "child"]


def test_a_child_on_another_target_goes_to_its_engine_and_waits_in_its_queue(
    api: Any, context: ServerContext, engine: FakeEngine, anonymous: httpx.Client
) -> None:
    cluster = FakeEngine()
    context.engines["cluster"] = cluster  # type: ignore[index]
    dispatcher = Dispatcher(context)
    api.submit("parent")
    dispatcher.tick()
    anonymous.headers["authorization"] = f"Bearer {engine.started[0].environment['RUNYARD_RUN_TOKEN']}"
    spec = {"script": "train.py", "target": "cluster", "environment_name": "its own"}
    body = {"spec": spec, "snapshot_id": api.snapshot(train__py=b"print(1)"), "parent_id": "parent"}
    for n in range(3):
        api.call("POST", "/experiments/mnist/submissions", json={**body, "id": f"kid_{n}"})
    dispatcher.tick()
    assert [spec.name for spec in engine.started] == ["parent"]
    assert [spec.name for spec in cluster.started] == ["kid_0", "kid_1"]
    waits = api.call("GET", "/runs/kid_2")
    assert waits["status_reason"] == (
        "Waiting for compute target 'cluster': number 1 in the queue. All 2 places for child runs are taken, by kid_0, kid_1."
    )
    api.call("POST", "/runs/parent/cancel", json={})
    dispatcher.tick()
    assert (engine.stopped, cluster.stopped) == (["parent"], ["kid_0", "kid_1"])
