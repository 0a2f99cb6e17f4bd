"""The packages that an environment asks for."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from runyard.errors import ConfigurationError, InvalidArgumentError

DEFAULT_CHANNELS = ("anaconda", "conda-forge")
FILE_NAME = "conda_dependencies.yml"


class CondaDependencies:
    """The conda and pip packages of an environment, as a conda specification holds them.

    A new one asks for this Python's version and nothing else.
    """

    def __init__(self, conda_dependencies_file_path: str | Path | None = None) -> None:
        self._name = "project_environment"
        self._channels: list[str] = list(DEFAULT_CHANNELS)
        self._conda: list[str] = [f"python={platform.python_version()}"]
        self._pip: list[str] = []
        self._pip_options: list[str] = []
        if conda_dependencies_file_path is not None:
            self._load(Path(conda_dependencies_file_path))

    @staticmethod
    def create(
        pip_indexurl: str | None = None,
        pip_packages: Iterable[str] | None = None,
        conda_packages: Iterable[str] | None = None,
        python_version: str | None = None,
        pin_sdk_version: bool = True,
    ) -> CondaDependencies:
        """Return dependencies with these packages."""
        made = CondaDependencies()
        if python_version is not None:
            made.set_python_version(python_version)
        for package in conda_packages or ():
            made.add_conda_package(package)
        for package in pip_packages or ():
            made.add_pip_package(package)
        if pip_indexurl is not None:
            made.set_pip_index_url(pip_indexurl)
        return made

    @property
    def conda_packages(self) -> list[str]:
        """The conda packages, ``python`` among them."""
        return list(self._conda)

    @property
    def pip_packages(self) -> list[str]:
        """The pip packages."""
        return list(self._pip)

    @property
    def conda_channels(self) -> list[str]:
        """The conda channels, the first one first asked."""
        return list(self._channels)

    @property
    def pip_options(self) -> list[str]:
        """The options for pip."""
        return list(self._pip_options)

    def add_conda_package(self, conda_package: str) -> None:
        """Ask for a conda package, in place of another version of it."""
        self._conda = _with(self._conda, conda_package)

    def remove_conda_package(self, conda_package: str) -> None:
        """Ask for a conda package no more."""
        self._conda = _without(self._conda, conda_package)

    def add_pip_package(self, pip_package: str) -> None:
        """Ask for a pip package, in place of another version of it."""
        self._pip = _with(self._pip, pip_package)

    def remove_pip_package(self, pip_package: str) -> None:
        """Ask for a pip package no more."""
        self._pip = _without(self._pip, pip_package)

    def add_tensorflow_conda_package(self, core_type: str = "cpu", version: str | None = None) -> None:
        """Ask for TensorFlow as a conda package. ``core_type`` is ``cpu`` or ``gpu``; it is the same package here."""
        self.add_conda_package(_tensorflow(core_type, version, "="))

    def add_tensorflow_pip_package(self, core_type: str = "cpu", version: str | None = None) -> None:
        """Ask for TensorFlow as a pip package. ``core_type`` is ``cpu`` or ``gpu``; it is the same package here."""
        self.add_pip_package(_tensorflow(core_type, version, "=="))

    @staticmethod
    def merge_requirements(requirements: Iterable[str]) -> list[str]:
        """Return requirements with the versions that are asked of one package joined: ``numpy>=1``, ``numpy<2`` are one line."""
        merged: dict[str, str] = {}
        for line in requirements:
            name = package_name(line)
            bounds = re.sub(r"^\s*[A-Za-z0-9][\w.-]*(\[[^\]]*\])?\s*", "", line)
            if name not in merged:
                merged[name] = line.strip()
            elif bounds and bounds not in merged[name]:
                merged[name] += ("," if re.search(r"[=<>~!]", merged[name]) else "") + bounds
        return list(merged.values())

    def add_channel(self, channel: str) -> None:
        """Add a conda channel."""
        if channel not in self._channels:
            self._channels.append(channel)

    def remove_channel(self, channel: str) -> None:
        """Remove a conda channel."""
        self._channels = [each for each in self._channels if each != channel]

    def set_python_version(self, version: str) -> None:
        """Ask for a version of Python."""
        self.add_conda_package(f"python={version}")

    def get_python_version(self) -> str | None:
        """Return the version of Python that is asked for."""
        for package in self._conda:
            if package_name(package) == "python":
                version = re.sub(r"^python\s*[=<>~!]*\s*", "", package)
                return version or None
        return None

    def set_pip_index_url(self, index_url: str) -> None:
        """Set pip's index: its address, or the whole option, such as ``--index-url https://…``."""
        self._pip_options = [option for option in self._pip_options if not option.startswith(("--index-url", "-i "))]
        self._pip_options.append(index_url if index_url.startswith("-") else f"--index-url {index_url}")

    def set_pip_option(self, pip_option: str) -> None:
        """Add an option for pip."""
        if pip_option not in self._pip_options:
            self._pip_options.append(pip_option)

    def set_pip_requirements(self, pip_requirements: Iterable[str]) -> None:
        """Ask for these pip packages and no others."""
        self._pip = [line.strip() for line in pip_requirements if line.strip() and not line.strip().startswith("#")]

    def wanted_packages(self) -> list[str]:
        """Return the packages that must be installed: all but Python, pip and the SDK itself."""
        return [
            package
            for package in [*self._conda, *self._pip]
            if package_name(package) not in ("python", "pip", "runyard") and not package_name(package).startswith("azureml-")
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return the conda specification."""
        dependencies: list[Any] = list(self._conda)
        if self._pip or self._pip_options:
            if "pip" not in {package_name(package) for package in self._conda}:
                dependencies.append("pip")
            dependencies.append({"pip": [*self._pip_options, *self._pip]})
        return {"name": self._name, "channels": list(self._channels), "dependencies": dependencies}

    def serialize_to_string(self) -> str:
        """Return the conda specification as YAML."""
        import yaml  # late: few programs need it

        return str(yaml.safe_dump(self.as_dict(), sort_keys=False))

    def save(self, path: str | Path | None = None) -> str:
        """Write the conda specification to a file and return its path."""
        target = Path(path) if path is not None else Path(FILE_NAME)
        if target.is_dir():
            target = target / FILE_NAME
        target.write_text(self.serialize_to_string(), encoding="utf-8")
        return str(target)

    def save_to_file(self, base_directory: str | Path, conda_file_path: str | Path | None = None) -> str:
        """Write the conda specification below a folder and return its path."""
        return self.save(Path(base_directory) / (conda_file_path or FILE_NAME))

    @staticmethod
    def from_dict(data: Any, where: str) -> CondaDependencies:
        """Return the dependencies of a conda specification.

        Raises:
            ConfigurationError: it is not one; ``where`` names its place.
        """
        if not isinstance(data, dict) or not isinstance(data.get("dependencies", []), list):
            raise ConfigurationError(f"{where} is not a conda specification. Its keys are name, channels and dependencies.")
        made = CondaDependencies()
        made._name = str(data.get("name") or made._name)
        made._channels = [str(channel) for channel in data.get("channels") or []]
        items = data.get("dependencies") or []
        made._conda = [_package(item, "dependencies", where) for item in items if not isinstance(item, dict)]
        for line in (line for item in items if isinstance(item, dict) for line in _pip_lines(item, where)):
            (made._pip_options if line.startswith("-") else made._pip).append(line)
        return made

    def _load(self, path: Path) -> None:
        import yaml  # late: few programs need it

        try:
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be read ({error.strerror}). Give the path of a conda file.") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{path} is not valid YAML: {error}.") from error
        vars(self).update(vars(CondaDependencies.from_dict(data, str(path))))


def package_name(package: str) -> str:
    """Return the name in a requirement such as ``numpy>=1.26`` or ``conda-forge::numpy=1``."""
    match = re.match(r"\s*(?:[\w.-]+::)?([A-Za-z0-9][\w.-]*)", package)
    return match[1].lower().replace("_", "-") if match else package


def _pip_lines(item: dict[Any, Any], where: str) -> list[str]:
    other = [key for key in item if key != "pip"]
    if other:
        raise ConfigurationError(
            f"{where}: {other[0]!r} is a key in dependencies, and the only one that can be there is pip. Write a package with "
            "its version as 'numpy=1.26'."
        )
    lines = [] if item.get("pip") is None else item["pip"]
    if not isinstance(lines, list):
        raise ConfigurationError(f"{where}: pip in dependencies is {lines!r}, not a list. Put a dash before each package.")
    return [_package(line, "pip in dependencies", where) for line in lines]


def _package(item: Any, place: str, where: str) -> str:
    if not isinstance(item, str) or not item.strip():
        raise ConfigurationError(
            f"{where}: {item!r} in {place} is not the name of a package. Write it as 'numpy' or, with a version, 'numpy==1.26'."
        )
    return item


def _tensorflow(core_type: str, version: str | None, equals: str) -> str:
    if core_type not in ("cpu", "gpu"):
        raise InvalidArgumentError(f"core_type={core_type!r} is unknown. Use 'cpu' or 'gpu'.")
    return "tensorflow" if version is None else f"tensorflow{equals}{version}"


def _with(packages: list[str], package: str) -> list[str]:
    if not isinstance(package, str) or not package.strip():
        raise InvalidArgumentError(f"{package!r} is not the name of a package.")
    name = package_name(package)
    places = [index for index, each in enumerate(packages) if package_name(each) == name]
    if not places:
        return [*packages, package]
    return [package if index == places[0] else each for index, each in enumerate(packages) if index not in places[1:]]


def _without(packages: list[str], package: str) -> list[str]:
    return [each for each in packages if package_name(each) != package_name(package)]
