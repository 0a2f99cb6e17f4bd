"""What a list of runs is ordered by, as columns of numbers: figures of metrics, labels, and fields of the runs themselves.

Columns of few runs are read run by run. Of many they are read from an index or a table in one pass and met with the runs in
numpy: to look up each of a hundred thousand takes three times as long. Texts become ranks: their places among all texts read.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.run_filter_ast import Field
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.key_list import gathered, key_list, keys_in, numbers_of, with_numbers
from runyard.storage.backends.sql.metric_points import Ints
from runyard.storage.backends.sql.metric_rank import Figures
from runyard.storage.backends.sql.run_filter import LABEL_KINDS
from runyard.storage.backends.sql.run_order import OrderKey, RunOrder

Column = npt.NDArray[Any]
_Value = TypeVar("_Value", bound=Any)

FEW_RUNS = 2000
"""So many runs are looked up one by one."""

LEADERS_MAX = 2000
"""So many runs are read from the beginning of an index of numbers; a page whose runs do not lie there is found among all."""

_RUN = t.run.c
_NO_RUNS = np.zeros(0, np.int64)


class Columns(NamedTuple):
    """What runs are sorted by, what counts most first; what is less comes first. **Shape** of each: (n,).

    ``placed`` turns the values of a place, as a cursor has them, into numbers to compare the columns with.
    """

    columns: list[Column]
    placed: Callable[[Sequence[Any]], list[Any]]


class OrderPart(Protocol):
    """A part of an order: one field, or several."""

    def first(self, pks: Ints, count: int) -> tuple[Ints, Ints]:
        """Return the runs that are surely among the first ``count``, and those of which some are, all equal in this part.

        There are more runs than ``count``, and all are equal in the parts before.
        """
        inside = [_NO_RUNS]
        places = np.arange(len(pks))
        for column in self.read(pks).columns:
            if len(places) > count:
                values = column[places]
                edge = np.partition(values, count - 1)[count - 1]
                inside.append(pks[places[values < edge]])
                count -= len(inside[-1])
                places = places[values == edge]
        return np.concatenate(inside), pks[places]

    @property
    def types(self) -> Sequence[type]:
        """The types of the values that a place has in a cursor."""
        ...

    def read(self, pks: Ints) -> Columns:
        """Return the columns of runs."""
        ...

    def place(self, pk: int) -> list[Any]:
        """Return the values of a run for a cursor."""
        ...


@dataclass(frozen=True, slots=True)
class FigurePart(OrderPart):
    """The order by one figure; runs without it come last in either direction."""

    figures: Figures
    descending: bool

    @property
    def types(self) -> Sequence[type]:
        """1 where a run lacks the figure, and the figure."""
        return (int, float)

    def read(self, pks: Ints) -> Columns:
        """See :class:`OrderPart`."""
        sign = -1.0 if self.descending else 1.0
        values = self.figures.of(pks)
        missing = np.isnan(values)
        return Columns([missing, np.where(missing, 0.0, values * sign)], lambda place: [place[0], place[1] * sign])

    def place(self, pk: int) -> list[Any]:
        """See :class:`OrderPart`."""
        value = float(self.figures.of(np.array([pk], np.int64))[0])
        return [1, 0.0] if np.isnan(value) else [0, value]


class _LabelPart(OrderPart):
    """The order by what the values of a label are as numbers, or as texts; a run whose value is none such comes last."""

    def __init__(self, connection: Connection, field: Field, descending: bool) -> None:
        self._connection = connection
        self._sign = -1.0 if descending else 1.0
        self._own = sa.and_(t.run_label.c.kind == LABEL_KINDS[field.name], t.run_label.c.key == (field.key or ""))
        self._all: Figures | None = None

    def read(self, pks: Ints) -> Columns:
        """See :class:`OrderPart`."""
        if len(pks) > FEW_RUNS and self._all is None:
            self._all = self._read(None)
        values = (self._all or self._read(pks)).of(pks)
        missing = np.isnan(values)
        return Columns([missing, np.where(missing, 0.0, values * self._sign)], self._placed)

    def _placed(self, place: Sequence[Any]) -> list[Any]:
        return [place[0], 0.0 if place[0] else self._sign * self._number_of(place[1])]

    @property
    def types(self) -> Sequence[type]:
        """1 where a run lacks the value, and the value."""
        raise NotImplementedError

    def place(self, pk: int) -> list[Any]:
        """See :class:`OrderPart`."""
        raise NotImplementedError

    def _wanted(self, pks: Ints | None) -> sa.ColumnElement[bool]:
        return self._own if pks is None else sa.and_(self._own, keys_in(self._connection, t.run_label.c.run_pk, pks))

    def _row(self, pk: int) -> Any:
        c = t.run_label.c
        return self._connection.execute(sa.select(c.number, c.head).where(self._own, c.run_pk == pk)).first()

    def _read(self, pks: Ints | None) -> Figures:
        """Return the values as numbers, of some runs or of all."""
        raise NotImplementedError

    def _number_of(self, value: Any) -> float:
        """Return the number of a value as :meth:`_read` gives it."""
        raise NotImplementedError


class LabelNumberPart(_LabelPart):
    """The order by the numbers that the values of a tag, property or parameter are."""

    @property
    def types(self) -> Sequence[type]:
        """See :class:`OrderPart`."""
        return (int, float)

    def place(self, pk: int) -> list[Any]:
        """See :class:`OrderPart`."""
        row = self._row(pk)
        return [1, 0.0] if row is None or row.number is None else [0, row.number]

    def first(self, pks: Ints, count: int) -> tuple[Ints, Ints]:
        """See :class:`OrderPart`."""
        return self._leaders(pks, count) or super().first(pks, count)

    def _leaders(self, pks: Ints, count: int) -> tuple[Ints, Ints] | None:
        """Return what :meth:`first` does from the beginning of the index, None when the runs sought lie further on."""
        if self._all is not None or len(pks) <= FEW_RUNS or count > LEADERS_MAX:
            return None
        number = t.run_label.c.number
        beginning = self._numbers(None).order_by(number.desc() if self._sign < 0 else number).limit(LEADERS_MAX)
        runs, numbers = with_numbers(self._connection, beginning)
        keys = numbers * self._sign
        sought = np.isin(runs, pks)
        if np.count_nonzero(sought) < count:
            return None
        edge = np.partition(keys[sought], count - 1)[count - 1]
        tied = runs[keys == edge]
        if edge == keys.max():  # the others with this number may stand behind what was read
            query = sa.select(t.run_label.c.run_pk).where(self._own, number == sa.literal(float(self._sign * edge), sa.Double))
            (tied,) = key_list(self._connection, query)
        return runs[sought & (keys < edge)], tied[np.isin(tied, pks)]

    def _read(self, pks: Ints | None) -> Figures:
        return Figures(*with_numbers(self._connection, self._numbers(pks)))

    def _numbers(self, pks: Ints | None) -> sa.Select[tuple[int, float]]:
        c = t.run_label.c
        return sa.select(c.run_pk, c.number).where(self._wanted(pks), c.number.is_not(None))

    def _number_of(self, value: Any) -> float:
        return float(value)


class LabelTextPart(_LabelPart):
    """The order by the values of a tag, property or parameter that are no numbers. Comes after :class:`LabelNumberPart`."""

    _texts: Sequence[str] = ()

    def first(self, pks: Ints, count: int) -> tuple[Ints, Ints]:
        """See :class:`OrderPart`."""
        row = self._row(int(pks[0]))
        if row is not None and row.number is not None:  # as all of them: their number has told what this label can tell
            return _NO_RUNS, pks
        return super().first(pks, count)

    @property
    def types(self) -> Sequence[type]:
        """See :class:`OrderPart`."""
        return (int, str)

    def place(self, pk: int) -> list[Any]:
        """See :class:`OrderPart`."""
        row = self._row(pk)
        return [1, ""] if row is None or row.head is None or row.number is not None else [0, row.head]

    def _read(self, pks: Ints | None) -> Figures:
        # To look up which of the texts are numbers, in the index of texts, would cost more than to read the others too.
        c = t.run_label.c
        (others,) = key_list(self._connection, sa.select(c.run_pk).where(self._wanted(pks), c.number.is_(None)))
        if not len(others):
            return Figures(_NO_RUNS, np.zeros(0))
        groups = sorted(_by_value(self._connection, sa.select(c.run_pk, c.head).where(self._wanted(pks), c.head.is_not(None))))
        self._texts = [text for text, _ in groups]
        runs = numbers_of(",".join(keys for _, keys in groups))
        ranks = np.repeat(np.arange(0.0, 2.0 * len(groups), 2.0), [keys.count(",") + 1 for _, keys in groups])
        own = np.isin(runs, others)
        return Figures(runs[own], ranks[own])

    def _number_of(self, value: Any) -> float:
        return rank_of(value, self._texts)


class PlainPart(OrderPart):
    """The order by fields of the runs themselves."""

    def __init__(self, connection: Connection, workspace_pk: int, order: RunOrder) -> None:
        self._connection = connection
        self._workspace_pk = workspace_pk
        self._order = order
        labels = [key.column.label(f"key_{number}") for number, key in enumerate(order.keys)]
        self._query = sa.select(_RUN.pk, *labels).select_from(order.joined())
        self._all: tuple[Ints, list[_KeyColumn]] | None = None

    @property
    def types(self) -> Sequence[type]:
        """Those of the keys."""
        return [key.type for key in self._order.keys]

    def read(self, pks: Ints) -> Columns:
        """See :class:`OrderPart`."""
        if len(pks) > FEW_RUNS and self._all is None:
            self._all = self._read_all()
        runs, keys = self._all or self._read_few(pks)
        order = np.argsort(runs, kind="stable")
        places = order[np.searchsorted(runs[order], pks)]
        return Columns(
            [key.column[places] for key in keys],
            lambda place: [key.placed(value) for key, value in zip(keys, place, strict=True)],
        )

    def place(self, pk: int) -> list[Any]:
        """See :class:`OrderPart`."""
        return list(self._connection.execute(self._query.where(_RUN.pk == pk)).one()[1:])

    def _read_few(self, pks: Ints) -> tuple[Ints, list[_KeyColumn]]:
        """Return the runs and their keys."""
        rows = self._connection.execute(self._query.where(keys_in(self._connection, _RUN.pk, pks))).all()
        keys = [_key_column(key, [row[place] for row in rows]) for place, key in enumerate(self._order.keys, start=1)]
        return np.array([row[0] for row in rows], np.int64), keys

    def _read_all(self) -> tuple[Ints, list[_KeyColumn]]:
        """Return what :meth:`_read_few` does, of all runs of the workspace."""
        whole = self._query.where(_RUN.workspace_pk == self._workspace_pk)
        if all(key.type is int for key in self._order.keys):
            runs, *values = key_list(self._connection, whole)
            return runs, [_key_column(key, own) for key, own in zip(self._order.keys, values, strict=True)]
        rows = _by_value(self._connection, whole)
        parts = [numbers_of(row[-1]) for row in rows]
        keys = [_key_column(key, [row[place] for row in rows]) for place, key in enumerate(self._order.keys)]
        counts = [len(part) for part in parts]
        return np.concatenate([_NO_RUNS, *parts]), [_KeyColumn(np.repeat(key.column, counts), key.placed) for key in keys]


def rank_of(value: _Value, values: Sequence[_Value]) -> float:
    """Return twice the place of a value among sorted ones; one that is not there comes between its neighbours."""
    place = bisect.bisect_left(values, value)
    return 2.0 * place - (place == len(values) or values[place] != value)


class _KeyColumn(NamedTuple):
    """A key of runs as numbers, and what turns a value of it into a number to compare them with."""

    column: Column
    placed: Callable[[Any], float]


def _key_column(key: OrderKey, values: list[Any] | Ints) -> _KeyColumn:
    sign = -1 if key.descending else 1
    if key.type is not str:
        return _KeyColumn(np.asarray(values, np.int64) * sign, lambda value: value * sign)
    texts = sorted(set(values))
    ranks = {text: 2.0 * sign * place for place, text in enumerate(texts)}
    return _KeyColumn(np.array([ranks[text] for text in values], np.float64), lambda value: sign * rank_of(value, texts))


def _by_value(connection: Connection, query: sa.Select[Any]) -> list[tuple[Any, ...]]:
    """Return the different values of a query's columns but the first, each with the keys of its runs as text."""
    inner = query.subquery()
    key, *values = inner.c
    grouped = sa.select(*values, gathered(connection, key)).group_by(*values)
    cursor: Any = connection.execute(grouped).cursor  # the driver's own: row objects would cost more than the query
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
