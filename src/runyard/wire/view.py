"""Bodies about saved views."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from runyard.domain.view import ViewRecord, ViewSharing
from runyard.wire.strict import strict


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class CreateViewRequest:
    """Save a view. ``filter`` and ``order_by`` are texts of the query language, and are checked."""

    name: str
    sharing: ViewSharing = ViewSharing.PRIVATE
    filter: str = ""
    columns: list[str] = field(default_factory=list)
    order_by: str = "-created"
    run_ids: list[str] = field(default_factory=list)
    charts: list[dict[str, Any]] = field(default_factory=list)
    layout: dict[str, Any] = field(default_factory=dict)


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateViewRequest:
    """Change what is given; what is left out stays. The version that was read goes into the header ``If-Match``."""

    name: str | None = None
    sharing: ViewSharing | None = None
    filter: str | None = None
    columns: list[str] | None = None
    order_by: str | None = None
    run_ids: list[str] | None = None
    charts: list[dict[str, Any]] | None = None
    layout: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewPage:
    """The views that the caller may see, by name."""

    views: list[ViewRecord]
