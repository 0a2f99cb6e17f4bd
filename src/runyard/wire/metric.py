"""Metrics on the wire: the batches that record them and the bodies that read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Union

import msgspec

from runyard.domain.histogram import Histogram
from runyard.domain.metric import MetricSeries, MetricSummary, MetricType, MetricValue
from runyard.wire.strict import strict


class BaseRecord(msgspec.Struct, tag_field="record", array_like=True, frozen=True):
    """What all records have in common: a tag that names their kind, first in the array."""


class ScalarRecord(BaseRecord, tag="s", array_like=True, frozen=True):
    """One ``log`` call. ``at_us`` counts microseconds since 1970, UTC."""

    name: str
    at_us: int
    value: bool | int | float | str | None
    step: int | None = None
    description: str = ""


class ListRecord(BaseRecord, tag="l", array_like=True, frozen=True):
    """One ``log_list`` call, or a part of one."""

    name: str
    at_us: int
    values: list[bool | int | float | str | None]
    description: str = ""


class TableRecord(BaseRecord, tag="t", array_like=True, frozen=True):
    """One ``log_row`` or ``log_table`` call: columns of equal length."""

    name: str
    at_us: int
    columns: dict[str, list[bool | int | float | str | None]]
    description: str = ""


class FileRecord(BaseRecord, tag="f", array_like=True, frozen=True):
    """A logged file: an image, a video, a confusion matrix and so on. ``uri`` is the address of an artifact of the run."""

    name: str
    at_us: int
    uri: str
    type: MetricType
    description: str = ""
    step: int | None = None


class HistogramRecord(BaseRecord, tag="h", array_like=True, frozen=True):
    """One ``log_histogram`` call."""

    name: str
    at_us: int
    histogram: Histogram
    step: int | None = None
    description: str = ""


Record = Union[ScalarRecord, ListRecord, TableRecord, FileRecord, HistogramRecord]


class RecordBatch(msgspec.Struct, array_like=True, frozen=True):
    """What one flush of one writer sends, as MessagePack.

    ``(run, writer, seq)`` names the batch: the server stores it once however often it comes. ``seq`` grows by one from 0.
    """

    writer: str
    seq: int
    records: list[Record]


REFUSED_LISTED_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRecord:
    """A record that was not stored, while the rest of its batch was. ``place`` counts the records of the batch from 0."""

    place: int
    name: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchAckBody:
    """Answer to a batch. ``stored`` is false when the batch was known already.

    ``refused_count`` records of it cannot be stored, now or later; ``refused`` tells why, of the first 100.
    """

    seq: int
    stored: bool
    refused_count: int = 0
    refused: list[RefusedRecord] = field(default_factory=list)


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
