"""How roll-ups are reckoned. Apart from the record: whoever reads one needs nothing of the query language."""

from __future__ import annotations

import math
from collections.abc import Iterable

from runyard.domain.metric import MetricSummary
from runyard.domain.roll_up import RollUp
from runyard.domain.run_filter import metric_figure, parse_field
from runyard.domain.run_filter_ast import Aggregate, Field, Shape
from runyard.errors import InvalidArgumentError


def require_metric_field(text: str) -> Field:
    """Return the figure of a metric that a text such as ``metric.loss.min`` names, or raise :class:`InvalidArgumentError`."""
    field = parse_field(text)
    if field.shape is not Shape.METRIC or field.roll is not None:
        raise InvalidArgumentError(f"{text!r} is no metric. A roll-up is over a figure of one, such as metric.loss.min.")
    return field


def rolled_up(field: Field, children: Iterable[tuple[str, dict[str, MetricSummary]]]) -> RollUp:
    """Return the roll-up of a figure over children, given as run id and summaries by metric name."""
    figures: list[tuple[float, str]] = []
    total = 0
    for run_id, summaries in children:
        total += 1
        value = metric_figure(summaries, field.key or "", field.aggregate or Aggregate.LAST)
        if value is not None:
            figures.append((value, run_id))
    if not figures:
        return RollUp(count=0, children=total)
    low = min(figures, key=lambda pair: pair[0])
    high = max(figures, key=lambda pair: pair[0])
    return RollUp(
        count=len(figures),
        children=total,
        mean=mean_of([value for value, _ in figures]),
        min=low[0],
        max=high[0],
        min_run_id=low[1],
        max_run_id=high[1],
    )


def mean_of(values: list[float]) -> float:
    """Return the mean of numbers, exactly rounded; the infinities are numbers, and a sum beyond all numbers is one of them."""
    try:
        return math.fsum(values) / len(values)
    except (ValueError, OverflowError):
        return sum(values) / len(values)


def rolled(field: Field, roll_up: RollUp | None) -> float | None:
    """Return what a ``rollup`` field of the query language is: None when no child has the figure."""
    if roll_up is None or not roll_up.count or field.roll is None:
        return None
    value: float = getattr(roll_up, field.roll.value)
    return float(value)
