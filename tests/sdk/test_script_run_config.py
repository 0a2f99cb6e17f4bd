from __future__ import annotations

from typing import Any

import pytest

from runyard.errors import InvalidArgumentError, NotSupportedError
from runyard.sdk.environment import Environment
from runyard.sdk.run_configuration import MpiConfiguration, RunConfiguration
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
        ({"distributed_job_config": MpiConfiguration()}, NotSupportedError),
        ({"distributed_job_config": "mpi"}, InvalidArgumentError),
        ({"resume_from": object()}, NotSupportedError),
        ({"environment": "mine"}, InvalidArgumentError),
        ({"compute_target": 5}, InvalidArgumentError),
    ],
)
def test_what_cannot_be_had_is_refused_at_once(options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        ScriptRunConfig(".", "a.py", **options)
