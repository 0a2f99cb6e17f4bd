"""Series of many runs on one grid, and their mean, spread and bounds over groups of runs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from runyard.domain.metric import MetricFamily
from runyard.errors import InvalidArgumentError
from runyard.server.context import ServerContext
from runyard.server.services.metric import POINTS_MAX, SERIES_MAX_RUNS
from runyard.storage.metric_base import MetricWindow
from runyard.wire.bucket import BucketGroup, BucketHeader, BucketPage, BucketQuery, BucketSeries, encode_bucket_frame
from runyard.wire.metric_query import SeriesQuery

BUCKETS_MAX = 2000
POINTS_A_BUCKET = 8
"""So many points are read for each bucket: of a longer series the least and greatest of all its parts are among them."""

Floats = npt.NDArray[np.float64]
SERIES_COLUMNS = ("last", "min", "max")
GROUP_COLUMNS = ("mean", "min", "max", "std", "count")


@dataclass(frozen=True, slots=True)
class Line:
    """One series on the grid. **Shape** of each column: (buckets,); NaN where there is nothing."""

    run_id: str
    name: str
    count: int
    columns: dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Band:
    """A group of runs on the grid. Columns as in :class:`Line`."""

    label: str
    name: str
    run_count: int
    columns: dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the buckets are. ``x``: (buckets,)."""

    low: float
    width: float
    x: Floats

    def places(self, along: Floats) -> npt.NDArray[np.int64]:
        """Return the bucket of each place on the axis."""
        found: npt.NDArray[np.int64] = np.clip(((along - self.low) / self.width).astype(np.int64), 0, len(self.x) - 1)
        return found


def bucket_page(context: ServerContext, workspace: str, query: BucketQuery) -> BucketPage:
    """Return what a query asks for as plain lists.

    Raises:
        InvalidArgumentError: too many runs or buckets, or a group with a run that the query does not name.
    """
    grid, lines, bands = _drawn(context, workspace, query)
    return BucketPage(
        x=grid.x.tolist(),
        series=[BucketSeries(run_id=line.run_id, name=line.name, count=line.count, **_lists(line.columns)) for line in lines],
        groups=[
            BucketGroup(label=band.label, name=band.name, run_count=band.run_count, **_lists(band.columns)) for band in bands
        ],
    )


def bucket_frame(context: ServerContext, workspace: str, query: BucketQuery) -> bytes:
    """Return what a query asks for as bytes; errors as :func:`bucket_page`."""
    grid, lines, bands = _drawn(context, workspace, query)
    header = BucketHeader(
        buckets=len(grid.x),
        series=[{"run_id": line.run_id, "name": line.name, "count": line.count} for line in lines],
        groups=[{"label": band.label, "name": band.name, "run_count": band.run_count} for band in bands],
    )
    columns = [line.columns[name] for line in lines for name in SERIES_COLUMNS]
    columns += [band.columns[name] for band in bands for name in GROUP_COLUMNS]
    with np.errstate(over="ignore"):
        return encode_bucket_frame(header, grid.x.astype("<f8").tobytes(), [each.astype("<f4").tobytes() for each in columns])


def _lists(columns: dict[str, Floats]) -> dict[str, Any]:
    return {name: [None if math.isnan(value) else value for value in column.tolist()] for name, column in columns.items()}


def _drawn(context: ServerContext, workspace: str, query: BucketQuery) -> tuple[Grid, list[Line], list[Band]]:
    _check(query)
    origins = _origins(context, workspace, query)
    windows = context.storage.metrics.windows(workspace, _series_query(query, origins))
    read = [
        (window, *_points(window, query, origins.get(window.run_id, 0.0)))
        for window in windows
        if window.family is MetricFamily.SERIES
    ]
    read = [each for each in read if len(each[1])]
    grid = _grid(query, [along for _, along, _ in read])
    lines = [_line(window, grid, along, values) for window, along, values in read]
    bands = [
        _band(label, name, [line for line in lines if line.name == name and line.run_id in members])
        for label, members in ((label, set(ids)) for label, ids in query.groups.items())
        for name in dict.fromkeys(query.names)
    ]
    return grid, lines if query.series else [], [band for band in bands if band.run_count]


