from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml

from runyard.errors import ConfigurationError, InvalidArgumentError
from runyard.sdk.conda_dependencies import CondaDependencies
from runyard.sdk.environment import Environment
from runyard.sdk.run_configuration import (
    RunConfiguration,
    argument_texts,
    command_text,
    configuration_document,
    configuration_from_document,
    duration_seconds,
)
from runyard.sdk.script_run_config import ScriptRunConfig

DEFINITION_KEYS = """
script command useAbsolutePath arguments sourceDirectoryDataStore framework communicator target dataReferences
data outputData datacaches jobName maxRunDurationSeconds nodeCount priority resources credentialPassthrough identity
environment history spark parallelTask amlCompute tensorflow mpi pyTorch hdi docker commandReturnCodeConfig
environmentVariables applicationEndpoints
"""


def test_the_defaults_are_the_known_ones() -> None:
    config = RunConfiguration()
    assert (config.target, config.framework, config.communicator) == ("local", "Python", "None")
    assert config.environment.name == "default-environment"
    assert config.environment.environment_variables == {"EXAMPLE_ENV_VAR": "EXAMPLE_VALUE"}
    assert config.history.directories_to_watch == ["logs"]


def test_a_target_is_a_name_or_a_compute_target() -> None:
    config = RunConfiguration()
    config.target = "gpu-cluster"
    assert config.target == "gpu-cluster"
    config.target = SimpleNamespace(name="cpu-cluster")
    assert config.target == "cpu-cluster"
    config.target = None
    assert config.target == "local"
    with pytest.raises(InvalidArgumentError, match="no compute target"):
        config.target = 5


def test_an_unknown_attribute_is_refused() -> None:
    with pytest.raises(AttributeError):
        RunConfiguration().targte = "x"  # type: ignore[attr-defined]


def test_a_run_definition_has_the_known_keys() -> None:
    assert set(configuration_document(RunConfiguration())) == set(DEFINITION_KEYS.split())


def test_arguments_become_texts() -> None:
    assert argument_texts(["--lr", 0.01, 3, True, Path("a/b"), np.float64(0.5)]) == ["--lr", "0.01", "3", "True", "a/b", "0.5"]
    with pytest.raises(InvalidArgumentError, match=r"\['nested'\] among the arguments is a list"):
        argument_texts([["nested"]])
    with pytest.raises(InvalidArgumentError, match="None among the arguments"):
        argument_texts(["--x", None])


@pytest.mark.parametrize(
    ("given", "text"),
    [(None, None), ("", None), ("python a.py && ls", "python a.py && ls"), (["python", "a b.py", 3], "python 'a b.py' 3")],
)
def test_a_command_is_a_text_or_a_list_that_is_quoted(given: Any, text: str | None) -> None:
    assert command_text(given) == text


@pytest.mark.parametrize("separate", [False, True])
def test_a_saved_configuration_is_loaded_as_it_was(tmp_path: Path, separate: bool) -> None:
    (tmp_path / ".azureml").mkdir()
    config = RunConfiguration(
        script="train.py", arguments=["--a", 1], conda_dependencies=CondaDependencies.create(pip_packages=["x"])
    )
    config.target = "gpu"
    config.node_count = 2
    config.environment.python.user_managed_dependencies = True
    config.environment_variables = {"A": "1"}
    config.mpi.process_count_per_node = 4
    config.max_run_duration_seconds = 60
    config.save(tmp_path, "sklearn.runconfig", separate_environment_yaml=separate)
    assert (tmp_path / ".azureml" / "conda_dependencies.yml").is_file()
    assert (tmp_path / ".azureml" / "environment.yml").exists() is separate
    loaded = RunConfiguration.load(tmp_path, "sklearn")
    wanted = configuration_document(config)
    wanted["environment"]["python"]["condaDependenciesFile"] = ".azureml/conda_dependencies.yml"
    assert configuration_document(loaded) == wanted
    assert configuration_document(RunConfiguration.load(tmp_path / ".azureml" / "sklearn.runconfig")) == wanted
    RunConfiguration.delete(tmp_path, "sklearn")
    with pytest.raises(ConfigurationError):
        RunConfiguration.load(tmp_path, "sklearn")


