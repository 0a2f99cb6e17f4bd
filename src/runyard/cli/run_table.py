"""Runs as rows of the columns that a command line names."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from runyard.client.client import Client
from runyard.domain.roll_up_figure import rolled
from runyard.domain.run_filter import field_value, unparse_field
from runyard.domain.run_filter_ast import Aggregate, Field, Roll, Shape
from runyard.wire.run import RunQuery

_WHOLE = (Aggregate.COUNT, Aggregate.LAST_STEP, Aggregate.MIN_STEP, Aggregate.MAX_STEP)


def column_rows(client: Client, query: RunQuery, fields: dict[str, Field]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield id and values of the runs of a query: what each column, a field of the query language by its name, is for a run.

    A page is fetched at a time.
    """
    metrics = sorted({each.key for each in fields.values() if each.shape is Shape.METRIC and each.roll is None and each.key})
    rolled_fields = {each: _figure(each) for each in fields.values() if each.roll is not None}
    query = dataclasses.replace(query, metrics=metrics, roll_ups=sorted(set(rolled_fields.values())))
    for page in client.runs.pages(query):
        now = datetime.now(timezone.utc)
        for run in page.runs:
            summaries = {summary.name: summary for summary in page.metrics.get(run.id, [])}
            rolls = page.roll_ups.get(run.id, {})
            known = {each: rolled(each, rolls.get(figure)) for each, figure in rolled_fields.items()}
            values = {name: field_value(field, run, summaries, now, known.get) for name, field in fields.items()}
            yield run.id, {name: _whole(fields[name], value) for name, value in values.items()}


def _whole(field: Field, value: Any) -> Any:
    """Return what counts something as the whole number that it is."""
    counts = field.roll is Roll.COUNT if field.roll is not None else field.aggregate in _WHOLE
    return int(value) if counts and isinstance(value, float) and value.is_integer() else value


def _figure(field: Field) -> str:
    """Return the figure of a metric that a roll-up is made of, such as ``metric.loss.min``."""
    return unparse_field(dataclasses.replace(field, name="metric", roll=None))
