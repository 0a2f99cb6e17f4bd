"""Two runs side by side."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from runyard.domain.run import RunRecord
from runyard.domain.run_diff import RunDiff, run_diff
from runyard.domain.snapshot import SnapshotManifest
from runyard.server.context import ServerContext
from runyard.server.routers.answer import Caller, Context, answer, reachable_run
from runyard.server.routes import Routes

router = Routes(prefix="/workspaces/{workspace}/runs", tags=["run"])


@router.get("/{run_id}/diff/{other_id}", operation_id="diff_runs", response_model=RunDiff)
def diff_runs(context: Context, caller: Caller, workspace: str, run_id: str, other_id: str, request: Request) -> Response:
    """Compare parameters, environment, code, git, hardware, tags and metrics of two runs; what differs comes first."""
    a = reachable_run(context, caller, workspace, run_id)
    b = reachable_run(context, caller, workspace, other_id)
    metrics = context.storage.metrics.summaries(workspace, [a.id, b.id], None)
    snapshots = (_manifest(context, a), _manifest(context, b))
    return answer(run_diff(a, b, metrics=(metrics.get(a.id, []), metrics.get(b.id, [])), snapshots=snapshots), request)


def _manifest(context: ServerContext, run: RunRecord) -> SnapshotManifest | None:
    return None if run.snapshot_id is None else context.storage.snapshots.get(run.workspace, run.snapshot_id)
