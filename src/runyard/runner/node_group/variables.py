"""The variables by which the processes of a distributed run find one another."""

from __future__ import annotations

import json
from collections.abc import Sequence

from runyard.domain.node_group import NodeGroup, NodeGroupKind, NodePlan, NodeProcess, node_processes
from runyard.runner.node_group.ports import LOOPBACK


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
