"""Compute targets."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from runyard.domain.compute_target import ComputeNodeRecord, ComputeTargetRecord
from runyard.errors import ComputeTargetNotFoundError, NotSupportedError
from runyard.sdk.not_offered import OF_COMPUTE_TARGET, without
from runyard.sdk.run import Run

if TYPE_CHECKING:
    from runyard.sdk.workspace import Workspace

_NOT_HERE = "This version has the compute targets that its server is set up with; 'local' is always there."


class MissingTargetError(ComputeTargetNotFoundError, KeyError):
    """What ``ws.compute_targets['name']`` raises: it can be caught as the KeyError that a dict raises."""


@without(OF_COMPUTE_TARGET)
class ComputeTarget:
    """A machine or cluster that runs scripts. ``ComputeTarget(workspace, name)`` opens one that exists."""

    def __init__(self, workspace: Workspace, name: str, *, _record: ComputeTargetRecord | None = None) -> None:
        self.workspace = workspace
        self._record = _record if _record is not None else _found(workspace, name)

    @staticmethod
    def create(workspace: Workspace, name: str, provisioning_configuration: Any) -> ComputeTarget:
        """Refuse: this version creates no compute targets."""
        raise NotSupportedError(f"The compute target {name!r} cannot be created. {_NOT_HERE}")

    @staticmethod
    def attach(workspace: Workspace, name: str, attach_configuration: Any) -> ComputeTarget:
        """Refuse: this version attaches no compute targets."""
        raise NotSupportedError(f"The compute target {name!r} cannot be attached. {_NOT_HERE}")

    @staticmethod
    def list(workspace: Workspace) -> list[ComputeTarget]:
        """Return the compute targets of a workspace."""
        return [ComputeTarget(workspace, record.name, _record=record) for record in workspace._client.compute_targets.list()]

    @property
    def name(self) -> str:
        """The name."""
        return self._record.name

    @property
    def type(self) -> str:
        """The engine that serves it."""
        return self._record.engine

    @property
    def provisioning_state(self) -> str:
        """The state as it was last known."""
        return self._record.state

    def get_status(self) -> str:
        """Return the state now."""
        self.refresh_state()
        return self._record.state

    def wait_for_completion(
        self,
        show_output: bool = False,
        min_node_count: int | None = None,
        timeout_in_minutes: float = 25,
        is_delete_operation: bool = False,
    ) -> None:
        """Do nothing but show the state: a target that can be opened is there."""
        state = self.get_status()
        if show_output:
            print(state)

    def refresh_state(self) -> None:
        """Ask the server for the state."""
        self._record = _found(self.workspace, self.name)

    def get_active_runs(
        self, type: str | None = None, tags: Any = None, properties: Any = None, status: Any = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the records of the runs that run or wait here."""
        return Run.list_by_compute(self, type=type, tags=tags, properties=properties, status=status)

    def list_nodes(self) -> builtins.list[dict[str, Any]]:
        """Return the machines of the target as they are now, and the runs on each.

        ``nodeState`` is ``running`` or ``idle``. ``runId`` is the first of ``runIds``, which are those of this workspace; None
        where there is none.
        """
        self.refresh_state()
        return [_node(node) for node in self._record.nodes]

    def serialize(self) -> dict[str, Any]:
        """Return what is known as plain data."""
        return {
            "name": self._record.name,
            "computeType": self._record.engine,
            "provisioningState": self._record.state,
            "activeRuns": self._record.active_runs,
            "queuedRuns": self._record.queued_runs,
            "slots": self._record.slots,
            "gpus": self._record.gpus,
            "gpusUsed": self._record.gpus_used,
        }

    def __repr__(self) -> str:
        return f"ComputeTarget(Name: {self.name},\nType: {self.type},\nState: {self._record.state})"


def _node(node: ComputeNodeRecord) -> dict[str, Any]:
    run_ids = [place.run_id for place in node.places if place.run_id is not None]
    return {
        "nodeId": node.name,
        "nodeState": "running" if node.places else "idle",
        "runId": run_ids[0] if run_ids else None,
        "runIds": run_ids,
        "slots": node.slots,
        "gpus": node.gpus,
    }


class ComputeTargets(dict[str, ComputeTarget]):
    """The compute targets of a workspace by name. One that is not there raises an error that names those that are."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__({target.name: target for target in ComputeTarget.list(workspace)})
        self._workspace_name = workspace.name

    def __missing__(self, name: str) -> ComputeTarget:
        error = unknown_target(self._workspace_name, name, list(self))
        raise MissingTargetError(error.message, **error.details)


def unknown_target(workspace: str, name: str, names: list[str]) -> ComputeTargetNotFoundError:
    """Return the error for a compute target that is not there."""
    return ComputeTargetNotFoundError(
        f"ComputeTargetNotFound: workspace {workspace!r} has no compute target {name!r}. It has: {', '.join(names) or 'none'}.",
        name=name,
        known=names,
    )


def _found(workspace: Workspace, name: str) -> ComputeTargetRecord:
    records = workspace._client.compute_targets.list()
    for record in records:
        if record.name == name:
            return record
    raise unknown_target(workspace.name, name, [record.name for record in records])
