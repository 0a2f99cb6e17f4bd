"""How a row of the table is measured and judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from benchmarks.row import Baseline, Goal, Row, WrongResultError, at_least, at_most, at_most_times, line, measured, measured_all


def one_after_another(*numbers: float) -> Callable[[], float]:
    return iter(numbers).__next__


def test_the_figure_and_its_baseline_are_medians_of_rounds_taken_in_turn() -> None:
    order: list[str] = []

    def noted(name: str, numbers: Callable[[], float]) -> Callable[[], float]:
        return lambda: (order.append(name), numbers())[1]

    base = Baseline(what="bare", measure=noted("base", one_after_another(2, 4, 3)))
    row = Row(what="x", unit="ms", measure=noted("row", one_after_another(30, 60, 90)), goal=at_most(60), baseline=base)
    result = measured("section", row, 3)
    assert (result.figure, result.baseline_figure, result.ratio, result.is_met) == (60, 3, 20, True)
    assert order == ["base", "row"] * 3


@pytest.mark.parametrize(
    ("goal", "figure", "ratio", "is_met"),
    [
        (at_most(2), 2.0, None, True),
        (at_most(2), 2.1, None, False),
        (at_least(5), 5.0, None, True),
        (at_least(5), 4.9, None, False),
        (at_most_times(5), 1000.0, 5.0, True),
        (at_most_times(5), 0.1, 5.1, False),
        (at_most_times(5), 0.1, None, False),
    ],
)
def test_a_goal_bounds_the_figure_or_its_ratio(goal: Goal, figure: float, ratio: float | None, is_met: bool) -> None:
    assert goal.is_met(figure, ratio) is is_met


def test_a_wrong_result_is_a_miss_however_fast_it_came() -> None:
    def wrong() -> float:
        raise WrongResultError("SOME LOST")

    result = measured("section", Row(what="x", unit="ms", measure=wrong, goal=at_most(1)), 3)
    assert result.is_met is False and "SOME LOST" in line(result) and "missed" in line(result)


def test_the_processor_time_of_a_round_is_shown_beside_it() -> None:
    row = Row(what="x", unit="ms", measure=lambda: 1.0, cpu_s=one_after_another(1.0, 1.5, 2.0, 2.7, 3.0, 3.6))
    assert measured("section", row, 3).cpu_ms == pytest.approx(600)


@pytest.mark.parametrize(("cpu_s", "verdict"), [(0.01, "CPU within"), (0.2, "**missed** |")])
def test_a_row_that_waited_for_a_processor_is_missed_and_says_so(cpu_s: float, verdict: str) -> None:
    row = Row(what="x", unit="ms", measure=lambda: 500.0, goal=at_most(100), cpu_s=one_after_another(0, cpu_s))
    result = measured("section", row, 1)
    assert result.is_met is False and verdict in line(result)


def test_a_section_that_stumbles_is_a_miss_and_leaves_the_rows_before_it(capsys: pytest.CaptureFixture[str]) -> None:
    def rows() -> Iterator[Row]:
        yield Row(what="first", unit="ms", measure=lambda: 1.0, goal=at_most(2))
        raise RuntimeError("the browser is gone")

    first, rest = measured_all("Section", rows(), 1)
    assert first.is_met is True
    assert rest.is_met is False and "the browser is gone" in rest.fault
    assert "the browser is gone" in capsys.readouterr().out
