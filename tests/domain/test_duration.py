"""Lengths of time, as people read them."""

from __future__ import annotations

import pytest

from runyard.domain.duration import duration_text


@pytest.mark.parametrize(("seconds", "text"), [(-1, "0s"), (59.9, "59s"), (61, "1m 01s"), (3_660, "1h 01m"), (90_000, "1d 1h")])
def test_lengths_of_time_are_short(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
