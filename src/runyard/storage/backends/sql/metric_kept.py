"""Points that were unpacked last: a chart of two hundred runs that is zoomed, or drawn at another width, asks for the same again.

What stands at a place of a series never changes, and the key of a run never comes again, so nothing of this ever becomes wrong.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy.typing as npt

from runyard.storage.backends.sql.metric_points import Points
from runyard.storage.sized_cache import SizedCache

KEPT_POINTS = 1_000_000
"""So many points are kept in memory, 25 bytes each."""

_ENTRY_POINTS = 64
"""What an entry takes beside its points, as points."""


class Place(NamedTuple):
    """Points ``start`` up to ``stop`` of a series of a run."""

    run_pk: int
    key: int
    start: int
    stop: int


class KeptPoints:
    """Unpacked points by their places, at most ``max_points``. Methods may be called from any thread."""

    def __init__(self, max_points: int = KEPT_POINTS) -> None:
        self._cache: SizedCache[Place, Points] = SizedCache(max_points, _size)

    def get(self, place: Place) -> Points | None:
        """Return the points of exactly this place. Nobody may write into them."""
        return self._cache.get(place)

    def keep(self, place: Place, points: Points) -> Points:
        """Keep points and return them, as nobody may write into them; texts and other objects are not kept."""
        if points.objects or _size(points) > self._cache.max_size // 4:
            return points
        own = Points(_owned(points.flags), _owned(points.steps), _owned(points.times), _owned(points.bits))
        self._cache.keep(place, own)
        return own


def _size(points: Points) -> int:
    return len(points) + _ENTRY_POINTS


def _owned(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a column that keeps no larger one in memory."""
    own = column if column.base is None else column.copy()
    own.setflags(write=False)
    return own
