"""The pyramid over a long series: the real points with the least and the greatest value of each group of points.

Level 1 has groups of 128 points, level 2 groups of 128 points of level 1, which is 8192 points of the series. A group keeps the
first point with its least finite value, the first with its greatest, and its first point that is no finite number. So nothing
that stands out is lost at any level, and each kept point is one that was logged.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from runyard.storage.backends.sql.metric_block import BLOCK_POINTS
from runyard.storage.backends.sql.metric_points import Ints, Points

GROUP_POINTS = {1: 128, 2: BLOCK_POINTS}
"""Points of the series in a group of each level."""

ROW_POINTS = {1: 16 * BLOCK_POINTS, 2: 256 * BLOCK_POINTS}
"""Points of the series that a full row of each level stands for."""

LEVELS = (1, 2)


def standing_out(points: Points, owner: npt.NDArray[Any], *, with_odd: bool = True) -> Ints:
    """Return the places of the points that a group keeps; ``owner`` names the group of each point and never falls.

    ``with_odd`` false leaves the points out that are no finite number, but for groups that have no other.
    """
    if not len(points):
        return np.zeros(0, np.int64)
    values = points.numbers()
    finite = np.isfinite(values)
    odd = ~finite
    if not with_odd:
        odd &= ~np.isin(owner, owner[finite])
    kept = [_first_of(owner, odd)] if odd.any() else []
    places = np.flatnonzero(finite)
    if len(places):
        values, owner = values[places], owner[places]
        starts = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]]))
        lengths = np.diff(np.append(starts, len(places)))
        for reduce in (np.minimum, np.maximum):
            hits = np.flatnonzero(values == np.repeat(reduce.reduceat(values, starts), lengths))
            kept.append(places[hits[np.searchsorted(hits, starts)]])
    places_kept: Ints = np.unique(np.concatenate(kept))
    return places_kept


def _first_of(owner: npt.NDArray[Any], where: npt.NDArray[np.bool_]) -> Ints:
    places = np.flatnonzero(where)
    owners = owner[places]
    first: Ints = places[np.concatenate([[True], owners[1:] != owners[:-1]])]
    return first


def build_level(points: Points, places: Ints, level: int) -> tuple[Points, Ints]:
    """Return the points of a level, and their places in the series, from those of the level below."""
    kept = standing_out(points, places // GROUP_POINTS[level])
    return points.take(kept), places[kept]


def level_for(count: int, buckets: int) -> int:
    """Return the highest level that still has two groups or more for each bucket, 0 for the points themselves."""
    for level in reversed(LEVELS):
        if count // GROUP_POINTS[level] >= 2 * buckets:
            return level
    return 0


def thinned(points: Points, position: npt.NDArray[Any], start: int, stop: int, max_points: int) -> Ints:
    """Return the places of at most ``max_points`` points to draw, in order.

    ``position`` says where from ``start`` to ``stop`` each point counts, and never falls. Of each of the buckets of equal width
    the least and greatest points stay, and the first that is no finite number. The first and the last point always stay.
    """
    if len(points) <= max_points:
        return np.arange(len(points))
    finite = bool(np.isfinite(points.numbers()).all())
    with_odd = not finite and max_points >= 5
    buckets = max(1, (max_points - 2) // (3 if with_odd else 2))
    owner = ((position - start) * buckets) // max(1, stop - start)
    kept = np.unique(np.concatenate([[0], standing_out(points, owner, with_odd=with_odd), [len(points) - 1]]))
    return kept if len(kept) <= max_points else kept[:: -(-len(kept) // max_points)]
