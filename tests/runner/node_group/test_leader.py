"""Node 0 hears that another node is gone, and does not wait for its silence."""

from __future__ import annotations

from typing import Any, cast

import pytest

from runyard.domain.node_group import NodeGroup, NodeGroupKind, NodeReport, NodeState
from runyard.domain.run import RunStatus
from runyard.domain.run_error import RunError
from runyard.runner.node_group.leader import GroupEnd, Leader
from runyard.runner.stop import StopSwitch
from runyard.wire.node import NodeBoardBody

GONE = NodeReport(node_id="there", state=NodeState.ENDED, error=RunError(code="SystemError", message="its runner is gone."))


class FakeBoard:
    """A board on which node 1 has said ``GONE``, or the server in its place, this very moment."""

    view = NodeBoardBody(reports={}, status=RunStatus.RUNNING, stop=False)

    def change(self, **_: Any) -> None:
        """Take what node 0 says."""

    def node(self, number: int) -> NodeReport:
        return GONE if number == 1 else NodeReport(node_id="here", state=NodeState.READY)


class FakeLogs:
    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def process_status(self, name: str, status: str) -> None:
        self.said.append((name, status))


def leader(logs: FakeLogs) -> Leader:
    group = NodeGroup(kind=NodeGroupKind.PYTORCH, node_count=2, process_count=2)
    nothing: Any = None
    return Leader(nothing, group, cast("Any", FakeBoard()), StopSwitch(), nothing, cast("Any", logs))


def test_a_node_whose_runner_is_gone_ends_the_run_before_it_begins() -> None:
    end = leader(FakeLogs()).wait_for_nodes()
    assert end is not None and end.error is not None and end.error.message == "Node there: its runner is gone."


def test_a_node_whose_runner_is_gone_is_not_waited_for_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runyard.runner.node_group.leader.time.sleep", lambda _: pytest.fail("it waits"))
    logs = FakeLogs()
    leader(logs).wait_for_farewell(GroupEnd(error=GONE.error))
    assert logs.said == [("*", "Failed")]
