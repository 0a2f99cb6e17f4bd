"""Counts and groups of the runs that a query finds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.roll_up_figure import mean_of
from runyard.domain.run_filter import parse_field, unparse
from runyard.domain.run_filter_ast import (
    And,
    Comparison,
    Field,
    IsEmpty,
    IsNull,
    Like,
    Node,
    NumberValue,
    Operator,
    Shape,
    TextValue,
)
from runyard.domain.run_filter_value import number_of
from runyard.domain.run_order import parse_order
from runyard.domain.text_pattern import like_escaped
from runyard.errors import InvalidArgumentError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.metric_points import Floats, Ints
from runyard.storage.backends.sql.run_filter import LABEL_KINDS, PLAIN_COLUMNS, FilterCompiler
from runyard.storage.backends.sql.run_order import run_order
from runyard.storage.backends.sql.run_ranking import RunRanking, is_ranked
from runyard.wire.catalog import FigureStats, GroupQuery, ValueCount
from runyard.wire.run import RunQuery

BY_MAX = 3
FIGURES_MAX = 20
MEMBERS_MAX = 20
_RUN = t.run.c


class FoundGroup(NamedTuple):
    """A group: its values, the keys of its runs in the order of the query, and its figures."""

    values: list[str | None]
    filter: str
    run_pks: Ints
    figures: dict[str, FigureStats]


class _Part(NamedTuple):
    """A field to group by: the expressions of its value, and what must be joined for them."""

    field: Field
    columns: tuple[sa.ColumnElement[Any], ...]
    join: tuple[sa.FromClause, sa.ColumnElement[bool]] | None


def count_values(
    connection: Connection, conditions: list[sa.ColumnElement[bool]], text: str, compiler: FilterCompiler, limit: int
) -> list[ValueCount]:
    """Return how many runs have each value of a field, the values that most have first."""
    part = _part(text, compiler, 0)
    shown = part.columns[0]
    count = sa.func.count()
    query = sa.select(shown, count).select_from(_joined([part])).where(*conditions).group_by(shown)
    rows = connection.execute(query.order_by(count.desc(), shown).limit(limit)).all()
    return [ValueCount(value=None if value is None else str(value), count=found) for value, found in rows]


def group_runs(
    connection: Connection, conditions: list[sa.ColumnElement[bool]], query: GroupQuery, compiler: FilterCompiler
) -> tuple[list[FoundGroup], int, int, dict[str, FigureStats]]:
    """Return a page of groups, how many groups and runs there are, and the figures over all runs.

    Raises:
        InvalidArgumentError: a field that cannot be grouped by, too many of them, or an unknown order.
    """
    if not 1 <= len(query.by) <= BY_MAX or len(query.figures) > FIGURES_MAX or not 0 <= query.members <= MEMBERS_MAX:
        raise InvalidArgumentError(
            f"Group by 1 to {BY_MAX} fields, with at most {FIGURES_MAX} figures and {MEMBERS_MAX} members of each group."
        )
    parts = [_part(text, compiler, number) for number, text in enumerate(query.by)]
    read = {text: compiler.figures(_metric_field(text)) for text in query.figures}
    pks, values, places = _members(connection, conditions, query.query, parts, compiler)
    figures = {text: each.of(pks) for text, each in read.items()}
    order = np.argsort(places, kind="stable")
    cuts = np.searchsorted(places[order], np.arange(1, len(values)))
    of_group = np.split(order, cuts) if values else []
    stats = [_stats(figures, own) for own in of_group]
    shown = _sorted(query.order_by, values, of_group, stats)[query.offset : query.offset + query.limit]
    groups = [FoundGroup(values[n], _group_filter(parts, values[n]), pks[of_group[n]], stats[n]) for n in shown]
    return groups, len(values), len(pks), _stats(figures, np.arange(len(pks)))


def _metric_field(text: str) -> Field:
    field = parse_field(text)
    if field.shape is not Shape.METRIC:
        raise InvalidArgumentError(f"{text!r} is no figure of a metric. Use one such as metric.loss.min.")
    return field


def _part(text: str, compiler: FilterCompiler, number: int) -> _Part:
    field = parse_field(text)
    if field.shape is Shape.LABEL:
        label = t.run_label.alias(f"grouped_{number}")
        on = sa.and_(label.c.run_pk == _RUN.pk, label.c.kind == LABEL_KINDS[field.name], label.c.key == field.key)
        there = label.c.run_pk.is_not(None)
        shown = sa.case((there, sa.func.coalesce(label.c.head, "")), else_=sa.null())
        return _Part(field, (shown, label.c.number), (label, on))
    if field.name == "experiment":
        return _Part(field, (t.experiment.c.name,), (t.experiment, t.experiment.c.pk == _RUN.experiment_pk))
    if field.name == "parent":
        parent = t.run.alias(f"parent_{number}")
        return _Part(field, (parent.c.id,), (parent, parent.c.pk == _RUN.parent_pk))
    if field.shape not in (Shape.TEXT, Shape.STATUS, Shape.NUMBER):
        raise InvalidArgumentError(f"Runs cannot be grouped by {text!r}: nearly every run has a value of its own.")
    return _Part(field, (PLAIN_COLUMNS[field.name],), None)


def _joined(parts: Sequence[_Part], start: sa.FromClause = t.run) -> sa.FromClause:
    for part in parts:
        start = start if part.join is None else start.outerjoin(*part.join)
    return start


def _members(
    connection: Connection,
    conditions: list[sa.ColumnElement[bool]],
    query: RunQuery,
    parts: list[_Part],
    compiler: FilterCompiler,
) -> tuple[Ints, list[list[str | None]], Ints]:
    """Return the keys of all runs in order, the values of each group, and the group of each run."""
    orders = parse_order(query.order_by)
    order = None if is_ranked(orders) else run_order(orders, compiler)
    columns = [column for part in parts for column in part.columns]
    found = sa.select(_RUN.pk, *columns).select_from(_joined(parts, order.joined() if order else t.run)).where(*conditions)
    found = found.order_by(*order.clauses()) if order else found
    cursor: Any = connection.execute(found).cursor  # the driver's own: row objects would cost more than the query
    rows = cursor.fetchall()
    pks = np.array([row[0] for row in rows], np.int64)
    groups: dict[Any, int] = {}
    values: list[list[str | None]] = []
    places = np.zeros(len(rows), np.int64)
    for number, row in enumerate(rows):
        key = _group_key(parts, row)
        place = groups.setdefault(key, len(values))
        if place == len(values):
            values.append(_shown(parts, row))
        places[number] = place
    if order is None:
        sequence = RunRanking(orders, compiler).sequence(pks)
        pks, places = pks[sequence], places[sequence]
    return pks, values, places


def _group_key(parts: list[_Part], row: Any) -> Any:
    if len(parts) == 1 and len(parts[0].columns) == 1:
        return row[1]
    key, place = [], 1
    for part in parts:
        if len(part.columns) == 1:
            key.append(row[place])
        else:  # labels that are numbers are the same when the numbers are
            number = row[place + 1]
            key.append(row[place] if number is None else number)
        place += len(part.columns)
    return tuple(key)


def _shown(parts: list[_Part], row: Any) -> list[str | None]:
    values: list[str | None] = []
    place = 1
    for part in parts:
        values.append(None if row[place] is None else str(row[place]))
        place += len(part.columns)
    return values


def _group_filter(parts: list[_Part], values: list[str | None]) -> str:
    return unparse(And(tuple(_equal(part.field, value) for part, value in zip(parts, values, strict=True))))


def _equal(field: Field, value: str | None) -> Node:
    if value is None:
        return IsNull(field)
    if field.shape is Shape.NUMBER:
        return Comparison(field, Operator.EQ, NumberValue(float(value), value))
    number = number_of(value) if field.shape is Shape.LABEL else None
    if number is not None:
        return Comparison(field, Operator.EQ, NumberValue(number, value.strip()))
    if field.shape is Shape.LABEL and not value:
        return IsEmpty(field)
    if field.shape is Shape.LABEL and len(value) >= t.LABEL_HEAD_CHARS:
        return Like(field, like_escaped(value) + "%")
    return Comparison(field, Operator.EQ, TextValue(value))


def _stats(figures: dict[str, Floats], own: Ints) -> dict[str, FigureStats]:
    found: dict[str, FigureStats] = {}
    for text, column in figures.items():
        values = column[own]
        values = values[~np.isnan(values)]
        if len(values):
            found[text] = _one(values)
    return found


def _one(values: Floats) -> FigureStats:
    plain = values.tolist()
    mean = mean_of(plain)
    spread = mean_of([(value - mean) * (value - mean) for value in plain])
    return FigureStats(count=len(plain), mean=mean, min=min(plain), max=max(plain), std=math.sqrt(spread))


def _sorted(
    order_by: str, values: list[list[str | None]], of_group: list[Ints], stats: list[dict[str, FigureStats]]
) -> list[int]:
    name, descending = order_by.removeprefix("-"), order_by.startswith("-")
    by_key = sorted(range(len(values)), key=lambda n: [_natural(value) for value in values[n]])
    if name == "key":
        return by_key[::-1] if descending else by_key
    if name == "count":
        return sorted(by_key, key=lambda n: len(of_group[n]) * (-1 if descending else 1))
    if stats and not any(name in each for each in stats):
        raise InvalidArgumentError(f"Groups cannot be ordered by {order_by!r}: use count, key, or one of the query's figures.")
    means = [stats[n][name].mean if name in stats[n] else None for n in range(len(values))]
    return sorted(by_key, key=lambda n: (means[n] is None, (means[n] or 0.0) * (-1 if descending else 1)))


def _natural(value: str | None) -> tuple[int, float, str]:
    number = None if value is None else number_of(value)
    if number is not None:
        return 0, number, ""
    return (2, 0.0, "") if value is None else (1, 0.0, value)
