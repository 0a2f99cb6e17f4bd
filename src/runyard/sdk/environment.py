"""What a script runs in."""

from __future__ import annotations

import copy
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runyard.domain.environment import EnvironmentRecord, PackageSpec
from runyard.domain.redaction import Redactor, secret_values
from runyard.errors import InvalidArgumentError
from runyard.sdk.conda_dependencies import CondaDependencies, package_name
from runyard.sdk.conda_program import exported_dependencies
from runyard.sdk.environment_document import environment_document, fill_environment, section
from runyard.sdk.environment_folder import read_folder, write_folder
from runyard.sdk.not_offered import OF_ENVIRONMENT, without

if TYPE_CHECKING:
    from runyard.client.environment_build.cache import EnvironmentCache
    from runyard.sdk.workspace import Workspace

DEFAULT_NAME = "default-environment"


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
    """The container to run in. ``base_dockerfile`` is a path, or the text itself.

    ``platform`` and ``shared_volumes`` change nothing here: the image is the machine's own kind, and folders are always shared.
    """

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


@without(OF_ENVIRONMENT)
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
        """Return an environment with the packages of a pip requirements file, and of those that it includes with ``-r``.

        Raises:
            InvalidArgumentError: a file cannot be read, or names a constraints file, which the compute target would not have.
        """
        made = Environment(name)
        made.python.conda_dependencies.set_pip_requirements(_requirement_lines(Path(file_path), ()))
        return made

    @staticmethod
    def from_docker_image(
        name: str,
        image: str,
        container_registry: Any = None,
        conda_specification: str | Path | None = None,
        pip_requirements: str | Path | None = None,
    ) -> Environment:
        """Return an environment that runs in a container of an image, with the packages of one of the files added to it.

        Without such a file the image is used as it is. Raises as :meth:`from_dockerfile`.
        """
        made = _in_container(name, conda_specification, pip_requirements)
        made.docker.base_image, made.docker.base_image_registry = image, container_registry
        return made

    @staticmethod
    def from_dockerfile(
        name: str,
        dockerfile: str | Path,
        conda_specification: str | Path | None = None,
        pip_requirements: str | Path | None = None,
    ) -> Environment:
        """Return an environment that runs in a container of a Dockerfile, given as a path or as its text.

        The packages are those of one of the files; without one the image is used as it is.

        Raises:
            InvalidArgumentError: both files are given, or one cannot be read.
        """
        made = _in_container(name, conda_specification, pip_requirements)
        made.docker.base_dockerfile = str(dockerfile)
        return made

    @staticmethod
    def from_existing_conda_environment(name: str, conda_environment_name: str) -> Environment:
        """Return an environment with the packages that a conda environment of this machine has.

        Raises:
            NotSupportedError: this machine has neither conda nor micromamba.
            InvalidArgumentError: it has no environment of that name.
        """
        made = Environment(name)
        made.python.conda_dependencies = exported_dependencies(conda_environment_name)
        return made

    @staticmethod
    def get(workspace: Workspace, name: str, version: str | None = None, label: str | None = None) -> Environment:
        """Return a registered or curated environment: the version or the one with the label, else the newest.

        Raises:
            InvalidArgumentError: version and label are given.
            NotFoundError: there is none; the message names close ones.
        """
        wanted = None if version is None else str(version)
        return _from_record(workspace._client.environments.get(name, version=wanted, label=label))

    @staticmethod
    def label(workspace: Workspace, name: str, version: str, labels: Sequence[str]) -> None:
        """Give labels to a version of a registered environment; each label leaves the version that had it."""
        workspace._client.environments.label(name, str(version), [labels] if isinstance(labels, str) else [*labels])

    @staticmethod
    def load_from_directory(path: str | Path) -> Environment:
        """Return the environment that :meth:`save_to_directory` wrote.

        Raises:
            ConfigurationError: the folder holds none.
        """
        return environment_from_document(read_folder(Path(path)), str(path))

    def save_to_directory(self, path: str | Path, overwrite: bool = False) -> None:
        """Write the environment into a folder, as files that can be kept with the code and edited.

        Raises:
            ConflictError: the folder is there, and ``overwrite`` is not set.
        """
        write_folder(Path(path), environment_document(self), self.python.conda_dependencies, overwrite=overwrite)

    def register(self, workspace: Workspace) -> Environment:
        """Keep the environment in the workspace and return it with its version; the newest one's content makes no new version.

        A secret among its variables is not kept: the environment that comes back has stars in its place, and gets the value from
        ``run_config.environment_variables``.

        Raises:
            InvalidArgumentError: the name is reserved, or cannot be registered.
        """
        secrets = [*secret_values(os.environ), *secret_values(self.environment_variables)]
        document = Redactor(secrets).plain(environment_document(self))
        assert isinstance(document, dict)
        return _from_record(workspace._client.environments.register(self.name, document))

    def build_local(self, workspace: Workspace, platform: Any = None, **kwargs: Any) -> None:
        """Build the environment on this machine now, and print how it goes; a run here then finds it ready."""
        packages = python_for(self).packages
        if packages is None:
            print(f"Environment {self.name} uses a Python that is there; there is nothing to build.")
        else:
            environment_cache().find_or_build(packages, print)

    def clone(self, new_name: str) -> Environment:
        """Return a copy under another name."""
        made = copy.deepcopy(self)
        made.name, made.version = new_name, None
        return made

    @staticmethod
    def list(workspace: Workspace) -> dict[str, Environment]:
        """Return the newest version of each environment by name, the curated ones among them."""
        return {record.name: _from_record(record) for record in workspace._client.environments.list()}

    def __repr__(self) -> str:
        return f"Environment(Name: {self.name},\nVersion: {self.version})"


