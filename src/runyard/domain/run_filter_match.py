"""Evaluates a run filter in plain Python: the definition of what a filter means.

Three values. A condition is true, false or unknown; a run passes when the whole filter is true. A comparison with a value that
the run lacks is unknown, so ``param.lr < 1`` and ``not (param.lr < 1)`` both leave out a run without ``lr``, and ``tag.x != "a"``
leaves out a run without the tag; ask for them with ``is null``. As in SQL: ``not`` unknown is unknown; ``and`` is false when one
part is, else unknown when one is; ``or`` is true when one part is, else unknown when one is.

What is there and what is not:

- ``tag.x is null`` is true when the run has no tag x. A tag without a value is there, but every comparison of it is unknown.
- A metric is there when the figure is a number. NaN, text and booleans are no numbers; infinities are.
- ``duration`` lasts from start to end, up to the filter's ``now`` while the run has not ended, and is not there before the start.

How things are compared:

- Tags, properties and parameters are texts. Against a bare number they are compared as numbers: when the text is a number (see
  :func:`~runyard.domain.run_filter_value.number_of`) by its value; when it is none, ``=`` is false, ``!=`` true, and the others
  are unknown. Against a quoted text they are compared as texts.
- Texts are compared by code points, and case counts, but for ``ilike`` and ``:``.
- ``text`` looks for the whole text in any case, and is never unknown.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Optional

from runyard.domain.metric import MetricSummary, MetricValue, is_number
from runyard.domain.parameter import run_parameters
from runyard.domain.run import RunRecord
from runyard.domain.run_filter_ast import (
    Aggregate,
    And,
    Comparison,
    Field,
    Filter,
    InstantValue,
    IsEmpty,
    IsNull,
    Leaf,
    Like,
    Matches,
    Node,
    Not,
    NumberValue,
    OneOf,
    Operator,
    Or,
    Shape,
    TextSearch,
    TextValue,
    Value,
)
from runyard.domain.run_filter_value import number_of
from runyard.domain.run_text import is_text_found
from runyard.domain.text_pattern import like_regex, read_regex

Metrics = Mapping[str, MetricSummary]
RollUps = Callable[[Field], Optional[float]]

COMPARE: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
}
"""What each operator does; for SQL expressions too, which overload the same ones."""

_READ: dict[str, Callable[[RunRecord], Any]] = {
    "id": lambda run: run.id,
    "name": lambda run: run.display_name,
    "description": lambda run: run.description,
    "experiment": lambda run: run.experiment,
    "type": lambda run: run.type,
    "target": lambda run: run.target,
    "submitter": lambda run: run.submitted_by,
    "script": lambda run: run.script_name,
    "reason": lambda run: run.status_reason,
    "parent": lambda run: run.parent_id,
    "root": lambda run: run.root_id,
    "snapshot": lambda run: run.snapshot_id,
    "status": lambda run: run.status.value,
    "number": lambda run: run.number,
    "children": lambda run: run.child_count,
    "created": lambda run: run.created_at,
    "started": lambda run: run.started_at,
    "ended": lambda run: run.ended_at,
    "heartbeat": lambda run: run.heartbeat_at,
}


def matches(wanted: Filter, run: RunRecord, metrics: Metrics | None = None, roll_ups: RollUps | None = None) -> bool:
    """Return whether a run passes a filter.

    ``metrics`` holds the figures of its metrics by name; ``roll_ups`` gives what a ``rollup`` field is for it, None without.
    """
    return _Evaluation(run, metrics or {}, roll_ups or (lambda _: None), wanted.now).truth(wanted.root) is True


def metric_figure(metrics: Metrics, name: str, aggregate: Aggregate) -> float | None:
    """Return a figure of a metric as a filter and an order see it: a number, or None."""
    summary = metrics.get(name)
    value: MetricValue = None if summary is None else getattr(summary, aggregate.value, None)
    if not is_number(value) or math.isnan(value):  # type: ignore[arg-type]
        return None
    return float(value)  # type: ignore[arg-type]


def is_pattern_met(leaf: Like | Matches, text: str) -> bool:
    """Return whether a text meets the pattern of a condition, negated or not."""
    if isinstance(leaf, Like):
        return like_regex(leaf.pattern, leaf.ignore_case).fullmatch(text) is not None
    return read_regex(leaf.pattern).found_in(text)


def field_value(field: Field, run: RunRecord, metrics: Metrics, now: datetime, roll_ups: RollUps | None = None) -> Any:
    """Return what a field is for a run, None where the run has no such value; a duration is in seconds."""
    return _Evaluation(run, metrics, roll_ups or (lambda _: None), now).value(field)


class _Evaluation:
    def __init__(self, run: RunRecord, metrics: Metrics, roll_ups: RollUps, now: datetime) -> None:
        self.run = run
        self.metrics = metrics
        self.roll_ups = roll_ups
        self.now = now

    def truth(self, node: Node) -> bool | None:
        if isinstance(node, Not):
            inner = self.truth(node.part)
            return None if inner is None else not inner
        if isinstance(node, (And, Or)):
            decisive = isinstance(node, Or)
            truths = [self.truth(part) for part in node.parts]
            if decisive in truths:
                return decisive
            return None if None in truths else not decisive
        found = self.leaf(node)
        negated = not isinstance(node, Comparison) and node.negated
        return found if found is None or not negated else not found

    def leaf(self, leaf: Leaf) -> bool | None:
        if isinstance(leaf, TextSearch):
            return is_text_found(leaf.text, self.run)
        if isinstance(leaf, IsNull):
            return not self.is_there(leaf.field)
        if isinstance(leaf, IsEmpty):
            return self.is_there(leaf.field) and not self.value(leaf.field)
        actual = self.value(leaf.field)
        if actual is None:
            return None
        if isinstance(leaf, (Like, Matches)):
            return is_pattern_met(leaf, actual)
        if isinstance(leaf, OneOf):
            truths = [self.compared(leaf.field, Operator.EQ, actual, value) for value in leaf.values]
            return True in truths
        return self.compared(leaf.field, leaf.operator, actual, leaf.value)

    def is_there(self, field: Field) -> bool:
        if field.shape is Shape.LABEL:
            return field.key in self.labels(field)
        return self.value(field) is not None

    def labels(self, field: Field) -> Mapping[str, str | None]:
        if field.name == "tag":
            return self.run.tags
        return self.run.properties if field.name == "property" else run_parameters(self.run.definition)

    def value(self, field: Field) -> Any:
        if field.shape is Shape.LABEL:
            return self.labels(field).get(field.key or "")
        if field.roll is not None:
            return self.roll_ups(field)
        if field.shape is Shape.METRIC:
            return metric_figure(self.metrics, field.key or "", field.aggregate or Aggregate.LAST)
        if field.shape is Shape.DURATION:
            started = self.run.started_at
            return None if started is None else ((self.run.ended_at or self.now) - started).total_seconds()
        return _READ[field.name](self.run)

    def compared(self, field: Field, wanted: Operator, actual: Any, value: Value) -> bool | None:
        compare = COMPARE[wanted]
        if isinstance(value, TextValue):
            return compare(actual, value.text)
        if isinstance(value, InstantValue):
            return compare(actual, value.at)
        if not isinstance(value, NumberValue):
            return compare(actual, value.seconds)
        number = number_of(actual) if field.shape is Shape.LABEL else actual
        if number is not None:
            return compare(number, value.number)
        return wanted is Operator.NE if wanted in (Operator.EQ, Operator.NE) else None
