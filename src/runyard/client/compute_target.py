"""Requests about compute targets."""

from __future__ import annotations

from runyard.client.transport import Transport
from runyard.client.workspace import workspace_path
from runyard.domain.compute_target import ComputeTargetRecord
from runyard.wire.compute_target import ComputeTargetPage


class ComputeTargetApi:
    """Compute targets of a workspace."""

    def __init__(self, transport: Transport, workspace: str) -> None:
        self._transport = transport
        self._path = f"{workspace_path(workspace)}/compute-targets"

    def list(self) -> list[ComputeTargetRecord]:
        """Return the compute targets, sorted by name."""
        return self._transport.call("GET", self._path, ComputeTargetPage).compute_targets
