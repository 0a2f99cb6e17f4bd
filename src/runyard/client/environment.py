"""Requests about registered environments."""

from __future__ import annotations

from typing import Any

from runyard.client.transport import Transport, segment
from runyard.client.workspace import workspace_path
from runyard.domain.environment import EnvironmentRecord
from runyard.wire.environment import EnvironmentPage, LabelEnvironmentRequest, RegisterEnvironmentRequest


class EnvironmentApi:
    """Environments of a workspace, and the curated ones."""

    def __init__(self, transport: Transport, workspace: str) -> None:
        self._transport = transport
        self._root = f"{workspace_path(workspace)}/environments"

    def versions(self, name: str) -> list[EnvironmentRecord]:
        """Return all versions of an environment, newest first."""
        return self._transport.call("GET", f"{self._path(name)}/versions", EnvironmentPage).environments

    def get(self, name: str, *, version: str | None = None, label: str | None = None) -> EnvironmentRecord:
        """Return a version of an environment, the newest when none is named.

        Raises:
            NotFoundError: there is none.
        """
        params = {"version": version, "label": label}
        return self._transport.call("GET", self._path(name), EnvironmentRecord, params=params)

    def register(self, name: str, definition: dict[str, Any]) -> EnvironmentRecord:
        """Keep an environment; return the version that has this content."""
        request = RegisterEnvironmentRequest(definition=definition)
        return self._transport.call("PUT", self._path(name), EnvironmentRecord, body=request)

    def label(self, name: str, version: str, labels: list[str]) -> EnvironmentRecord:
        """Give labels to a version."""
        path = f"{self._path(name)}/versions/{segment(version)}/labels"
        return self._transport.call("PUT", path, EnvironmentRecord, body=LabelEnvironmentRequest(labels=labels))

    def _path(self, name: str) -> str:
        return f"{self._root}/{segment(name)}"

    def list(self) -> list[EnvironmentRecord]:
        """Return the newest version of each environment, by name."""
        return self._transport.call("GET", self._root, EnvironmentPage).environments
