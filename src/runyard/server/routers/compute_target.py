"""Compute targets."""

from __future__ import annotations

from starlette.responses import Response

from runyard.server.routers.answer import Caller, Context, answer
from runyard.server.routes import Routes
from runyard.server.services.submission import list_targets
from runyard.wire.compute_target import ComputeTargetPage

router = Routes(prefix="/workspaces/{workspace}/compute-targets", tags=["compute target"])


@router.get("", operation_id="list_compute_targets", response_model=ComputeTargetPage)
def list_compute_targets(context: Context, caller: Caller, workspace: str) -> Response:
    """Return the compute targets of a workspace, by name."""
    caller.require_workspace(workspace)
    context.storage.workspaces.get(workspace)
    return answer(ComputeTargetPage(compute_targets=list_targets(context, workspace)))
