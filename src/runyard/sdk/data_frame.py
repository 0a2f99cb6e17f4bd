"""Runs and metrics as pandas data frames. pandas is loaded when one is asked for, and is no dependency of Runyard."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from runyard.client.client import Client
from runyard.domain.metric import MetricFamily, MetricSummary
from runyard.domain.parameter import run_parameters
from runyard.domain.run import RunRecord
from runyard.errors import InvalidArgumentError, NotSupportedError
from runyard.wire.metric_query import SeriesQuery
from runyard.wire.run import ALL_METRICS, RunQuery

if TYPE_CHECKING:
    import pandas as pd

FIGURES = ("last", "min", "max", "first", "mean", "count")
LAYOUTS = ("long", "wide")
POINTS_AT_ONCE = 100_000
"""Points of each series in one answer: the most that the server gives."""

_PAGE = 1000
_FIELDS = {
    "id": "id",
    "name": "display_name",
    "number": "number",
    "status": "status",
    "type": "type",
    "target": "target",
    "submitter": "submitted_by",
    "created": "created_at",
    "started": "started_at",
    "ended": "ended_at",
    "parent": "parent_id",
    "description": "description",
}
"""Columns, named as the query language names the fields, and where a run's record has them."""

_TIMES = ("created", "started", "ended")


def runs_frame(client: Client, query: RunQuery, metrics: Sequence[str] | None, figures: Sequence[str]) -> pd.DataFrame:
    """Return a row a run, in the order of the query; a request for each thousand runs.

    Raises:
        InvalidArgumentError: there is no such figure.
        NotSupportedError: pandas is not installed.
    """
    pandas = load_pandas()
    for figure in figures:
        if figure not in FIGURES:
            raise InvalidArgumentError(f"{figure!r} is no figure of a metric. Use some of: {', '.join(FIGURES)}.")
    query = replace(query, limit=_PAGE, metrics=[ALL_METRICS] if metrics is None else list(metrics))
    rows: list[dict[str, Any]] = []
    for page in client.runs.pages(query):
        rows += [_row(run, page.metrics.get(run.id, []), figures) for run in page.runs]
    return _typed(pandas, pandas.DataFrame(rows, columns=_columns(rows)))


def metrics_frame(client: Client, run_id: str, names: Sequence[str] | None, layout: str) -> pd.DataFrame:
    """Return every point of the number series of a run; one request for each 100,000 points of the longest.

    Raises:
        InvalidArgumentError: there is no such layout.
        NotSupportedError: pandas is not installed.
    """
    pandas = load_pandas()
    if layout not in LAYOUTS:
        raise InvalidArgumentError(f"layout={layout!r} is unknown. Use 'long', a row a point, or 'wide', a column a metric.")
    long = _points(pandas, client, run_id, list(names or []))
    if layout == "long":
        return long
    # Of several values of one step the last one counts, as in a chart of the step.
    wide = long.drop_duplicates(["name", "step"], keep="last").pivot(index="step", columns="name", values="value")
    wide.columns.name = None
    return wide.reindex(columns=list(dict.fromkeys(long["name"])))


def load_pandas() -> Any:
    """Return the module pandas, or raise :class:`NotSupportedError` that says how to install it."""
    try:
        return importlib.import_module("pandas")
    except ImportError as error:
        raise NotSupportedError("Data frames need pandas. Run: pip install pandas") from error


def _row(run: RunRecord, metrics: Iterable[MetricSummary], figures: Sequence[str]) -> dict[str, Any]:
    row = {column: getattr(run, field) for column, field in _FIELDS.items()}
    row["status"] = run.status.value
    ended = run.ended_at if run.started_at else None
    row["duration"] = (ended - run.started_at).total_seconds() if ended and run.started_at else None
    row.update({f"param.{key}": value for key, value in run_parameters(run.definition).items()})
    row.update({f"tag.{key}": value for key, value in run.tags.items()})
    row.update({f"property.{key}": value for key, value in run.properties.items()})
    for summary in metrics:
        if summary.family is MetricFamily.SERIES:
            for figure in figures:
                column = f"metric.{summary.name}" if figure == "last" else f"metric.{summary.name}.{figure}"
                row[column] = getattr(summary, figure)
    return row


def _columns(rows: list[dict[str, Any]]) -> list[str]:
    """Return all columns: fields first, then parameters, tags, properties and metrics, each in order of first appearance."""
    fields = [*_FIELDS, "duration"]
    others = dict.fromkeys(name for row in rows for name in row if name not in fields)
    kinds = ("param.", "tag.", "property.", "metric.")
    return [*fields, *(name for kind in kinds for name in others if name.startswith(kind))]


def _typed(pandas: Any, frame: Any) -> Any:
    """Give times and numbers their types: a parameter is a number where every run that has it has one."""
    for name in _TIMES:
        frame[name] = pandas.to_datetime(frame[name], utc=True)
    frame["duration"] = frame["duration"].astype("float64")
    for name in frame.columns:
        if name.startswith("param."):
            numbers = pandas.to_numeric(frame[name], errors="coerce")
            if (numbers.isna() == frame[name].isna()).all():
                frame[name] = numbers
    return frame


def _points(pandas: Any, client: Client, run_id: str, names: list[str]) -> Any:
    parts: dict[str, list[Any]] = {}
    start, more = 0, True
    while more:
        stop = start + POINTS_AT_ONCE
        query = SeriesQuery(
            run_ids=[run_id], names=names, max_points=POINTS_AT_ONCE, axis="index", start=float(start), stop=float(stop - 1)
        )
        more = False
        for header, columns in client.metrics.series_columns(query):
            if header.family is MetricFamily.SERIES:
                parts.setdefault(header.name, []).append(_part(pandas, header.name, columns))
                more = more or header.count > stop
        start = stop
    if not parts:
        empty = pandas.DataFrame({"name": [], "step": [], "time": [], "value": []})
        return empty.astype({"name": "object", "step": "int64", "time": "datetime64[us, UTC]", "value": "float64"})
    return pandas.concat([part for own in parts.values() for part in own], ignore_index=True)


def _part(pandas: Any, name: str, columns: dict[str, memoryview[float]]) -> Any:
    frame = pandas.DataFrame({column: view.tolist() for column, view in columns.items()}, dtype="float64")
    micros = (frame["times"] * 1_000_000).round().astype("int64")
    return pandas.DataFrame(
        {
            "name": name,
            "step": frame["steps"].astype("int64"),
            "time": pandas.to_datetime(micros, unit="us", utc=True).astype("datetime64[us, UTC]"),
            "value": frame["values"],
        }
    )
