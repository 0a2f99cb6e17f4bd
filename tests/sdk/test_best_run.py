"""The best run of an experiment by any metric."""

from __future__ import annotations

import math
from typing import Any

import pytest

from runyard import Experiment
from runyard.errors import InvalidArgumentError, NotFoundError


def logged(experiment: Experiment, name: str, *values: Any, **kwargs: Any) -> str:
    with experiment.start_logging(snapshot_directory=None, outputs=False, **kwargs) as run:
        for value in values:
            run.log(name, value)
    return run.id


def test_the_best_run_is_that_with_the_least_or_greatest_value(experiment: Experiment) -> None:
    logged(experiment, "mse", 5.0, 0.4, 3.0)
    best = logged(experiment, "mse", 9.0, 0.1, 4.0)
    greatest = logged(experiment, "mse", 12.0)
    logged(experiment, "other", 0.0)
    assert experiment.best_run("mse").id == best
    assert experiment.best_run("mse", "maximize").id == greatest


def test_the_figure_that_counts_can_be_named(experiment: Experiment) -> None:
    steady = logged(experiment, "val loss.min", 2.0, 1.0)
    logged(experiment, "val loss.min", 0.5, 3.0)
    assert experiment.best_run("val loss.min", figure="last").id == steady


def test_a_filter_keeps_runs_out(experiment: Experiment) -> None:
    slow = logged(experiment, "mse", 0.5, arguments=["--lr", "0.001"])
    logged(experiment, "mse", 0.1, arguments=["--lr", "0.9"])
    assert experiment.best_run("mse", filter="param.lr < 0.01").id == slow


def test_where_no_run_has_the_metric_as_a_number_none_is_the_best(experiment: Experiment) -> None:
    logged(experiment, "mse", math.nan)
    logged(experiment, "words", "good")
    for name in ("mse", "words", "unknown"):
        with pytest.raises(NotFoundError, match=name):
            experiment.best_run(name)


@pytest.mark.parametrize("wrong", [{"goal": "best"}, {"figure": "median"}])
def test_an_unknown_goal_or_figure_is_refused(experiment: Experiment, wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidArgumentError):
        experiment.best_run("mse", **wrong)  # type: ignore[arg-type]
