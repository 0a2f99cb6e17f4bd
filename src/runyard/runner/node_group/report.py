"""A node's first word, and how it hears that the run must stop."""

from __future__ import annotations

from collections.abc import Callable

from runyard.domain.node_group import NodeGroup, NodeReport, NodeState, node_processes
from runyard.runner.heartbeat import order_from
from runyard.runner.node_group.variables import free_ports
from runyard.runner.settings import RunnerSettings
from runyard.runner.stop import StopSwitch
from runyard.wire.node import NodeBoardBody
from runyard.wire.run import HeartbeatBody


def first_report(settings: RunnerSettings, group: NodeGroup) -> NodeReport:
    """Return what a node says before it has prepared anything: where it is, and a free port for each of its processes."""
    count = sum(1 for process in node_processes(group) if process.node == settings.node)
    return NodeReport(
        node_id=settings.node_id,
        state=NodeState.PREPARING,
        address=settings.address,
        ports=free_ports(max(1, count)),
        code=str(settings.work / "code"),
        logs=str(settings.work / "azureml-logs"),
    )


def heard_by(stop: StopSwitch) -> Callable[[NodeBoardBody], None]:
    """Return what passes an order of the server on to the switch."""

    def heard(board: NodeBoardBody) -> None:
        if board.stop:
            order_from(HeartbeatBody(status=board.status, stop=True, reason=board.reason), stop)

    return heard
