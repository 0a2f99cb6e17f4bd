"""Figures of a metric of all runs at once: the pages of summaries, and over them the runs that are not in pages yet."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.metric import MetricFamily
from runyard.domain.roll_up_figure import mean_of
from runyard.domain.run_filter_ast import Aggregate, Field, Roll
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.key_list import key_list
from runyard.storage.backends.sql.metric_key import KeyBook
from runyard.storage.backends.sql.metric_late import LateFigures, LateRuns
from runyard.storage.backends.sql.metric_page_cache import PageCache, PageReader
from runyard.storage.backends.sql.metric_points import Floats, Ints
from runyard.storage.backends.sql.metric_read import MetricReader

_FAMILIES = list(MetricFamily)


class Figures(NamedTuple):
    """One figure of the runs that have it as a number, each once. **Shape** of both: (n,). No value is NaN."""

    run_pks: Ints
    values: Floats

    def of(self, wanted: Ints) -> Floats:
        """Return the values of ``wanted`` runs, NaN where a run has none."""
        found = np.full(len(wanted), np.nan)
        if len(self.run_pks):
            order = np.argsort(self.run_pks, kind="stable")  # it goes along what is in order already
            runs, values = self.run_pks[order], self.values[order]
            places = np.minimum(np.searchsorted(runs, wanted), len(runs) - 1)
            hits = runs[places] == wanted
            found[hits] = values[places[hits]]
        return found


class MetricRanking:
    """Opens readers of figures."""

    def __init__(self, book: KeyBook, reader: MetricReader) -> None:
        self._book = book
        self.late = LateFigures(reader)
        self.pages = PageCache()

    def open(self, connection: Connection, workspace_pk: int) -> FigureReader:
        """Return a reader for one query."""
        return FigureReader(connection, workspace_pk, self._book, self.late, self.pages)


class FigureReader:
    """Reads figures of the runs of one workspace, as one transaction sees them. What several fields need is read once."""

    def __init__(self, connection: Connection, workspace_pk: int, book: KeyBook, late: LateFigures, pages: PageCache) -> None:
        self._connection = connection
        self._workspace_pk = workspace_pk
        self._book = book
        self._late_figures = late
        self._late: LateRuns | None = None
        self._page_cache = pages
        self._pages: PageReader | None = None
        self._parents: tuple[Ints, Ints] | None = None

    def read(self, field: Field) -> Figures:
        """Return what a metric or roll-up field is, of the runs that have it. Runs of other workspaces may be among them."""
        own = self._figures(field.key or "", field.aggregate or Aggregate.LAST)
        return own if field.roll is None else self._rolled(own, field.roll)

    def _figures(self, name: str, aggregate: Aggregate) -> Figures:
        keys = self._book.find(self._connection, [name])
        if not keys:
            return Figures(np.zeros(0, np.int64), np.zeros(0))
        by_family = sorted(keys, key=lambda key: _FAMILIES.index(keys[key][1]))
        if self._late is None or self._pages is None:
            self._late = LateRuns(self._connection, self._late_figures)
            self._pages = PageReader(self._connection, self._page_cache)
        parts = [Figures(*self._late.figure({key: keys[key] for key in by_family}, aggregate.value))]
        held = self._late.run_pks
        for key in by_family:
            own = Figures(*self._pages.read(key, aggregate.value))
            if len(held):
                fresh = ~np.isin(own.run_pks, held)
                own = Figures(own.run_pks[fresh], own.values[fresh])
            parts.append(own)
            held = np.concatenate([held, own.run_pks])
        runs, values = (np.concatenate([part[place] for part in parts]) for place in (0, 1))
        there = ~np.isnan(values)
        return Figures(runs[there], values[there])

    def _rolled(self, own: Figures, roll: Roll) -> Figures:
        children, parents = self._families()
        values = own.of(children)
        there = ~np.isnan(values)
        parents, values = parents[there], values[there]  # sorted by parent
        if not len(parents):
            return Figures(parents, values)
        starts = np.flatnonzero(np.concatenate([[True], parents[1:] != parents[:-1]]))
        return Figures(parents[starts], _rolls(values, starts, roll))

    def _families(self) -> tuple[Ints, Ints]:
        """Return all runs that have a parent and are not in the bin, and their parents, in order of the parents."""
        if self._parents is None:
            run = t.run.c
            own = run.workspace_pk == self._workspace_pk
            query = sa.select(run.pk, run.parent_pk).where(own, run.parent_pk.is_not(None), run.deleted_at.is_(None))
            children, parents = key_list(self._connection, query)
            order = np.lexsort((children, parents))
            self._parents = children[order], parents[order]
        return self._parents


def _rolls(values: Floats, starts: Ints, roll: Roll) -> Floats:
    ends = np.append(starts[1:], len(values))
    if roll is Roll.COUNT:
        return (ends - starts).astype(np.float64)
    if roll is Roll.MEAN:
        # Not numpy's sum: a mean is the same here as where it is shown.
        plain = values.tolist()
        means = [mean_of(plain[start:stop]) for start, stop in zip(starts.tolist(), ends.tolist(), strict=True)]
        return np.array(means, np.float64)
    reduced: Floats = (np.minimum if roll is Roll.MIN else np.maximum).reduceat(values, starts)
    return reduced
