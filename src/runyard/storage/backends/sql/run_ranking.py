"""Orders in which a figure of a metric, a roll-up or a label has a part.

They are not in the rows of runs that SQL can order by an index, so such a list is put in order in numpy, all of its runs at once:
those of the page are chosen column by column, and of the columns behind the first only what is needed for that is read.
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
from runyard.storage.backends.sql.metric_points import Ints
from runyard.storage.backends.sql.run_filter import FilterCompiler
from runyard.storage.backends.sql.run_order import decode_place, encode_place, sql_order
from runyard.storage.backends.sql.run_ranking_part import FigurePart, LabelNumberPart, LabelTextPart, OrderPart, PlainPart
from runyard.storage.backends.sql.run_sets import RunSets

_RUN = t.run.c


@dataclass(frozen=True, slots=True)
class RankedPage:
    """The keys of the runs of a page in order, how many runs the whole list has, and where the next page goes on."""

    pks: Ints
    total: int
    next_cursor: str | None


def is_ranked(orders: Sequence[OrderBy]) -> bool:
    """Return whether an order is one for :class:`RunRanking`."""
    return any(each.field.shape in (Shape.METRIC, Shape.LABEL) for each in orders)


class RunRanking:
    """An order. What is equal in all of its fields comes the newest first when a figure is among them, else as the last says."""

    def __init__(self, orders: Sequence[OrderBy], compiler: FilterCompiler) -> None:
        self._parts: list[OrderPart] = []
        for shape, some in itertools.groupby(orders, lambda each: each.field.shape):
            if shape is Shape.METRIC:
                self._parts += [FigurePart(compiler.figures(each.field), each.descending) for each in some]
            elif shape is Shape.LABEL:
                for each, kind in itertools.product(some, (LabelNumberPart, LabelTextPart)):
                    self._parts.append(kind(compiler.connection, each.field, each.descending))
            else:
                order = sql_order(list(some), compiler)
                self._parts.append(PlainPart(compiler.connection, compiler.workspace_pk, order))
        is_newest_first = orders[-1].descending or any(each.field.shape is Shape.METRIC for each in orders)
        self._sign = -1 if is_newest_first else 1

    def sequence(self, pks: Ints) -> Ints:
        """Return the places of runs in order. **Shape**: (n,)."""
        keys = [column for part in self._parts for column in part.read(pks).columns]
        places: Ints = np.lexsort((self._sign * pks, *reversed(keys)))
        return places

    def page(
        self,
        connection: Connection,
        conditions: list[sa.ColumnElement[bool]],
        *,
        cursor: str | None,
        offset: int,
        limit: int,
        sets: RunSets | None = None,
    ) -> RankedPage:
        """Return a page of the runs that meet conditions; ``offset`` counts only without a cursor.

        Raises:
            InvalidArgumentError: the cursor is none of this order.
        """
        place = self._place(cursor) if cursor else None
        columns = key_list(connection, sa.select(_RUN.pk).where(*conditions))
        (pks,) = columns if sets is None else sets.among(columns)
        rest, start = (pks, offset) if place is None else (self._after(pks, place), 0)
        shown = self._first(rest, start + limit)[start:]
        more = start + limit < len(rest)
        return RankedPage(shown, len(pks), self._cursor(int(shown[-1])) if more else None)

    def _first(self, pks: Ints, count: int) -> Ints:
        """Return the first runs in order."""
        inside: list[Ints] = []
        for part in self._parts:
            if len(pks) <= count:
                break
            sure, pks = part.first(pks, count)
            inside.append(sure)
            count -= len(sure)
        if len(pks) > count:
            pks = self._sign * np.sort(self._sign * pks)[:count]
        chosen = np.concatenate([*inside, pks])
        return chosen[self.sequence(chosen)]

    def _after(self, pks: Ints, place: _Place) -> Ints:
        """Return the runs that come after a place."""
        after: list[Ints] = []
        for part, own in zip(self._parts, place.of_parts, strict=True):
            if not len(pks):
                break
            read = part.read(pks)
            kept = np.arange(len(pks))
            for column, value in zip(read.columns, read.placed(own), strict=True):
                values = column[kept]
                after.append(pks[kept[values > value]])
                kept = kept[values == value]
            pks = pks[kept]
        return np.concatenate([*after, pks[self._sign * pks > self._sign * place.pk]])

    def _cursor(self, pk: int) -> str:
        """Return the opaque text for the place of a run."""
        return encode_place([*itertools.chain.from_iterable(part.place(pk) for part in self._parts), pk])

    def _place(self, cursor: str) -> _Place:
        types = [part.types for part in self._parts]
        *values, pk = decode_place(cursor, [*itertools.chain(*types), int])
        rest = iter(values)
        return _Place([list(itertools.islice(rest, len(each))) for each in types], pk)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a cursor goes on: the values of each part of the order, and the run."""

    of_parts: list[list[Any]]
    pk: int
