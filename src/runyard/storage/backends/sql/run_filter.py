"""A run filter as SQL, for SQLite and PostgreSQL.

:func:`~runyard.domain.run_filter_ast.without_not` comes first, so no condition here stands under a NOT: where the meaning is
"unknown", NULL and false are as good as each other, and a condition on labels may be a look-up in their index.

Metrics are kept in a store of their own, so their figures come through a seam: a :data:`ReadFigures`. A condition on a metric is
settled on all figures at once, and its runs become a list of keys.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.run_filter_ast import (
    And,
    Comparison,
    DurationValue,
    Field,
    Filter,
    InstantValue,
    IsEmpty,
    IsNull,
    Leaf,
    Like,
    Matches,
    Node,
    Not,
    NumberValue,
    OneOf,
    Operator,
    Or,
    Shape,
    TextSearch,
    TextValue,
    Value,
    without_not,
)
from runyard.domain.run_filter_match import COMPARE, is_pattern_met
from runyard.domain.run_text import statuses_with
from runyard.domain.text_pattern import MATCHED_MAX_CHARS, glob_of, like_of, like_parts, postgresql_regex, read_regex
from runyard.errors import NotSupportedError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.key_list import keys_in, texts_in
from runyard.storage.backends.sql.mapping import to_us
from runyard.storage.backends.sql.metric_points import Ints
from runyard.storage.backends.sql.metric_rank import Figures

ReadFigures = Callable[[Field], Figures]
"""Gives what a metric or roll-up field is, of all runs that have it."""

REGEX_FUNCTION = "runyard_regex"

SEARCHES_MAX = 64
"""So many patterns are kept ready."""

FEW_KEYS = 500
"""So many runs are looked up one by one; to go along the list with more of them in a hash table is faster."""

FEW_VALUES = 1000
"""So many different values of a label are matched once each, and not at each run that has them."""

LABEL_KINDS = {"tag": "t", "property": "p", "param": "a"}
_RUN = t.run.c
PLAIN_COLUMNS: dict[str, sa.ColumnElement[Any]] = {
    "id": _RUN.id,
    "name": _RUN.display_name,
    "description": _RUN.description,
    "type": _RUN.type,
    "target": _RUN.target,
    "submitter": _RUN.submitted_by,
    "script": _RUN.script_name,
    "reason": _RUN.status_reason,
    "root": _RUN.root_id,
    "snapshot": _RUN.snapshot_id,
    "status": _RUN.status,
    "number": _RUN.number,
    "children": _RUN.child_count,
    "depth": _RUN.depth,
    "created": _RUN.created_at,
    "started": _RUN.started_at,
    "ended": _RUN.ended_at,
    "heartbeat": _RUN.heartbeat_at,
}


def no_metrics(field: Field) -> Figures:
    """Refuse conditions on metrics: the seam of a store that has no figures to offer."""
    raise NotSupportedError(f"This server cannot filter or order runs by metric {field.key!r}.")


def is_postgresql(connection: Connection) -> bool:
    """Return whether the database is PostgreSQL; else it is SQLite."""
    return bool(connection.dialect.name == "postgresql")


class FilterCompiler:
    """Makes conditions for one connection and workspace."""

    def __init__(self, connection: Connection, workspace_pk: int, read_figures: ReadFigures = no_metrics) -> None:
        self.connection = connection
        self.workspace_pk = workspace_pk
        self.figures = read_figures
        self._postgresql = is_postgresql(connection)

    def condition(self, wanted: Filter) -> sa.ColumnElement[bool]:
        """Return the condition on ``run`` that a filter stands for."""
        return self._node(without_not(wanted.root), to_us(wanted.now))

    def text_condition(self, text: str) -> sa.ColumnElement[bool]:
        """Return the condition that a text, in any case, is found in a run's searched texts."""
        searched, experiments = self.text_places(text)
        found = [_RUN.pk.in_(searched), _RUN.experiment_pk.in_(experiments)]
        statuses = statuses_with(text)
        if statuses:
            found.append(_RUN.status.in_(statuses))
        return sa.or_(*found)

    def text_places(self, text: str) -> tuple[sa.Select[tuple[int]], sa.Select[tuple[int]]]:
        """Return the keys of the runs and those of the experiments whose texts have ``text`` in them, in any case."""
        wanted = text.lower()
        searched = sa.select(t.run_search.c.run_pk).where(self._holds(t.run_search.c.text, wanted))
        experiments = sa.select(t.experiment.c.pk).where(
            t.experiment.c.workspace_pk == self.workspace_pk, self._holds(sa.func.lower(t.experiment.c.name), wanted)
        )
        return searched, experiments

    def label_condition(self, kind: str, key: str, value: str | None) -> sa.ColumnElement[bool]:
        """Return the condition that a run has a label; with ``value`` None, whatever its value."""
        return self._among(self.runs_with_label(kind, key, value))

    def runs_with_label(self, kind: str, key: str, value: str | None) -> sa.Select[tuple[int]]:
        """Return the keys of the runs that have a label; with ``value`` None, whatever its value."""
        return self._labelled(kind, key, sa.true() if value is None else self._text_equal(t.run_label.c, value))

    def ordered_text(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """Return a text column so that it is compared by code points."""
        return column.collate("C") if self._postgresql else column

    def _node(self, node: Node, now_us: int) -> sa.ColumnElement[bool]:
        if isinstance(node, (And, Or)):
            parts = [self._node(part, now_us) for part in node.parts]
            return sa.and_(sa.true(), *parts) if isinstance(node, And) else sa.or_(sa.false(), *parts)
        if isinstance(node, Not):
            raise TypeError("without_not leaves no Not behind")
        if isinstance(node, TextSearch):
            found = self.text_condition(node.text)
            return sa.not_(found) if node.negated else found
        return self._leaf(node, now_us)

    def _leaf(self, leaf: Leaf, now_us: int) -> sa.ColumnElement[bool]:
        field = leaf.field  # type: ignore[union-attr]
        if field.shape is Shape.LABEL:
            return self._label(leaf, field)
        if field.shape is Shape.METRIC:
            return self._metric(leaf, field)
        if field.name == "experiment":
            own = t.experiment.c.workspace_pk == self.workspace_pk
            named = sa.select(t.experiment.c.pk).where(own, self._on(t.experiment.c.name, leaf))
            return _RUN.experiment_pk.in_(named)
        if field.name == "parent":
            return self._parent(leaf)
        return self._on(self.column(field, now_us), leaf)

    def column(self, field: Field, now_us: int) -> sa.ColumnElement[Any]:
        """Return the expression of a field that is no label and no metric."""
        if field.shape is Shape.DURATION:
            lasted = sa.func.coalesce(_RUN.ended_at, sa.literal(now_us, sa.BigInteger)) - _RUN.started_at
            return sa.cast(lasted, sa.Double) / sa.literal(1e6, sa.Double)
        return PLAIN_COLUMNS[field.name]

    def measured_runs(self, leaf: Leaf, field: Field) -> tuple[Ints, bool]:
        """Return the keys of runs for a condition on a metric, and whether it is met by all others instead of them."""
        figures = self.figures(field)
        if isinstance(leaf, IsNull):
            return figures.run_pks, not leaf.negated
        return figures.run_pks[_satisfying(figures, leaf)], False

    def _metric(self, leaf: Leaf, field: Field) -> sa.ColumnElement[bool]:
        keys, others = self.measured_runs(leaf, field)
        there = self.among_keys(keys)
        return sa.not_(there) if others else there

    def among_keys(self, keys: Ints) -> sa.ColumnElement[bool]:
        """Return the condition that a run is among others.

        PostgreSQL takes any list of keys for a short one, and two long ones for a loop in a loop.
        """
        found = keys_in(self.connection, _RUN.pk, keys)
        return found.is_(sa.true()) if self._postgresql and len(keys) > FEW_KEYS else found

    def _parent(self, leaf: Leaf) -> sa.ColumnElement[bool]:
        if isinstance(leaf, IsNull):
            return _RUN.parent_pk.is_not(None) if leaf.negated else _RUN.parent_pk.is_(None)
        parent = t.run.alias("the_parent")
        own = parent.c.workspace_pk == self.workspace_pk
        return _RUN.parent_pk.in_(sa.select(parent.c.pk).where(own, self._on(parent.c.id, leaf)))

    def labelled_runs(self, leaf: Leaf, field: Field) -> tuple[sa.Select[tuple[int]], bool]:
        """Return the keys of runs for a condition on a label, and whether it is met by all others instead of them."""
        kind, key = LABEL_KINDS[field.name], field.key or ""
        if isinstance(leaf, IsNull):
            return self._labelled(kind, key, sa.true()), not leaf.negated
        if isinstance(leaf, IsEmpty):
            return self._labelled(kind, key, sa.func.coalesce(t.run_label.c.head, "") == ""), leaf.negated
        if isinstance(leaf, (Like, Matches)):
            return self._labelled(kind, key, self._label_pattern(kind, key, leaf)), False
        return self._labelled(kind, key, self._label_value(leaf)), False

    def _label(self, leaf: Leaf, field: Field) -> sa.ColumnElement[bool]:
        keys, others = self.labelled_runs(leaf, field)
        return _RUN.pk.not_in(keys) if others else self._among(keys)

    def _among(self, keys: sa.Select[Any]) -> sa.ColumnElement[bool]:
        """Return the condition that a run is among others.

        PostgreSQL guesses far too few of them (kind, key and value of a label go together), and would look up each run of the
        workspace on its own. Under IS TRUE it reads them once, into a hash table, and then goes along the index of the list.
        """
        found = _RUN.pk.in_(keys)
        return found.is_(sa.true()) if self._postgresql else found

    def _labelled(self, kind: str, key: str, condition: sa.ColumnElement[bool]) -> sa.Select[tuple[int]]:
        label = t.run_label.c
        return sa.select(label.run_pk).where(label.kind == kind, label.key == key, condition)

    def _label_value(self, leaf: Leaf) -> sa.ColumnElement[bool]:
        label = t.run_label.c
        if isinstance(leaf, Comparison):
            return self._label_compared(leaf.operator, leaf.value)
        if isinstance(leaf, OneOf):
            found = sa.or_(*[self._label_compared(Operator.EQ, value) for value in leaf.values])
            return (
                sa.and_(label.value.is_not(None), sa.func.coalesce(found, sa.false()).is_(sa.false())) if leaf.negated else found
            )
        return self._on(label.value, leaf)

    def _label_pattern(self, kind: str, key: str, leaf: Like | Matches) -> sa.ColumnElement[bool]:
        """Return the condition that a value meets a pattern. Only the index of their heads is read, but for the cut ones."""
        label, long = t.run_label.c, t.run_label.alias("long").c
        heads = sa.select(label.head).where(label.kind == kind, label.key == key, label.head.is_not(None))
        values = list(self.connection.execute(heads.distinct().limit(FEW_VALUES + 1)).scalars())
        is_whole = sa.func.length(label.head) < t.LABEL_HEAD_CHARS
        if len(values) <= FEW_VALUES:
            whole = [value for value in values if len(value) < t.LABEL_HEAD_CHARS]
            wanted = [value for value in whole if is_pattern_met(leaf, value) is not leaf.negated]
            met = texts_in(self.connection, label.head, wanted)
            if len(whole) == len(values):
                return met
        else:
            met = sa.and_(is_whole, self._on(label.head, leaf))
        is_cut = sa.func.length(long.head) >= t.LABEL_HEAD_CHARS
        cut = sa.select(long.run_pk).where(long.kind == kind, long.key == key, is_cut, self._on(long.value, leaf))
        return sa.and_(label.head.is_not(None), sa.or_(met, sa.and_(sa.not_(is_whole), label.run_pk.in_(cut))))

    def _label_compared(self, operator: Operator, value: Value) -> sa.ColumnElement[bool]:
        label = t.run_label.c
        if isinstance(value, NumberValue):
            compared = _compared(label.number, operator, sa.literal(value.number, sa.Double))
            if operator is not Operator.NE:
                return compared
            return sa.or_(compared, sa.and_(label.number.is_(None), label.value.is_not(None)))
        if operator is Operator.EQ:
            return self._text_equal(label, value.text)
        if operator is Operator.NE and len(value.text) < t.LABEL_HEAD_CHARS:
            differs: sa.ColumnElement[bool] = label.head != value.text
            return differs
        return self._on(label.value, Comparison(Field("value", Shape.TEXT), operator, value))

    def _text_equal(self, label: Any, text: str) -> sa.ColumnElement[bool]:
        head = label.head == text[: t.LABEL_HEAD_CHARS]
        return sa.and_(head, label.value == text) if len(text) >= t.LABEL_HEAD_CHARS else head

    def _on(self, column: sa.ColumnElement[Any], leaf: Leaf) -> sa.ColumnElement[bool]:
        if isinstance(leaf, IsNull):
            return column.is_not(None) if leaf.negated else column.is_(None)
        if isinstance(leaf, OneOf):
            values = [_literal(value) for value in leaf.values]
            return column.not_in(values) if leaf.negated else column.in_(values)
        if isinstance(leaf, Like):
            found = self._like(column, leaf)
            return sa.not_(found) if leaf.negated else found
        if isinstance(leaf, Matches):
            return self._regex(column, leaf)
        if isinstance(leaf, (TextSearch, IsEmpty)):
            raise TypeError("a text search has no column, and only a label is empty")
        by_order = isinstance(leaf.value, TextValue) and leaf.operator not in (Operator.EQ, Operator.NE)
        return _compared(self.ordered_text(column) if by_order else column, leaf.operator, _literal(leaf.value))

    def _like(self, column: sa.ColumnElement[Any], leaf: Like) -> sa.ColumnElement[bool]:
        parts = like_parts(leaf.pattern)
        if not self._postgresql and not leaf.ignore_case:
            glob = column.op("GLOB", is_comparison=True)  # LIKE there never minds case
            return cast("sa.ColumnElement[bool]", glob(glob_of(parts)))
        pattern = like_of(parts)
        text = self.ordered_text(column)
        if self._postgresql and leaf.ignore_case:
            return text.ilike(pattern, escape="\\")
        return text.like(pattern, escape="\\")

    def _regex(self, column: sa.ColumnElement[Any], leaf: Matches) -> sa.ColumnElement[bool]:
        regex = read_regex(leaf.pattern)
        matched: sa.ColumnElement[bool]
        if not self._postgresql:
            register_regex(self.connection)
            matched = getattr(sa.func, REGEX_FUNCTION)(leaf.pattern, column) == sa.literal_column("1")
        else:
            sign = "~*" if regex.ignore_case else "~"
            head = sa.func.left(column, MATCHED_MAX_CHARS).collate("C")
            matched = head.op(sign, is_comparison=True)(postgresql_regex(regex))
        # Both databases go from left to right, and to look for a text costs a tenth of a match.
        searched = sa.func.lower(self.ordered_text(column)) if regex.ignore_case else column
        found = sa.and_(*[self._holds(searched, text) for text in regex.held], matched)
        return sa.not_(found) if leaf.negated else found

    def _holds(self, column: sa.ColumnElement[Any], text: str) -> sa.ColumnElement[bool]:
        find = sa.func.strpos if self._postgresql else sa.func.instr
        return find(column, text) > 0


def register_regex(connection: Connection) -> None:
    """Teach a SQLite connection :data:`REGEX_FUNCTION`; nothing happens when it knows it already."""
    pooled = connection.connection
    if pooled.info.get(REGEX_FUNCTION):
        return
    raw: Any = pooled.dbapi_connection
    raw.create_function(REGEX_FUNCTION, 2, _sqlite_regex, deterministic=True)
    pooled.info[REGEX_FUNCTION] = True


class _Searches(dict[str, Callable[[str, int, int], object]]):
    """Pattern → its search. SQLite asks for it at every run: a cache that is called would take as long as the match."""

    def __missing__(self, pattern: str) -> Callable[[str, int, int], object]:
        if len(self) >= SEARCHES_MAX:
            self.clear()
        self[pattern] = search = read_regex(pattern).compiled().search
        return search


_searches = _Searches()


def _sqlite_regex(pattern: str, text: str | None) -> bool | None:
    return None if text is None else _searches[pattern](text, 0, MATCHED_MAX_CHARS) is not None


def _satisfying(figures: Figures, leaf: Leaf) -> Any:
    """Return where a figure meets a condition. **Shape**: (n,), bool."""
    if isinstance(leaf, Comparison):
        return COMPARE[leaf.operator](figures.values, _number(leaf.value))
    if isinstance(leaf, OneOf):
        return np.isin(figures.values, [_number(value) for value in leaf.values], invert=leaf.negated)
    raise TypeError("a metric is a number, and the grammar compares it as one")


def _number(value: Value) -> float:
    if not isinstance(value, NumberValue):
        raise TypeError("the grammar compares a metric with numbers only")
    return value.number


def _literal(value: Value) -> Any:
    if isinstance(value, NumberValue):
        return sa.literal(value.number, sa.Double)
    if isinstance(value, InstantValue):
        return sa.literal(to_us(value.at), sa.BigInteger)
    if isinstance(value, DurationValue):
        return sa.literal(value.seconds, sa.Double)
    return value.text


def _compared(column: sa.ColumnElement[Any], operator: Operator, value: Any) -> sa.ColumnElement[bool]:
    return cast("sa.ColumnElement[bool]", COMPARE[operator](column, value))
