"""Registered environments, with the curated ones among them."""

from __future__ import annotations

import difflib
from typing import Any

from runyard.domain.curated_environment import curated_environments, find_curated
from runyard.domain.environment import LATEST, EnvironmentRecord, require_environment_name
from runyard.errors import InvalidArgumentError, NotFoundError
from runyard.server.context import ServerContext


def list_environments(context: ServerContext, workspace: str) -> list[EnvironmentRecord]:
    """Return the newest version of each environment, by name."""
    return sorted([*curated_environments(), *context.storage.environments.list(workspace)], key=lambda each: each.name.lower())


def list_versions(context: ServerContext, workspace: str, name: str) -> list[EnvironmentRecord]:
    """Return the versions of an environment, newest first."""
    curated = find_curated(name)
    found = [curated] if curated else context.storage.environments.versions(workspace, name)
    return found or _raise_unknown(context, workspace, name)


def get_environment(
    context: ServerContext, workspace: str, name: str, *, version: str | None, label: str | None
) -> EnvironmentRecord:
    """Return one version; the newest when neither version nor label is given.

    Raises:
        InvalidArgumentError: both are given.
        NotFoundError: there is none.
    """
    if version is not None and label is not None:
        raise InvalidArgumentError("Give a version or a label of the environment, not both.")
    for record in list_versions(context, workspace, name):
        if record.version == version or (version is None and (label or LATEST) in record.labels):
            return record
    what = f"version {version!r}" if version is not None else f"version with the label {label!r}"
    there = ", ".join(record.version for record in list_versions(context, workspace, name))
    raise NotFoundError(f"Environment {name!r} has no {what}. Its versions: {there}.", environment=name)


def register_environment(context: ServerContext, workspace: str, name: str, definition: dict[str, Any]) -> EnvironmentRecord:
    """Keep an environment. Its newest version's content again makes no new version."""
    require_environment_name(name)
    content = {key: value for key, value in definition.items() if key not in ("name", "version")}
    return context.storage.environments.register(workspace, name, content, at=context.clock())


def label_environment(context: ServerContext, workspace: str, name: str, version: str, labels: list[str]) -> EnvironmentRecord:
    """Give labels to a version.

    Raises:
        InvalidArgumentError: a label is empty, or the one that always names the newest.
    """
    require_environment_name(name)
    if any(not label.strip() or label == LATEST for label in labels):
        raise InvalidArgumentError(f"A label is a text, and not {LATEST!r}, which always names the newest version.")
    get_environment(context, workspace, name, version=version, label=None)
    return context.storage.environments.set_labels(workspace, name, version, labels)


def _raise_unknown(context: ServerContext, workspace: str, name: str) -> list[EnvironmentRecord]:
    known = [record.name for record in list_environments(context, workspace)]
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5) or known[:5]
    raise NotFoundError(
        f"Workspace {workspace!r} has no environment {name!r}. It has, among others: {', '.join(close)}. "
        "Environment.list(ws) gives all.",
        environment=name,
    )
