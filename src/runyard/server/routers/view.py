"""Saved views. An answer's ``ETag`` is the view's version; a change sends it back in ``If-Match``."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header
from starlette.responses import Response

from runyard.domain.view import ViewRecord
from runyard.server.routers.answer import Caller, Context, answer
from runyard.server.routes import Routes
from runyard.server.services import view as service
from runyard.wire.view import CreateViewRequest, UpdateViewRequest, ViewPage

router = Routes(prefix="/workspaces/{workspace}/views", tags=["view"])

IfMatch = Annotated[str | None, Header()]


@router.get("", operation_id="list_views", response_model=ViewPage)
def list_views(context: Context, caller: Caller, workspace: str) -> Response:
    """Return the caller's own views and those shared with everybody, by name."""
    caller.require_person()
    return answer(ViewPage(views=context.storage.views.list(workspace, caller.user)))


@router.post("", operation_id="create_view", response_model=ViewRecord)
def create_view(context: Context, caller: Caller, workspace: str, request: CreateViewRequest) -> Response:
    """Save a view."""
    caller.require_person()
    return _tagged(service.create_view(context, workspace, request, caller.user))


@router.get("/{view_id}", operation_id="get_view", response_model=ViewRecord)
def get_view(context: Context, caller: Caller, workspace: str, view_id: str) -> Response:
    """Return a view."""
    caller.require_person()
    return _tagged(service.get_view(context, workspace, view_id, caller.user))


@router.patch("/{view_id}", operation_id="update_view", response_model=ViewRecord)
def update_view(
    context: Context, caller: Caller, workspace: str, view_id: str, request: UpdateViewRequest, if_match: IfMatch = None
) -> Response:
    """Change a view, unless somebody else has changed it since it was read (409, with what it is now)."""
    caller.require_person()
    version = service.required_version(if_match)
    return _tagged(service.update_view(context, workspace, view_id, request, version=version, user=caller.user))


@router.delete("/{view_id}", operation_id="delete_view", status_code=204, response_class=Response)
def delete_view(context: Context, caller: Caller, workspace: str, view_id: str, if_match: IfMatch = None) -> Response:
    """Remove a view of one's own."""
    caller.require_person()
    service.delete_view(context, workspace, view_id, version=service.required_version(if_match), user=caller.user)
    return Response(status_code=204)


def _tagged(view: ViewRecord) -> Response:
    response = answer(view)
    response.headers["etag"] = f'"{view.version}"'
    return response