def environment_cache() -> EnvironmentCache:
    """Return the environments that this machine has built."""
    from runyard.client.embedded import home_folder  # late: most programs never ask
    from runyard.client.environment_build.cache import FOLDER, EnvironmentCache

    return EnvironmentCache(home_folder() / FOLDER)


def _in_container(name: str, conda_specification: str | Path | None, pip_requirements: str | Path | None) -> Environment:
    if conda_specification is not None and pip_requirements is not None:
        raise InvalidArgumentError("Give conda_specification or pip_requirements, not both.")
    if conda_specification is not None:
        made = Environment.from_conda_specification(name, conda_specification)
    elif pip_requirements is not None:
        made = Environment.from_pip_requirements(name, pip_requirements)
    else:
        made = Environment(name)
        made.python.user_managed_dependencies = True
    made.docker.enabled = True
    return made


def _requirement_lines(file: Path, above: tuple[Path, ...]) -> list[str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InvalidArgumentError(f"{file} cannot be read ({error.strerror}). Give a requirements file.") from error
    found: list[str] = []
    for line in lines:
        option = re.match(r"\s*(-r|--requirement|-c|--constraint)[\s=]\s*(\S+)", line)
        if option is None:
            found.append(line)
        elif option[1] in ("-c", "--constraint"):
            raise InvalidArgumentError(f"{file} has {line.strip()!r}. Write the versions into the requirements themselves.")
        elif (included := (file.parent / option[2]).resolve()) not in (*above, file.resolve()):
            found += _requirement_lines(included, (*above, file.resolve()))
    return found


def environment_from_document(data: Any, where: str) -> Environment:
    """Return the environment in plain data; what is left out has its default, and unknown keys are passed over.

    Raises:
        ConfigurationError: a part has a wrong shape; ``where`` names its place.
    """
    data = section(data, where)
    environment = Environment(str(data.get("name") or DEFAULT_NAME))
    fill_environment(environment, data, where)
    return environment


def _from_record(record: EnvironmentRecord) -> Environment:
    return environment_from_document(record.definition, f"environment {record.name!r}")


@dataclass(frozen=True, slots=True)
class PythonChoice:
    """Which Python a script runs with: ``interpreter`` as it is, or one that the target makes with ``packages``."""

    interpreter: str | None
    packages: PackageSpec | None = None


def python_for(environment: Environment, in_container: bool = False) -> PythonChoice:
    """Return the Python of an environment.

    One that asks for no packages and for this Python's version, as a new one does, gets the Python that submits; a registered or
    curated one always gets its own.

    With ``in_container`` it is a Python of the image, and the packages are put there.
    """
    python = environment.python
    own = python.interpreter_path
    if in_container:
        packages = None if python.user_managed_dependencies else package_spec(python.conda_dependencies)
        return PythonChoice(own or "python" if packages is None else "python", packages)
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
