from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from runyard.domain.environment import PackageSpec
from runyard.errors import InvalidArgumentError, NotSupportedError
from runyard.sdk.conda_dependencies import CondaDependencies
from runyard.sdk.environment import Environment, python_for
from runyard.sdk.environment_document import environment_document, environment_from_document


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


def test_an_environment_that_asks_for_a_container_is_refused() -> None:
    environment = Environment("boxed")
    environment.docker.enabled = True
    with pytest.raises(NotSupportedError, match="container"):
        python_for(environment)


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


@pytest.mark.parametrize(
    "call",
    [
        lambda: Environment.get(None, "AzureML-Minimal"),  # type: ignore[arg-type]
        lambda: Environment("x").register(None),  # type: ignore[arg-type]
        lambda: Environment.from_existing_conda_environment("x", "base"),
    ],
)
def test_what_comes_later_says_so(call: Any) -> None:
    with pytest.raises(NotSupportedError, match="This version"):
        call()


@pytest.mark.parametrize("part", ["", "python", "docker", "spark"])
def test_an_unknown_attribute_is_refused(part: str) -> None:
    environment = Environment("e")
    with pytest.raises(AttributeError, match="user_managed_dependency"):
        (getattr(environment, part) if part else environment).user_managed_dependency = True


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
