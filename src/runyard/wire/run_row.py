"""Bodies about rows of a run list: no more of a run than a list shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from runyard.domain.metric import MetricValue
from runyard.domain.run import RunStatus
from runyard.wire.run import RunQuery
from runyard.wire.strict import strict


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class RunRowQuery:
    """List the runs of a query as rows. ``metrics`` and ``roll_ups`` of the query stay empty: ``columns`` takes their place.

    ``columns`` are fields of the query language that have a key: a tag, property or parameter, a metric or a roll-up, such as
    param.lr, property.author, metric.loss.min or rollup.loss.min.mean.
    """

    query: RunQuery = field(default_factory=RunQuery)
    columns: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """What a list shows of a run; ``get_run`` has the rest.

    ``values`` are those of the columns asked for, in their order: None where the run has none, an empty text for a label that is
    there without a value. Of ``description`` and ``error`` (its type and message) only the beginning comes; where
    ``is_cut`` is true, the description goes on. ``status_reason`` is there for a run that may run no more.
    """

    id: str
    experiment: str
    number: int
    parent_id: str | None = None
    display_name: str
    target: str
    status: RunStatus
    status_reason: str | None = None
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    submitted_by: str | None = None
    description: str | None = None
    is_cut: bool = False
    tags: dict[str, str | None] = field(default_factory=dict)
    script_name: str | None = None
    error: str | None = None
    child_count: int = 0
    colour: str | None = None
    archived_at: datetime | None = None
    values: list[MetricValue] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRowPage:
    """Rows of runs, newest first unless asked otherwise. ``total`` counts all runs of the query."""

    rows: list[RunRow]
    total: int
    next_cursor: str | None = None
