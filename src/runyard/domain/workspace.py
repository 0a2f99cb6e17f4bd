"""A workspace: the place that holds experiments, runs and compute targets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from runyard.errors import InvalidArgumentError

DEFAULT_WORKSPACE = "default"

_NAME = re.compile(r"[a-zA-Z0-9][\w\-]{1,32}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceRecord:
    """A workspace as it is stored."""

    name: str
    description: str | None = None
    location: str | None = None
    resource_group: str | None = None
    subscription_id: str | None = None
    tags: dict[str, str | None] = field(default_factory=dict)
    created_at: datetime


def require_workspace_name(name: str) -> str:
    """Return ``name``, or raise :class:`InvalidArgumentError` when it cannot name a workspace."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InvalidArgumentError(
            f"{name!r} cannot name a workspace. Use 2 to 33 letters, digits, '-' or '_', starting with a letter or digit.",
            name=str(name),
        )
    return name
