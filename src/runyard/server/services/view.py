"""Saved views: who may see and change them, and what may stand in them."""

from __future__ import annotations

import uuid
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from runyard.domain.run_filter import parse
from runyard.domain.run_order import parse_order
from runyard.domain.view import VIEW_CONTENT_MAX_CHARS, ViewRecord, ViewSharing, may_change, may_see, require_view_name
from runyard.errors import InvalidArgumentError, LimitExceededError, NotFoundError, PermissionDeniedError
from runyard.server.context import ServerContext
from runyard.wire.codec import to_json
from runyard.wire.view import CreateViewRequest, UpdateViewRequest


def create_view(context: ServerContext, workspace: str, request: CreateViewRequest, user: str) -> ViewRecord:
    """Save a new view of ``user``.

    Raises:
        InvalidArgumentError: its name, filter or order cannot be used.
    """
    now = context.clock()
    given: dict[str, Any] = {each.name: getattr(request, each.name) for each in fields(request)}
    view = ViewRecord(
        id=uuid.uuid4().hex, workspace=workspace, owner=user, created_at=now, updated_at=now, updated_by=user, **given
    )
    return context.storage.views.create(_checked(view, now))


def get_view(context: ServerContext, workspace: str, view_id: str, user: str) -> ViewRecord:
    """Return a view; one that the user may not see looks as if it were not there."""
    view = context.storage.views.get(workspace, view_id)
    if not may_see(view, user):
        raise NotFoundError(f"There is no view {view_id!r} that you may see. It may have been deleted.", view_id=view_id)
    return view


def require_shared_view(context: ServerContext, workspace: str, view_id: str, user: str) -> None:
    """Raise :class:`InvalidArgumentError` for a view that others could not see."""
    view = get_view(context, workspace, view_id, user)
    if view.sharing is ViewSharing.PRIVATE:
        raise InvalidArgumentError(f"View {view.name!r} is private, so nobody else would see it. Share it first.")


def update_view(
    context: ServerContext, workspace: str, view_id: str, request: UpdateViewRequest, *, version: int, user: str
) -> ViewRecord:
    """Change a view.

    Raises:
        PermissionDeniedError: the user may only look at it, or would change who it is shared with without being its owner.
        ConflictError: it has changed since ``version``; ``details["view"]`` is what it is now.
    """
    view = get_view(context, workspace, view_id, user)
    if not may_change(view, user):
        raise PermissionDeniedError(
            f"View {view.name!r} is {view.owner}'s and shared to look at only. Save it under another name."
        )
    if request.sharing not in (None, view.sharing) and view.owner != user:
        raise PermissionDeniedError(f"Only its owner, {view.owner}, decides who view {view.name!r} is shared with.")
    given = {each.name: getattr(request, each.name) for each in fields(request) if getattr(request, each.name) is not None}
    now = context.clock()
    changed = _checked(replace(view, updated_at=now, updated_by=user, **given), now)
    return context.storage.views.replace(changed, version=version)


def delete_view(context: ServerContext, workspace: str, view_id: str, *, version: int, user: str) -> None:
    """Remove a view.

    Raises:
        PermissionDeniedError: the user is not its owner.
        ConflictError: it has changed since ``version``.
    """
    view = get_view(context, workspace, view_id, user)
    if view.owner != user:
        raise PermissionDeniedError(f"Only its owner, {view.owner}, can delete view {view.name!r}.")
    context.storage.views.delete(workspace, view_id, version=version)


def _checked(view: ViewRecord, now: datetime) -> ViewRecord:
    parse(view.filter, now)
    parse_order(view.order_by)
    size = len(to_json(view))
    if size > VIEW_CONTENT_MAX_CHARS:
        raise LimitExceededError(
            f"The view takes {size} bytes; the limit is {VIEW_CONTENT_MAX_CHARS}. Select fewer runs or charts."
        )
    return replace(view, name=require_view_name(view.name))


def required_version(if_match: str | None) -> int:
    """Return the version in an ``If-Match`` header.

    Raises:
        InvalidArgumentError: there is none.
    """
    text = (if_match or "").strip().removeprefix("W/").strip('"')
    if not text.isdecimal() or len(text) > 9:
        raise InvalidArgumentError('The header If-Match must name the version that was read, such as If-Match: "3".')
    return int(text)
