"""Experiments of a workspace."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone
from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from runyard.domain.experiment import ExperimentRecord, ExperimentView, require_experiment_name
from runyard.errors import InvalidArgumentError
from runyard.server.routers.answer import Caller, Context, answer
from runyard.server.routes import Routes
from runyard.server.services.view import require_shared_view
from runyard.wire.experiment import (
    ACTIVITY_DAYS_MAX,
    ACTIVITY_EXPERIMENTS_MAX,
    ActivityBody,
    ActivityQuery,
    ExperimentPage,
    UpdateExperimentRequest,
)

router = Routes(prefix="/workspaces/{workspace}/experiments", tags=["experiment"])


@router.get("", operation_id="list_experiments", response_model=ExperimentPage)
def list_experiments(
    context: Context,
    caller: Caller,
    workspace: str,
    view: ExperimentView = ExperimentView.ACTIVE_ONLY,
    text: str | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Return a page of experiments, the one with the newest run first."""
    caller.require_person()
    return answer(context.storage.experiments.list(workspace, view=view, text=text, cursor=cursor, limit=limit))


@router.post("/activity", operation_id="get_activity", response_model=ActivityBody)
def get_activity(context: Context, caller: Caller, workspace: str, query: ActivityQuery) -> Response:
    """Return how many runs experiments got on each of the last days."""
    caller.require_person()
    if not 1 <= query.days <= ACTIVITY_DAYS_MAX or len(query.experiment_ids) > ACTIVITY_EXPERIMENTS_MAX:
        raise InvalidArgumentError(
            f"Ask for 1 to {ACTIVITY_DAYS_MAX} days of at most {ACTIVITY_EXPERIMENTS_MAX} experiments, not for {query.days} days "
            f"of {len(query.experiment_ids)}."
        )
    today = datetime.combine(context.clock().astimezone(timezone.utc).date(), time.min, timezone.utc)
    since = today - timedelta(days=query.days - 1)
    runs = context.storage.experiments.activity(workspace, query.experiment_ids, since=since, days=query.days)
    return answer(ActivityBody(first_day=since.date().isoformat(), runs=runs))


@router.get("/{name}", operation_id="get_experiment", response_model=ExperimentRecord)
def get_experiment(context: Context, caller: Caller, workspace: str, name: str) -> Response:
    """Return the active experiment of that name, else the one archived last."""
    caller.require_workspace(workspace)
    return answer(context.storage.experiments.get(workspace, name))


@router.put("/{name}", operation_id="ensure_experiment", response_model=ExperimentRecord)
def ensure_experiment(context: Context, caller: Caller, workspace: str, name: str) -> Response:
    """Create an experiment, or return the active one of that name."""
    caller.require_person()
    return answer(context.storage.experiments.ensure(workspace, require_experiment_name(name), at=context.clock()))


@router.patch("/{name}", operation_id="update_experiment", response_model=ExperimentRecord)
def update_experiment(context: Context, caller: Caller, workspace: str, name: str, request: UpdateExperimentRequest) -> Response:
    """Change description and tags, archive or reactivate."""
    caller.require_person()
    if request.default_view_id:
        require_shared_view(context, workspace, request.default_view_id, caller.user)
    return answer(context.storage.experiments.update(workspace, name, request, at=context.clock()))
