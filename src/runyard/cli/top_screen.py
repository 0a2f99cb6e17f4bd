"""From the state of ``runyard top`` to lines of text with the codes of colours."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.cells import cell_len, set_cell_size

from runyard.cli.top_state import ORDERS, Detail, TopState, scrolled
from runyard.domain.duration import duration_text
from runyard.domain.metric import MetricValue
from runyard.domain.run import RunRecord, RunStatus

SGR = {"green": "32", "red": "31", "yellow": "33", "cyan": "36", "magenta": "35", "dim": "2", "bold": "1", "reverse": "7"}
LOOKS: dict[RunStatus, tuple[str, str, str]] = {
    RunStatus.COMPLETED: ("✓", "v", "dim"),
    RunStatus.FAILED: ("✗", "x", "red"),
    RunStatus.CANCELED: ("■", "#", "yellow"),
    RunStatus.CANCEL_REQUESTED: ("■", "#", "yellow"),
    RunStatus.NOT_RESPONDING: ("?", "?", "magenta"),
    RunStatus.RUNNING: ("●", "*", "green"),
    RunStatus.FINALIZING: ("●", "*", "green"),
}
WAITS = ("○", "o", "cyan")
SPARKS = "▁▂▃▄▅▆▇█"
PLAIN_SPARKS = "_.,-~=+#"
DETAIL_SHARE = 0.5
KEYS = "↑↓ choose  ⏎ more  / filter  a active  c children  o order  x cancel  space pause  ? help  q quit"
HELP = """
  up, down, j, k         choose a run             page up, page down, g, G   move farther
  enter                  metrics and log of it    escape                     close them
  /                      filter, in the query language: exp:mnist metric.loss.min<0.2
  a                      only runs that have not ended, or all
  c                      children too, or top-level runs only
  o                      order: newest, longest, experiment, status
  x                      cancel the chosen run, after a question
  space                  hold the picture still, or go on
  q, Ctrl-C              leave; the runs go on
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a terminal can show it: with colours or without, with signs beyond ASCII or without; unmarked it is plain text."""

    is_colored: bool = True
    is_unicode: bool = True
    is_marked: bool = True

    def paint(self, text: str, *names: str) -> str:
        """Return text in a colour or other manner."""
        codes = ";".join(SGR[name] for name in names if name)
        if not codes or not text or not self.is_marked or (not self.is_colored and codes != SGR["reverse"]):
            return text
        return f"\x1b[{codes}m{text}\x1b[0m"

    def plain(self, text: str) -> str:
        """Return text that the terminal can show."""
        if self.is_unicode:
            return text
        return text.translate(str.maketrans("↑↓⏎·…●○✓✗■" + SPARKS, "^v>.~*ovx#" + PLAIN_SPARKS))


def screen(
    state: TopState, width: int, height: int, *, place: str, now: datetime, style: Style | None = None
) -> tuple[TopState, list[str]]:
    """Return the state with the selection in sight, and exactly ``height`` lines of at most ``width`` cells."""
    style = style or Style()
    now = state.picture.read_at if state.is_paused else now
    width, height = max(width, 20), max(height, 6)
    head = [_head(state, width, place, now, style), _conditions(state, width, style)]
    room = height - len(head) - 2  # the columns' names, and the last line
    detail = _detail(state, width, int(room * DETAIL_SHARE), now, style) if state.wanted.detail else []
    rows = room - len(detail)
    state = scrolled(state, rows)
    body = _help(width, style) if state.mode == "help" else _table(state, width, rows, now, style)
    body = (body + [""] * rows)[: rows + 1]
    return state, [*head, *body, *detail, _foot(state, width, style)]


def _head(state: TopState, width: int, place: str, now: datetime, style: Style) -> str:
    picture = state.picture
    counts = f"{picture.running} running · {picture.waiting} waiting · {picture.total} shown"
    clock = "PAUSED" if state.is_paused else f"{now.astimezone():%H:%M:%S}"
    left = f" runyard top  {place}"
    right = f"{counts}  {clock} "
    gap = width - cell_len(left) - cell_len(right)
    text = f"{left}{' ' * gap}{right}" if gap > 0 else set_cell_size(f" {right}", width)
    return style.paint(style.plain(text), "reverse")


def _conditions(state: TopState, width: int, style: Style) -> str:
    wanted = state.wanted
    parts = [f"order: {ORDERS[wanted.order_by]}"]
    parts += [f"experiment: {wanted.experiment}"] if wanted.experiment else []
    parts += ["not ended"] if wanted.active_only else []
    parts += ["with children"] if wanted.with_children else []
    parts += [f"filter: {wanted.filter}"] if wanted.filter else []
    return style.paint(_fit(" " + " · ".join(parts), width, style), "dim")


def _table(state: TopState, width: int, rows: int, now: datetime, style: Style) -> list[str]:
    runs = state.picture.runs[state.first_row : state.first_row + rows]
    names = state.picture.metric_names
    titles = ["status", "run", "experiment", "started", "lasts", "target", *names]
    cells = []
    for run in runs:
        figures = state.picture.metrics.get(run.id, {})
        row = [_status(run, style)[0], _title(run), run.experiment, _age(run, now), _lasted(run, now), run.target]
        cells.append(row + [_number(figures[name].last) if name in figures else "" for name in names])
    widths = _widths(titles, cells, width)
    lines = [style.paint(_row(titles, widths, width, style), "bold")]
    for run, row in zip(runs, cells, strict=True):
        text = _row(row, widths, width, style)
        if run.id == state.selected:
            lines.append(style.paint(set_cell_size(text, width), "reverse"))
        else:
            lines.append(style.paint(text, _status(run, style)[1]))
    if not runs:
        lines.append(style.paint(_fit("  No runs." if state.picture.error is None else "", width, style), "dim"))
    return lines


def _detail(state: TopState, width: int, rows: int, now: datetime, style: Style) -> list[str]:
    detail = state.picture.detail
    if rows < 3:
        return []
    if detail is None or detail.run.id != state.wanted.detail:
        lines = [_rule("", width, style)]
    else:
        run = detail.run
        title = f"{run.display_name}  {run.status.value}  {_lasted(run, now)}"
        told = [f" {run.error.type or run.error.code}: {run.error.message}"] if run.error else []
        told += [f" {run.status_reason}"] if run.status_reason and not run.error else []
        metrics = list(_metric_lines(detail, width, style))
        most = max(1, (rows - 2 - len(told)) // 2) if detail.log else rows - 1 - len(told)
        lines = [
            _rule(title, width, style),
            *[style.paint(_fit(line, width, style), "red") for line in told[:1]],
            *metrics[:most],
        ]
        left = rows - len(lines) - 1
        if detail.log and left > 0:
            lines.append(_rule(detail.log_path or "", width, style))
            lines += [_fit(f" {line}", width, style) for line in detail.log[-left:]]
    return (lines + [""] * rows)[:rows]


def _metric_lines(detail: Detail, width: int, style: Style) -> Iterator[str]:
    longest = min(30, max((cell_len(each.name) for each in detail.summaries), default=0))
    for each in detail.summaries:
        spark = sparkline(detail.points.get(each.name, []), max(8, min(40, width - longest - 46)))
        figures = f"{_number(each.last):>10}" + (
            f"  min {_number(each.min)}  max {_number(each.max)}" if each.min is not None else ""
        )
        yield _fit(f" {set_cell_size(each.name, longest)} {figures:<40} {spark}", width, style)


def sparkline(values: Sequence[float], width: int) -> str:
    """Return numbers as bars of ``width`` cells or less; of several that share a cell the last. What is not finite is a blank."""
    if len(values) > width:
        values = [values[(index + 1) * len(values) // width - 1] for index in range(width)]
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return ""
    low, high = min(finite), max(finite)
    scale = (len(SPARKS) - 1) / (high - low) if high > low else 0.0
    return "".join(SPARKS[round((value - low) * scale)] if math.isfinite(value) else " " for value in values)


def _foot(state: TopState, width: int, style: Style) -> str:
    if state.mode == "filter":
        return _fit(f" filter: {state.typed}_", width, style)
    if state.mode == "cancel":
        return style.paint(
            _fit(f" Cancel run {state.selected} and its children? y, or any other key for no", width, style), "yellow"
        )
    told = state.picture.error or state.message
    if told:
        return style.paint(_fit(" " + " ".join(told.split()), width, style), "red" if state.picture.error else "yellow")
    return style.paint(_fit(f" {KEYS}", width, style), "dim")


def _help(width: int, style: Style) -> list[str]:
    return [_fit(line, width, style) for line in HELP.splitlines()]


def _rule(title: str, width: int, style: Style) -> str:
    text = f"── {_fit(title, width - 6, style)} " if title else ""
    line = text + "─" * max(0, width - cell_len(text))
    return style.paint(set_cell_size(line if style.is_unicode else line.replace("─", "-"), width), "bold")


def _widths(titles: list[str], cells: list[list[str]], width: int) -> list[int]:
    """Return how wide each column is; the last ones go where the terminal is too narrow, and the ids shrink to 12 cells."""
    widths = [max([cell_len(title), *(cell_len(row[index]) for row in cells)]) for index, title in enumerate(titles)]
    widths = [min(each, 40) for each in widths]
    for index, least in ((1, 12), (2, 8)):
        over = sum(widths) + 2 * len(widths) - width
        widths[index] = max(least, widths[index] - max(0, over))
    while len(widths) > 2 and sum(widths) + 2 * len(widths) > width:
        widths.pop()
    return widths


def _row(cells: Sequence[str], widths: Sequence[int], width: int, style: Style) -> str:
    shown = [set_cell_size(_fit(cell, size, style), size) for cell, size in zip(cells, widths, strict=False)]
    return set_cell_size(" " + "  ".join(shown), width).rstrip()


def _fit(text: str, width: int, style: Style) -> str:
    """Return text without what moves a cursor, cut to ``width`` cells."""
    text = "".join(char if char.isprintable() else " " for char in text)
    if cell_len(text) > width:
        text = set_cell_size(text, max(0, width - 1)) + "…"
    return style.plain(text)


def _status(run: RunRecord, style: Style) -> tuple[str, str]:
    sign, plain, color = LOOKS.get(run.status, WAITS)
    return f"{sign if style.is_unicode else plain} {run.status.value}", color


def _title(run: RunRecord) -> str:
    """Return the id, with the name before it where somebody has given one."""
    return run.id if run.display_name in ("", run.id, f"run_{run.id}") else f"{run.display_name}  {run.id}"


def _lasted(run: RunRecord, now: datetime) -> str:
    return "" if run.started_at is None else duration_text(((run.ended_at or now) - run.started_at).total_seconds())


def _age(run: RunRecord, now: datetime) -> str:
    since = duration_text((now - (run.started_at or run.created_at)).total_seconds())
    return f"{since.split()[0]} ago"


def _number(value: MetricValue) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else str(value)[:24]
