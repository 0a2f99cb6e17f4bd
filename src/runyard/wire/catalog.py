"""What the runs of a workspace have in common: names, values, counts, groups."""

from __future__ import annotations

from dataclasses import dataclass, field

from runyard.domain.run import RunRecord
from runyard.wire.run import RunQuery
from runyard.wire.strict import strict


@dataclass(frozen=True, slots=True, kw_only=True)
class NamePage:
    """Names or values, those that begin with what was looked for first, then by the alphabet. ``total`` counts all that fit."""

    names: list[str]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCount:
    """A value and how many runs have it. ``value`` is None for the runs that have none."""

    value: str | None
    count: int


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class FacetQuery:
    """Count the runs of a query by each of some fields, such as status, experiment, target, submitter, tag.team or param.lr."""

    query: RunQuery = field(default_factory=RunQuery)
    fields: list[str] = field(default_factory=lambda: ["status", "experiment", "target", "submitter"])
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetPage:
    """By field, the values that most runs have, and ``total``: how many runs the query finds."""

    facets: dict[str, list[ValueCount]]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureStats:
    """A metric's figure over the ``count`` runs that have it. ``std`` is of those runs: the root of the mean squared distance."""

    count: int
    mean: float
    min: float
    max: float
    std: float


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class GroupQuery:
    """Put the runs of a query into groups of equal values of one to three fields.

    ``figures`` are figures of metrics or roll-ups, such as metric.loss.min; each group tells their mean, minimum, maximum and
    standard deviation. ``order_by`` is ``count``, ``key``, or one of the figures, whose mean counts; a leading '-' sorts
    downwards. ``members`` runs of each group come with it, in the order of the query.
    """

    query: RunQuery = field(default_factory=RunQuery)
    by: list[str]
    figures: list[str] = field(default_factory=list)
    order_by: str = "-count"
    members: int = 0
    offset: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RunGroup:
    """Runs with the same values of the fields; a value is None where they have none.

    ``filter`` is the text of the query language that finds the group's runs among those of the query.
    """

    values: list[str | None]
    count: int
    filter: str
    figures: dict[str, FigureStats] = field(default_factory=dict)
    runs: list[RunRecord] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunGroupPage:
    """Groups of runs. ``total_groups`` and ``total`` count all groups and runs; ``figures`` are over all runs."""

    groups: list[RunGroup]
    total_groups: int
    total: int
    figures: dict[str, FigureStats] = field(default_factory=dict)
