from __future__ import annotations

from pathlib import Path

import pytest

from runyard import DockerConfiguration, Environment, MpiConfiguration, RunConfiguration, ScriptRunConfig
from runyard.errors import InvalidArgumentError, NotSupportedError
from runyard.sdk.container import container_of
from runyard.sdk.submission import run_spec


def configured(environment: Environment, **docker: object) -> RunConfiguration:
    config = RunConfiguration()
    config.environment = environment
    config.docker = DockerConfiguration(**docker)  # type: ignore[arg-type]
    return config


def test_a_run_has_no_container_unless_one_is_asked_for() -> None:
    environment = Environment("e")
    environment.docker.base_image = "python:3.12"
    assert container_of(configured(environment)) is None


def test_both_ways_to_ask_give_the_image_and_all_arguments() -> None:
    environment = Environment("e")
    environment.docker.base_image = "team/image:1"
    environment.docker.base_image_registry = {"address": "registry.example", "username": None}
    environment.docker.arguments = ["--memory", "2g"]
    spec = container_of(configured(environment, use_docker=True, arguments=["--cpus", "1"], shm_size="4g"))
    assert spec is not None
    assert (spec.image, spec.arguments, spec.shm_size) == (
        "registry.example/team/image:1",
        ["--memory", "2g", "--cpus", "1"],
        "4g",
    )


def test_a_dockerfile_is_a_path_or_its_text(tmp_path: Path) -> None:
    environment = Environment("e")
    file = tmp_path / "Dockerfile"
    file.write_text("FROM python:3.12\nRUN true\n")
    for given in (str(file), file.read_text()):
        environment.docker.base_dockerfile = given
        spec = container_of(configured(environment))
        assert spec is not None and spec.dockerfile == file.read_text()
    environment.docker.base_dockerfile = str(tmp_path / "nothing")
    with pytest.raises(InvalidArgumentError, match="cannot be read"):
        container_of(configured(environment))


def test_a_registrys_password_is_not_stored_with_a_run() -> None:
    environment = Environment("e")
    environment.docker.base_image = "team/image:1"
    environment.docker.base_image_registry = {"address": "registry.example", "username": "me", "password": "x"}
    with pytest.raises(NotSupportedError, match="docker login"):
        container_of(configured(environment, use_docker=True))


def test_the_python_is_the_images_own_and_gets_the_packages(tmp_path: Path) -> None:
    (tmp_path / "train.py").touch()
    environment = Environment("e")
    environment.docker.enabled = True
    spec = run_spec(ScriptRunConfig(tmp_path, "train.py", environment=environment), tmp_path)
    assert spec.interpreter == "python" and spec.packages is not None
    environment.python.user_managed_dependencies = True
    environment.python.interpreter_path = "/opt/conda/bin/python"
    spec = run_spec(ScriptRunConfig(tmp_path, "train.py", environment=environment), tmp_path)
    assert (spec.interpreter, spec.packages) == ("/opt/conda/bin/python", None)


def test_a_distributed_run_in_containers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "train.py").touch()
    environment = Environment("e")
    environment.docker.enabled = True
    config = ScriptRunConfig(tmp_path, "train.py", environment=environment, distributed_job_config=MpiConfiguration())
    with pytest.raises(NotSupportedError, match="distributed"):
        run_spec(config, tmp_path)


def test_an_environment_of_an_image_or_dockerfile_is_put_into_a_container(tmp_path: Path) -> None:
    made = Environment.from_docker_image("e", "team/image:1", container_registry={"address": "registry.example"})
    spec = container_of(configured(made))
    assert spec is not None and spec.image == "registry.example/team/image:1" and made.python.user_managed_dependencies
    (tmp_path / "requirements.txt").write_text("numpy\n")
    made = Environment.from_dockerfile("e", "FROM python:3.12\nRUN true\n", pip_requirements=tmp_path / "requirements.txt")
    spec = container_of(configured(made))
    assert spec is not None and spec.dockerfile == "FROM python:3.12\nRUN true\n"
    assert made.python.conda_dependencies.pip_packages == ["numpy"] and not made.python.user_managed_dependencies
    with pytest.raises(InvalidArgumentError, match="not both"):
        Environment.from_docker_image("e", "i", conda_specification="c.yml", pip_requirements="r.txt")
