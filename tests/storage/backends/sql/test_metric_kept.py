"""Unpacked points are kept up to a bound, and hold no more memory than they are counted for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from runyard.storage.backends.sql.metric_kept import KeptPoints, Place
from runyard.storage.backends.sql.metric_points import FLOAT, Points


def points(count: int) -> Points:
    steps, times, bits = (np.arange(count) + n for n in range(3))
    return Points(np.full(count, FLOAT, np.uint8), steps, times, bits)


def test_what_is_kept_is_bounded_and_what_was_asked_for_longest_goes() -> None:
    kept = KeptPoints(1000)
    places = [Place(run, 1, 0, 36) for run in range(30)]
    for place in places:
        kept.keep(place, points(36))
        kept.keep(place, points(36))
        assert kept.get(places[0]) is not None
    assert [place.run_pk for place in places if kept.get(place) is not None] == [0, *range(21, 30)]


def test_objects_and_very_many_points_are_not_kept() -> None:
    kept = KeptPoints(1000)
    texts = replace(points(1), objects=["text"])
    for place, own in ((Place(1, 1, 0, 1), texts), (Place(1, 2, 0, 300), points(300))):
        assert kept.keep(place, own) is own
        assert kept.get(place) is None


def test_kept_points_hold_no_larger_array_and_nobody_can_write_into_them() -> None:
    large = np.arange(10_000)
    own = KeptPoints().keep(Place(1, 1, 0, 3), Points(np.zeros(3, np.uint8), large[:3], large[3:6], large[6:9]))
    for column in (own.flags, own.steps, own.times, own.bits):
        assert column.base is None
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1
    large[0] = 7  # whoever made it may go on
