"""A page of runs, with the columns that are not stored with them."""

from __future__ import annotations

from dataclasses import replace

from runyard.domain.metric import MetricSummary
from runyard.domain.roll_up import RollUp
from runyard.domain.roll_up_figure import require_metric_field, rolled_up
from runyard.server.context import ServerContext
from runyard.wire.run import ALL_METRICS, RunPage, RunQuery

ROLL_UPS_MAX = 50
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
    children = context.storage.runs.children(workspace, [run.id for run in page.runs if run.child_count])
    names = list({field.key or "" for field in fields.values()})
    summaries = _summaries(context, workspace, [each for ids in children.values() for each in ids], names)
    found: dict[str, dict[str, RollUp]] = {}
    for parent, ids in children.items():
        own = [(each, summaries.get(each, {})) for each in ids]
        found[parent] = {text: rolled_up(field, own) for text, field in fields.items()}
    return replace(page, roll_ups=found)


def _summaries(
    context: ServerContext, workspace: str, run_ids: list[str], names: list[str]
) -> dict[str, dict[str, MetricSummary]]:
    found: dict[str, dict[str, MetricSummary]] = {}
    for start in range(0, len(run_ids), _SUMMARIES_TOGETHER):
        part = context.storage.metrics.summaries(workspace, run_ids[start : start + _SUMMARIES_TOGETHER], names)
        found.update({run_id: {summary.name: summary for summary in own} for run_id, own in part.items()})
    return found
