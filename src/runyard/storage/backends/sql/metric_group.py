"""Points of many series, put side by side series by series."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from runyard.storage.backends.sql.metric_points import Ints, Points
from runyard.storage.backends.sql.metric_tail import Tail

_RADIX_MAX = 1 << 16


@dataclass(frozen=True, slots=True)
class Groups:
    """Series i has the points from ``starts[i]`` up to ``starts[i + 1]``, in order of arrival; it may have none."""

    keys: list[int]
    types: list[int]
    descriptions: dict[int, str]
    starts: Ints
    points: Points

    def each(self) -> Iterator[tuple[int, Points]]:
        """Yield each series and its points."""
        bounds = self.starts.tolist()
        points = self.points
        if points.objects:
            for key, start, stop in zip(self.keys, bounds[:-1], bounds[1:], strict=True):
                yield key, points.part(start, stop)
            return
        for key, start, stop in zip(self.keys, bounds[:-1], bounds[1:], strict=True):
            own = slice(start, stop)
            yield key, Points(points.flags[own], points.steps[own], points.times[own], points.bits[own])


def grouped(tail: Tail) -> Groups:
    """Return the points of a tail by series."""
    count = len(tail.keys)
    starts = np.zeros(count + 1, np.int64)
    if count == 1:
        starts[1] = len(tail.points)
        return Groups(tail.keys, tail.types, tail.descriptions, starts, tail.points)
    np.cumsum(np.bincount(tail.series, minlength=count), out=starts[1:])
    if tail.by_rows and not tail.points.objects:
        return Groups(tail.keys, tail.types, tail.descriptions, starts, tail.points.turned(count))
    series = tail.series.astype(np.uint16) if count < _RADIX_MAX else tail.series  # numpy sorts 16 bits in linear time
    order = np.argsort(series, kind="stable")
    return Groups(tail.keys, tail.types, tail.descriptions, starts, tail.points.take(order))
