"""A saved view: what a list of runs shows, under a name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from runyard.errors import InvalidArgumentError

VIEW_NAME_MAX_CHARS = 256
VIEW_CONTENT_MAX_CHARS = 500_000


class ViewSharing(str, Enum):
    """Who beside its owner may see a view, and who may change it."""

    PRIVATE = "private"
    VIEW = "view"
    EDIT = "edit"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewRecord:
    """A view as it is stored.

    ``filter`` is a text of the query language; its relative times stay relative. ``columns`` are fields of it, and ``order_by``
    fields with commas between them. ``charts`` and ``layout`` belong to the Studio. ``version`` grows with every change.
    """

    id: str
    workspace: str
    name: str
    owner: str
    sharing: ViewSharing = ViewSharing.PRIVATE
    filter: str = ""
    columns: list[str] = field(default_factory=list)
    order_by: str = "-created"
    run_ids: list[str] = field(default_factory=list)
    charts: list[dict[str, Any]] = field(default_factory=list)
    layout: dict[str, Any] = field(default_factory=dict)
    created_at: datetime
    updated_at: datetime
    updated_by: str
    version: int = 1


def require_view_name(name: str) -> str:
    """Return ``name`` without blanks around it, or raise :class:`InvalidArgumentError` when it cannot name a view."""
    stripped = name.strip()
    if not stripped or len(stripped) > VIEW_NAME_MAX_CHARS or any(ord(char) < 32 for char in stripped):
        raise InvalidArgumentError(f"{name[:80]!r} cannot name a view. Use 1 to {VIEW_NAME_MAX_CHARS} characters on one line.")
    return stripped


def may_see(view: ViewRecord, user: str) -> bool:
    """Return whether a user may see a view."""
    return view.owner == user or view.sharing is not ViewSharing.PRIVATE


def may_change(view: ViewRecord, user: str) -> bool:
    """Return whether a user may change what a view shows. Who it is shared with, and whether it lives, is up to its owner."""
    return view.owner == user or view.sharing is ViewSharing.EDIT