def _check(query: BucketQuery) -> None:
    if not query.names or len(query.run_ids) > SERIES_MAX_RUNS:
        raise InvalidArgumentError(f"Ask for at least one name, of at most {SERIES_MAX_RUNS} runs in one request.")
    if not 1 <= query.buckets <= BUCKETS_MAX:
        raise InvalidArgumentError(f"buckets is {query.buckets}; it must be between 1 and {BUCKETS_MAX}.")
    bounds = [bound for bound in (query.start, query.stop) if bound is not None]
    if not all(map(math.isfinite, bounds)) or bounds != sorted(bounds):
        raise InvalidArgumentError("start and stop must be numbers, and start the lower one.")
    foreign = {run_id for ids in query.groups.values() for run_id in ids} - set(query.run_ids)
    if foreign:
        raise InvalidArgumentError(f"Run {min(foreign)!r} stands in a group but not in run_ids. Name it there too.")


def _origins(context: ServerContext, workspace: str, query: BucketQuery) -> dict[str, float]:
    """Return where relative time begins, in seconds since 1970: when the run started, or was created if it has not."""
    if query.axis != "relative":
        return {}
    runs = context.storage.runs.find_many(workspace, query.run_ids)
    return {run.id: (run.started_at or run.created_at).timestamp() for run in runs}


def _series_query(query: BucketQuery, origins: dict[str, float]) -> SeriesQuery:
    return SeriesQuery(
        run_ids=query.run_ids,
        names=query.names,
        max_points=min(POINTS_MAX, max(2, query.buckets * POINTS_A_BUCKET)),
        axis="step" if query.axis == "step" else "time",
        start=query.start,
        stop=query.stop,
        origins=origins,
        sort=True,
    )


def _points(window: MetricWindow, query: BucketQuery, origin: float) -> tuple[Floats, Floats]:
    """Return where the numbers of a series are on the axis, in order of it, and the numbers."""
    along = window.steps.astype(np.float64) if query.axis == "step" else (window.times_us - round(origin * 1e6)) / 1e6
    there = ~np.isnan(window.values)
    there &= along >= (-math.inf if query.start is None else query.start)
    there &= along <= (math.inf if query.stop is None else query.stop)
    order = np.argsort(along[there], kind="stable")
    return along[there][order], window.values[there][order]


def _grid(query: BucketQuery, along: list[Floats]) -> Grid:
    low = query.start if query.start is not None else min((float(each[0]) for each in along), default=0.0)
    high = query.stop if query.stop is not None else max((float(each[-1]) for each in along), default=low)
    high = max(low, high)
    if query.axis == "step" and math.floor(high) - math.ceil(low) < query.buckets:
        first = math.ceil(low)
        steps = max(1, math.floor(high) - first + 1)
        return Grid(float(first), 1.0, np.arange(first, first + steps, dtype=np.float64))
    width = (high - low) / query.buckets or 1.0
    return Grid(low, width, low + width * (np.arange(query.buckets, dtype=np.float64) + 0.5))


def _line(window: MetricWindow, grid: Grid, along: Floats, values: Floats) -> Line:
    places = grid.places(along)
    starts = np.flatnonzero(np.concatenate([[True], places[1:] != places[:-1]]))
    ends = np.append(starts[1:], len(values)) - 1
    columns = {}
    figures = (values[ends], np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts))
    for name, found in zip(SERIES_COLUMNS, figures, strict=True):
        columns[name] = np.full(len(grid.x), np.nan)
        columns[name][places[starts]] = found
    return Line(window.run_id, window.name, window.count, columns)


def _band(label: str, name: str, lines: list[Line]) -> Band:
    if not lines:
        return Band(label, name, 0, {})
    table = np.stack([_held(line.columns["last"]) for line in lines])
    there = ~np.isnan(table)
    count = there.sum(axis=0)
    with np.errstate(all="ignore"):
        mean = np.where(there, table, 0.0).sum(axis=0) / count
        spread = np.where(there, (table - mean) ** 2, 0.0).sum(axis=0) / count
        columns = {
            "mean": mean,
            "min": np.where(count > 0, np.where(there, table, np.inf).min(axis=0), np.nan),
            "max": np.where(count > 0, np.where(there, table, -np.inf).max(axis=0), np.nan),
            "std": np.sqrt(spread),
            "count": count.astype(np.float64),
        }
    return Band(label, name, len(lines), columns)


def _held(values: Floats) -> Floats:
    """Return the values with each gap between the first and the last of them filled by what stands before it."""
    there = ~np.isnan(values)
    places = np.flatnonzero(there)
    before = np.maximum.accumulate(np.where(there, np.arange(len(values)), places[0]))
    held = values[before]
    held[: places[0]] = np.nan
    held[places[-1] + 1 :] = np.nan
    return held
