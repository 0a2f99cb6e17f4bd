"""An environment as run definitions, ``.runconfig`` files and folders hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runyard.errors import ConfigurationError
from runyard.sdk.conda_dependencies import CondaDependencies

if TYPE_CHECKING:
    from runyard.sdk.environment import Environment


def environment_document(environment: Environment) -> dict[str, Any]:
    """Return an environment as plain data, in camelCase."""
    python, docker, spark = environment.python, environment.docker, environment.spark
    return {
        "name": environment.name,
        "version": environment.version,
        "environmentVariables": dict(environment.environment_variables),
        "python": {
            "userManagedDependencies": python.user_managed_dependencies,
            "interpreterPath": python.interpreter_path,
            "condaDependenciesFile": python.conda_dependencies_file,
            "baseCondaEnvironment": python.base_conda_environment,
            "condaDependencies": python.conda_dependencies.as_dict(),
        },
        "docker": {
            "enabled": docker.enabled,
            "baseImage": docker.base_image,
            "baseDockerfile": docker.base_dockerfile,
            "baseImageRegistry": docker.base_image_registry,
            "platform": dict(docker.platform),
            "sharedVolumes": docker.shared_volumes,
            "shmSize": docker.shm_size,
            "arguments": list(docker.arguments),
        },
        "spark": {
            "repositories": list(spark.repositories),
            "packages": list(spark.packages),
            "precachePackages": spark.precache_packages,
        },
        "inferencingStackVersion": environment.inferencing_stack_version,
    }


def fill_environment(environment: Environment, data: dict[str, Any], where: str) -> None:
    """Give an environment what plain data says; what is left out stays, and unknown keys are passed over.

    Raises:
        ConfigurationError: a part has a wrong shape; ``where`` names its place.
    """
    environment.version = _text_or_none(data.get("version"))
    if data.get("environmentVariables") is not None:
        variables = section(data["environmentVariables"], f"environmentVariables of {where}")
        environment.environment_variables = {str(key): str(value) for key, value in variables.items()}
    environment.inferencing_stack_version = _text_or_none(data.get("inferencingStackVersion"))
    _fill_python(environment, section(data.get("python"), f"python of {where}"), where)
    _fill_docker(environment, section(data.get("docker"), f"docker of {where}"))
    spark = section(data.get("spark"), f"spark of {where}")
    environment.spark.repositories = list(spark.get("repositories") or [])
    environment.spark.packages = list(spark.get("packages") or [])
    environment.spark.precache_packages = bool(spark.get("precachePackages", True))


def _fill_python(environment: Environment, data: dict[str, Any], where: str) -> None:
    python = environment.python
    python.user_managed_dependencies = bool(data.get("userManagedDependencies", False))
    python.interpreter_path = _text_or_none(data.get("interpreterPath", "python"))
    python.conda_dependencies_file = _text_or_none(data.get("condaDependenciesFile"))
    python.base_conda_environment = _text_or_none(data.get("baseCondaEnvironment"))
    if data.get("condaDependencies") is not None:
        python.conda_dependencies = CondaDependencies.from_dict(data["condaDependencies"], f"condaDependencies of {where}")


def _fill_docker(environment: Environment, data: dict[str, Any]) -> None:
    docker = environment.docker
    docker.enabled = bool(data.get("enabled", False))
    docker.base_image = _text_or_none(data.get("baseImage"))
    docker.base_dockerfile = _text_or_none(data.get("baseDockerfile"))
    docker.base_image_registry = data.get("baseImageRegistry")
    docker.platform = {**docker.platform, **(data.get("platform") or {})}
    docker.shared_volumes = bool(data.get("sharedVolumes", True))
    docker.shm_size = _text_or_none(data.get("shmSize"))
    docker.arguments = [str(item) for item in data.get("arguments") or []]


def section(data: Any, where: str) -> dict[str, Any]:
    """Return a part of a document, empty when it is left out."""
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ConfigurationError(f"{where} must hold names and values, not {type(data).__name__}.")
    return data


def _text_or_none(value: Any) -> str | None:
    return None if value is None else str(value)
