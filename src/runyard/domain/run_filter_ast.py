"""What a run filter is made of: fields, values, conditions.

A filter is a tree of frozen records, so two views of it (a text box, chips in the Studio) can share it. Texts are read by
:func:`runyard.domain.run_filter.parse` and written by :func:`runyard.domain.run_filter.unparse`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Union


class Shape(str, Enum):
    """What kind of values a field has, and so what it can be compared with."""

    TEXT = "text"
    STATUS = "status"
    NUMBER = "number"
    INSTANT = "instant"
    DURATION = "duration"
    LABEL = "label"
    METRIC = "metric"


class Aggregate(str, Enum):
    """Which figure of a metric is meant."""

    LAST = "last"
    MIN = "min"
    MAX = "max"
    FIRST = "first"
    MEAN = "mean"
    COUNT = "count"
    LAST_STEP = "last_step"
    MIN_STEP = "min_step"
    MAX_STEP = "max_step"


class Roll(str, Enum):
    """What a roll-up makes of a metric's figure over a run's children."""

    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Field:
    """A property of a run.

    ``key`` names the tag, property, parameter or metric; ``aggregate`` the figure of a metric; ``roll`` what is made of that
    figure over the run's children.
    """

    name: str
    shape: Shape
    key: str | None = None
    aggregate: Aggregate | None = None
    roll: Roll | None = None


@dataclass(frozen=True, slots=True)
class TextValue:
    """A text."""

    text: str


@dataclass(frozen=True, slots=True)
class NumberValue:
    """A number, and how it was written."""

    number: float
    text: str


@dataclass(frozen=True, slots=True)
class InstantValue:
    """A moment, and how it was written (``-7d``, ``2 hours ago``, ``2026-01-31``)."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class DurationValue:
    """A length of time in seconds, and how it was written."""

    seconds: float
    text: str


Value = Union[TextValue, NumberValue, InstantValue, DurationValue]


class Operator(str, Enum):
    """How two values are compared."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="

    @property
    def opposite(self) -> Operator:
        """The operator that is true where this one is false."""
        return _OPPOSITES[self]


_OPPOSITES = {
    Operator.EQ: Operator.NE,
    Operator.NE: Operator.EQ,
    Operator.LT: Operator.GE,
    Operator.GE: Operator.LT,
    Operator.GT: Operator.LE,
    Operator.LE: Operator.GT,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """``field operator value``."""

    field: Field
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class OneOf:
    """``field in (values)``, or ``not in`` when ``negated``."""

    field: Field
    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Like:
    """``field like pattern``: ``%`` stands for any text, ``_`` for one character, ``\\`` makes the next character plain.

    With ``ignore_case`` (written ``ilike``) the letters A to Z equal a to z; letters beyond ASCII keep their case.
    """

    field: Field
    pattern: str
    ignore_case: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Matches:
    """``field ~ pattern``: the regular expression is found somewhere in the value."""

    field: Field
    pattern: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class IsNull:
    """``field is null``: the run has no such value. A tag without a value is there, so it is not null."""

    field: Field
    negated: bool = False


@dataclass(frozen=True, slots=True)
class IsEmpty:
    """``field is empty``: a tag, property or parameter that is there without a value, or with an empty one. Never unknown."""

    field: Field
    negated: bool = False


@dataclass(frozen=True, slots=True)
class TextSearch:
    """``text "words"``: all of it, in any case, somewhere in the run's searched texts."""

    text: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of ``part``."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold. Without parts it always holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds."""

    parts: tuple[Node, ...]


Leaf = Union[Comparison, OneOf, Like, Matches, IsNull, IsEmpty, TextSearch]
Node = Union[Leaf, Not, And, Or]

EVERYTHING = And(())
"""The filter of an empty text."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter and the moment that its relative times were reckoned from."""

    root: Node
    now: datetime


def without_not(node: Node, negated: bool = False) -> Node:
    """Return an equal tree without :class:`Not`, and without an AND right under an AND, or an OR under an OR.

    Each NOT is moved into the leaves.

    In three-valued logic ``not (a < b)`` is ``a >= b``, unknown included. So in the result a leaf may treat "unknown" as "does
    not hold", which lets a store use its indexes.
    """
    if isinstance(node, Not):
        return without_not(node.part, not negated)
    if isinstance(node, (And, Or)):
        kind = And if isinstance(node, And) is not negated else Or
        parts = [without_not(part, negated) for part in node.parts]
        return kind(tuple(itertools.chain.from_iterable(part.parts if isinstance(part, kind) else [part] for part in parts)))
    return opposite(node) if negated else node


def opposite(leaf: Leaf) -> Leaf:
    """Return the leaf that is true where this one is false, and unknown where it is unknown."""
    if isinstance(leaf, Comparison):
        return Comparison(leaf.field, leaf.operator.opposite, leaf.value)
    if isinstance(leaf, OneOf):
        return OneOf(leaf.field, leaf.values, not leaf.negated)
    if isinstance(leaf, Like):
        return Like(leaf.field, leaf.pattern, leaf.ignore_case, not leaf.negated)
    if isinstance(leaf, Matches):
        return Matches(leaf.field, leaf.pattern, not leaf.negated)
    if isinstance(leaf, IsNull):
        return IsNull(leaf.field, not leaf.negated)
    if isinstance(leaf, IsEmpty):
        return IsEmpty(leaf.field, not leaf.negated)
    return TextSearch(leaf.text, not leaf.negated)
