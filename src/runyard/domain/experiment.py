"""An experiment: a named series of runs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from runyard.errors import InvalidArgumentError

_NAME = re.compile(r"[a-zA-Z0-9][\w\-]{0,254}", re.ASCII)


class ExperimentView(str, Enum):
    """Which experiments a list shows: those in use, archived ones, both, or those in the bin."""

    ACTIVE_ONLY = "ActiveOnly"
    ARCHIVED_ONLY = "ArchivedOnly"
    ALL = "All"
    DELETED = "Deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentRecord:
    """An experiment as it is stored, with the figures that a list shows.

    ``run_count`` counts all its runs, children too, that are not in the bin; of an experiment in the bin, those in the bin.
    ``default_view_id`` is the view that it opens with for whoever may see that view.
    """

    id: str
    workspace: str
    name: str
    description: str | None = None
    tags: dict[str, str | None] = field(default_factory=dict)
    created_at: datetime
    default_view_id: str | None = None
    archived_at: datetime | None = None
    deleted_at: datetime | None = None
    deleted_by: str | None = None
    run_count: int = 0
    active_run_count: int = 0
    last_run_id: str | None = None
    last_run_status: str | None = None
    last_run_at: datetime | None = None


def require_experiment_name(name: str) -> str:
    """Return ``name``, or raise :class:`InvalidArgumentError` when it cannot name an experiment."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        shown = "An empty string" if name == "" else repr(name)
        raise InvalidArgumentError(
            f"{shown} cannot name an experiment. Use 1 to 255 letters, digits, '-' or '_', starting with a letter or digit, "
            "for example Experiment(ws, 'my-experiment').",
            name=str(name),
        )
    return name
