from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runyard.errors import InvalidArgumentError
from runyard.sdk.distribution import node_group_of
from runyard.sdk.environment import Environment
from runyard.sdk.run_configuration import (
    MpiConfiguration,
    PyTorchConfiguration,
    RunConfiguration,
    TensorflowConfiguration,
    configuration_document,
    configuration_from_document,
)
from runyard.sdk.script_run_config import ScriptRunConfig


def test_the_options_end_up_in_the_run_configuration() -> None:
    environment = Environment("mine")
    config = ScriptRunConfig(
        ".", "train.py", ["--a", 1], compute_target="gpu", environment=environment, max_run_duration_seconds=9
    )
    assert (config.source_directory, config.script, config.arguments) == (".", "train.py", ["--a", 1])
    assert config.run_config.target == "gpu"
    assert config.run_config.environment is environment
    assert config.run_config.max_run_duration_seconds == 9


def test_the_target_can_be_set_afterwards() -> None:
    config = ScriptRunConfig(".", "train.py")
    config.run_config.target = "gpu"
    assert config.run_config.target == "gpu"


def test_a_given_run_configuration_is_used_and_the_other_options_warned_about() -> None:
    run_config = RunConfiguration(script="a.py", arguments=["--x"])
    run_config.target = "gpu"
    with pytest.warns(UserWarning, match="are ignored"):
        config = ScriptRunConfig(".", run_config=run_config, compute_target="cpu")
    assert (config.script, config.arguments, config.run_config.target) == ("a.py", ["--x"], "gpu")
    assert ScriptRunConfig(".", "b.py", run_config=run_config).script == "b.py"


def test_neither_script_nor_command_is_accepted_until_it_is_submitted() -> None:
    assert ScriptRunConfig(".").script is None
    assert ScriptRunConfig(None, "a.py").source_directory == "."


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"distributed_job_config": "mpi"}, InvalidArgumentError),
        ({"distributed_job_config": PyTorchConfiguration("Mpi")}, InvalidArgumentError),
        ({"environment": "mine"}, InvalidArgumentError),
        ({"compute_target": 5}, InvalidArgumentError),
    ],
)
def test_what_cannot_be_had_is_refused_at_once(options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        ScriptRunConfig(".", "a.py", **options)


@pytest.mark.parametrize(
    ("wanted", "framework", "communicator", "shape"),
    [
        (MpiConfiguration(process_count_per_node=2, node_count=3), "Python", "OpenMpi", ("mpi", 3, 6)),
        (PyTorchConfiguration("Gloo", process_count=4, node_count=2), "PyTorch", "gloo", ("pytorch", 2, 4)),
        (PyTorchConfiguration(node_count=2), "PyTorch", "nccl", ("pytorch", 2, 2)),
        (TensorflowConfiguration(2, 1), "TensorFlow", "ParameterServer", ("tensorflow", 2, 3)),
    ],
)
def test_a_distributed_job_config_says_how_many_processes_run_where(
    wanted: Any, framework: str, communicator: str, shape: tuple[str, int, int]
) -> None:
    config = ScriptRunConfig(".", "train.py", distributed_job_config=wanted).run_config
    assert (config.framework, config.communicator) == (framework, communicator)
    group = node_group_of(config)
    assert group is not None
    assert (group.kind.value, group.node_count, group.process_count) == shape
    saved = configuration_from_document(configuration_document(config), Path("x"))
    assert node_group_of(saved) == group


def test_a_plain_run_has_no_group_of_processes() -> None:
    assert node_group_of(ScriptRunConfig(".", "train.py").run_config) is None


def test_counts_that_cannot_be_are_refused() -> None:
    config = ScriptRunConfig(".", "train.py", distributed_job_config=MpiConfiguration(process_count_per_node=0))
    with pytest.raises(InvalidArgumentError, match="at least one"):
        node_group_of(config.run_config)


def test_a_script_resumes_from_a_path_that_it_gets_as_an_argument() -> None:
    config = ScriptRunConfig(".", "train.py", ["--lr", 0.1], resume_from=Path("/data/checkpoint"))
    assert config.arguments == ["--lr", 0.1, "--resume-from", "/data/checkpoint"]
    with pytest.raises(InvalidArgumentError, match="path of a checkpoint"):
        ScriptRunConfig(".", "train.py", resume_from=object())


@pytest.mark.parametrize("wanted", [MpiConfiguration("2"), MpiConfiguration(1, 2.5), PyTorchConfiguration(process_count="2")])  # type: ignore[arg-type]
def test_counts_of_processes_are_whole_numbers(wanted: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"count\w*=.* Give a whole number"):
        node_group_of(ScriptRunConfig(".", "train.py", distributed_job_config=wanted).run_config)
