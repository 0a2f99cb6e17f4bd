"""Orders in which a figure of a metric, or a roll-up, has a part.

Figures are not in the tables that SQL can order, so such a list is put in order in numpy, all of its runs at once. What else it
is ordered by comes from SQL as ranks; where a cursor goes on, also as how a run compares with the place of the cursor.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.run_filter_ast import Shape
from runyard.domain.run_order import OrderBy
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.key_list import key_list
from runyard.storage.backends.sql.metric_points import Floats, Ints
from runyard.storage.backends.sql.metric_rank import Figures
from runyard.storage.backends.sql.run_filter import FilterCompiler
from runyard.storage.backends.sql.run_order import RunOrder, decode_place, encode_place, sql_order
from runyard.storage.backends.sql.run_sets import RunSets

_RUN = t.run.c


@dataclass(frozen=True, slots=True)
class _FigureOrder:
    """The order by one figure; runs without it come last in either direction."""

    figures: Figures
    descending: bool

    def keys(self, values: Floats) -> tuple[Any, Floats]:
        """Return what to sort by, what counts most first."""
        missing = np.isnan(values)
        return missing, np.where(missing, 0.0, -values if self.descending else values)

    def compared(self, values: Floats, place: Sequence[Any]) -> Ints:
        """Return 1 where a run comes after a place, -1 before it, 0 when it is there. **Shape**: (n,)."""
        missing, own = self.keys(values)
        value = -place[1] if self.descending else place[1]
        here = missing == place[0]
        after = (missing > place[0]) | (here & (own > value))
        before = (missing < place[0]) | (here & (own < value))
        return np.asarray(after.astype(np.int64) - before, np.int64)

    def place(self, pk: int) -> list[Any]:
        """Return the place of a run: 1 where it lacks the figure, and the figure."""
        value = float(self.figures.of(np.array([pk], np.int64))[0])
        return [1, 0.0] if np.isnan(value) else [0, value]


class RunRanking:
    """An order; what is equal in all of its fields comes the newest first."""

    def __init__(self, orders: Sequence[OrderBy], compiler: FilterCompiler) -> None:
        self._parts: list[_FigureOrder | RunOrder] = []
        for is_figure, some in itertools.groupby(orders, lambda each: each.field.shape is Shape.METRIC):
            if is_figure:
                self._parts += [_FigureOrder(compiler.figures(each.field), each.descending) for each in some]
            else:
                self._parts.append(sql_order(list(some), compiler))
        self._in_sql = [part for part in self._parts if isinstance(part, RunOrder)]

    def ranks(self) -> list[sa.ColumnElement[int]]:
        """Return the columns that :meth:`sequence` needs of each run."""
        return [sa.func.dense_rank().over(order_by=part.clauses()) for part in self._in_sql]

    def joined(self, start: sa.FromClause = t.run) -> sa.FromClause:
        """Return ``start`` with what the columns need."""
        for part in self._in_sql:
            start = part.joined(start)
        return start

    def sequence(self, pks: Ints, ranks: Sequence[Ints]) -> Ints:
        """Return the places of runs in order. **Shape**: (n,)."""
        columns = iter(ranks)
        keys: list[Any] = []
        for part in self._parts:
            keys += [next(columns)] if isinstance(part, RunOrder) else part.keys(part.figures.of(pks))
        places: Ints = np.lexsort((-pks, *reversed(keys)))
        return places

    def find(
        self, connection: Connection, conditions: list[sa.ColumnElement[bool]], cursor: str | None, sets: RunSets | None = None
    ) -> tuple[Ints, int]:
        """Return the keys of all runs that meet conditions, in order, and how many of them come before a cursor goes on.

        Raises:
            InvalidArgumentError: the cursor is none of this order.
        """
        place = self._place(cursor) if cursor else None
        columns = self.ranks()
        if place is not None:
            of_sql = [own for part, own in zip(self._parts, place.of_parts, strict=True) if isinstance(part, RunOrder)]
            columns += [_compared(part, own) for part, own in zip(self._in_sql, of_sql, strict=True)]
        statement = sa.select(_RUN.pk, *columns).select_from(self.joined()).where(*conditions)
        columns_read = key_list(connection, statement)
        pks, *found = columns_read if sets is None else sets.among(columns_read)
        before = 0 if place is None else int(np.sum(self._standing(pks, place, found[len(self._in_sql) :]) <= 0))
        return pks[self.sequence(pks, found[: len(self._in_sql)])], before

    def cursor(self, connection: Connection, pk: int) -> str:
        """Return the opaque text for the place of a run."""
        columns = [key.column for part in self._in_sql for key in part.keys]
        row = connection.execute(sa.select(_RUN.pk, *columns).select_from(self.joined()).where(_RUN.pk == pk)).one()
        values = iter(row[1:])
        place: list[Any] = []
        for part in self._parts:
            place += [next(values) for _ in part.keys] if isinstance(part, RunOrder) else part.place(pk)
        return encode_place([*place, pk])

    def _place(self, cursor: str) -> _Place:
        types = [[key.type for key in part.keys] if isinstance(part, RunOrder) else [int, float] for part in self._parts]
        *values, pk = decode_place(cursor, [*itertools.chain(*types), int])
        rest = iter(values)
        return _Place([list(itertools.islice(rest, len(each))) for each in types], pk)

    def _standing(self, pks: Ints, place: _Place, compared: Sequence[Ints]) -> Ints:
        """Return 1 where a run comes after a place, -1 before it, 0 for the run of the place itself. **Shape**: (n,)."""
        standing: Ints = np.sign(place.pk - pks)
        of_sql = list(compared)
        for part, own in zip(reversed(self._parts), reversed(place.of_parts), strict=True):
            by_part = of_sql.pop() if isinstance(part, RunOrder) else part.compared(part.figures.of(pks), own)
            standing = np.where(by_part != 0, by_part, standing)
        return standing


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a cursor goes on: the values of each part of the order, and the run."""

    of_parts: list[list[Any]]
    pk: int


def _compared(order: RunOrder, place: list[Any]) -> sa.ColumnElement[int]:
    whole = [sa.literal_column(text, sa.Integer) for text in ("1", "0", "-1")]
    return sa.case((order.after(place), whole[0]), (order.at(place), whole[1]), else_=whole[2])
