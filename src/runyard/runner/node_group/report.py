"""A node's first word, and how it hears that the run must stop."""

from __future__ import annotations

from collections.abc import Callable

from runyard.domain.node_group import NodeGroup, NodeReport, NodeState, node_processes
from runyard.runner.heartbeat import order_from
from runyard.runner.node_group.ports import ReservedPorts
from runyard.runner.settings import RunnerSettings
from runyard.runner.stop import StopSwitch
from runyard.wire.node import NodeBoardBody
from runyard.wire.run import HeartbeatBody


def reserve_ports(settings: RunnerSettings, group: NodeGroup) -> ReservedPorts:
    """Reserve a port for each process of this node."""
    count = sum(1 for process in node_processes(group) if process.node == settings.node)
    return ReservedPorts(max(1, count), settings.address)


def first_report(settings: RunnerSettings, ports: ReservedPorts) -> NodeReport:
    """Return what a node says before it has prepared anything: where it is, and which ports its processes have."""
    return NodeReport(
        node_id=settings.node_id,
        state=NodeState.PREPARING,
        address=settings.address,
        ports=ports.numbers,
        code=str(settings.work / "code"),
        logs=str(settings.work / "azureml-logs"),
    )


def heard_by(stop: StopSwitch) -> Callable[[NodeBoardBody], None]:
    """Return what passes an order of the server on to the switch."""

    def heard(board: NodeBoardBody) -> None:
        if board.stop:
            order_from(HeartbeatBody(status=board.status, stop=True, reason=board.reason), stop)

    return heard
