"""The change feed: what happened in a workspace, in order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ChangeTopic(str, Enum):
    """What kind of thing changed."""

    EXPERIMENT = "experiment"
    RUN = "run"
    METRIC = "metric"
    ARTIFACT = "artifact"
    VIEW = "view"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRecord:
    """One entry of the feed. ``cursor`` grows; a reader asks for what is newer than the last one it saw."""

    cursor: int
    topic: ChangeTopic
    experiment: str | None = None
    run_id: str | None = None
    root_id: str | None = None
    path: str | None = None
