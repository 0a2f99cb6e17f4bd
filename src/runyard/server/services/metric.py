"""Metrics as the SDK and the Studio read them."""

from __future__ import annotations

import math
from dataclasses import replace

from runyard.domain.metric import MetricFamily, MetricSeries, folded, is_number
from runyard.errors import InvalidArgumentError
from runyard.server.context import ServerContext
from runyard.wire.metric import MetricValuesBody, MetricValuesQuery, SeriesPage, SeriesQuery

SERIES_MAX_RUNS = 1000
POINTS_MAX = 100_000


def metric_values(context: ServerContext, workspace: str, query: MetricValuesQuery) -> MetricValuesBody:
    """Return values in the shapes of ``get_metrics``."""
    metrics = context.storage.metrics
    run_ids = [query.run_id]
    if query.recursive:
        run_ids = metrics.descendants_with_metrics(workspace, query.run_id, query.run_type)
    names = None if query.name is None else [query.name]
    body = MetricValuesBody()
    for series in metrics.series(workspace, run_ids, names):
        body.runs.setdefault(series.run_id, {})[series.name] = folded(series)
    return body


def series_page(context: ServerContext, workspace: str, query: SeriesQuery) -> SeriesPage:
    """Return series to draw, each cut down to ``max_points``.

    Raises:
        InvalidArgumentError: too many runs, or ``max_points`` out of range.
    """
    if len(query.run_ids) > SERIES_MAX_RUNS:
        raise InvalidArgumentError(
            f"{len(query.run_ids)} runs were asked for; one request takes {SERIES_MAX_RUNS}. Ask in parts."
        )
    if not 2 <= query.max_points <= POINTS_MAX:
        raise InvalidArgumentError(f"max_points is {query.max_points}; it must be between 2 and {POINTS_MAX}.")
    names = query.names or None
    found = context.storage.metrics.series(workspace, query.run_ids, names)
    return SeriesPage(series=[thinned(series, query.max_points) for series in found])


def thinned(series: MetricSeries, max_points: int) -> MetricSeries:
    """Return at most ``max_points`` points: of each bucket the first point with the minimum and with the maximum, in order.

    Points that are no finite number are kept whole where there is room, since a NaN is news.
    """
    count = len(series.times)
    if count <= max_points:
        return series
    kept = _extremes(series, max_points) if series.family is MetricFamily.SERIES else _evenly(count, max_points)
    return replace(
        series,
        steps=[series.steps[i] if series.steps[i] is not None else i for i in kept] if series.steps else [],
        times=[series.times[i] for i in kept],
        values=[series.values[i] for i in kept] if series.values else [],
        columns={name: [column[i] for i in kept] for name, column in series.columns.items()},
    )


def _evenly(count: int, wanted: int) -> list[int]:
    return [round(i * (count - 1) / (wanted - 1)) for i in range(wanted)]


def _extremes(series: MetricSeries, max_points: int) -> list[int]:
    count = len(series.values)
    buckets = max(1, (max_points - 2) // 2)
    kept = {0, count - 1}
    for bucket in range(buckets):
        start, stop = bucket * count // buckets, (bucket + 1) * count // buckets
        numbers = [i for i in range(start, stop) if is_number(series.values[i]) and math.isfinite(series.values[i])]  # type: ignore[arg-type]
        if numbers:
            kept.add(min(numbers, key=series.values.__getitem__))  # type: ignore[arg-type]
            kept.add(max(numbers, key=series.values.__getitem__))  # type: ignore[arg-type]
        elif start < stop:
            kept.add(start)
    return sorted(kept)
