"""From a submit request to a queued run, and from a queued run to a job."""

from __future__ import annotations

import logging
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from runyard.compute.base import JobSpec
from runyard.domain.compute_target import (
    LOCAL_TARGET,
    ComputeNodeRecord,
    ComputePlaceRecord,
    ComputeTargetRecord,
    require_gpus,
)
from runyard.domain.node_group import NodeReport, NodeState, require_node_group
from runyard.domain.run import SCRIPT_RUN, RunError, RunRecord, RunStatus, require_run_id
from runyard.errors import (
    ComputeError,
    ComputeTargetNotFoundError,
    ConflictError,
    InvalidTransitionError,
    RunyardError,
    ScriptNotFoundError,
)
from runyard.server.context import ServerContext
from runyard.server.security.token import new_token, token_hash
from runyard.server.services.secret import forget_secrets, keep_secrets, kept_runs, read_secrets
from runyard.storage.base import TokenRecord
from runyard.storage.run_base import JobRecord, RunOrigin
from runyard.wire.codec import from_json
from runyard.wire.run import NewRun, ReportStatusRequest, SubmitRunRequest

logger = logging.getLogger(__name__)

_SECRETS_SPARED_S = 60.0
"""Secrets are written before their run is: those of the last minute may belong to a run that is being created."""

RUN_TOKEN_VALID = timedelta(days=60)


def submit_run(context: ServerContext, workspace: str, experiment: str, request: SubmitRunRequest, user: str) -> RunRecord:
    """Queue a run.

    Raises:
        ComputeTargetNotFoundError: the target is unknown.
        ScriptNotFoundError: the snapshot has no such script.
        InvalidArgumentError: the target has fewer GPUs than the run asks for, or the shape of the run cannot be.
        ConflictError: the id is taken.
    """
    require_run_id(request.id)
    target = require_target(context, workspace, request.spec.target)
    require_gpus(target, request.spec.gpu_count, request.spec.node_count)
    if request.spec.node_group is not None:
        require_node_group(request.spec.node_group)
    manifest = context.storage.snapshots.get(workspace, request.snapshot_id)
    script = request.spec.script
    if request.spec.command is None and script not in {file.path for file in manifest.files}:
        raise ScriptNotFoundError(f"The snapshot has no script {script!r}. It must lie inside source_directory.", script=script)
    spec = asdict(request.spec)
    definition = {**spec.pop("definition"), "spec": spec}
    new_run = NewRun(id=request.id, display_name=request.display_name, tags=request.tags, properties=request.properties)
    origin = RunOrigin(
        status=RunStatus.QUEUED,
        submitted_by=user,
        parent_id=request.parent_id,
        type=SCRIPT_RUN,
        target=request.spec.target,
        script_name=script or request.spec.command,
        definition=definition,
        snapshot_id=request.snapshot_id,
    )
    keep_secrets(context.settings.home, workspace, request.id, request.secrets)
    run = context.storage.runs.create(workspace, experiment, [new_run], origin, at=context.clock())[0]
    if run.snapshot_id != request.snapshot_id or run.definition != definition:
        raise ConflictError(f"There is another run {request.id!r}. Submit again: a new id is made each time.", run_id=request.id)
    context.wake_dispatcher()
    return run


def list_targets(context: ServerContext, workspace: str) -> list[ComputeTargetRecord]:
    """Return the compute targets of a workspace, by name."""
    return [_target_record(context, workspace, name) for name in sorted(context.engines)]


def require_target(context: ServerContext, workspace: str, name: str) -> ComputeTargetRecord:
    """Return a compute target, or raise :class:`ComputeTargetNotFoundError`."""
    if name not in context.engines:
        there = ", ".join(sorted(context.engines))
        raise ComputeTargetNotFoundError(
            f"ComputeTargetNotFound: there is no compute target {name!r} in workspace {workspace!r}. There are: {there}.",
            compute_target=name,
        )
    return _target_record(context, workspace, name)


