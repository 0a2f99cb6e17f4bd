"""``.runconfig`` files: where they are, and how they are read and written."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from runyard.errors import ConfigurationError

EXTENSION = ".runconfig"
_FOLDERS = (".runyard", ".azureml", "aml_config")
_CONDA_FILE = "conda_dependencies.yml"
_ENVIRONMENT_FILE = "environment.yml"
_TABLES = ("environmentVariables", "condaDependencies")


def find_file(path: Path, name: str | None) -> Path:
    """Return the file of a run configuration.

    Raises:
        ConfigurationError: it is in none of the places where it could be; the message lists them.
    """
    if path.is_file():
        return path
    if not name:
        raise ConfigurationError(
            f"{path} is no run configuration. Give its file, or a project folder and a name.", path=str(path)
        )
    names = (name, name + EXTENSION)
    places = [path / folder / each for folder in _FOLDERS for each in names] + [path / each for each in reversed(names)]
    for place in places:
        if place.is_file():
            return place
    known = sorted({file.stem for folder in _FOLDERS for file in (path / folder).glob(f"*{EXTENSION}")})
    there = f" There are: {', '.join(known)}." if known else ""
    raise ConfigurationError(
        f"There is no run configuration {name!r} in {path.absolute()}: looked for {name}{EXTENSION} in {', '.join(_FOLDERS)} and "
        f"the folder itself.{there}",
        name=name,
    )


def read_document(file: Path) -> dict[str, Any]:
    """Return what a run configuration says, with the files that it names read into it.

    Raises:
        ConfigurationError: it cannot be read or parsed; the message names file and line.
    """
    data = _read_yaml(file)
    environment = data.get("environment")
    if isinstance(environment, str):
        data["environment"] = environment = _read_yaml(_named(file, environment))
    python = environment.get("python") if isinstance(environment, dict) else None
    named = python.get("condaDependenciesFile") if isinstance(python, dict) else None
    if isinstance(python, dict) and named and not python.get("condaDependencies"):
        conda_file = _named(file, str(named))
        if conda_file.is_file() or not python.get("userManagedDependencies"):
            python["condaDependencies"] = _read_yaml(conda_file)
    return data


def overlaid(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Return two documents in one: ``above`` decides, and what only ``below`` has is kept, at every depth.

    The tables of users (variables, packages) are not merged but taken whole, so that what was taken out stays out.
    """
    merged: dict[str, Any] = {**below, **above}
    for key, value in above.items():
        under = below.get(key)
        if isinstance(value, dict) and isinstance(under, dict) and key not in _TABLES:
            other_one = key == "environment" and under.get("name") not in (None, value.get("name"))
            merged[key] = value if other_one else overlaid(under, value)
    return copy.deepcopy(merged)


def write_document(data: dict[str, Any], path: Path, name: str, separate_environment: bool) -> Path:
    """Write a run configuration into a project folder, its packages and, if wanted, its environment beside it."""
    import yaml  # late: few programs need it

    folder = _config_folder(path)
    target = folder / name
    if target.suffix not in (".runconfig", ".yml", ".yaml") and not target.is_file():
        target = folder / f"{name}.runconfig"
    environment = {**data["environment"], "python": dict(data["environment"]["python"])}
    conda = environment["python"].pop("condaDependencies")
    environment["python"]["condaDependenciesFile"] = f"{folder.name}/{_CONDA_FILE}"
    shown: dict[str, Any] = {**data, "environment": environment}
    files: dict[Path, Any] = {folder / _CONDA_FILE: conda}
    if separate_environment:
        files[folder / _ENVIRONMENT_FILE] = environment
        shown["environment"] = f"{folder.name}/{_ENVIRONMENT_FILE}"
    files[target] = shown
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            file.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"{target} cannot be written ({error.strerror}). Choose another folder.", path=str(target)
        ) from error
    return target


def remove_file(path: Path, name: str) -> None:
    """Remove a run configuration.

    Raises:
        ConfigurationError: there is none of that name.
    """
    find_file(path, name).unlink()


def _config_folder(path: Path) -> Path:
    if path.name in _FOLDERS:
        return path
    return next((path / folder for folder in _FOLDERS if (path / folder).is_dir()), path / _FOLDERS[0])


def _named(file: Path, named: str) -> Path:
    """Return a file that a run configuration names: from the project folder, else from its own."""
    from_project = file.parent.parent / named
    return from_project if from_project.is_file() else file.parent / Path(named).name


def _read_yaml(file: Path) -> dict[str, Any]:
    import yaml  # late: few programs need it

    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read ({error.strerror}).", path=str(file)) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file} is not UTF-8 text.", path=str(file)) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark is not None else ""
        problem = getattr(error, "problem", None) or str(error)
        raise ConfigurationError(f"{file} is not valid YAML: {place}{problem}. Mend it.", path=str(file)) from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ConfigurationError(f"{file} must hold names and values.", path=str(file))
    return data
