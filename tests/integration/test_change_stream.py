"""The event stream of a real server, on each database: what happens is heard soon, once and in order, also over a restart."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from runyard import Experiment, Workspace
from runyard.domain.change import ChangeRecord, ChangeTopic
from runyard.errors import RunyardError
from tests.server_process import start_server, stop_server

POINTS = 5


class Listener:
    """Follows the stream of a workspace from another thread."""

    def __init__(self, workspace: Workspace) -> None:
        self.heard: list[ChangeRecord] = []
        self.is_open = threading.Event()
        self.has_ended = threading.Event()
        self._changes = workspace._client.changes
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        start = self._changes.page().cursor
        self.is_open.set()
        try:
            for change in self._changes.stream(start):
                if change is not None:
                    self.heard.append(change)
        except RunyardError:
            if not self.has_ended.is_set():  # at the end, there is no server any more
                raise

    def topics(self, run_id: str) -> list[ChangeTopic]:
        """Return what was heard of a run."""
        return [change.topic for change in self.heard if change.run_id == run_id]


def until(condition: Callable[[], object], what: str, timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {timeout_s} s"
        time.sleep(0.02)


@pytest.mark.slow
def test_every_change_is_heard_in_order_also_over_a_restart(place: Path) -> None:
    server = start_server(place)
    workspace = Workspace.get("default")
    listener = Listener(workspace)
    assert listener.is_open.wait(30)
    run = Experiment(workspace, "heard").start_logging(snapshot_directory=None, outputs=None)
    for value in range(POINTS):
        before = listener.topics(run.id).count(ChangeTopic.METRIC)
        run.log("x", value)
        run.flush()
        until(partial(lambda seen: listener.topics(run.id).count(ChangeTopic.METRIC) > seen, before), f"point {value} is heard")
    stop_server(server)  # the listener's client starts it anew
    run.tag("after", "restart")
    run.complete()
    until(lambda: run.get_status() == "Completed" and ChangeTopic.RUN in listener.topics(run.id)[-3:], "the end is heard")
    cursors = [change.cursor for change in listener.heard]
    assert cursors == sorted(set(cursors)), "a change was heard twice, or out of order"
    listener.has_ended.set()
