"""Runs of several processes: which process runs on which node, and what the nodes tell one another."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from runyard.domain.run_error import RunError
from runyard.errors import InvalidArgumentError

PROCESSES_MAX = 4096


class NodeGroupKind(str, Enum):
    """How the processes find one another: by an MPI launcher, by variables of torch.distributed, or by TF_CONFIG."""

    MPI = "mpi"
    PYTORCH = "pytorch"
    TENSORFLOW = "tensorflow"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeGroup:
    """The shape of a distributed run.

    ``process_count`` is that of all nodes together. TensorFlow has a worker a node, and parameter servers dealt out in turn.
    """

    kind: NodeGroupKind
    node_count: int = 1
    process_count: int = 1
    worker_count: int = 0
    parameter_server_count: int = 0

    @staticmethod
    def single() -> NodeGroup:
        """Return the shape of a plain run: one process."""
        return NodeGroup(kind=NodeGroupKind.MPI)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeProcess:
    """One process and its place. ``role`` and ``index`` are TensorFlow's; ``rank`` counts over all nodes."""

    name: str
    node: int
    rank: int
    local_rank: int
    local_size: int
    role: str = "worker"
    index: int = 0

    @property
    def log_name(self) -> str:
        """The file that holds what the process prints."""
        return f"70_driver_log_{self.name.removeprefix('rank_')}.txt"


class NodeState(str, Enum):
    """How far a node is."""

    PREPARING = "Preparing"
    READY = "Ready"
    RUNNING = "Running"
    ENDED = "Ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessReport:
    """One process as its node last saw it. ``ended_at`` is in seconds since 1970."""

    name: str
    pid: int
    status: str
    exit_code: int | None = None
    ended_at: float | None = None
    error: RunError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePlan:
    """What node 0 tells all others when every node is ready: where to meet, and TensorFlow's whole cluster."""

    master_address: str
    master_port: int
    cluster: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeReport:
    """What a node says to the others, by way of the server.

    ``ports`` are free ones on the node, one a process. ``code`` and ``logs`` are its folders. ``error`` is why it cannot take
    part. ``plan`` and ``is_over`` count from node 0 only: all nodes begin, all nodes stop.
    """

    node_id: str
    state: NodeState
    address: str = ""
    ports: list[int] = field(default_factory=list)
    code: str = ""
    logs: str = ""
    processes: list[ProcessReport] = field(default_factory=list)
    error: RunError | None = None
    plan: NodePlan | None = None
    is_over: bool = False


def require_node_group(group: NodeGroup) -> None:
    """Raise :class:`InvalidArgumentError` for a shape that cannot be."""
    count = len(node_processes(group)) if group.process_count <= PROCESSES_MAX else group.process_count
    if group.node_count < 1 or count < 1 or group.worker_count < 0 or group.parameter_server_count < 0:
        raise InvalidArgumentError("A distributed run has at least one node and one process. Check its counts.")
    if count > PROCESSES_MAX or group.node_count > count:
        raise InvalidArgumentError(
            f"{count} processes on {group.node_count} nodes cannot be: there are 1 to {PROCESSES_MAX} processes, and at least "
            "one a node."
        )


def node_processes(group: NodeGroup) -> list[NodeProcess]:
    """Return all processes, by rank; those of TensorFlow as workers first."""
    if group.kind is NodeGroupKind.TENSORFLOW:
        return _tensorflow_processes(group)
    share, rest = divmod(group.process_count, max(1, group.node_count))
    found: list[NodeProcess] = []
    for node in range(group.node_count):
        size = share + (1 if node < rest else 0)
        for local_rank in range(size):
            rank = len(found)
            found.append(
                NodeProcess(name=f"rank_{rank}", node=node, rank=rank, local_rank=local_rank, local_size=size, index=rank)
            )
    return found


def _tensorflow_processes(group: NodeGroup) -> list[NodeProcess]:
    places = [("worker", index, index % group.node_count) for index in range(group.worker_count)]
    places += [("ps", index, index % group.node_count) for index in range(group.parameter_server_count)]
    seen: dict[int, int] = {}
    found = []
    for rank, (role, index, node) in enumerate(places):
        local_rank = seen.get(node, 0)
        seen[node] = local_rank + 1
        size = sum(1 for _, _, other in places if other == node)
        found.append(
            NodeProcess(
                name=f"{role}_{index}", node=node, rank=rank, local_rank=local_rank, local_size=size, role=role, index=index
            )
        )
    return found
