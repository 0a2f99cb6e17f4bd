"""The pyramid over a long series: the real points with the least and the greatest value of each group of points.

Level 1 has groups of 128 points, level 2 groups of 128 points of level 1, which is 8192 points of the series. A group keeps the
first point with its least finite value, the first with its greatest, and its first point that is no finite number. So nothing
that stands out is lost at any level, and each kept point is one that was logged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from runyard.storage.backends.sql.metric_block import BLOCK_POINTS
from runyard.storage.backends.sql.metric_points import Floats, Ints, Points

GROUP_POINTS = {1: 128, 2: BLOCK_POINTS}
"""Points of the series in a group of each level."""

ROW_POINTS = {1: 16 * BLOCK_POINTS, 2: 256 * BLOCK_POINTS}
"""Points of the series that a full row of each level stands for."""

LEVELS = (1, 2)


def standing_out(values: Floats, starts: Ints, *, with_odd: bool = True) -> npt.NDArray[np.bool_]:
    """Return which values a group keeps; ``starts`` are the places of the groups' first values, and begin with 0.

    ``with_odd`` false leaves out what is no finite number, but for groups that have nothing else. **Shape**: as ``values``.
    """
    kept = np.zeros(len(values), bool)
    finite = np.isfinite(values)
    if finite.all():
        _mark_extremes(kept, values, starts)
        return kept
    _mark_odd(kept, finite, starts, with_odd=with_odd)
    places = np.flatnonzero(finite)
    if len(places):
        inside = np.zeros(len(places), bool)
        _mark_extremes(inside, values[places], _filled(np.searchsorted(places, starts), len(places)))
        kept[places[inside]] = True
    return kept


def _mark_extremes(kept: npt.NDArray[np.bool_], values: Floats, starts: Ints) -> None:
    """Mark the first least and the first greatest value of each group. All are finite."""
    lengths = np.diff(starts, append=len(values))
    for reduce in (np.minimum, np.maximum):
        hits = np.flatnonzero(values == np.repeat(reduce.reduceat(values, starts), lengths))
        kept[hits if len(hits) == len(starts) else hits[np.searchsorted(hits, starts)]] = True


def _mark_odd(kept: npt.NDArray[np.bool_], finite: npt.NDArray[np.bool_], starts: Ints, *, with_odd: bool) -> None:
    """Mark the first value of each group that is not finite; without ``with_odd`` only where the group has no other."""
    places = np.flatnonzero(~finite)
    owners = np.searchsorted(starts, places, side="right") - 1
    first = _rises(owners)
    if not with_odd:
        first &= np.add.reduceat(finite, starts, dtype=np.int64)[owners] == 0
    kept[places[first]] = True


def _rises(owners: Ints) -> npt.NDArray[np.bool_]:
    """Return where a value differs from the one before it; the first does."""
    return np.concatenate([np.ones(min(1, len(owners)), bool), owners[1:] != owners[:-1]])


def _filled(starts: npt.NDArray[Any], stop: int) -> Ints:
    """Return the starts of those groups that have something; ``stop`` is where the last of them ends."""
    found: Ints = starts[np.diff(starts, append=stop) > 0]
    return found


def build_level(points: Points, places: Ints, level: int) -> tuple[Points, Ints]:
    """Return the points of a level, and their places in the series, from those of the level below."""
    if not len(points):
        return points, places
    kept = np.flatnonzero(standing_out(points.numbers(), np.flatnonzero(_rises(places // GROUP_POINTS[level]))))
    return points.take(kept), places[kept]


def level_for(count: int, buckets: int) -> int:
    """Return the highest level that still has two groups or more for each bucket, 0 for the points themselves."""
    for level in reversed(LEVELS):
        if count // GROUP_POINTS[level] >= 2 * buckets:
            return level
    return 0


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a series that is to be thinned, from ``start`` to ``stop``.

    ``position`` says where in between each point counts, and never falls; None: the points lie side by side from ``start`` on.
    """

    points: Points
    position: Ints | None
    start: int
    stop: int


def thinned(parts: Sequence[Part], max_points: int) -> list[Ints]:
    """Return of each part the places of at most ``max_points`` points to draw, in order.

    Of each of the buckets of equal width the least and greatest points stay, and the first that is no finite number. The first
    and the last point always stay. The parts are worked on together: two hundred short ones would spend most time on calls.
    """
    found = [np.arange(min(len(part.points), max_points)) for part in parts]
    alike: dict[bool, list[tuple[int, Floats]]] = {}
    for number, part in enumerate(parts):
        if len(part.points) > max_points:
            values = part.points.numbers()
            alike.setdefault(bool(np.isfinite(values).all()), []).append((number, values))
    for is_finite, group in alike.items():
        kept = _thinned_alike([parts[number] for number, _ in group], [values for _, values in group], max_points, is_finite)
        for (number, _), own in zip(group, kept, strict=True):
            found[number] = own
    return found


def _thinned_alike(parts: Sequence[Part], values: list[Floats], max_points: int, is_finite: bool) -> list[Ints]:
    with_odd = not is_finite and max_points >= 5
    buckets = max(1, (max_points - 2) // (3 if with_odd else 2))
    bounds = np.cumsum([0, *map(len, values)])
    edges = {width: _bucket_edges(width, buckets) for width in {part.stop - part.start for part in parts}}
    starts = np.concatenate(
        [low + _bucket_starts(part, edges[part.stop - part.start]) for part, low in zip(parts, bounds.tolist(), strict=False)]
    )
    kept = standing_out(values[0] if len(values) == 1 else np.concatenate(values), starts, with_odd=with_odd)
    kept[bounds[:-1]] = kept[bounds[1:] - 1] = True
    places = np.flatnonzero(kept)
    sides = np.searchsorted(places, bounds).tolist()
    found = [places[low:high] - first for first, low, high in zip(bounds.tolist(), sides, sides[1:], strict=False)]
    return [own if len(own) <= max_points else own[:: -(-len(own) // max_points)] for own in found]


def _bucket_edges(width: int, buckets: int) -> Ints:
    """Return where each bucket of a part of this width begins, each edge once."""
    edges = -(np.arange(buckets) * -max(1, width) // buckets)
    return edges[_rises(edges)]


def _bucket_starts(part: Part, edges: Ints) -> Ints:
    """Return the place of the first point of each bucket that has one."""
    if part.position is None:
        return edges
    starts = np.searchsorted(part.position, part.start + edges)
    starts[0] = 0
    return _filled(starts, len(part.points))