def test_a_name_is_looked_for_in_its_known_places(tmp_path: Path) -> None:
    for place in ("x.runconfig", "aml_config/x", ".azureml/x", ".runyard/x.runconfig"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(f"script: {place}\n")
        assert RunConfiguration.load(tmp_path, "x").script == place


def test_a_missing_configuration_names_those_there(tmp_path: Path) -> None:
    (tmp_path / ".azureml").mkdir()
    (tmp_path / ".azureml" / "local.runconfig").write_text("target: local\n")
    with pytest.raises(ConfigurationError, match=r"no run configuration 'sklearn'.*There are: local"):
        RunConfiguration.load(tmp_path, "sklearn")
    with pytest.raises(ConfigurationError, match="a project folder and a name"):
        RunConfiguration.load(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"), [("a: [1\nb: 2", "line 2, column 2"), ("- 1", "must hold names"), ("environment: [1]", "environment of")]
)
def test_a_corrupt_configuration_is_named_with_its_fault(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "x.runconfig"
    file.write_text(content)
    with pytest.raises(ConfigurationError, match=said) as caught:
        RunConfiguration.load(file)
    assert "x.runconfig" in caught.value.message


def test_a_file_of_the_command_line_tool_is_read(tmp_path: Path) -> None:
    document = {
        "script": "train.py",
        "arguments": [],
        "target": "local",
        "framework": "PySpark",
        "communicator": "None",
        "environment": {
            "name": "e",
            "python": {"userManagedDependencies": True, "interpreterPath": "python3", "condaDependenciesFile": ".azureml/no.yml"},
            "docker": {"enabled": False, "arguments": []},
            "someday": 1,
        },
        "pytorch": {"communicationBackend": "gloo", "processCount": 2, "nodeCount": 1},
        "history": {"outputCollection": False, "directoriesToWatch": ["logs", "more"]},
        "databricks": {"keep": "me"},
    }
    (tmp_path / "x.runconfig").write_text(yaml.safe_dump(document))
    loaded = RunConfiguration.load(tmp_path / "x.runconfig")
    assert loaded.environment.python.interpreter_path == "python3"
    assert (loaded.pytorch.communication_backend, loaded.pytorch.process_count) == ("gloo", 2)
    assert (loaded.history.output_collection, loaded.history.directories_to_watch) == (False, ["logs", "more"])
    assert configuration_document(loaded)["databricks"] == {"keep": "me"}


def test_a_saved_configuration_needs_a_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="needs a name"):
        RunConfiguration().save(tmp_path)


def test_the_document_of_a_configuration_makes_the_same_configuration() -> None:
    config = RunConfiguration(command="python x.py")
    document = configuration_document(config)
    assert configuration_document(configuration_from_document(document, Path("here"))) == document


def test_keys_that_mean_nothing_here_are_kept_at_every_depth(tmp_path: Path) -> None:
    written = {
        "script": "train.py",
        "dataReferences": {"images": {"dataStoreName": "store", "pathOnDataStore": "a/b"}},
        "history": {"outputCollection": True, "someday": {"a": [1, 2]}},
        "environment": {
            "name": "mine",
            "environmentVariables": {"A": "1", "B": "2"},
            "python": {"userManagedDependencies": True, "interpreterPath": "python3", "futureKey": "kept"},
            "docker": {"enabled": False, "gpuSupport": True},
            "databricks": {"mavenLibraries": []},
        },
        "amlCompute": {"vmSize": "big"},
        "kubernetesCompute": {"instanceType": "x"},
    }
    file = tmp_path / ".runyard" / "x.runconfig"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(written))
    loaded = RunConfiguration.load(tmp_path, "x")
    del loaded.environment.environment_variables["B"]
    loaded.node_count = 3
    loaded.save(tmp_path, "x.runconfig")
    again = yaml.safe_load(file.read_text())
    assert again["dataReferences"] == written["dataReferences"]
    assert again["history"]["someday"] == {"a": [1, 2]}
    assert again["environment"]["python"]["futureKey"] == "kept"
    assert (again["environment"]["docker"]["gpuSupport"], again["environment"]["databricks"]) == (True, {"mavenLibraries": []})
    assert again["environment"]["environmentVariables"] == {"A": "1"}
    assert (again["amlCompute"]["vmSize"], again["kubernetesCompute"], again["nodeCount"]) == ("big", {"instanceType": "x"}, 3)
    assert configuration_document(RunConfiguration.load(tmp_path, "x")) == configuration_document(RunConfiguration.load(file))


def test_another_environment_takes_nothing_over_from_the_one_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "x.runconfig").write_text("environment: {name: mine, databricks: {a: 1}}\n")
    loaded = RunConfiguration.load(tmp_path / "x.runconfig")
    loaded.environment = Environment("another")
    assert "databricks" not in configuration_document(loaded)["environment"]


