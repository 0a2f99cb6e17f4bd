"""The order of a run list as SQL, and cursors that go on in it.

Runs that lack the value come last in either direction. Values of tags, properties and parameters that are numbers come before
those that are not, in either direction too, and each kind keeps to its own order. What is equal is ordered by the run's key, so
a list has one order and a cursor names one place in it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import sqlalchemy as sa

from runyard.domain.run_filter_ast import Field, Shape
from runyard.domain.run_order import OrderBy
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.mapping import cursor_error
from runyard.storage.backends.sql.run_filter import FilterCompiler

Join = tuple[sa.FromClause, sa.ColumnElement[bool]]

_RUN = t.run.c
_ALWAYS_THERE = frozenset({"id", "name", "experiment", "target", "status", "root", "number", "children", "depth", "created"})


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One expression to order by, never NULL, and the Python type that its values have."""

    column: sa.ColumnElement[Any]
    descending: bool
    type: type


@dataclass(frozen=True, slots=True)
class RunOrder:
    """An order. ``joins`` is what must be joined to ``run`` for the keys, each with its condition."""

    keys: tuple[OrderKey, ...]
    joins: tuple[Join, ...] = ()

    def joined(self, start: sa.FromClause = t.run) -> sa.FromClause:
        """Return ``start`` with what the keys need."""
        for join in self.joins:
            start = start.outerjoin(*join)
        return start

    def clauses(self) -> list[sa.ColumnElement[Any]]:
        """Return the ORDER BY."""
        return [key.column.desc() if key.descending else key.column.asc() for key in self.keys]

    def backwards(self) -> RunOrder:
        """Return the order that begins at the end of this one."""
        return replace(self, keys=tuple(replace(key, descending=not key.descending) for key in self.keys))

    def after(self, place: list[Any]) -> sa.ColumnElement[bool]:
        """Return the condition that a run comes after a place in the list."""
        if len({key.descending for key in self.keys}) == 1:
            ours, theirs = self._tuples(place)
            return ours < theirs if self.keys[0].descending else ours > theirs
        ways = []
        for depth, key in enumerate(self.keys):
            equal = [before.column == value for before, value in zip(self.keys[:depth], place, strict=False)]
            further = key.column < place[depth] if key.descending else key.column > place[depth]
            ways.append(sa.and_(*equal, further))
        return sa.or_(*ways)

    def _tuples(self, place: list[Any]) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]:
        ours = sa.tuple_(*[key.column for key in self.keys])
        theirs = sa.tuple_(*[sa.literal(value, key.column.type) for key, value in zip(self.keys, place, strict=True)])
        return ours, theirs

    def place(self, cursor: str) -> list[Any]:
        """Return what :func:`encode_place` was given for the place of a run with these keys."""
        return decode_place(cursor, [key.type for key in self.keys])


def encode_place(values: list[Any]) -> str:
    """Return the opaque text for a place in a list."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(values)).decode().rstrip("=")


def decode_place(cursor: str, types: list[Any]) -> list[Any]:
    """Return what :func:`encode_place` was given.

    Raises:
        InvalidArgumentError: the text is no place of values with these types.
    """
    try:
        values = msgspec.msgpack.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=list[Any])
    except (ValueError, msgspec.DecodeError):
        values = []
    fits = len(values) == len(types) and all(
        isinstance(value, kind) and not isinstance(value, bool) for value, kind in zip(values, types, strict=False)
    )
    if not fits:
        raise cursor_error(cursor)
    return values


def run_order(orders: Sequence[OrderBy], compiler: FilterCompiler) -> RunOrder:
    """Return the order by fields of the runs themselves; what is equal goes the way of the last field."""
    order = sql_order(orders, compiler)
    return RunOrder((*order.keys, OrderKey(_RUN.pk, orders[-1].descending, int)), order.joins)


def sql_order(orders: Sequence[OrderBy], compiler: FilterCompiler) -> RunOrder:
    """Return the keys of fields of the runs themselves; runs may be equal in all of them."""
    keys: list[OrderKey] = []
    joins: list[Join] = []
    for each in orders:
        own, join = _keys(each.field, each.descending, compiler)
        keys += own
        joins += [join] if join else []
    return RunOrder(tuple(keys), tuple(joins))


def _keys(field: Field, descending: bool, compiler: FilterCompiler) -> tuple[list[OrderKey], Join | None]:
    column, kind, join = _value(field, compiler)
    if field.name in _ALWAYS_THERE:
        return [OrderKey(column, descending, kind)], join
    missing = sa.case((column.is_(None), _digit(1)), else_=_digit(0))
    blank: Any = "" if kind is str else 0
    value: sa.ColumnElement[Any] = sa.func.coalesce(column, sa.literal(blank, column.type))
    if kind is str:
        value = compiler.ordered_text(value)
    return [OrderKey(missing, False, int), OrderKey(value, descending, kind)], join


def _digit(digit: int) -> sa.ColumnElement[int]:
    return sa.literal_column(str(digit), sa.Integer)


def _value(field: Field, compiler: FilterCompiler) -> tuple[sa.ColumnElement[Any], type, Join | None]:
    if field.name == "experiment":
        experiment = t.experiment.alias()
        return compiler.ordered_text(experiment.c.name), str, (experiment, experiment.c.pk == _RUN.experiment_pk)
    if field.name == "parent":
        parent = t.run.alias()
        return sa.select(parent.c.id).where(parent.c.pk == _RUN.parent_pk).scalar_subquery(), str, None
    if field.shape is Shape.DURATION:
        # Up to the end only: the length of a run that goes on changes while its list is read.
        return _RUN.ended_at - _RUN.started_at, int, None
    column = compiler.column(field, 0)
    if field.shape in (Shape.TEXT, Shape.STATUS):
        return (compiler.ordered_text(column) if field.name in _ALWAYS_THERE else column), str, None
    return column, int, None
