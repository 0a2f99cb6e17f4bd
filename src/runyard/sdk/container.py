"""The container that a run configuration asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runyard.domain.container import ContainerSpec
from runyard.errors import InvalidArgumentError, NotSupportedError
from runyard.sdk.run_configuration import RunConfiguration


def container_of(config: RunConfiguration) -> ContainerSpec | None:
    """Return what the script is to be started in; None when it runs without a container.

    Raises:
        InvalidArgumentError: the Dockerfile cannot be read, or an image and a Dockerfile are given.
        NotSupportedError: the registry of the image needs a password.
    """
    docker, runtime = config.environment.docker, config.docker
    if not (docker.enabled or docker.base_dockerfile or runtime.use_docker):
        return None
    if docker.base_dockerfile and docker.base_image:
        raise InvalidArgumentError("The environment has a base_image and a base_dockerfile. Set one of them to None.")
    return ContainerSpec(
        image=_with_registry(docker.base_image, docker.base_image_registry),
        dockerfile=_dockerfile(docker.base_dockerfile),
        arguments=[*docker.arguments, *(runtime.arguments if runtime.use_docker else [])],
        shm_size=(runtime.shm_size if runtime.use_docker else None) or docker.shm_size,
    )


def _with_registry(image: str | None, registry: Any) -> str | None:
    if image is None or not registry:
        return image
    given = registry if isinstance(registry, dict) else vars(registry)
    if given.get("username") or given.get("password"):
        raise NotSupportedError(
            "base_image_registry has a user name and password, which would be stored with the run. Sign in on the compute target "
            "instead, with `docker login`, and leave them out."
        )
    address = str(given.get("address") or "").rstrip("/")
    return f"{address}/{image}" if address and not image.startswith(f"{address}/") else image


def _dockerfile(given: str | None) -> str | None:
    """Return the text of a Dockerfile that is given as text or as a path."""
    if not given or "\n" in given.strip():
        return given or None
    path = Path(given).expanduser()
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        if given.strip().upper().startswith("FROM "):
            return given
        raise InvalidArgumentError(
            f"The base_dockerfile {given} cannot be read ({error.strerror}). Give a path, or the text of a Dockerfile."
        ) from error
