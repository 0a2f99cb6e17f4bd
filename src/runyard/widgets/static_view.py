"""A run as text and as HTML without scripts, for notebooks that show no widgets and for saved ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timezone
from html import escape

from runyard.domain.duration import duration_text
from runyard.domain.metric import MetricSeries, MetricSummary
from runyard.domain.run import RunRecord, RunStatus
from runyard.widgets.run_data import RunData

_WIDTH = 160
_HEIGHT = 28
_METRICS_MAX = 12
_LOG_LINES = 12
_COLOURS = {RunStatus.COMPLETED: "#17703f", RunStatus.FAILED: "#b3261e", RunStatus.CANCELED: "#57606c"}
_ACTIVE_COLOUR = "#1a5fc4"


def facts(record: RunRecord) -> dict[str, str]:
    """Return what is told of a run in a few words, by name."""
    shown = {
        "Run": record.display_name,
        "Id": record.id,
        "Experiment": record.experiment,
        "Status": record.status.value,
        "Target": record.target,
        "Started": record.started_at.strftime("%Y-%m-%d %H:%M:%S UTC") if record.started_at else "",
        "Duration": _lasted(record),
        "Script": record.script_name or "",
        "Tags": ", ".join(key if value is None else f"{key}: {value}" for key, value in record.tags.items()),
        "Waiting because": record.status_reason or "" if not record.status.is_terminal else "",
        "Error": f"{record.error.type or record.error.code}: {record.error.message}" if record.error else "",
    }
    return {name: text for name, text in shown.items() if text}


def _lasted(record: RunRecord) -> str:
    if record.started_at is None:
        return ""
    return duration_text(((record.ended_at or datetime.now(timezone.utc)) - record.started_at).total_seconds())


def as_text(data: RunData, url: str) -> str:
    """Return the run as lines of text."""
    lines = [f"{name + ':':<17}{text}" for name, text in facts(data.record).items()]
    lines += [f"{each.name + ':':<17}{figure_text(each)}" for each in data.summaries[:_METRICS_MAX]]
    if data.children_count:
        lines.append(f"{'Children:':<17}{data.children_count}")
    return "\n".join([*lines, f"{'Studio:':<17}{url}"])


def as_html(data: RunData, url: str) -> str:
    """Return the run as HTML that stands alone: no scripts, no requests. Every text is escaped."""
    series = {each.name: each for each in data.series}
    rows = "".join(_row(name, escape(text)) for name, text in facts(data.record).items() if name != "Status")
    metrics = "".join(
        _row(each.name, f"{_sparkline(series.get(each.name))} <b>{escape(figure_text(each))}</b>")
        for each in data.summaries[:_METRICS_MAX]
    )
    left_out = len(data.summaries) - _METRICS_MAX
    more = f"<p>{left_out} more metrics are in the Studio.</p>" if left_out > 0 else ""
    children = _row("Children", str(data.children_count)) if data.children_count else ""
    log = escape("\n".join(data.log_text.splitlines()[-_LOG_LINES:]))
    return (
        '<div style="font:13px/20px system-ui,sans-serif;max-width:960px">'
        f'<p><b style="color:{_COLOURS.get(data.record.status, _ACTIVE_COLOUR)}">{escape(data.record.status.value)}</b> '
        f'<a href="{escape(url, quote=True)}" target="_blank" rel="noopener">Open in the Studio</a></p>'
        f"<table>{rows}{children}{metrics}</table>{more}"
        + (f'<pre style="max-height:240px;overflow:auto;padding:8px;border:1px solid #8888">{log}</pre>' if log else "")
        + "</div>"
    )


def figure_text(summary: MetricSummary) -> str:
    """Return the last value of a metric, as short as it can be told."""
    last = summary.last
    if isinstance(last, float):
        return f"{last:.5g}"
    return f"{summary.count} rows" if last is None and summary.columns else str(last)[:80]


def _row(name: str, html: str) -> str:
    style = "text-align:left;padding:1px 12px 1px 0;vertical-align:top"
    return f'<tr><th scope="row" style="{style};font-weight:500">{escape(name)}</th><td style="{style}">{html}</td></tr>'


def _sparkline(series: MetricSeries | None) -> str:
    numbers = [float(v) for v in series.values if isinstance(v, (int, float)) and math.isfinite(v)] if series else []
    if len(numbers) < 2:
        return ""
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in _scaled(numbers))
    return (
        f'<svg width="{_WIDTH}" height="{_HEIGHT}" role="img" style="vertical-align:middle">'
        f'<polyline points="{points}" fill="none" stroke="{_ACTIVE_COLOUR}" stroke-width="1.5"/></svg>'
    )


def _scaled(numbers: Sequence[float]) -> list[tuple[float, float]]:
    low, high = min(numbers), max(numbers)
    span = high - low or 1.0
    step = _WIDTH / (len(numbers) - 1)
    return [(index * step, 2 + (_HEIGHT - 4) * (1 - (number - low) / span)) for index, number in enumerate(numbers)]
