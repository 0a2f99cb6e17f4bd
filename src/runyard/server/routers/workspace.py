"""Workspaces."""

from __future__ import annotations

from starlette.responses import Response

from runyard.domain.workspace import WorkspaceRecord, require_workspace_name
from runyard.server.routers.answer import Caller, Context, answer
from runyard.server.routes import Routes
from runyard.wire.workspace import EnsureWorkspaceRequest, WorkspacePage

router = Routes(prefix="/workspaces", tags=["workspace"])


@router.get("", operation_id="list_workspaces", response_model=WorkspacePage)
def list_workspaces(context: Context, caller: Caller) -> Response:
    """Return all workspaces that the caller may see."""
    records = context.storage.workspaces.list()
    return answer(WorkspacePage(workspaces=[r for r in records if caller.workspace in (None, r.name)]))


@router.get("/{workspace}", operation_id="get_workspace", response_model=WorkspaceRecord)
def get_workspace(context: Context, caller: Caller, workspace: str) -> Response:
    """Return a workspace."""
    caller.require_workspace(workspace)
    return answer(context.storage.workspaces.get(workspace))


@router.put("/{workspace}", operation_id="ensure_workspace", response_model=WorkspaceRecord)
def ensure_workspace(context: Context, caller: Caller, workspace: str, request: EnsureWorkspaceRequest) -> Response:
    """Create a workspace, or return the one that is there."""
    caller.require_person()
    return answer(context.storage.workspaces.ensure(require_workspace_name(workspace), request, at=context.clock()))
