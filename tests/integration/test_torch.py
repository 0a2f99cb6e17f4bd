"""torch.distributed for real, in an environment that Runyard builds. Long mode only: it installs PyTorch."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runyard import Environment, Experiment, PyTorchConfiguration, ScriptRunConfig
from runyard.sdk.conda_dependencies import CondaDependencies
from tests.packages import torch_requirement

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.environ.get("RUNYARD_LONG") != "1", reason="long mode only: RUNYARD_LONG=1"),
]

ALL_REDUCE = """
import torch, torch.distributed as dist
from runyard import Run
dist.init_process_group("gloo")
value = torch.tensor([float(dist.get_rank() + 1)])
dist.all_reduce(value)
print(f"rank {dist.get_rank()}/{dist.get_world_size()} sum {value.item()}", flush=True)
if dist.get_rank() == 0:
    Run.get_context().log("sum", value.item())
dist.destroy_process_group()
"""


@pytest.fixture
def torch_environment() -> Environment:
    environment = Environment("torch")
    environment.python.conda_dependencies = CondaDependencies.create(pip_packages=[torch_requirement(), "numpy"])
    return environment


def test_all_reduce_by_variables_on_two_processes(experiment: Experiment, project: Path, torch_environment: Environment) -> None:
    (project / "train.py").write_text(ALL_REDUCE)
    wanted = PyTorchConfiguration("Gloo", process_count=2)
    run = experiment.submit(ScriptRunConfig(".", "train.py", environment=torch_environment, distributed_job_config=wanted))
    run.wait_for_completion()
    assert run.get_metrics() == {"sum": 3.0}


def test_all_reduce_by_torchrun_on_two_nodes(experiment: Experiment, project: Path, torch_environment: Environment) -> None:
    (project / "train.py").write_text(ALL_REDUCE)
    command = "torchrun --nnodes 2 --nproc-per-node 2 --node-rank $NODE_RANK --master-addr $MASTER_ADDR "
    command += "--master-port $MASTER_PORT train.py"
    wanted = PyTorchConfiguration("Gloo", node_count=2)
    run = experiment.submit(ScriptRunConfig(".", command=command, environment=torch_environment, distributed_job_config=wanted))
    run.wait_for_completion()
    assert run.get_metrics() == {"sum": 10.0}
