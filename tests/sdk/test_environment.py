from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from runyard import Workspace
from runyard.domain.environment import PackageSpec
from runyard.errors import ConfigurationError, ConflictError, InvalidArgumentError, NotFoundError, NotSupportedError
from runyard.sdk.conda_dependencies import CondaDependencies
from runyard.sdk.environment import Environment, environment_from_document, python_for
from runyard.sdk.environment_document import environment_document


def test_a_fresh_environment_runs_with_this_python() -> None:
    assert python_for(Environment("fresh")).interpreter == sys.executable


def test_a_user_managed_environment_runs_with_this_python_or_the_named_one() -> None:
    environment = Environment("mine")
    environment.python.user_managed_dependencies = True
    environment.python.conda_dependencies.add_pip_package("torch")
    assert python_for(environment).interpreter == sys.executable
    environment.python.interpreter_path = "/opt/python/bin/python"
    assert python_for(environment).interpreter == "/opt/python/bin/python"
    environment.python.interpreter_path = "~/env/bin/python"
    assert python_for(environment).interpreter == str(Path.home() / "env/bin/python")


def test_an_environment_that_asks_for_packages_gets_a_python_of_its_own() -> None:
    environment = Environment("torch-env")
    environment.python.conda_dependencies = CondaDependencies.create(
        pip_packages=["torch"], conda_packages=["numpy", "pip"], python_version="3.11", pip_indexurl="file:///index"
    )
    choice = python_for(environment)
    assert choice.interpreter is None
    assert choice.packages == PackageSpec(
        python_version="3.11",
        pip=["torch"],
        pip_options=["--index-url file:///index"],
        conda=["numpy"],
        channels=["anaconda", "conda-forge"],
    )


def test_an_environment_that_asks_for_another_python_gets_one() -> None:
    environment = Environment("old")
    environment.python.conda_dependencies.set_python_version("3.6.2")
    packages = python_for(environment).packages
    assert packages is not None and packages.python_version == "3.6.2"
    environment.python.conda_dependencies.set_python_version(f"{sys.version_info.major}.{sys.version_info.minor}")
    assert python_for(environment).interpreter == sys.executable


def test_a_registered_environment_gets_a_python_of_its_own() -> None:
    environment = Environment("kept")
    environment.version = "1"
    assert python_for(environment).packages is not None


