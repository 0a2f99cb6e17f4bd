"""Ranking runs by a metric: the pages of summaries, and over them the runs that are not in pages yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.metric import MetricFamily
from runyard.errors import InvalidArgumentError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.metric_key import KeyBook
from runyard.storage.backends.sql.metric_page import FIGURES, read_pages
from runyard.storage.backends.sql.metric_points import Floats, Ints
from runyard.storage.backends.sql.metric_read import MetricReader

PREFIX = "metric:"


@dataclass(frozen=True, slots=True)
class MetricOrder:
    """One figure of one metric: ``metric:<name>:<figure>``."""

    name: str
    figure: str


def parse_order(text: str) -> MetricOrder:
    """Return what ``metric:<name>:<figure>`` asks for.

    Raises:
        InvalidArgumentError: there is no such figure.
    """
    name, _, figure = text.removeprefix(PREFIX).rpartition(":")
    if not name or figure not in FIGURES:
        raise InvalidArgumentError(
            f"Runs cannot be ordered by {text!r}. Use metric:<name>:<figure>, the figure being one of: {', '.join(FIGURES)}."
        )
    return MetricOrder(name, figure)


class MetricRanking:
    """Reads one figure of a metric of all runs."""

    def __init__(self, book: KeyBook, reader: MetricReader) -> None:
        self._book = book
        self._reader = reader

    def figures(self, connection: Connection, order: MetricOrder, run_pks: Ints) -> Floats:
        """Return the figure of each of the runs, NaN where a run has none."""
        found = np.full(len(run_pks), np.nan)
        keys = [key for key, (_, kind) in self._book.find(connection, [order.name]).items() if kind is MetricFamily.SERIES]
        if not keys:
            return found
        runs, values = read_pages(connection, keys[0], order.figure)
        _fill(found, run_pks, runs, values)
        late = self._late_runs(connection)
        if late:
            _fill(found, run_pks, *self._read_late(connection, keys[0], order.figure, late))
        return found

    def _late_runs(self, connection: Connection) -> list[int]:
        unpaged = sa.select(t.run_summary.c.run_pk).where(t.run_summary.c.paged == 0)
        return list(connection.execute(unpaged.union(sa.select(t.metric_tail.c.run_pk))).scalars())

    def _read_late(self, connection: Connection, key: int, figure: str, late: list[int]) -> tuple[Ints, Floats]:
        runs, values = [], []
        for run_pk, view in self._reader.views(connection, late, with_blocks=False).items():
            slot = view.summary.slots.get(key)
            if slot is not None:
                runs.append(run_pk)
                values.append(view.summary.figures(np.array([slot]))[figure][0])
        return np.array(runs, np.int64), np.array(values, np.float64)


def _fill(found: Floats, wanted: Ints, runs: Ints, values: Floats) -> None:
    """Set ``found`` where ``wanted`` is one of ``runs``."""
    if not len(runs):
        return
    order = np.argsort(runs)
    runs, values = runs[order], values[order]
    places = np.minimum(np.searchsorted(runs, wanted), len(runs) - 1)
    hits = runs[places] == wanted
    found[hits] = values[places[hits]]


def ranked(run_pks: Ints, values: Floats, *, descending: bool) -> Ints:
    """Return the places of runs in order of their values; runs without a value come last, the newest first among equals."""
    keys = np.where(np.isnan(values), np.inf, -values if descending else values)
    missing = np.isnan(values)
    places: Ints = np.lexsort((-run_pks, keys, missing))
    return places


def after_cursor(run_pks: Ints, values: Floats, value: float | None, run_pk: int, *, descending: bool) -> Any:
    """Return which runs come after the one that a cursor names, in the order of :func:`ranked`."""
    missing = np.isnan(values)
    if value is None:
        return missing & (run_pks < run_pk)
    beyond = values < value if descending else values > value
    return missing | beyond | ((values == value) & (run_pks < run_pk))


COMPARISONS = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "=": np.equal,
    "!=": np.not_equal,
}


def satisfying(values: Floats, comparison: str, bound: float) -> Any:
    """Return where a value compares so; a run without a value never does."""
    return COMPARISONS[comparison](values, bound) & ~np.isnan(values)
