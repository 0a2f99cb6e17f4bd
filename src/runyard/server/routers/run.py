"""Runs: create, submit, find, change, end."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from runyard.domain.node_group import NodeReport
from runyard.domain.run import CHILDREN_MAX_PER_REQUEST, RunRecord, RunStatus, require_run_id
from runyard.errors import InvalidArgumentError, LimitExceededError, PermissionDeniedError
from runyard.server.context import ServerContext
from runyard.server.routers.answer import Caller, Context, answer, reachable_run, require_reachable
from runyard.server.routes import Routes
from runyard.server.security.principal import Principal
from runyard.server.services import run_list
from runyard.server.services.submission import submit_run
from runyard.storage.run_base import RunOrigin
from runyard.wire.node import NodeBoardBody
from runyard.wire.run import (
    CancelRunRequest,
    CreateRunsRequest,
    HeartbeatBody,
    HeartbeatsBody,
    HeartbeatsRequest,
    ReportStatusRequest,
    RunEventPage,
    RunPage,
    RunQuery,
    SubmitRunRequest,
    UpdateRunRequest,
    UpdateRunsRequest,
)
from runyard.wire.run_row import RunRowPage, RunRowQuery

router = Routes(prefix="/workspaces/{workspace}", tags=["run"])

NODES_MAX = 100_000
"""More than any cluster gives to one run; a number beyond 64 bits would be an error of the database."""


@router.post("/experiments/{experiment}/runs", operation_id="create_runs", response_model=RunPage)
def create_runs(context: Context, caller: Caller, workspace: str, experiment: str, request: CreateRunsRequest) -> Response:
    """Create interactive runs or children, all at once, each Running."""
    _require_place(context, caller, workspace, request.parent_id)
    if not request.runs:
        raise InvalidArgumentError("The request names no run to create. Give at least one.")
    if len(request.runs) > CHILDREN_MAX_PER_REQUEST:
        raise LimitExceededError(
            f"{len(request.runs)} runs in one request; the limit is {CHILDREN_MAX_PER_REQUEST}. Create them in parts."
        )
    for run in request.runs:
        if run.id is not None:
            require_run_id(run.id)
    origin = RunOrigin(
        status=RunStatus.RUNNING, submitted_by=caller.user, parent_id=request.parent_id, snapshot_id=request.snapshot_id
    )
    runs = context.storage.runs.create(workspace, experiment, request.runs, origin, at=context.clock())
    return answer(RunPage(runs=runs, total=len(runs)))


@router.post("/experiments/{experiment}/submissions", operation_id="submit_run", response_model=RunRecord)
def submit(context: Context, caller: Caller, workspace: str, experiment: str, request: SubmitRunRequest) -> Response:
    """Queue a script run; the dispatcher starts it."""
    _require_place(context, caller, workspace, request.parent_id)
    return answer(submit_run(context, workspace, experiment, request, caller.user))


@router.post("/runs/search", operation_id="search_runs", response_model=RunPage)
def search_runs(context: Context, caller: Caller, workspace: str, query: RunQuery, request: Request) -> Response:
    """Return a page of runs."""
    caller.require_workspace(workspace)
    return answer(run_list.search_runs(context, workspace, query, caller.scope), request)


@router.post("/runs/rows", operation_id="search_run_rows", response_model=RunRowPage)
def search_run_rows(context: Context, caller: Caller, workspace: str, query: RunRowQuery, request: Request) -> Response:
    """Return a page of runs as rows: what a list shows, and the values of the columns asked for."""
    caller.require_workspace(workspace)
    return answer(run_list.search_rows(context, workspace, query, caller.scope), request)


@router.get("/runs/{run_id}", operation_id="get_run", response_model=RunRecord)
def get_run(context: Context, caller: Caller, workspace: str, run_id: str) -> Response:
    """Return a run."""
    return answer(reachable_run(context, caller, workspace, run_id))


@router.patch("/runs/{run_id}", operation_id="update_run", response_model=RunRecord)
def update_run(context: Context, caller: Caller, workspace: str, run_id: str, request: UpdateRunRequest) -> Response:
    """Change name, description and tags; add properties."""
    require_reachable(context, caller, workspace, run_id)
    return answer(context.storage.runs.update(workspace, run_id, request, author=caller.user, at=context.clock()))


@router.post("/runs/update", operation_id="update_runs", response_model=RunPage)
def update_runs(context: Context, caller: Caller, workspace: str, request: UpdateRunsRequest) -> Response:
    """Change tags of many runs at once, archive or reactivate them."""
    caller.require_person()
    if not 1 <= len(request.run_ids) <= CHILDREN_MAX_PER_REQUEST:
        raise LimitExceededError(f"{len(request.run_ids)} runs in one request; give 1 to {CHILDREN_MAX_PER_REQUEST}.")
    runs = context.storage.runs.update_many(workspace, request, author=caller.user, at=context.clock())
    return answer(RunPage(runs=runs, total=len(runs)))


@router.post("/runs/{run_id}/status", operation_id="report_status", response_model=RunRecord)
def report_status(context: Context, caller: Caller, workspace: str, run_id: str, request: ReportStatusRequest) -> Response:
    """Move a run to a status that it may reach from where it is."""
    require_reachable(context, caller, workspace, run_id)
    run = context.storage.runs.change_status(
        workspace,
        run_id,
        request.status,
        reason=request.reason,
        error=request.error,
        author=caller.user,
        at=context.clock(),
    )
    if run.status.is_terminal and run.type is not None:
        context.wake_dispatcher()  # its place is free
    return answer(run)


@router.post("/runs/{run_id}/cancel", operation_id="cancel_run", response_model=RunRecord)
def cancel_run(context: Context, caller: Caller, workspace: str, run_id: str, request: CancelRunRequest) -> Response:
    """Ask for a run and all its descendants to be stopped. An ended run stays as it is."""
    reachable_run(context, caller, workspace, run_id)
    reason = request.reason or f"cancelled by {caller.user}"
    context.storage.runs.cancel_tree(workspace, run_id, reason=reason, author=caller.user, at=context.clock())
    context.wake_dispatcher()  # it tells the runners
    return answer(context.storage.runs.get(workspace, run_id))


@router.post("/runs/{run_id}/heartbeat", operation_id="send_heartbeat", response_model=HeartbeatBody)
def send_heartbeat(context: Context, caller: Caller, workspace: str, run_id: str) -> Response:
    """Note that the runner lives, and tell it whether to stop."""
    require_reachable(context, caller, workspace, run_id)
    run = context.storage.runs.record_heartbeat(workspace, run_id, at=context.clock())
    stop = run.status.is_terminal or run.status is RunStatus.CANCEL_REQUESTED
    return answer(HeartbeatBody(status=run.status, stop=stop, reason=run.status_reason))


@router.post("/runs/heartbeats", operation_id="send_heartbeats", response_model=HeartbeatsBody)
def send_heartbeats(context: Context, caller: Caller, workspace: str, request: HeartbeatsRequest) -> Response:
    """Note that the program lives that records these interactive runs, and say which of them have ended."""
    caller.require_workspace(workspace)
    if len(request.run_ids) > CHILDREN_MAX_PER_REQUEST:
        raise LimitExceededError(f"{len(request.run_ids)} runs in one request; give at most {CHILDREN_MAX_PER_REQUEST}.")
    runs = context.storage.runs
    ended = runs.record_heartbeats(workspace, request.run_ids, scope=caller.scope, at=context.clock())
    return answer(HeartbeatsBody(ended=ended))


@router.get("/runs/{run_id}/events", operation_id="list_run_events", response_model=RunEventPage)
def list_run_events(context: Context, caller: Caller, workspace: str, run_id: str, request: Request) -> Response:
    """Return the changes of the run, oldest first: statuses, tags, description and the like, with their authors."""
    reachable_run(context, caller, workspace, run_id)
    return answer(RunEventPage(events=context.storage.runs.events(workspace, run_id)))


@router.post("/runs/{run_id}/nodes/{node}", operation_id="exchange_node_report", response_model=NodeBoardBody)
def exchange_node_report(
    context: Context, caller: Caller, workspace: str, run_id: str, node: int, report: NodeReport
) -> Response:
    """Keep what a node of a distributed run says, and return what all of them said last."""
    run = reachable_run(context, caller, workspace, run_id)
    if not 0 <= node < NODES_MAX:
        raise InvalidArgumentError(f"{node} is no number of a node: nodes count from 0, and a run has at most {NODES_MAX}.")
    now = context.clock()
    context.storage.nodes.put(workspace, run_id, node, report, at=now)
    board = context.storage.nodes.all(workspace, run_id)
    body = NodeBoardBody(
        reports={str(number): each for number, (each, _) in board.items()},
        silence_s={str(number): max(0.0, (now - at).total_seconds()) for number, (_, at) in board.items()},
        status=run.status,
        stop=run.status.is_terminal or run.status is RunStatus.CANCEL_REQUESTED,
        reason=run.status_reason,
    )
    return answer(body)


def _require_place(context: ServerContext, caller: Principal, workspace: str, parent_id: str | None) -> None:
    """Refuse a run's token that would create a run outside its own tree."""
    if parent_id is not None:
        reachable_run(context, caller, workspace, parent_id)
    elif caller.kind == "run":
        raise PermissionDeniedError("A submitted run can create child runs only. Use run.child_run() or run.submit_child().")
