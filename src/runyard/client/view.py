"""Requests about saved views."""

from __future__ import annotations

from runyard.client.transport import Transport, segment
from runyard.client.workspace import workspace_path
from runyard.domain.view import ViewRecord
from runyard.wire.view import CreateViewRequest, UpdateViewRequest, ViewPage


class ViewApi:
    """Saved views of a workspace."""

    def __init__(self, transport: Transport, workspace: str) -> None:
        self._transport = transport
        self._root = f"{workspace_path(workspace)}/views"

    def list(self) -> list[ViewRecord]:
        """Return the caller's own views and those shared with everybody, by name."""
        return self._transport.call("GET", self._root, ViewPage).views

    def create(self, request: CreateViewRequest) -> ViewRecord:
        """Save a view.

        Raises:
            InvalidArgumentError: its name, filter or order cannot be used.
        """
        return self._transport.call("POST", self._root, ViewRecord, body=request)

    def get(self, view_id: str) -> ViewRecord:
        """Return a view.

        Raises:
            NotFoundError: there is none that the caller may see.
        """
        return self._transport.call("GET", self._path(view_id), ViewRecord)

    def update(self, view: ViewRecord, request: UpdateViewRequest) -> ViewRecord:
        """Change a view as it was read.

        Raises:
            ConflictError: somebody has changed it since.
            PermissionDeniedError: the caller may not.
        """
        return self._transport.call("PATCH", self._path(view.id), ViewRecord, body=request, headers=_version(view))

    def delete(self, view: ViewRecord) -> None:
        """Remove a view as it was read.

        Raises:
            ConflictError: somebody has changed it since.
            PermissionDeniedError: it is somebody else's.
        """
        self._transport.delete(self._path(view.id), headers=_version(view))

    def _path(self, view_id: str) -> str:
        return f"{self._root}/{segment(view_id)}"


def _version(view: ViewRecord) -> dict[str, str]:
    return {"If-Match": f'"{view.version}"'}
