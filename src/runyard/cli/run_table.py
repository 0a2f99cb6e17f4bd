"""Runs as rows of the columns that a command line names."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from runyard.client.client import Client
from runyard.domain.run_filter import field_value, parse_field
from runyard.domain.run_filter_ast import Shape
from runyard.wire.run import RunQuery


def column_documents(client: Client, query: RunQuery, columns: list[str]) -> Iterator[dict[str, Any]]:
    """Yield a dict a run: what each column, a field of the query language, is for it. A page is fetched at a time.

    Raises:
        InvalidArgumentError: a column is no field.
    """
    fields = {name: parse_field(name) for name in columns}
    metrics = sorted({field.key for field in fields.values() if field.shape is Shape.METRIC and field.key})
    query = dataclasses.replace(query, metrics=metrics)
    while True:
        page = client.runs.search(query)
        now = datetime.now(timezone.utc)
        for run in page.runs:
            summaries = {summary.name: summary for summary in page.metrics.get(run.id, [])}
            yield {name: field_value(field, run, summaries, now) for name, field in fields.items()}
        if page.next_cursor is None:
            return
        query = dataclasses.replace(query, cursor=page.next_cursor)
