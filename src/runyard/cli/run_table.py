"""Runs as rows of the columns that a command line names."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from runyard.client.client import Client
from runyard.domain.roll_up_figure import rolled
from runyard.domain.run_filter import field_value, parse_field, unparse_field
from runyard.domain.run_filter_ast import Field, Shape
from runyard.wire.run import RunQuery


def column_documents(client: Client, query: RunQuery, columns: list[str]) -> Iterator[dict[str, Any]]:
    """Yield a dict a run: what each column, a field of the query language, is for it. A page is fetched at a time.

    Raises:
        InvalidArgumentError: a column is no field.
    """
    fields = {name: parse_field(name) for name in columns}
    metrics = sorted({each.key for each in fields.values() if each.shape is Shape.METRIC and each.roll is None and each.key})
    rolled_fields = {each: _figure(each) for each in fields.values() if each.roll is not None}
    query = dataclasses.replace(query, metrics=metrics, roll_ups=sorted(set(rolled_fields.values())))
    while True:
        page = client.runs.search(query)
        now = datetime.now(timezone.utc)
        for run in page.runs:
            summaries = {summary.name: summary for summary in page.metrics.get(run.id, [])}
            rolls = page.roll_ups.get(run.id, {})
            known = {each: rolled(each, rolls.get(figure)) for each, figure in rolled_fields.items()}
            yield {name: field_value(field, run, summaries, now, known.get) for name, field in fields.items()}
        if page.next_cursor is None:
            return
        query = dataclasses.replace(query, cursor=page.next_cursor)


def _figure(field: Field) -> str:
    """Return the figure of a metric that a roll-up is made of, such as ``metric.loss.min``."""
    return unparse_field(dataclasses.replace(field, name="metric", roll=None))
