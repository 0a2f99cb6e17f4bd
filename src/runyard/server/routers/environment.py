"""Environments: register, list, find, label."""

from __future__ import annotations

from starlette.responses import Response

from runyard.domain.environment import EnvironmentRecord
from runyard.server.routers.answer import Caller, Context, answer
from runyard.server.routes import Routes
from runyard.server.services import environment as service
from runyard.wire.environment import EnvironmentPage, LabelEnvironmentRequest, RegisterEnvironmentRequest

router = Routes(prefix="/workspaces/{workspace}/environments", tags=["environment"])


@router.get("", operation_id="list_environments", response_model=EnvironmentPage)
def list_environments(context: Context, caller: Caller, workspace: str) -> Response:
    """Return the newest version of each environment by name, the curated ones among them."""
    caller.require_workspace(workspace)
    return answer(EnvironmentPage(environments=service.list_environments(context, workspace)))


@router.get("/{name}", operation_id="get_environment", response_model=EnvironmentRecord)
def get_environment(
    context: Context, caller: Caller, workspace: str, name: str, version: str | None = None, label: str | None = None
) -> Response:
    """Return a version of an environment: the one named, the one with the label, else the newest."""
    caller.require_workspace(workspace)
    return answer(service.get_environment(context, workspace, name, version=version, label=label))


@router.put("/{name}", operation_id="register_environment", response_model=EnvironmentRecord)
def register_environment(
    context: Context, caller: Caller, workspace: str, name: str, request: RegisterEnvironmentRequest
) -> Response:
    """Keep an environment; the newest version's content again makes no new version."""
    caller.require_person()
    return answer(service.register_environment(context, workspace, name, request.definition))


@router.get("/{name}/versions", operation_id="list_environment_versions", response_model=EnvironmentPage)
def list_environment_versions(context: Context, caller: Caller, workspace: str, name: str) -> Response:
    """Return all versions of an environment, newest first."""
    caller.require_workspace(workspace)
    return answer(EnvironmentPage(environments=service.list_versions(context, workspace, name)))


@router.put("/{name}/versions/{version}/labels", operation_id="label_environment", response_model=EnvironmentRecord)
def label_environment(
    context: Context, caller: Caller, workspace: str, name: str, version: str, request: LabelEnvironmentRequest
) -> Response:
    """Give labels to a version; each leaves the version that had it."""
    caller.require_person()
    return answer(service.label_environment(context, workspace, name, version, request.labels))
