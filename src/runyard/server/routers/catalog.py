"""What the runs of a workspace have in common: for completion, facets and groups."""

from __future__ import annotations

from starlette.responses import Response

from runyard.server.routers.answer import Caller, Context, answer
from runyard.server.routes import Routes
from runyard.wire.catalog import FacetPage, FacetQuery, GroupQuery, NamePage, RunGroupPage

router = Routes(prefix="/workspaces/{workspace}", tags=["run"])


@router.get("/names", operation_id="list_names", response_model=NamePage)
def list_names(
    context: Context,
    caller: Caller,
    workspace: str,
    kind: str,
    text: str = "",
    experiment: str | None = None,
    offset: int = 0,
    limit: int = 50,
) -> Response:
    """Return names that hold a text, to complete a query: ``kind`` is field, tag, property, param or metric."""
    caller.require_person()
    names = context.storage.catalog.names(workspace, kind, experiment=experiment, text=text, offset=offset, limit=limit)
    return answer(names)


@router.get("/values", operation_id="list_values", response_model=NamePage)
def list_values(
    context: Context,
    caller: Caller,
    workspace: str,
    field: str,
    text: str = "",
    experiment: str | None = None,
    offset: int = 0,
    limit: int = 50,
) -> Response:
    """Return the values that a field such as submitter, target or tag.team has in some run and that hold a text."""
    caller.require_person()
    values = context.storage.catalog.values(workspace, field, experiment=experiment, text=text, offset=offset, limit=limit)
    return answer(values)


@router.post("/runs/facets", operation_id="count_run_values", response_model=FacetPage)
def count_run_values(context: Context, caller: Caller, workspace: str, query: FacetQuery) -> Response:
    """Return how many of a query's runs have each value of some fields."""
    caller.require_workspace(workspace)
    return answer(context.storage.catalog.facets(workspace, query, at=context.clock(), scope=caller.scope))


@router.post("/runs/groups", operation_id="group_runs", response_model=RunGroupPage)
def group_runs(context: Context, caller: Caller, workspace: str, query: GroupQuery) -> Response:
    """Return a query's runs in groups of equal values, with figures of their metrics."""
    caller.require_workspace(workspace)
    return answer(context.storage.catalog.groups(workspace, query, at=context.clock(), scope=caller.scope))
