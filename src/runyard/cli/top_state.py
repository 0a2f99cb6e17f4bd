"""What ``runyard top`` shows, and what a key does to it. No terminal and no server here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from runyard.domain.metric import MetricSummary
from runyard.domain.run import RunRecord

ORDERS = {"-created": "newest", "-duration": "longest", "experiment": "experiment", "status": "status"}
PAGE_ROWS = 10
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be read from the server. ``detail`` is the run whose metrics and log are shown, if one is."""

    filter: str = ""
    experiment: str | None = None
    order_by: str = "-created"
    active_only: bool = False
    with_children: bool = False
    metrics: tuple[str, ...] = ()
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """More of one run: the figures of its metrics, their last points, and the end of its log."""

    run: RunRecord
    summaries: list[MetricSummary] = field(default_factory=list)
    points: Mapping[str, list[float]] = field(default_factory=dict)
    log_path: str | None = None
    log: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What was read last. ``error`` says why it could not be read anew; the rest is then older."""

    runs: list[RunRecord] = field(default_factory=list)
    total: int = 0
    running: int = 0
    waiting: int = 0
    metric_names: tuple[str, ...] = ()
    metrics: Mapping[str, Mapping[str, MetricSummary]] = field(default_factory=dict)
    detail: Detail | None = None
    error: str | None = None
    read_at: datetime = EPOCH


@dataclass(frozen=True, slots=True, kw_only=True)
class TopState:
    """The screen's state. ``mode`` is ``list``, ``filter`` (a text is typed), ``cancel`` (a question is asked) or ``help``."""

    wanted: Wanted = Wanted()
    picture: Picture = Picture()
    mode: str = "list"
    typed: str = ""
    selected: str | None = None
    first_row: int = 0
    message: str = ""
    is_paused: bool = False
    cancel: str | None = None
    is_over: bool = False

    def row(self) -> int:
        """Return the index of the selected run; 0 when it has gone."""
        return next((index for index, run in enumerate(self.picture.runs) if run.id == self.selected), 0)

    def selected_run(self) -> RunRecord | None:
        """Return the selected run, or None when there is none."""
        runs = self.picture.runs
        return runs[self.row()] if runs else None


def with_picture(state: TopState, picture: Picture) -> TopState:
    """Return the state with what was read; the selection stays on its run, or on its place when the run has gone."""
    if state.is_paused:
        return state
    ids = [run.id for run in picture.runs]
    selected = state.selected
    if selected not in ids:
        selected = ids[min(state.row(), len(ids) - 1)] if ids else None
    return replace(state, picture=picture, selected=selected)


def pressed(state: TopState, key: str) -> TopState:
    """Return the state after a key: a character, or a name such as ``up``, ``enter``, ``escape``."""
    state = replace(state, cancel=None)
    if key == "interrupt":
        return replace(state, is_over=True)
    if state.mode == "filter":
        return _typed(state, key)
    if state.mode == "cancel":
        run = state.selected_run()
        wanted = run.id if key in ("y", "Y") and run is not None else None
        return replace(state, mode="list", cancel=wanted, message="" if wanted else "Nothing is cancelled.")
    if state.mode == "help":
        return replace(state, mode="list")
    return _listed(replace(state, message=""), key)


def _listed(state: TopState, key: str) -> TopState:
    if key in _MOVES:
        return _moved(state, _MOVES[key])
    if key in ("q", "Q"):
        return replace(state, is_over=True)
    if key == "?":
        return replace(state, mode="help")
    if key == "/":
        return replace(state, mode="filter", typed=state.wanted.filter)
    if key == " ":
        return replace(state, is_paused=not state.is_paused)
    if key == "x" and (run := state.selected_run()) is not None:
        if run.status.is_terminal:
            return replace(state, message=f"Run {run.id} has ended already.")
        return replace(state, mode="cancel")
    return replace(state, wanted=_wanted(state, key))


def _wanted(state: TopState, key: str) -> Wanted:
    wanted, run = state.wanted, state.selected_run()
    if key in ("enter", "escape"):
        is_shown = wanted.detail is not None
        return replace(wanted, detail=None if is_shown or key == "escape" or run is None else run.id)
    if key == "a":
        return replace(wanted, active_only=not wanted.active_only)
    if key == "c":
        return replace(wanted, with_children=not wanted.with_children)
    if key == "o":
        orders = list(ORDERS)
        return replace(wanted, order_by=orders[(orders.index(wanted.order_by) + 1) % len(orders)])
    return wanted


_MOVES = {
    "up": -1,
    "k": -1,
    "down": 1,
    "j": 1,
    "page up": -PAGE_ROWS,
    "page down": PAGE_ROWS,
    "home": -1_000_000,
    "g": -1_000_000,
    "end": 1_000_000,
    "G": 1_000_000,
}


def _moved(state: TopState, by: int) -> TopState:
    runs = state.picture.runs
    if not runs:
        return state
    run = runs[max(0, min(state.row() + by, len(runs) - 1))]
    detail = run.id if state.wanted.detail is not None else None
    return replace(state, selected=run.id, wanted=replace(state.wanted, detail=detail))


def _typed(state: TopState, key: str) -> TopState:
    if key == "escape":
        return replace(state, mode="list", typed="")
    if key == "enter":
        return replace(state, mode="list", typed="", wanted=replace(state.wanted, filter=state.typed.strip()))
    if key == "backspace":
        return replace(state, typed=state.typed[:-1])
    if key == "clear":
        return replace(state, typed="")
    return replace(state, typed=state.typed + key) if len(key) == 1 and key.isprintable() else state


def scrolled(state: TopState, rows: int) -> TopState:
    """Return the state with the selected run among the ``rows`` that fit on the screen."""
    row = state.row()
    last = max(0, len(state.picture.runs) - rows)
    first = min(max(state.first_row, row - rows + 1), row, last) if rows > 0 else 0
    return replace(state, first_row=first)
