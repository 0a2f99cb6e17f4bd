"""Metrics as the SDK and the Studio read them."""

from __future__ import annotations

import numpy as np

from runyard.domain.metric import SYSTEM_NAME_START, folded
from runyard.errors import InvalidArgumentError
from runyard.server.context import ServerContext
from runyard.storage.metric_base import MetricWindow
from runyard.wire.metric_query import (
    MetricAtBody,
    MetricAtQuery,
    MetricAtValue,
    MetricValuesBody,
    MetricValuesQuery,
    SeriesPage,
    SeriesQuery,
)
from runyard.wire.series import SeriesHeader, encode_frame

SERIES_MAX_RUNS = 1000
AT_MAX_RUNS = 500
POINTS_MAX = 100_000


def metric_values(context: ServerContext, workspace: str, query: MetricValuesQuery) -> MetricValuesBody:
    """Return values in the shapes of ``get_metrics``.

    What Runyard records by itself comes only when it is asked for by its name: a script that reads all its metrics gets its own.
    """
    metrics = context.storage.metrics
    run_ids = [query.run_id]
    if query.recursive:
        run_ids = metrics.descendants_with_metrics(workspace, query.run_id, query.run_type)
    names = None if query.name is None else [query.name]
    body = MetricValuesBody()
    for series in metrics.series(workspace, run_ids, names):
        if names is None and series.name.startswith(SYSTEM_NAME_START):
            continue
        body.runs.setdefault(series.run_id, {})[series.name] = folded(series)
    return body


def values_at(context: ServerContext, workspace: str, query: MetricAtQuery) -> MetricAtBody:
    """Return one metric's values at the steps where another one is least or greatest.

    Raises:
        InvalidArgumentError: too many runs.
    """
    if len(query.run_ids) > AT_MAX_RUNS:
        raise InvalidArgumentError(f"{len(query.run_ids)} runs were asked for; one request takes {AT_MAX_RUNS}. Ask in parts.")
    metrics = context.storage.metrics
    body = MetricAtBody()
    for run_id, (other, *_) in metrics.summaries(workspace, query.run_ids, [query.other]).items():
        step = other.min_step if query.figure == "min" else other.max_step
        if step is None:
            continue
        there = SeriesQuery(run_ids=[run_id], names=[query.name], max_points=POINTS_MAX, start=step, stop=step)
        values = [value for window in metrics.windows(workspace, there) for value in window.series().values]
        body.runs[run_id] = MetricAtValue(step=step, value=values[-1] if values else None)
    return body


def series_page(context: ServerContext, workspace: str, query: SeriesQuery) -> SeriesPage:
    """Return series to draw, each cut down to ``max_points``.

    Raises:
        InvalidArgumentError: too many runs, or ``max_points`` out of range.
    """
    return SeriesPage(series=[window.series() for window in _windows(context, workspace, query)])


def series_frame(context: ServerContext, workspace: str, query: SeriesQuery) -> bytes:
    """Return series to draw as a binary frame; errors as :func:`series_page`."""
    headers: list[SeriesHeader] = []
    columns: list[memoryview] = []
    for window in _windows(context, workspace, query):
        headers.append(
            SeriesHeader(
                run_id=window.run_id,
                name=window.name,
                family=window.family,
                type=window.type,
                description=window.description,
                count=window.count,
                length=len(window.steps),
            )
        )
        for column in (window.steps, window.times_us / 1_000_000, window.values):
            columns.append(np.ascontiguousarray(column, "<f8").data)
    return encode_frame(headers, columns)


def _windows(context: ServerContext, workspace: str, query: SeriesQuery) -> list[MetricWindow]:
    if len(query.run_ids) > SERIES_MAX_RUNS:
        raise InvalidArgumentError(
            f"{len(query.run_ids)} runs were asked for; one request takes {SERIES_MAX_RUNS}. Ask in parts."
        )
    if not 2 <= query.max_points <= POINTS_MAX:
        raise InvalidArgumentError(f"max_points is {query.max_points}; it must be between 2 and {POINTS_MAX}.")
    return context.storage.metrics.windows(workspace, query)
