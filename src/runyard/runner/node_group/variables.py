"""The variables by which the processes of a distributed run find one another."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from runyard.domain.node_group import NodeGroup, NodeGroupKind, NodePlan, NodeProcess, node_processes

LOOPBACK = "127.0.0.1"
FIRST_PORT = 20_000
"""The ports from here to those that the system gives by itself have few well-known users."""

_SPARE_PORTS = 100
_USUAL_FIRST_GIVEN_PORT = 32_768


def process_variables(group: NodeGroup, process: NodeProcess, plan: NodePlan) -> dict[str, str]:
    """Return what one process gets beside the run's own variables."""
    master = f"{plan.master_address}:{plan.master_port}"
    variables = {
        "AZUREML_PROCESS_NAME": process.name,
        "AZ_BATCH_MASTER_NODE": master,
        "AZ_BATCHAI_MPI_MASTER_NODE": plan.master_address,
    }
    if group.kind is NodeGroupKind.PYTORCH:
        variables.update(_torch_variables(group, process, plan))
    if group.kind is NodeGroupKind.TENSORFLOW:
        task = {"type": process.role, "index": process.index}
        variables["TF_CONFIG"] = json.dumps({"cluster": plan.cluster, "task": task, "environment": "cloud"})
    return variables


def _torch_variables(group: NodeGroup, process: NodeProcess, plan: NodePlan) -> dict[str, str]:
    variables = {
        "MASTER_ADDR": plan.master_address,
        "MASTER_PORT": str(plan.master_port),
        "WORLD_SIZE": str(group.process_count),
        "NODE_RANK": str(process.node),
        "RANK": str(process.rank),
        "LOCAL_RANK": str(process.local_rank),
        "LOCAL_WORLD_SIZE": str(process.local_size),
    }
    if plan.master_address == LOOPBACK:
        variables["GLOO_SOCKET_IFNAME"] = "lo"
    return variables


def cluster_of(group: NodeGroup, places: Sequence[tuple[str, Sequence[int]]]) -> dict[str, list[str]]:
    """Return TensorFlow's cluster. ``places`` has the address and the free ports of each node."""
    cluster: dict[str, list[str]] = {}
    for process in node_processes(group):
        address, ports = places[process.node]
        cluster.setdefault(process.role, []).append(f"{address}:{ports[process.local_rank]}")
    return cluster


def free_ports(count: int) -> list[int]:
    """Return ports that nobody has now, and that the system gives to nobody by itself.

    They are used when the run's environment is built, which may take minutes: a port of those that the system gives to every
    connection would be another program's by then. That somebody asks for one of these by its number, nothing can prevent.
    """
    wanted = random.sample(range(FIRST_PORT, _first_given_port()), k=min(count + _SPARE_PORTS, _first_given_port() - FIRST_PORT))
    with ExitStack() as stack:
        found: list[int] = []
        for port in [*wanted, *[0] * count]:
            if len(found) == count:
                break
            each = stack.enter_context(socket.socket())
            with suppress(OSError):
                each.bind(("", port))
                found.append(int(each.getsockname()[1]))
        return found


def _first_given_port() -> int:
    """Return the first port of those that the system gives by itself."""
    try:
        first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        first = _USUAL_FIRST_GIVEN_PORT
    return max(first, FIRST_PORT)
