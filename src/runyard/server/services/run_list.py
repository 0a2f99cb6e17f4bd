"""A page of runs, with the columns that are not stored with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from runyard.domain.metric import MetricSummary, MetricValue
from runyard.domain.roll_up import RollUp
from runyard.domain.roll_up_figure import require_metric_field, rolled, rolled_up
from runyard.domain.run_filter import parse_field, unparse_field
from runyard.domain.run_filter_ast import Aggregate, Field, Shape
from runyard.errors import InvalidArgumentError, LimitExceededError
from runyard.server.context import ServerContext
from runyard.wire.run import ALL_METRICS, RunPage, RunQuery
from runyard.wire.run_row import RunRow, RunRowPage, RunRowQuery

ROLL_UPS_MAX = 50
COLUMNS_MAX = 200
_SUMMARIES_TOGETHER = 2000


def search_runs(context: ServerContext, workspace: str, query: RunQuery, scope: str | None) -> RunPage:
    """Return the page that a query asks for, with metric summaries and roll-ups.

    Raises:
        InvalidArgumentError: filter, order, cursor or a roll-up cannot be read.
    """
    fields = {text: require_metric_field(text) for text in query.roll_ups[:ROLL_UPS_MAX]}
    page = context.storage.runs.search(workspace, query, at=context.clock(), scope=scope)
    if query.metrics:
        names = None if ALL_METRICS in query.metrics else query.metrics
        page = replace(page, metrics=context.storage.metrics.summaries(workspace, [run.id for run in page.runs], names))
    if not fields:
        return page
    return replace(page, roll_ups=_rolled_up(context, workspace, [run.id for run in page.runs if run.child_count], fields))


def search_rows(context: ServerContext, workspace: str, asked: RunRowQuery, scope: str | None) -> RunRowPage:
    """Return the page that a query asks for as rows, with the values of its columns.

    Raises:
        InvalidArgumentError: filter, order, cursor or a column cannot be read.
    """
    if asked.query.metrics or asked.query.roll_ups:
        raise InvalidArgumentError("Rows show metrics and roll-ups as columns. Name them in columns, and not in the query.")
    columns = [_require_column(text) for text in asked.columns]
    if len(columns) > COLUMNS_MAX:
        raise LimitExceededError(f"{len(columns)} columns; a row has at most {COLUMNS_MAX}. Ask for those that are shown.")
    labels = [field for field in columns if field.shape is Shape.LABEL]
    page = context.storage.runs.rows(workspace, asked.query, labels, at=context.clock(), scope=scope)
    if len(labels) == len(columns):
        return page
    metrics = list({field.key or "" for field in columns if field.shape is Shape.METRIC and field.roll is None})
    rolls = {unparse_field(field): replace(field, roll=None) for field in columns if field.roll is not None}
    summaries = _summaries(context, workspace, [row.id for row in page.rows], metrics) if metrics else {}
    roll_ups = _rolled_up(context, workspace, [row.id for row in page.rows if row.child_count], rolls) if rolls else {}

    def values(row: RunRow) -> Iterator[MetricValue]:
        own = iter(row.values)
        for field in columns:
            if field.shape is Shape.LABEL:
                yield next(own)
            elif field.roll is not None:
                yield rolled(field, roll_ups.get(row.id, {}).get(unparse_field(field)))
            else:
                summary = summaries.get(row.id, {}).get(field.key or "")
                yield getattr(summary, (field.aggregate or Aggregate.LAST).value, None)

    return replace(page, rows=[replace(row, values=list(values(row))) for row in page.rows])


def _require_column(text: str) -> Field:
    field = parse_field(text)
    if field.shape not in (Shape.LABEL, Shape.METRIC):
        raise InvalidArgumentError(
            f"{text[:80]!r} is in every row. Columns are tags, properties, parameters, metrics and roll-ups, such as param.lr."
        )
    return field


def _rolled_up(
    context: ServerContext, workspace: str, parents: list[str], fields: dict[str, Field]
) -> dict[str, dict[str, RollUp]]:
    """Return the figures of the children of runs, by the parent's id and by the text of the field."""
    children = context.storage.runs.children(workspace, parents)
    names = list({field.key or "" for field in fields.values()})
    summaries = _summaries(context, workspace, [each for ids in children.values() for each in ids], names)
    found: dict[str, dict[str, RollUp]] = {}
    for parent, ids in children.items():
        own = [(each, summaries.get(each, {})) for each in ids]
        found[parent] = {text: rolled_up(field, own) for text, field in fields.items()}
    return found


def _summaries(
    context: ServerContext, workspace: str, run_ids: list[str], names: list[str]
) -> dict[str, dict[str, MetricSummary]]:
    found: dict[str, dict[str, MetricSummary]] = {}
    for start in range(0, len(run_ids), _SUMMARIES_TOGETHER):
        part = context.storage.metrics.summaries(workspace, run_ids[start : start + _SUMMARIES_TOGETHER], names)
        found.update({run_id: {summary.name: summary for summary in own} for run_id, own in part.items()})
    return found
