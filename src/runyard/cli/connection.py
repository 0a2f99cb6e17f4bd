"""The workspace that a command is about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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

    Raises:
        ConfigurationError: ``path`` is not there, or its config.json cannot be used.
        NotFoundError: the server has no workspace of that name.
    """
    config = find_config(path)
    if workspace_name is None or (config and workspace_name == config.workspace_name):
        workspace = Workspace.from_config(path)
    else:
        workspace = _named(require_workspace_name(workspace_name), config)
    return Connection(workspace, workspace._client, config.experiment_name if config else None)


def _named(name: str, config: WorkspaceConfig | None) -> Workspace:
    client = Client(endpoint_for(config.url, config.home) if config else endpoint_for(), name)
    return Workspace._around(client, client.workspaces.get(name))
