"""The bin: delete, restore, purge; and the garbage that purging leaves."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from runyard.domain.experiment import ExperimentRecord
from runyard.domain.run import RunRecord
from runyard.errors import InvalidArgumentError
from runyard.server.routers.answer import Caller, Context, answer
from runyard.server.routes import Routes
from runyard.wire.bin import CollectGarbageRequest, GarbageBody, PurgeBinRequest, PurgedBody

router = Routes(prefix="/workspaces/{workspace}", tags=["bin"])


@router.delete("/runs/{run_id}", operation_id="delete_run", response_model=RunRecord)
def delete_run(context: Context, caller: Caller, workspace: str, run_id: str) -> Response:
    """Put an ended run and its descendants into the bin."""
    caller.require_person()
    return answer(context.storage.runs.delete(workspace, run_id, author=caller.user, at=context.clock()))


@router.post("/runs/{run_id}/restore", operation_id="restore_run", response_model=RunRecord)
def restore_run(context: Context, caller: Caller, workspace: str, run_id: str) -> Response:
    """Bring a run back from the bin, with those descendants that went there with it."""
    caller.require_person()
    return answer(context.storage.runs.restore(workspace, run_id, author=caller.user, at=context.clock()))


@router.post("/runs/{run_id}/purge", operation_id="purge_run", response_model=PurgedBody)
def purge_run(context: Context, caller: Caller, workspace: str, run_id: str) -> Response:
    """Remove a run in the bin and its descendants for good."""
    caller.require_person()
    return answer(PurgedBody(runs=context.storage.runs.purge(workspace, run_id)))


@router.delete("/experiments/{name}", operation_id="delete_experiment", response_model=ExperimentRecord)
def delete_experiment(context: Context, caller: Caller, workspace: str, name: str) -> Response:
    """Put an experiment and its runs, which must have ended, into the bin. Its name is free for a new one."""
    caller.require_person()
    return answer(context.storage.experiments.delete(workspace, name, author=caller.user, at=context.clock()))


@router.post("/experiments/{name}/restore", operation_id="restore_experiment", response_model=ExperimentRecord)
def restore_experiment(context: Context, caller: Caller, workspace: str, name: str) -> Response:
    """Bring back the experiment of that name that was deleted last, with the runs that went with it."""
    caller.require_person()
    return answer(context.storage.experiments.restore(workspace, name, author=caller.user, at=context.clock()))


@router.post("/experiments/{name}/purge", operation_id="purge_experiment", response_model=PurgedBody)
def purge_experiment(context: Context, caller: Caller, workspace: str, name: str) -> Response:
    """Remove the experiment of that name that was deleted last, and its runs, for good."""
    caller.require_person()
    return answer(PurgedBody(runs=context.storage.experiments.purge(workspace, name)))


@router.post("/bin/purge", operation_id="purge_bin", response_model=PurgedBody)
def purge_bin(context: Context, caller: Caller, workspace: str, request: PurgeBinRequest) -> Response:
    """Remove for good what has lain in the bin long enough."""
    caller.require_person()
    if not 0 <= request.older_than_s <= 1e9:
        raise InvalidArgumentError(f"older_than_s is {request.older_than_s}; it must be between 0 and a billion.")
    before = context.clock() - timedelta(seconds=request.older_than_s)
    return answer(PurgedBody(runs=context.storage.runs.purge_deleted_before(workspace, before)))


@router.post("/garbage/collect", operation_id="collect_garbage", response_model=GarbageBody)
def collect_garbage(context: Context, caller: Caller, workspace: str, request: CollectGarbageRequest) -> Response:
    """Remove files that no run refers to, in the bin or out of it. Those of the last hour stay: they may be on their way."""
    caller.require_person()
    spare = context.clock() - timedelta(hours=1)
    artifacts = context.storage.artifacts.collect_garbage(spare_after=spare, dry_run=request.dry_run)
    snapshots, contents = context.storage.snapshots.collect_garbage(spare_after=spare, dry_run=request.dry_run)
    body = GarbageBody(
        artifact_files=artifacts.files,
        artifact_bytes=artifacts.size_bytes,
        snapshot_files=contents.files,
        snapshot_bytes=contents.size_bytes,
        snapshots=snapshots,
        dry_run=request.dry_run,
    )
    return answer(body)
