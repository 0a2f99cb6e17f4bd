"""Metrics on the wire: the bodies that read them. A program that only records needs none of these classes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Union

from runyard.domain.metric import MetricSeries, MetricSummary, MetricValue
from runyard.wire.strict import strict


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSummaryPage:
    """The metrics of one run, in order of first logging."""

    metrics: list[MetricSummary]


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class MetricValuesQuery:
    """Ask for metric values as ``get_metrics`` gives them.

    ``recursive`` adds all descendants of ``run_id``; ``run_type`` then keeps the runs of that type only.
    """

    run_id: str
    name: str | None = None
    recursive: bool = False
    run_type: str | None = None


HistogramResult = dict[str, Union[float, int, list[Union[int, float]], None]]
"""The fields of a histogram, as ``get_metrics`` gives them."""

MetricResult = Union[MetricValue, list[Union[MetricValue, HistogramResult]], dict[str, Union[MetricValue, list[MetricValue]]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricValuesBody:
    """Run id → metric name → value. Runs without a matching metric are left out."""

    runs: dict[str, dict[str, MetricResult]] = field(default_factory=dict)


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesQuery:
    """Ask for series to draw: every name of every run, with at most ``max_points`` points each.

    ``start`` and ``stop`` bound the window, both included, on ``axis``: ``step`` (the index where no step was given), ``time``
    (seconds since 1970, UTC) or ``index`` (0 for the first point). With ``origins`` (run id → a point of the axis) a run's window
    counts from there: runs that began at different times are compared from their starts. ``since`` gives run id → name →
    number of points that the caller has already; only later ones come. Points come in order of arrival; with ``sort`` in order of
    the axis.
    """

    run_ids: list[str]
    names: list[str] = field(default_factory=list)
    max_points: int = 1000
    axis: Literal["step", "time", "index"] = "step"
    start: float | None = None
    stop: float | None = None
    origins: dict[str, float] = field(default_factory=dict)
    since: dict[str, dict[str, int]] = field(default_factory=dict)
    sort: bool = False


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class MetricAtQuery:
    """Ask for the value of metric ``name`` at the step where metric ``other`` is least or greatest, of up to 500 runs."""

    run_ids: list[str]
    name: str
    other: str
    figure: Literal["min", "max"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricAtValue:
    """``value`` was logged at ``step``, last of what was logged there; None when nothing was."""

    step: int
    value: MetricValue


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricAtBody:
    """By run id. Runs that never logged a number as the other metric are left out."""

    runs: dict[str, MetricAtValue] = field(default_factory=dict)


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class MetricExportQuery:
    """Ask for all points of series (not tables and files) of runs. No names: all of them."""

    run_ids: list[str]
    names: list[str] = field(default_factory=list)
    format: Literal["parquet", "arrow"] = "parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPage:
    """The series that exist among those asked for."""

    series: list[MetricSeries]
