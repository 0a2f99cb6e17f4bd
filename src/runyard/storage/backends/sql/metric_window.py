"""The part of a series that a query asks for, thinned to what can be drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from runyard.domain.metric import MetricFamily, MetricSeries
from runyard.storage.backends.sql.metric_points import HAS_STEP, INT64_MAX, INT64_MIN, Ints, Points, SeriesHead, to_series
from runyard.storage.backends.sql.metric_pyramid import Part, thinned
from runyard.storage.backends.sql.metric_read import AXES, RunView, Shown
from runyard.storage.metric_base import MetricWindow
from runyard.wire.metric_query import SeriesQuery

TOGETHER_POINTS = 1 << 20
"""Points among which those to draw are chosen together; more would only take memory."""


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A series of which the points to draw are still to be chosen; ``places`` says where in it each point of ``part`` is."""

    head: SeriesHead
    part: Part
    places: Ints
    count: int


def read_windows(found: Iterable[tuple[SeriesHead, RunView, Shown, int]], query: SeriesQuery) -> list[MetricWindow]:
    """Return the windows of series, in this order. The last number of each is what the series counts as a whole."""
    windows: list[MetricWindow] = []
    waiting: list[_Drawing] = []
    held = 0
    for head, view, shown, count in found:
        read = _read(head, view, shown, query, count)
        if isinstance(read, MetricWindow) or held + len(read.places) > TOGETHER_POINTS:
            windows += _chosen(waiting, query.max_points)
            waiting, held = [], 0
        if isinstance(read, MetricWindow):
            windows.append(read)
        else:
            waiting.append(read)
            held += len(read.places)
    return windows + _chosen(waiting, query.max_points)


def _chosen(drawings: list[_Drawing], max_points: int) -> list[MetricWindow]:
    kept = thinned([each.part for each in drawings], max_points)
    return [_window(each, own) for each, own in zip(drawings, kept, strict=True)]


def _read(head: SeriesHead, view: RunView, shown: Shown, query: SeriesQuery, count: int) -> MetricWindow | _Drawing:
    total = view.count(shown.key)
    since = min(total, query.since.get(head.run_id, {}).get(head.name, 0))
    if head.family is not MetricFamily.SERIES:
        return _evenly(head, view.points(shown.key, since, total), since, count, query.max_points)
    bounds = _bounds(query, query.origins.get(head.run_id, 0.0))
    low, high = since, total
    if query.axis == "index":
        low, high = max(since, bounds[0]), min(total, bounds[1] + 1)
    elif query.sort or query.start is not None or query.stop is not None:
        if view.falls(shown.key, AXES[query.axis][1]):
            return _Drawing(head, *_picked(view, shown.key, since, total, query, bounds), count)
        if query.start is not None:
            low = max(low, view.find(shown.key, query.axis, bounds[0]))
        if query.stop is not None and bounds[1] < INT64_MAX:
            high = min(high, view.find(shown.key, query.axis, bounds[1] + 1))
    return _Drawing(head, *view.to_draw(shown.key, low, max(low, high), query.max_points), count)


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


def _picked(view: RunView, key: int, since: int, total: int, query: SeriesQuery, bounds: tuple[int, int]) -> tuple[Part, Ints]:
    """Return the points within the bounds of a series whose steps or times go up and down: by a look at each of them."""
    points = view.points(key, since, total)
    along = points.x(since) if query.axis == "step" else points.times
    places = np.flatnonzero((along >= bounds[0]) & (along <= bounds[1]))
    if query.sort:
        places = places[np.argsort(along[places], kind="stable")]
    return Part(points.take(places), None, 0, len(places)), places + since


def _window(drawing: _Drawing, kept: Ints) -> MetricWindow:
    head, points, places, count = drawing.head, drawing.part.points, drawing.places, drawing.count
    if len(kept) < len(points):
        points, places = points.take(kept), places[kept]
    has_steps = bool(len(points)) and bool(points.flags.min() & HAS_STEP)
    steps = points.steps if has_steps else np.where(points.stepped, points.steps, places)

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