def test_files_of_packages_are_read(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("# needed\nnumpy>=1\n\ntorch\n")
    environment = Environment.from_pip_requirements("e", tmp_path / "requirements.txt")
    assert environment.python.conda_dependencies.pip_packages == ["numpy>=1", "torch"]
    (tmp_path / "conda.yml").write_text("dependencies: [python=3.11, pandas]\n")
    assert Environment.from_conda_specification("e", tmp_path / "conda.yml").python.conda_dependencies.wanted_packages() == [
        "pandas"
    ]
    with pytest.raises(InvalidArgumentError, match="cannot be read"):
        Environment.from_pip_requirements("e", tmp_path / "nothing")


def test_a_registered_environment_comes_back_as_it_was(workspace: Workspace) -> None:
    environment = Environment("mine")
    environment.environment_variables = {"A": "1"}
    environment.python.conda_dependencies = CondaDependencies.create(pip_packages=["torch"], conda_packages=["numpy"])
    first = environment.register(workspace)
    assert (first.name, first.version) == ("mine", "1")
    assert environment.register(workspace).version == "1"
    environment.environment_variables = {"A": "2"}
    assert environment.register(workspace).version == "2"
    assert Environment.get(workspace, "mine").environment_variables == {"A": "2"}
    old = Environment.get(workspace, "mine", version="1")
    assert environment_document(old) == environment_document(first)
    assert old.python.conda_dependencies.pip_packages == ["torch"]
    Environment.label(workspace, "mine", "1", ["steady"])
    assert Environment.get(workspace, "mine", label="steady").version == "1"
    Environment.label(workspace, "mine", "2", ["steady"])
    assert Environment.get(workspace, "mine", label="steady").version == "2"
    assert Environment.list(workspace)["mine"].version == "2"


def test_curated_environments_are_there_by_name_and_their_names_are_reserved(workspace: Workspace) -> None:
    listed = Environment.list(workspace)
    assert {"AzureML-Minimal", "AzureML-Tutorial", "AzureML-Scikit-learn-0.20.3"} <= set(listed)
    curated = Environment.get(workspace, "AzureML-Tutorial")
    assert "scikit-learn" in curated.python.conda_dependencies.serialize_to_string()
    with pytest.raises(InvalidArgumentError, match=r"curated.*clone"):
        curated.register(workspace)
    assert curated.clone("my-tutorial").register(workspace).version == "1"


def test_an_environment_that_is_not_there_names_close_ones(workspace: Workspace) -> None:
    with pytest.raises(NotFoundError, match="AzureML-Minimal"):
        Environment.get(workspace, "AzureML-Minimum")
    Environment("mine").register(workspace)
    with pytest.raises(NotFoundError, match=r"no version '7'.*: 1"):
        Environment.get(workspace, "mine", "7")
    with pytest.raises(InvalidArgumentError, match="not both"):
        Environment.get(workspace, "mine", "1", "latest")


def test_an_environment_is_saved_to_a_folder_and_loaded_again(tmp_path: Path) -> None:
    environment = Environment("saved")
    environment.python.conda_dependencies = CondaDependencies.create(pip_packages=["torch"])
    environment.docker.base_dockerfile = "FROM scratch"
    environment.save_to_directory(tmp_path / "env")
    assert {path.name for path in (tmp_path / "env").iterdir()} == {
        "azureml_environment.json",
        "conda_dependencies.yml",
        "BaseDockerfile",
    }
    loaded = Environment.load_from_directory(tmp_path / "env")
    assert environment_document(loaded) == environment_document(environment)
    with pytest.raises(ConflictError, match="overwrite"):
        environment.save_to_directory(tmp_path / "env")
    environment.save_to_directory(tmp_path / "env", overwrite=True)
    with pytest.raises(ConfigurationError, match="save_to_directory"):
        Environment.load_from_directory(tmp_path)


def test_an_existing_conda_environment_is_read_by_conda(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotSupportedError, match="no conda"):
        Environment.from_existing_conda_environment("e", "base")
    program = tmp_path / "conda"
    program.write_text(
        "#!/bin/sh\n[ \"$*\" = 'env export --name base --no-builds' ] || { echo none such >&2; exit 1; }\n"
        "echo '{dependencies: [python=3.11.4, numpy=1.26, {pip: [torch]}]}'\n"
    )
    program.chmod(0o755)
    made = Environment.from_existing_conda_environment("e", "base")
    assert made.python.conda_dependencies.wanted_packages() == ["numpy=1.26", "torch"]
    with pytest.raises(InvalidArgumentError, match="none such"):
        Environment.from_existing_conda_environment("e", "other")


@pytest.mark.parametrize("part", ["", "python", "docker", "spark"])
def test_an_unknown_attribute_is_refused(part: str) -> None:
    environment = Environment("e")
    with pytest.raises(AttributeError, match="user_managed_dependency"):
        owner: Any = getattr(environment, part) if part else environment
        owner.user_managed_dependency = True


@pytest.mark.parametrize("name", ["", None])
def test_an_environment_has_a_name(name: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="cannot name an environment"):
        Environment(name)


def test_a_clone_is_independent() -> None:
    first = Environment("first")
    second = first.clone("second")
    second.environment_variables["A"] = "1"
    second.python.user_managed_dependencies = True
    assert (second.name, first.name) == ("second", "first")
    assert "A" not in first.environment_variables
    assert not first.python.user_managed_dependencies


def test_the_document_of_an_environment_makes_the_same_environment() -> None:
    environment = Environment("e")
    environment.version = "Autosave_1"
    environment.python.user_managed_dependencies = True
    environment.python.interpreter_path = "/usr/bin/python3"
    environment.python.conda_dependencies = CondaDependencies.create(pip_packages=["torch"])
    environment.environment_variables = {"A": "b"}
    environment.docker.base_image = "image"
    document = environment_document(environment)
    assert environment_document(environment_from_document(document, "test")) == document


def test_requirements_that_a_requirements_file_includes_come_along(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "requirements.txt").write_text("numpy\n-r more/base.txt\n")
    (tmp_path / "more" / "base.txt").write_text("torch\n--requirement ../requirements.txt\n-r last.txt\n")
    (tmp_path / "more" / "last.txt").write_text("pandas\n")
    packages = Environment.from_pip_requirements("e", tmp_path / "requirements.txt").python.conda_dependencies.pip_packages
    assert packages == ["numpy", "torch", "pandas"]


def test_a_constraints_file_is_refused_since_the_target_would_not_have_it(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("numpy\n-c constraints.txt\n")
    with pytest.raises(InvalidArgumentError, match=r"requirements.txt has '-c constraints.txt'"):
        Environment.from_pip_requirements("e", tmp_path / "requirements.txt")
