"""The ``config.json`` that ties a project folder to a workspace."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runyard.domain.workspace import require_workspace_name
from runyard.errors import ConfigurationError, InvalidArgumentError

CONFIG_FOLDER = ".runyard"
CONFIG_FILE = "config.json"
_FOLDERS = (CONFIG_FOLDER, ".azureml", "aml_config")
_FILES = (CONFIG_FILE, "project.json")
_REPAIR = 'Mend it, or write a new one: {"workspace_name": "my-workspace"}.'


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceConfig:
    """What a ``config.json`` says. ``url`` names a server elsewhere; without it the workspace is on the embedded server."""

    workspace_name: str
    subscription_id: str | None = None
    resource_group: str | None = None
    url: str | None = None
    home: str | None = None
    experiment_name: str | None = None
    path: Path | None = None


def find_config(start: Path, file_name: str | None = None) -> WorkspaceConfig | None:
    """Return the configuration of ``start``, a folder or the file itself, or of the nearest folder above it.

    In each folder ``.runyard``, ``.azureml`` and ``aml_config`` come before the folder itself, whose ``config.json`` counts only
    when it names a workspace: other programs have a file of that name too.

    Raises:
        ConfigurationError: a file is there and cannot be used, or ``start`` does not exist.
    """
    start = start.expanduser().absolute()
    if start.is_file():
        return read_config(start)
    if not start.is_dir():
        raise ConfigurationError(
            f"{start} is not there. Give the folder or the file of a workspace's config.json.", path=str(start)
        )
    for path, is_ours in _candidates(start, file_name):
        if path.is_file() and (is_ours or _names_workspace(path)):
            return read_config(path)
    return None


def read_config(path: Path) -> WorkspaceConfig:
    """Return what a file says.

    Raises:
        ConfigurationError: it cannot be read or parsed, or lacks the workspace's name; the message names file and line.
    """
    data = _read_object(path)
    if "workspace_name" not in data and "Scope" in data:
        data = {**data, **_from_scope(str(data["Scope"]))}
    name = data.get("workspace_name")
    if not name:
        raise ConfigurationError(f"{path} lacks the key workspace_name. {_REPAIR}", path=str(path))
    texts = {key: data.get(key) for key in ("subscription_id", "resource_group", "url", "home", "experiment_name")}
    for key, value in {**texts, "workspace_name": name}.items():
        if value is not None and not isinstance(value, str):
            raise ConfigurationError(
                f"In {path} the value of {key} is not a text but {json.dumps(value)}. {_REPAIR}", path=str(path)
            )
    try:
        require_workspace_name(str(name))
    except InvalidArgumentError as error:
        raise ConfigurationError(f"In {path}: {error.message}", path=str(path)) from error
    return WorkspaceConfig(workspace_name=str(name), path=path, **{key: value for key, value in texts.items() if value})


def write_config(config: WorkspaceConfig, folder: Path, file_name: str | None = None) -> Path:
    """Write ``.runyard/config.json`` into ``folder`` and return its path."""
    path = folder.expanduser().absolute() / CONFIG_FOLDER / (file_name or CONFIG_FILE)
    data = {
        "workspace_name": config.workspace_name,
        "subscription_id": config.subscription_id,
        "resource_group": config.resource_group,
        "url": config.url,
        "home": config.home,
        "experiment_name": config.experiment_name,
    }
    text = json.dumps({key: value for key, value in data.items() if value is not None}, indent=4) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written ({error.strerror}). Choose another folder.", path=str(path)
        ) from error
    return path


def _candidates(start: Path, file_name: str | None) -> Iterator[tuple[Path, bool]]:
    names = (file_name,) if file_name else _FILES
    for folder in (start, *start.parents):
        for name in names:
            for inner in _FOLDERS:
                yield folder / inner / name, True
            yield folder / name, file_name is not None


def _names_workspace(path: Path) -> bool:
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return False
    try:
        data = json.loads(text)
    except ValueError:
        return '"workspace_name"' in text  # a slip in one of ours: reading it says which, where passing over it would be silent
    return isinstance(data, dict) and ("workspace_name" in data or "Scope" in data)


def _read_object(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))  # Windows editors put a mark in front
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read ({error.strerror}). Make it readable.", path=str(path)) from error
    except json.JSONDecodeError as error:
        raise ConfigurationError(
            f"{path} is not valid JSON: line {error.lineno}, column {error.colno}: {error.msg}. {_REPAIR}",
            path=str(path),
            line=error.lineno,
        ) from error
    except ValueError as error:
        raise ConfigurationError(f"{path} is not UTF-8 text. {_REPAIR}", path=str(path)) from error
    if not isinstance(data, dict):
        raise ConfigurationError(f"{path} holds no JSON object. {_REPAIR}", path=str(path))
    return data


def _from_scope(scope: str) -> dict[str, str]:
    """Return the names in the old ``Scope`` of a project.json: ``/subscriptions/S/resourceGroups/G/…/workspaces/W``."""
    found = {}
    for key, pattern in {
        "subscription_id": r"/subscriptions/([^/]+)",
        "resource_group": r"/resourceGroups/([^/]+)",
        "workspace_name": r"/workspaces/([^/]+)",
    }.items():
        match = re.search(pattern, scope, re.IGNORECASE)
        if match:
            found[key] = match[1]
    return found
