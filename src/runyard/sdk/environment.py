"""What a script runs in."""

from __future__ import annotations

import copy
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runyard.domain.environment import PackageSpec
from runyard.errors import InvalidArgumentError, NotSupportedError
from runyard.sdk.conda_dependencies import CondaDependencies, package_name

if TYPE_CHECKING:
    from runyard.sdk.workspace import Workspace

DEFAULT_NAME = "default-environment"
_USE_YOUR_OWN = (
    "Set environment.python.user_managed_dependencies = True to run with the Python that you have, "
    "and install the packages there."
)


@dataclass(slots=True)
class PythonSection:
    """Which Python, and which packages in it.

    With ``user_managed_dependencies`` the interpreter at ``interpreter_path`` is used as it is; ``python`` stands for the one
    that submits.
    """

    user_managed_dependencies: bool = False
    interpreter_path: str | None = "python"
    conda_dependencies: CondaDependencies = field(default_factory=CondaDependencies)
    conda_dependencies_file: str | None = None
    base_conda_environment: str | None = None


@dataclass(slots=True)
class DockerSection:
    """The container to run in."""

    enabled: bool = False
    base_image: str | None = None
    base_dockerfile: str | None = None
    base_image_registry: dict[str, Any] | None = None
    platform: dict[str, str] = field(default_factory=lambda: {"os": "Linux", "architecture": "amd64"})
    shared_volumes: bool = True
    shm_size: str | None = "2g"
    arguments: list[str] = field(default_factory=list)


@dataclass(slots=True)
class SparkSection:
    """The Spark packages to run with."""

    repositories: list[str] = field(default_factory=list)
    packages: list[Any] = field(default_factory=list)
    precache_packages: bool = True


class Environment:
    """The Python, the packages, the environment variables and the container of a script."""

    __slots__ = ("docker", "environment_variables", "inferencing_stack_version", "name", "python", "spark", "version")

    def __init__(self, name: str, **kwargs: Any) -> None:
        if not isinstance(name, str) or not name:
            raise InvalidArgumentError(f"{name!r} cannot name an environment. Use a text such as Environment('my-env').")
        self.name = name
        self.version: str | None = kwargs.pop("version", None)
        self.environment_variables: dict[str, str] = {"EXAMPLE_ENV_VAR": "EXAMPLE_VALUE"}
        self.python = PythonSection()
        self.docker = DockerSection()
        self.spark = SparkSection()
        self.inferencing_stack_version: str | None = None
        for key, value in kwargs.items():
            setattr(self, key, value)

    @staticmethod
    def from_conda_specification(name: str, file_path: str | Path) -> Environment:
        """Return an environment with the packages of a conda file."""
        made = Environment(name)
        made.python.conda_dependencies = CondaDependencies(file_path)
        return made

    @staticmethod
    def from_pip_requirements(name: str, file_path: str | Path, pip_version: str | None = None) -> Environment:
        """Return an environment with the packages of a pip requirements file."""
        try:
            lines = Path(file_path).read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise InvalidArgumentError(f"{file_path} cannot be read ({error.strerror}). Give a requirements file.") from error
        made = Environment(name)
        made.python.conda_dependencies.set_pip_requirements(lines)
        return made

    @staticmethod
    def from_existing_conda_environment(name: str, conda_environment_name: str) -> Environment:
        """Refuse: this version does not read conda environments."""
        raise NotSupportedError(f"This version does not read the conda environment {conda_environment_name!r}. {_USE_YOUR_OWN}")

    @staticmethod
    def get(workspace: Workspace, name: str, version: str | None = None, label: str | None = None) -> Environment:
        """Refuse: this version registers no environments."""
        raise NotSupportedError(
            f"This version has no registered environments, so there is no {name!r}. Make one with Environment({name!r}). "
            f"{_USE_YOUR_OWN}"
        )

    @staticmethod
    def list(workspace: Workspace) -> dict[str, Environment]:
        """Return the registered environments; this version has none."""
        return {}

    def register(self, workspace: Workspace) -> Environment:
        """Refuse: this version registers no environments."""
        raise NotSupportedError(f"This version does not register environments. Pass {self.name!r} to ScriptRunConfig directly.")

    def clone(self, new_name: str) -> Environment:
        """Return a copy under another name."""
        made = copy.deepcopy(self)
        made.name, made.version = new_name, None
        return made

    def __repr__(self) -> str:
        return f"Environment(Name: {self.name},\nVersion: {self.version})"


@dataclass(frozen=True, slots=True)
class PythonChoice:
    """Which Python a script runs with: ``interpreter`` as it is, or one that the target makes with ``packages``."""

    interpreter: str | None
    packages: PackageSpec | None = None


def python_for(environment: Environment) -> PythonChoice:
    """Return the Python of an environment.

    One that asks for no packages and for this Python's version, as a new one does, gets the Python that submits; a registered or
    curated one always gets its own.

    Raises:
        NotSupportedError: the environment asks for a container.
    """
    if environment.docker.enabled or environment.docker.base_dockerfile:
        raise NotSupportedError(
            f"Environment {environment.name!r} asks for a container, which this version does not run. Set "
            "environment.docker.enabled = False."
        )
    python = environment.python
    own = python.interpreter_path
    if python.user_managed_dependencies:
        return PythonChoice(sys.executable if own in (None, "", "python") else str(Path(str(own)).expanduser()))
    dependencies = python.conda_dependencies
    wants_this = not dependencies.wanted_packages() and _is_this_python(dependencies.get_python_version())
    if wants_this and environment.version is None:
        return PythonChoice(sys.executable)
    return PythonChoice(None, package_spec(dependencies))


def package_spec(dependencies: CondaDependencies) -> PackageSpec:
    """Return what is to be installed for these dependencies."""
    return PackageSpec(
        python_version=dependencies.get_python_version(),
        pip=[line for line in dependencies.pip_packages if not line.startswith("-")],
        pip_options=[*dependencies.pip_options, *(line for line in dependencies.pip_packages if line.startswith("-"))],
        conda=[package for package in dependencies.conda_packages if package_name(package) not in ("python", "pip")],
        channels=dependencies.conda_channels,
    )


def _is_this_python(version: str | None) -> bool:
    """True when a wanted version is that of this interpreter, as far as it is given: 3.11 is any 3.11."""
    if version is None:
        return True
    wanted = version.split(".")
    return wanted == [str(part) for part in sys.version_info[: len(wanted)]]