def _target_record(context: ServerContext, workspace: str, name: str) -> ComputeTargetRecord:
    active, waiting = context.storage.runs.count_active(workspace, name)
    held = sorted(context.storage.runs.held_jobs(name), key=lambda job: job.depth)
    return ComputeTargetRecord(
        name=name,
        engine=LOCAL_TARGET,
        state="Succeeded",
        active_runs=active,
        queued_runs=waiting,
        slots=context.settings.local_slots,
        gpus=len(context.engines[name].gpus()),
        gpus_used=sum(len(gpus_of(job)) for job in held),
        nodes=[_node_record(context, workspace, name, held)],
    )


def _node_record(context: ServerContext, workspace: str, target: str, held: list[JobRecord]) -> ComputeNodeRecord:
    """Return the machine of a target: each engine has one."""
    engine = context.engines[target]
    return ComputeNodeRecord(
        name=engine.node_name(),
        state="busy" if held else "idle",
        slots=context.settings.local_slots,
        gpus=list(engine.gpus()),
        places=[_place_record(workspace, job) for job in held],
    )


def _place_record(workspace: str, job: JobRecord) -> ComputePlaceRecord:
    is_of_workspace = job.run.workspace == workspace
    return ComputePlaceRecord(
        run_id=job.run.id if is_of_workspace else None,
        display_name=job.run.display_name if is_of_workspace else None,
        depth=job.depth,
        gpus=gpus_of(job),
    )


def gpus_of(job: JobRecord) -> list[str]:
    """Return the ids of the GPUs that a job has."""
    return list((job.handle or {}).get("gpus", []))


def gpus_per_node(run: RunRecord) -> int:
    """Return how many GPUs each node of a submitted run asks for."""
    return int(_spec(run).get("gpu_count") or 0)


def node_count(run: RunRecord) -> int:
    """Return how many nodes a submitted run asks for."""
    return int((_spec(run).get("node_group") or {}).get("node_count") or 1)


def _spec(run: RunRecord) -> dict[str, Any]:
    return (run.definition or {}).get("spec") or {}


def start_job(context: ServerContext, job: JobRecord, gpus: list[list[str]]) -> bool:
    """Start the runner of a queued run with the GPUs of each node; False when none was started."""
    run = job.run
    engine = context.engines[run.target]
    if not context.storage.runs.claim_job(run, at=context.clock()):
        return False
    try:
        handle = engine.start(_job_spec(context, run, gpus))
        forget_secrets(context.settings.home, run.id)
    except ComputeError as error:
        _move(context, run, RunStatus.FAILED, str(error))
        return False
    context.storage.runs.set_job_handle(run, handle)
    return True


def forget_left_secrets(context: ServerContext) -> None:
    """Remove the secrets of runs that wait no more: cancelled ones, and those that a killed server had begun to start."""
    for workspace, run_id in kept_runs(context.settings.home, older_than_s=_SECRETS_SPARED_S):
        found = context.storage.runs.find_many(workspace, [run_id])
        if not found or found[0].status not in (RunStatus.QUEUED, RunStatus.STARTING):
            forget_secrets(context.settings.home, run_id)


def queue_again(context: ServerContext, job: JobRecord) -> None:
    """Put a run back into the queue that a killed server had taken out and not started."""
    _move(context, job.run, RunStatus.QUEUED, "the server was killed before it had started this run")


