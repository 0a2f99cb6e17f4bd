"""How the mean over child runs is reckoned."""

from __future__ import annotations

import math

import pytest

from runyard.domain.roll_up_figure import mean_of


@pytest.mark.parametrize(
    ("values", "mean"),
    [
        ([0.1] * 10, 0.1),
        ([math.inf, 1.0], math.inf),
        ([-math.inf, 1.0], -math.inf),
        ([1e308, 1e308], math.inf),
    ],
)
def test_a_mean_is_exactly_rounded_and_infinity_is_a_number(values: list[float], mean: float) -> None:
    assert mean_of(values) == mean


def test_the_mean_of_both_infinities_is_no_number() -> None:
    assert math.isnan(mean_of([math.inf, -math.inf]))
