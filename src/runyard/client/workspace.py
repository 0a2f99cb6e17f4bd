"""Requests about workspaces."""

from __future__ import annotations

from runyard.client.transport import API, Transport, segment
from runyard.domain.workspace import WorkspaceRecord
from runyard.wire.workspace import EnsureWorkspaceRequest, WorkspacePage


def workspace_path(name: str) -> str:
    """Return the path that all requests about things in a workspace begin with."""
    return f"{API}/workspaces/{segment(name)}"


class WorkspaceApi:
    """Workspaces of a server."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> list[WorkspaceRecord]:
        """Return all workspaces that the caller may see."""
        return self._transport.call("GET", f"{API}/workspaces", WorkspacePage).workspaces

    def get(self, name: str) -> WorkspaceRecord:
        """Return a workspace.

        Raises:
            NotFoundError: there is none of that name.
        """
        return self._transport.call("GET", workspace_path(name), WorkspaceRecord)

    def ensure(self, name: str, request: EnsureWorkspaceRequest | None = None) -> WorkspaceRecord:
        """Return the workspace, made now when there is none."""
        return self._transport.call("PUT", workspace_path(name), WorkspaceRecord, body=request or EnsureWorkspaceRequest())