def end_lost_job(context: ServerContext, job: JobRecord, *, is_new: bool, is_hopeless: bool) -> None:
    """Give a run whose runner is gone the end that its runner could not report.

    Without one it is NotResponding, with the cause, and has failed once ``is_hopeless``; a cancelled run is Canceled. What the
    script has left running is killed when the loss ``is_new``.
    """
    run = job.run
    if is_new:
        context.engines[run.target].clean_up(run.id, job.handle)
    if _take_left_end(context, run):
        return
    log = context.settings.home / "work" / run.id / "runner.log"
    cause = (
        "The runner ended without a word (killed, or out of memory?), and what was left of the script was stopped. "
        f"The runner's own log is {log}."
    )
    current = context.storage.runs.get(run.workspace, run.id)
    if current.status is RunStatus.CANCEL_REQUESTED:
        _move(context, run, RunStatus.CANCELED, current.status_reason)
    elif is_hopeless:
        _move(context, run, RunStatus.FAILED, cause)
    elif current.status is not RunStatus.NOT_RESPONDING:
        _move(context, run, RunStatus.NOT_RESPONDING, cause)


def say_lost_nodes(context: ServerContext, run: RunRecord, numbers: list[int]) -> None:
    """Say for nodes of a run whose runners are gone that they have ended with an error, unless they have said their last word."""
    nodes = context.storage.nodes
    board = nodes.all(run.workspace, run.id)
    for number in numbers:
        known = board.get(number)
        report = known[0] if known else NodeReport(node_id=str(number), state=NodeState.PREPARING)
        if report.state is NodeState.ENDED:
            continue
        log = context.settings.home / "work" / run.id / f"node-{number}" / "runner.log"
        message = f"its runner ended without a word (killed, or out of memory?). The runner's own log is {log}."
        error = RunError(code="SystemError", message=message, at=context.clock())
        ended = replace(report, state=NodeState.ENDED, error=error)
        nodes.put(run.workspace, run.id, number, ended, at=context.clock())
        logger.warning("node %s of run %s: %s", report.node_id, run.id, message)


def _take_left_end(context: ServerContext, run: RunRecord) -> bool:
    """Give the run the end that its runner wrote down when this server did not take it; False when there is none."""
    path = context.settings.home / "work" / run.id / "end.json"
    try:
        end = from_json(path.read_bytes(), ReportStatusRequest)
    except (OSError, ValueError, RunyardError):
        return False
    if not end.status.is_terminal:
        return False
    try:
        context.storage.runs.change_status(
            run.workspace, run.id, end.status, reason=end.reason, error=end.error, at=context.clock()
        )
    except InvalidTransitionError as error:
        logger.info("the end that the runner left is not used: %s", error)
        return False
    path.unlink(missing_ok=True)
    return True


def _move(context: ServerContext, run: RunRecord, status: RunStatus, reason: str | None) -> None:
    """Change a run's status, unless it has gone elsewhere meanwhile."""
    failed = status is RunStatus.FAILED
    error = RunError(code="SystemError", message=reason or "") if failed else None
    try:
        context.storage.runs.change_status(run.workspace, run.id, status, reason=reason, error=error, at=context.clock())
    except InvalidTransitionError as refused:
        logger.info("run %s has gone elsewhere: %s", run.id, refused)
    except RunyardError:
        logger.exception("run %s could not become %s; trying again", run.id, status.value)


def _job_spec(context: ServerContext, run: RunRecord, gpus: list[list[str]]) -> JobSpec:
    now = context.clock()
    token = new_token()
    record = TokenRecord(
        kind="run",
        user=run.submitted_by or context.owner,
        workspace=run.workspace,
        scope=run.root_id,
        expires_at=now + RUN_TOKEN_VALID,
    )
    context.storage.tokens.put(token_hash(token), record, at=now)
    environment = {
        **read_secrets(context.settings.home, run.id),
        "RUNYARD_URL": context.base_url(),
        "RUNYARD_HOME": str(context.settings.home),
        "RUNYARD_WORKSPACE": run.workspace,
        "RUNYARD_EXPERIMENT": run.experiment,
        "RUNYARD_RUN_ID": run.id,
        "RUNYARD_RUN_TOKEN": token,
    }
    return JobSpec(
        name=run.id,
        work_folder=context.settings.home / "work" / run.id,
        environment=environment,
        node_count=node_count(run),
        gpus=gpus,
    )
