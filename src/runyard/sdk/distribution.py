"""From a run configuration to the processes of a distributed run."""

from __future__ import annotations

from typing import Any

from runyard.domain.node_group import NodeGroup, NodeGroupKind, require_node_group
from runyard.errors import InvalidArgumentError
from runyard.sdk.run_configuration import MpiConfiguration, PyTorchConfiguration, RunConfiguration, TensorflowConfiguration
from runyard.sdk.wording import kind_of

MPI_COMMUNICATORS = ("openmpi", "intelmpi", "mpi")
TORCH_COMMUNICATORS = ("nccl", "gloo")
PARAMETER_SERVER = "ParameterServer"


def apply_distribution(config: RunConfiguration, wanted: Any) -> None:
    """Put a distributed_job_config into a run configuration, with the framework and communicator that stand for it.

    Raises:
        InvalidArgumentError: it is of another type, or names a backend that is not there.
    """
    if isinstance(wanted, MpiConfiguration):
        config.mpi, config.communicator = wanted, "OpenMpi"
        config.node_count = wanted.node_count
    elif isinstance(wanted, TensorflowConfiguration):
        config.tensorflow, config.framework, config.communicator = wanted, "TensorFlow", PARAMETER_SERVER
        config.node_count = wanted.worker_count
    elif isinstance(wanted, PyTorchConfiguration):
        backend = str(wanted.communication_backend).lower()
        if backend not in TORCH_COMMUNICATORS:
            raise InvalidArgumentError(
                f"{wanted.communication_backend} is not a supported backend. 'communication_backend' must be 'Nccl' or 'Gloo'."
            )
        config.pytorch, config.framework, config.communicator = wanted, "PyTorch", backend
        config.node_count = wanted.node_count
    else:
        raise InvalidArgumentError(
            f"distributed_job_config is {kind_of(wanted)}. Use MpiConfiguration, TensorflowConfiguration or PyTorchConfiguration."
        )


def node_group_of(config: RunConfiguration) -> NodeGroup | None:
    """Return the processes that a configuration asks for; None for a plain run of one process.

    Raises:
        InvalidArgumentError: its counts cannot be.
    """
    communicator = str(config.communicator or "None").lower()
    group: NodeGroup | None = None
    if communicator in MPI_COMMUNICATORS:
        nodes = max(config.node_count, config.mpi.node_count)
        group = NodeGroup(kind=NodeGroupKind.MPI, node_count=nodes, process_count=nodes * config.mpi.process_count_per_node)
    elif communicator in TORCH_COMMUNICATORS:
        nodes = max(config.node_count, config.pytorch.node_count)
        count = nodes if config.pytorch.process_count is None else config.pytorch.process_count
        group = NodeGroup(kind=NodeGroupKind.PYTORCH, node_count=nodes, process_count=count)
    elif communicator == PARAMETER_SERVER.lower():
        workers, servers = config.tensorflow.worker_count, config.tensorflow.parameter_server_count
        group = NodeGroup(
            kind=NodeGroupKind.TENSORFLOW,
            node_count=workers,
            process_count=workers + servers,
            worker_count=workers,
            parameter_server_count=servers,
        )
    if group is not None:
        require_node_group(group)
    return group
