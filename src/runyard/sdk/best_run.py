"""The best run of an experiment by a metric, as one query."""

from __future__ import annotations

from typing import Any

from runyard.domain.run import RunRecord
from runyard.domain.run_filter import unparse_field
from runyard.domain.run_filter_field import keyed_field
from runyard.errors import InvalidArgumentError, NotFoundError
from runyard.wire.run import RunPage, RunQuery

GOALS = {"minimize": "min", "maximize": "max"}
FIGURES = ("last", "min", "max", "first", "mean")


def ranked_figure(goal: str, figure: str | None) -> str:
    """Return the figure that counts: the one that is named, else a run's least or greatest value.

    Raises:
        InvalidArgumentError: there is no such goal or figure.
    """
    if goal not in GOALS:
        raise InvalidArgumentError(f"goal={goal!r} is unknown. Use 'minimize' or 'maximize'.")
    if figure is not None and figure not in FIGURES:
        raise InvalidArgumentError(f"figure={figure!r} is no figure of a metric. Use one of: {', '.join(FIGURES)}.")
    return figure or GOALS[goal]


def best_run_query(experiment: str, metric: str, goal: str, figure: str, **conditions: Any) -> RunQuery:
    """Return the query whose first run is the best one."""
    field = unparse_field(keyed_field("metric", metric, figure))
    # One that has no such number comes last in an order, so it comes first only when none has.
    order_by = field if goal == "minimize" else f"-{field}"
    return RunQuery(experiment=experiment, order_by=order_by, metrics=[metric], limit=1, **conditions)


def require_ranked(page: RunPage, experiment: str, metric: str, figure: str) -> RunRecord:
    """Return the first run of a page, or raise :class:`NotFoundError` when it has no number by which it could be ranked."""
    for run in page.runs:
        if any(_is_number(getattr(summary, figure)) for summary in page.metrics.get(run.id, [])):
            return run
    raise NotFoundError(
        f"No run of experiment {experiment!r} has the metric {metric!r} as a number, so none is the best. "
        "experiment.to_dataframe() shows what was logged.",
        metric=metric,
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and value == value  # NaN is none