@pytest.mark.parametrize("given", ["--lr 0.1", b"x", 5])
def test_arguments_that_are_no_list_are_refused_rather_than_split_into_letters(given: Any) -> None:
    for make in (lambda: RunConfiguration(arguments=given), lambda: ScriptRunConfig(".", "train.py", arguments=given)):
        with pytest.raises(InvalidArgumentError, match="Give a list with an item a word"):
            make()


@pytest.mark.parametrize(("given", "kept"), [(None, None), (1, 1), (10.2, 11), (np.int64(5), 5)])
def test_a_time_limit_is_in_whole_seconds(given: Any, kept: int | None) -> None:
    assert duration_seconds(given) == kept


@pytest.mark.parametrize("given", [0, -1, "10", True, float("nan"), float("inf")])
def test_a_time_limit_that_no_run_could_keep_is_refused(given: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="max_run_duration_seconds"):
        duration_seconds(given)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nodeCount: abc", "nodeCount of .*bad.runconfig must be a whole number, not 'abc'"),
        ("maxRunDurationSeconds: long", "maxRunDurationSeconds"),
        ("history: 5", "history of .* must hold names and values"),
        ("arguments: --lr 0.1", "arguments of .* must be a list"),
        ("mpi: {nodeCount: two}", "nodeCount of mpi"),
        ("docker: {useDocker: maybe}", "useDocker of docker of .* must be true or false"),
        ("environmentVariables: [a]", "environmentVariables"),
        ("target: 5", "target of .* must be a text"),
    ],
)
def test_a_value_of_a_wrong_kind_in_a_file_is_named_with_the_file(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "bad.runconfig").write_text(f"script: train.py\n{line}\n")
    with pytest.raises(ConfigurationError, match=said):
        RunConfiguration.load(tmp_path, "bad")


def test_other_options_beside_a_run_config_are_told_to_be_ignored() -> None:
    with pytest.warns(UserWarning, match="other options are ignored"):
        ScriptRunConfig(".", "train.py", run_config=RunConfiguration(), max_run_duration_seconds=60)


def test_gpus_are_saved_and_loaded_with_the_configuration(tmp_path: Path) -> None:
    config = RunConfiguration()
    config.resources.gpu = 2
    config.save(tmp_path, "big")
    assert RunConfiguration.load(tmp_path, "big").resources.gpu == 2
    assert configuration_document(config)["resources"] == {"gpu": 2}


def test_a_saved_name_gets_the_ending_that_the_command_line_looks_for(tmp_path: Path) -> None:
    RunConfiguration(script="a.py").save(tmp_path, "gpu.v2")
    assert (tmp_path / ".runyard" / "gpu.v2.runconfig").is_file()
    assert RunConfiguration.load(tmp_path, "gpu.v2").script == "a.py"
    (tmp_path / ".runyard" / "old").write_text("script: old.py\n")
    RunConfiguration(script="new.py").save(tmp_path, "old")
    assert RunConfiguration.load(tmp_path, "old").script == "new.py"
