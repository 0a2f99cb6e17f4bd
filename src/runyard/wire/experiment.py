"""Bodies about experiments."""

from __future__ import annotations

from dataclasses import dataclass, field

from runyard.domain.experiment import ExperimentRecord
from runyard.wire.strict import strict


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateExperimentRequest:
    """Change what is given; what is left out stays. An empty ``default_view_id`` takes it away."""

    description: str | None = None
    set_tags: dict[str, str | None] = field(default_factory=dict)
    remove_tags: list[str] = field(default_factory=list)
    archived: bool | None = None
    default_view_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentPage:
    """Experiments, the one with the newest run first. ``next_cursor`` is None on the last page."""

    experiments: list[ExperimentRecord]
    total: int
    next_cursor: str | None = None


RunsByDay = dict[str, list[int]]
"""How many runs each experiment got on each day, by the experiment's id."""

ACTIVITY_DAYS_MAX = 366
ACTIVITY_EXPERIMENTS_MAX = 1000


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityQuery:
    """Ask how many runs experiments got each day, today and before: 366 days and 1,000 experiments at most."""

    experiment_ids: list[str]
    days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityBody:
    """Top-level runs that were created on each day, by the id of their experiment.

    **Shape**: a number a day, ``first_day`` (YYYY-MM-DD, a day of UTC) first. Unknown ids are left out.
    """

    first_day: str
    runs: RunsByDay = field(default_factory=dict)
