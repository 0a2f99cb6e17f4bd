"""Bodies about workspaces."""

from __future__ import annotations

from dataclasses import dataclass, field

from runyard.domain.workspace import WorkspaceRecord
from runyard.wire.strict import strict


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class EnsureWorkspaceRequest:
    """Create the workspace, or change nothing when it exists."""

    description: str | None = None
    location: str | None = None
    resource_group: str | None = None
    subscription_id: str | None = None
    tags: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspacePage:
    """All workspaces that the caller may see."""

    workspaces: list[WorkspaceRecord]
