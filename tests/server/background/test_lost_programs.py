"""Interactive runs of programs that were killed, and of those that nobody hears of."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from runyard.client.program_note import FOLDER
from runyard.server.background.lost_programs import GONE_S, SILENT_S, LostProgramsThread
from runyard.server.context import ServerContext
from runyard.testing.clock import FakeClock

TURN_S = 5.0


class Watch:
    """The thread's work, done by hand while the clock moves."""

    def __init__(self, context: ServerContext, clock: FakeClock, api: Any) -> None:
        self.context, self.clock, self.api = context, clock, api
        self.thread = LostProgramsThread(context)

    def let_pass(self, seconds: float, *, beating: tuple[str, ...] = ()) -> None:
        for _ in range(int(seconds // TURN_S) + 1):
            self.clock.advance(TURN_S)
            if beating:
                self.beat(*beating)
            self.thread.turn()

    def beat(self, *run_ids: str) -> list[str]:
        ended: list[str] = self.api.call("POST", "/runs/heartbeats", json={"run_ids": list(run_ids)})["ended"]
        return ended

    def run(self, run_id: str) -> Any:
        return self.api.call("GET", f"/runs/{run_id}")

    def status(self, run_id: str) -> str:
        return str(self.run(run_id)["status"])

    def note(self, *run_ids: str) -> Path:
        """Write what a killed program would have left."""
        path = self.context.settings.home / FOLDER / "x.program"
        path.parent.mkdir(exist_ok=True)
        facts = [{"node": os.uname().nodename, "pid": 7}, {"workspace": "default", "opened": list(run_ids)}]
        path.write_text("".join(json.dumps(each) + "\n" for each in facts))
        return path


@pytest.fixture
def watch(context: ServerContext, clock: FakeClock, api: Any) -> Watch:
    return Watch(context, clock, api)


def test_the_run_of_a_killed_program_stops_responding_and_then_has_failed_with_the_cause(watch: Watch, api: Any) -> None:
    api.start({"id": "mine"}, {"id": "done"})
    api.call("POST", "/runs/done/status", json={"status": "Completed"})
    note = watch.note("mine", "done", "never-made")
    watch.let_pass(GONE_S)
    run = watch.run("mine")
    assert run["status"] == "NotResponding" and "process 7" in run["status_reason"]
    watch.let_pass(watch.context.settings.lost_patience_s)
    run = watch.run("mine")
    assert run["status"] == "Failed" and run["error"]["code"] == "SystemError"
    assert "was killed before it had completed it" in run["error"]["message"]
    assert watch.status("done") == "Completed"
    watch.let_pass(0)
    assert not note.exists()


def test_a_run_that_another_program_speaks_for_goes_on(watch: Watch, api: Any) -> None:
    api.start({"id": "mine"})
    watch.note("mine")
    watch.let_pass(SILENT_S + watch.context.settings.lost_patience_s, beating=("mine",))
    assert watch.status("mine") == "Running"


def test_a_program_that_speaks_late_brings_its_run_back(watch: Watch, api: Any) -> None:
    api.start({"id": "mine"})
    watch.note("mine")
    watch.let_pass(GONE_S)
    assert watch.status("mine") == "NotResponding"
    watch.beat("mine")
    assert watch.status("mine") == "Running" and watch.run("mine")["status_reason"] is None
    watch.let_pass(GONE_S)
    api.call("POST", "/runs/mine/status", json={"status": "Completed"})
    assert watch.status("mine") == "Completed"
    assert watch.beat("mine", "unknown") == ["mine"]


def test_after_this_machine_has_slept_programs_have_time_to_speak(watch: Watch, api: Any, clock: FakeClock) -> None:
    api.start({"id": "mine"})
    watch.note("mine")
    watch.let_pass(0)
    clock.advance(8 * 3600)
    watch.let_pass(0)
    assert watch.status("mine") == "Running"
    clock.advance(-4 * 3600)  # set back
    watch.let_pass(0)
    assert watch.status("mine") == "Running"


def test_a_long_silence_is_said_and_changes_no_status(watch: Watch, api: Any) -> None:
    api.start({"id": "beats"}, {"id": "silent"}, {"id": "older-client"})
    watch.beat("silent")
    watch.let_pass(SILENT_S, beating=("beats",))
    run = watch.run("silent")
    assert run["status"] == "Running" and run["status_reason"].startswith("No sign of life since 2026-01-01 00:00:00 UTC")
    assert watch.run("beats")["status_reason"] is None and watch.run("older-client")["status_reason"] is None
    rows = api.call("POST", "/runs/rows", json={})["rows"]
    assert {row["id"]: bool(row.get("status_reason")) for row in rows} == {"beats": False, "silent": True, "older-client": False}
    watch.beat("silent")
    assert watch.run("silent")["status_reason"] is None


def test_signs_of_life_wake_no_page_unless_something_is_seen_to_change(watch: Watch, api: Any) -> None:
    version = api.start({"id": "mine"})[0]["version"]
    watch.beat("mine")
    assert watch.run("mine")["version"] == version


def test_submitted_runs_have_a_runner_that_speaks_for_them(watch: Watch, api: Any) -> None:
    run = api.submit()
    assert watch.beat(run["id"]) == []
    assert watch.run(run["id"])["heartbeat_at"] is None
