"""Metrics: what was logged, and what ``get_metrics`` makes of it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any, Union

from runyard.domain.histogram import Histogram
from runyard.errors import InvalidArgumentError

MetricValue = Union[bool, int, float, str, None]
"""One logged value. NaN and the infinities are data."""

MetricColumns = dict[str, list[MetricValue]]
"""A table: column name → one value a row."""

SYSTEM_NAME_START = "system/"
"""How the names of the metrics begin that Runyard records by itself: how busy the machine is."""

METRIC_NAME_MAX_CHARS = 1024
METRIC_DESCRIPTION_MAX_CHARS = 10_000
METRIC_TEXT_MAX_CHARS = 1_000_000
METRIC_LIST_MAX_VALUES = 10_000_000
METRIC_COLUMNS_MAX = 10_000


class MetricFamily(str, Enum):
    """The shape of a metric: one name keeps to one of these."""

    SERIES = "series"
    TABLE = "table"
    FILE = "file"
    HISTOGRAM = "histogram"


class MetricType(str, Enum):
    """The type ids that Azure ML gives to what each call logs, and ours for what it has not."""

    SCALAR = "azureml.v1.scalar"
    LIST = "azureml.v1.list"
    TABLE = "azureml.v1.table"
    IMAGE = "azureml.v2.image"
    CONFUSION_MATRIX = "azureml.v2.confusion_matrix"
    ACCURACY_TABLE = "azureml.v2.accuracy_table"
    RESIDUALS = "azureml.v2.residuals"
    PREDICTIONS = "azureml.v2.predictions"
    HISTOGRAM = "runyard.v1.histogram"
    AUDIO = "runyard.v1.audio"
    VIDEO = "runyard.v1.video"
    TEXT = "runyard.v1.text"
    HTML = "runyard.v1.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSeries:
    """Everything logged under one name in one run, in order of arrival.

    Family ``series``: ``values[i]`` was logged at ``steps[i]`` (None where no step was given) and ``times[i]`` (seconds since
    1970, UTC). Family ``table``: ``columns`` holds the rows, with None where a row lacks a column; ``times[i]`` is the time
    of row i. Family ``file``: ``values`` holds the addresses of artifacts. Family ``histogram``: ``histograms`` holds what was
    logged, with ``steps`` and ``times`` as for values. ``count`` is the number logged; when it is more than ``len(times)``, the
    points are a selection that keeps the exact minimum and maximum of every bucket.
    """

    run_id: str
    name: str
    family: MetricFamily
    type: MetricType
    description: str = ""
    count: int = 0
    steps: list[int | None] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    values: list[MetricValue] = field(default_factory=list)
    columns: MetricColumns = field(default_factory=dict)
    histograms: list[Histogram] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSummary:
    """The figures of one metric of one run that lists and tiles show.

    ``min`` and ``max`` leave NaN out and are None when no number was logged; the steps are those of the extremes, counted from 0
    by arrival where no step was given. ``mean`` leaves NaN out too.
    """

    name: str
    family: MetricFamily
    type: MetricType
    count: int
    last: MetricValue = None
    last_step: int | None = None
    min: float | int | None = None
    min_step: int | None = None
    max: float | int | None = None
    max_step: int | None = None
    first: MetricValue = None
    mean: float | None = None
    columns: list[str] = field(default_factory=list)


def require_metric_name(name: str) -> str:
    """Return ``name``, or raise :class:`InvalidArgumentError` when it cannot name a metric."""
    if not is_metric_name(name):
        raise InvalidArgumentError(metric_name_rule(name), name=str(name)[:80])
    return name


def is_metric_name(name: str) -> bool:
    """True when ``name`` can name a metric, or a column of a table."""
    return isinstance(name, str) and 0 < len(name) <= METRIC_NAME_MAX_CHARS and "\0" not in name and _is_unicode(name)


def _is_unicode(text: str) -> bool:
    """False for half a surrogate pair, which Python keeps in a text and UTF-8 has no bytes for."""
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def metric_name_rule(name: str) -> str:
    """Return the sentence that says why ``name`` is refused."""
    return f"{str(name)[:80]!r} cannot name a metric. Use a text of 1 to {METRIC_NAME_MAX_CHARS} characters."


def is_number(value: MetricValue) -> bool:
    """True for int and float, not for bool."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def folded(series: MetricSeries) -> Any:
    """Return what ``get_metrics`` shows for a series.

    One value comes back bare and several as a list, also when they were logged by ``log_list``. One row comes back as
    ``{column: value}``, several as ``{column: [values]}``. One histogram comes back as a dict of the fields of
    :class:`~runyard.domain.histogram.Histogram`, several as a list of them. Ints and floats under one name come back as floats.
    """
    if series.family is MetricFamily.HISTOGRAM:
        found = [asdict(each) for each in series.histograms]
        return found[0] if len(found) == 1 else found
    if series.family is MetricFamily.TABLE:
        columns = {name: _as_one_number_type(values) for name, values in series.columns.items()}
        if len(series.times) == 1:
            return {name: values[0] for name, values in columns.items()}
        return dict(columns)
    values = _as_one_number_type(series.values)
    return values[0] if len(values) == 1 else values


def _as_one_number_type(values: list[MetricValue]) -> list[MetricValue]:
    numbers = [value for value in values if is_number(value)]
    if any(isinstance(value, float) for value in numbers) and any(isinstance(value, int) for value in numbers):
        return [float(value) if is_number(value) else value for value in values]  # type: ignore[arg-type]
    return values


def summarised(series: MetricSeries) -> MetricSummary:
    """Return the figures of a whole series (all its points, not a selection)."""
    numbers = [
        (value, index if step is None else step)
        for index, (value, step) in enumerate(zip(series.values, series.steps, strict=False))
        if is_number(value) and not math.isnan(value)  # type: ignore[arg-type]
    ]
    low = min(numbers, key=lambda pair: pair[0], default=(None, None))  # type: ignore[arg-type,return-value]
    high = max(numbers, key=lambda pair: pair[0], default=(None, None))  # type: ignore[arg-type,return-value]
    last_index = max(len(series.values), len(series.histograms)) - 1
    return MetricSummary(
        name=series.name,
        family=series.family,
        type=series.type,
        count=len(series.times),
        last=series.values[-1] if series.values else None,
        last_step=None if last_index < 0 else last_index if series.steps[-1] is None else series.steps[-1],
        min=low[0],  # type: ignore[arg-type]
        min_step=low[1],
        max=high[0],  # type: ignore[arg-type]
        max_step=high[1],
        first=series.values[0] if series.values else None,
        mean=_mean([value for value, _ in numbers]),  # type: ignore[misc]
        columns=list(series.columns),
    )


def _mean(numbers: list[float | int]) -> float | None:
    return sum(float(number) for number in numbers) / len(numbers) if numbers else None
