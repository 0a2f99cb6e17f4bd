"""The part of a series that a query asks for, thinned to what can be drawn."""

from __future__ import annotations

import math

import numpy as np

from runyard.domain.metric import MetricFamily, MetricSeries
from runyard.storage.backends.sql.metric_points import INT64_MAX, INT64_MIN, Ints, Points, SeriesHead, to_series
from runyard.storage.backends.sql.metric_pyramid import thinned
from runyard.storage.backends.sql.metric_read import AXES, RunView, Shown
from runyard.storage.metric_base import MetricWindow
from runyard.wire.metric import SeriesQuery


def read_window(head: SeriesHead, view: RunView, shown: Shown, query: SeriesQuery, count: int) -> MetricWindow:
    """Return the window of one series. ``count`` is what the series counts as a whole."""
    total = view.count(shown.key)
    since = min(total, query.since.get(head.run_id, {}).get(head.name, 0))
    if head.family is not MetricFamily.SERIES:
        return _evenly(head, view.points(shown.key, since, total), since, count, query.max_points)
    bounds = _bounds(query, query.origins.get(head.run_id, 0.0))
    if query.axis == "index":
        low, high = max(since, bounds[0]), min(total, bounds[1] + 1)
        points, places = view.drawn(shown.key, low, max(low, high), query.max_points)
        return _window(head, points, places, count)
    falls = view.falls(shown.key, AXES[query.axis][1])
    if falls and (query.sort or query.start is not None or query.stop is not None):
        points, places = _picked(view, shown.key, since, total, query, bounds)
        return _window(head, points, places, count)
    low, high = since, total
    if query.start is not None:
        low = max(low, view.find(shown.key, query.axis, bounds[0]))
    if query.stop is not None and bounds[1] < INT64_MAX:
        high = min(high, view.find(shown.key, query.axis, bounds[1] + 1))
    points, places = view.drawn(shown.key, low, max(low, high), query.max_points)
    return _window(head, points, places, count)


def _bounds(query: SeriesQuery, origin: float) -> tuple[int, int]:
    scale = 1_000_000 if query.axis == "time" else 1
    start, stop = (None if bound is None else bound + origin for bound in (query.start, query.stop))
    return _whole(start, INT64_MIN, math.ceil, scale), _whole(stop, INT64_MAX, math.floor, scale)


def _whole(value: float | None, default: int, rounded: object, scale: int) -> int:
    if value is None:
        return default
    if math.isinf(value):
        return INT64_MAX if value > 0 else INT64_MIN
    whole = round(value * scale) if scale > 1 else rounded(value)  # type: ignore[operator]
    return max(INT64_MIN, min(INT64_MAX, whole))


def _picked(view: RunView, key: int, since: int, total: int, query: SeriesQuery, bounds: tuple[int, int]) -> tuple[Points, Ints]:
    """Return the points within the bounds of a series whose steps or times go up and down: by a look at each of them."""
    points = view.points(key, since, total)
    along = points.x(since) if query.axis == "step" else points.times
    places = np.flatnonzero((along >= bounds[0]) & (along <= bounds[1]))
    if query.sort:
        places = places[np.argsort(along[places], kind="stable")]
    points, places = points.take(places), places + since
    kept = thinned(points, np.arange(len(points)), 0, len(points), query.max_points)
    return points.take(kept), places[kept]


def _window(head: SeriesHead, points: Points, places: Ints, count: int) -> MetricWindow:
    steps = np.where(points.stepped, points.steps, places)

    def series() -> MetricSeries:
        return to_series(head, points, count, None if len(points) == count else steps)

    return MetricWindow(
        run_id=head.run_id,
        name=head.name,
        family=head.family,
        type=head.type,
        description=head.description,
        count=count,
        steps=steps,
        times_us=points.times,
        values=points.numbers(),
        series=series,
    )


def _evenly(head: SeriesHead, points: Points, since: int, count: int, max_points: int) -> MetricWindow:
    """Return tables, files and histograms: at even distances, since none of them is the least or greatest."""
    whole = to_series(head, points, count)
    size = len(whole.times)
    is_cut = size > max_points
    kept = [round(i * (size - 1) / (max_points - 1)) for i in range(max_points)] if is_cut else list(range(size))
    given = whole.steps or [None] * size
    steps = [since + i if given[i] is None else given[i] for i in kept]

    def series() -> MetricSeries:
        return MetricSeries(
            run_id=head.run_id,
            name=head.name,
            family=head.family,
            type=head.type,
            description=head.description,
            count=count,
            steps=[] if not whole.steps else list(steps) if is_cut else whole.steps,
            times=[whole.times[i] for i in kept],
            values=[whole.values[i] for i in kept] if whole.values else [],
            columns={name: [column[i] for i in kept] for name, column in whole.columns.items()},
            histograms=[whole.histograms[i] for i in kept] if whole.histograms else [],
        )

    nothing = np.full(len(kept), np.nan)
    return MetricWindow(
        run_id=head.run_id,
        name=head.name,
        family=head.family,
        type=head.type,
        description=head.description,
        count=count,
        steps=np.array(steps, np.int64),
        times_us=np.array([round(whole.times[i] * 1_000_000) for i in kept], np.int64),
        values=nothing,
        series=series,
    )
