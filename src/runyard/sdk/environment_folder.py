"""An environment as a folder of files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from runyard.errors import ConfigurationError, ConflictError
from runyard.sdk.conda_dependencies import FILE_NAME as CONDA_FILE
from runyard.sdk.conda_dependencies import CondaDependencies

ENVIRONMENT_FILE = "azureml_environment.json"
"""The name that tools of Azure ML know."""

DOCKERFILE = "BaseDockerfile"


def write_folder(folder: Path, document: dict[str, Any], dependencies: CondaDependencies, *, overwrite: bool) -> None:
    """Write an environment's document, its conda file and its Dockerfile, when it has one.

    Raises:
        ConflictError: the folder is there, and ``overwrite`` is false.
    """
    if folder.exists() and not overwrite:
        raise ConflictError(f"{folder} is there already. Choose another folder, or pass overwrite=True.", path=str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    python = {key: value for key, value in document["python"].items() if key != "condaDependencies"}
    docker = {**document["docker"]}
    dockerfile = docker.pop("baseDockerfile", None)
    text = json.dumps({**document, "python": python, "docker": docker}, indent=4)
    (folder / ENVIRONMENT_FILE).write_text(text + "\n", encoding="utf-8")
    dependencies.save(folder / CONDA_FILE)
    if dockerfile:
        (folder / DOCKERFILE).write_text(dockerfile, encoding="utf-8")


def read_folder(folder: Path) -> dict[str, Any]:
    """Return the document of an environment in a folder.

    Raises:
        ConfigurationError: there is none, or a file cannot be used.
    """
    path = folder / ENVIRONMENT_FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read ({error.strerror}). Give a folder that environment.save_to_directory() has written."
        ) from error
    except ValueError as error:
        raise ConfigurationError(f"{path} is not valid JSON: {error}.") from error
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path} must hold names and values.")
    if (folder / CONDA_FILE).is_file():
        python = document.get("python") or {}
        document["python"] = {**python, "condaDependencies": CondaDependencies(folder / CONDA_FILE).as_dict()}
    if (folder / DOCKERFILE).is_file():
        dockerfile = (folder / DOCKERFILE).read_text(encoding="utf-8")
        document["docker"] = {**(document.get("docker") or {}), "baseDockerfile": dockerfile}
    return document
