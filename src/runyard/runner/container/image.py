"""The image of a run: one that the engine has, one that it pulls, or one that is built for the run's packages and kept."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

from runyard.client.environment_build.cache import requirement_lines
from runyard.client.environment_build.program import Log, Stopped
from runyard.domain.container import ContainerSpec
from runyard.domain.environment import PackageSpec
from runyard.errors import ComputeError
from runyard.runner.container.engine import ContainerEngine
from runyard.runner.environment import SECRET_REFERENCE

REPOSITORY = "runyard-environment"
"""What the images that Runyard builds are called; the tag is a hash of what is in them."""

_DEFAULT = "docker.io/library/python:{}-slim"
_WITH_PACKAGES = """FROM {}
COPY requirements.txt /opt/runyard/requirements.txt
RUN python -m pip install --no-cache-dir -r /opt/runyard/requirements.txt
"""


def prepare_image(
    engine: ContainerEngine, spec: ContainerSpec, packages: PackageSpec | None, log: Log, is_stopped: Stopped
) -> str:
    """Return the image to run, once the engine has it. Without packages it is the base image as it is.

    Raises:
        BuildStoppedError: ``is_stopped`` became true.
        ComputeError: it cannot be pulled or built.
    """
    base = _base_image(engine, spec, packages, log, is_stopped)
    if packages is None:
        return base
    lines = requirement_lines(packages)
    if any(SECRET_REFERENCE.search(line) for line in lines):
        raise ComputeError(
            "The address of a package index has a password, which would stay in the image. Use an image that has the packages, "
            "with user_managed_dependencies = True."
        )
    tag = f"{REPOSITORY}:{_hash(engine.image_id(base) or base, *lines)}"
    if engine.image_id(tag) is None:
        _build(engine, tag, _WITH_PACKAGES.format(base), {"requirements.txt": "\n".join([*lines, ""])}, log, is_stopped)
    return tag


def _base_image(engine: ContainerEngine, spec: ContainerSpec, packages: PackageSpec | None, log: Log, is_stopped: Stopped) -> str:
    if spec.dockerfile is not None:
        tag = f"{REPOSITORY}:{_hash('dockerfile', spec.dockerfile)}"
        if engine.image_id(tag) is None:
            _build(engine, tag, spec.dockerfile, {}, log, is_stopped)
        return tag
    image = spec.image or _DEFAULT.format((packages.python_version if packages else None) or _own_python())
    if engine.image_id(image) is None:
        engine.run(["pull", image], log, is_stopped)
    return image


def _build(engine: ContainerEngine, tag: str, dockerfile: str, files: dict[str, str], log: Log, is_stopped: Stopped) -> None:
    with tempfile.TemporaryDirectory(prefix="runyard-image-") as name:
        folder = Path(name)
        for path, text in {**files, "Dockerfile": dockerfile}.items():
            (folder / path).write_text(text)
        engine.run(["build", "--network", "host", "--tag", tag, name], log, is_stopped)


def _own_python() -> str:
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
