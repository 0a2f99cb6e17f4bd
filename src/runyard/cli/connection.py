"""The workspace that a command is about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from runyard.cli.options import PROFILE_KEY
from runyard.client.client import Client
from runyard.domain.workspace import require_workspace_name
from runyard.sdk.connection import endpoint_for
from runyard.sdk.workspace import Workspace
from runyard.sdk.workspace_config import WorkspaceConfig, find_config


@dataclass(frozen=True)
class Connection:
    """A workspace, the client that talks about it, and the experiment that the project folder names, if it does."""

    workspace: Workspace
    client: Client
    experiment_name: str | None


def connect(workspace_name: str | None, path: Path) -> Connection:
    """Return the workspace of that name, else the one that the ``config.json`` of ``path`` names, else the default one.

    The server is that of ``--profile``, where the command line has it.

    Raises:
        ConfigurationError: ``path`` is not there, its config.json cannot be used, or there is no such profile.
        NotFoundError: the server has no workspace of that name.
    """
    profile = chosen_profile()
    config = find_config(path)
    if workspace_name is None or (config and workspace_name == config.workspace_name):
        workspace = Workspace._from_config(path, profile=profile)
    else:
        workspace = _named(require_workspace_name(workspace_name), config, profile)
    return Connection(workspace, workspace._client, config.experiment_name if config else None)


def chosen_profile() -> str | None:
    """Return the profile that the command line names, or None."""
    context = click.get_current_context(silent=True)
    found = context.meta.get(PROFILE_KEY) if context else None
    return str(found) if found else None


def _named(name: str, config: WorkspaceConfig | None, profile: str | None) -> Workspace:
    endpoint = endpoint_for(config.url, config.home, profile=profile) if config else endpoint_for(profile=profile)
    client = Client(endpoint, name)
    return Workspace._around(client, client.workspaces.get(name))
