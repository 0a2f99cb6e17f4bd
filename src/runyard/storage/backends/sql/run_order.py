"""The order of a run list as SQL, and cursors that go on in it.

Runs that lack the value come last in either direction. Values of tags, properties and parameters that are numbers come before
those that are not, in either direction too, and each kind keeps to its own order. What is equal is ordered by the run's key, so
a list has one order and a cursor names one place in it.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from runyard.domain.run_filter import parse_field
from runyard.domain.run_filter_ast import Field, Shape
from runyard.errors import InvalidArgumentError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.run_filter import LABEL_KINDS, FilterCompiler

_RUN = t.run.c
_ALWAYS_THERE = frozenset({"id", "name", "experiment", "target", "status", "root", "number", "children", "depth", "created"})
_LABEL = t.run_label.alias("ordered_label")


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One expression to order by, never NULL, and the Python type that its values have."""

    column: sa.ColumnElement[Any]
    descending: bool
    type: type


@dataclass(frozen=True, slots=True)
class RunOrder:
    """An order. ``join`` is what must be joined to ``run`` for the keys, with its condition."""

    keys: tuple[OrderKey, ...]
    join: tuple[sa.FromClause, sa.ColumnElement[bool]] | None = None

    def clauses(self) -> list[sa.ColumnElement[Any]]:
        """Return the ORDER BY."""
        return [key.column.desc() if key.descending else key.column.asc() for key in self.keys]

    def after(self, place: list[Any]) -> sa.ColumnElement[bool]:
        """Return the condition that a run comes after a place in the list."""
        if len({key.descending for key in self.keys}) == 1:
            ours = sa.tuple_(*[key.column for key in self.keys])
            theirs = sa.tuple_(*[sa.literal(value, key.column.type) for key, value in zip(self.keys, place, strict=True)])
            return ours < theirs if self.keys[0].descending else ours > theirs
        ways = []
        for depth, key in enumerate(self.keys):
            equal = [before.column == value for before, value in zip(self.keys[:depth], place, strict=False)]
            further = key.column < place[depth] if key.descending else key.column > place[depth]
            ways.append(sa.and_(*equal, further))
        return sa.or_(*ways)

    def cursor(self, values: list[Any]) -> str:
        """Return the opaque text for the place of a run with these keys."""
        return encode_place(values)

    def place(self, cursor: str) -> list[Any]:
        """Return what :meth:`cursor` was given."""
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
        raise InvalidArgumentError(f"{cursor[:80]!r} is no cursor of this list. Start again without one.")
    return values


def read_order(order_by: str) -> tuple[Field, bool]:
    """Return the field that a text names, and whether the order goes downwards: with a leading ``-``.

    Raises:
        InvalidArgumentError: there is no such field.
    """
    return parse_field(order_by.removeprefix("-")), order_by.startswith("-")


def run_order(field: Field, descending: bool, compiler: FilterCompiler) -> RunOrder:
    """Return the order by a field of the query language that is no metric."""
    last = OrderKey(_RUN.pk, descending, int)
    if field.shape is Shape.LABEL:
        keys, labelled = _label_keys(field, descending, compiler)
        return RunOrder((*keys, last), labelled)
    column, kind, join = _value(field, compiler)
    if field.name in _ALWAYS_THERE:
        return RunOrder((OrderKey(column, descending, kind), last), join)
    missing = sa.case((column.is_(None), _digit(1)), else_=_digit(0))
    blank: Any = "" if kind is str else 0
    value: sa.ColumnElement[Any] = sa.func.coalesce(column, sa.literal(blank, column.type))
    if kind is str:
        value = compiler.ordered_text(value)
    return RunOrder((OrderKey(missing, False, int), OrderKey(value, descending, kind), last), join)


def _digit(digit: int) -> sa.ColumnElement[int]:
    return sa.literal_column(str(digit), sa.Integer)


def _value(
    field: Field, compiler: FilterCompiler
) -> tuple[sa.ColumnElement[Any], type, tuple[sa.FromClause, sa.ColumnElement[bool]] | None]:
    if field.name == "experiment":
        return compiler.ordered_text(t.experiment.c.name), str, (t.experiment, t.experiment.c.pk == _RUN.experiment_pk)
    if field.name == "parent":
        parent = t.run.alias("ordered_parent")
        return sa.select(parent.c.id).where(parent.c.pk == _RUN.parent_pk).scalar_subquery(), str, None
    if field.shape is Shape.DURATION:
        # Up to the end only: the length of a run that goes on changes while its list is read.
        return _RUN.ended_at - _RUN.started_at, int, None
    column = compiler.column(field, 0)
    if field.shape in (Shape.TEXT, Shape.STATUS):
        return (compiler.ordered_text(column) if field.name in _ALWAYS_THERE else column), str, None
    return column, int, None


def _label_keys(
    field: Field, descending: bool, compiler: FilterCompiler
) -> tuple[list[OrderKey], tuple[sa.FromClause, sa.ColumnElement[bool]]]:
    label = _LABEL.c
    group = sa.case((label.number.is_not(None), _digit(0)), (label.head.is_not(None), _digit(1)), else_=_digit(2))
    number = sa.func.coalesce(label.number, sa.literal(0.0, sa.Double))
    text = sa.case((label.number.is_(None), sa.func.coalesce(label.head, "")), else_=sa.literal(""))
    on = sa.and_(label.run_pk == _RUN.pk, label.kind == LABEL_KINDS[field.name], label.key == (field.key or ""))
    keys = [
        OrderKey(group, False, int),
        OrderKey(number, descending, float),
        OrderKey(compiler.ordered_text(text), descending, str),
    ]
    return keys, (_LABEL, on)
