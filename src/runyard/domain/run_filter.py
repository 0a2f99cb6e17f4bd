"""The query language of run lists: one grammar for the SDK, the command line and the Studio.

``status = Failed and tag.quality = "great run" and metric.loss.min < 0.2 and created > "2 hours ago"``, or in short
``status:failed tag:quality metric.loss.min<0.2 created>-2h``. Three modules beside this one say the rest:

- :mod:`runyard.domain.run_filter_parse`: the grammar;
- :mod:`runyard.domain.run_filter_match`: what a filter means;
- :mod:`runyard.domain.run_filter_field`: the fields.
"""

from __future__ import annotations

import re

from runyard.domain.run_filter_ast import (
    And,
    Comparison,
    Field,
    Filter,
    IsEmpty,
    IsNull,
    Like,
    Node,
    Not,
    NumberValue,
    OneOf,
    Or,
    Shape,
    TextSearch,
    Value,
)
from runyard.domain.run_filter_match import field_value, matches, metric_figure
from runyard.domain.run_filter_parse import parse, parse_field

__all__ = ["Filter", "field_value", "matches", "metric_figure", "parse", "parse_field", "unparse", "unparse_field"]

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_\-/]*", re.ASCII)


def unparse(wanted: Filter | Node) -> str:
    """Return the text of a filter in its long form; :func:`parse` of it, with the same ``now``, gives the same tree."""
    node = wanted.root if isinstance(wanted, Filter) else wanted
    if isinstance(node, And) and not node.parts:
        return ""
    return _text(node)


def unparse_field(field: Field) -> str:
    """Return the text of a field, which :func:`parse_field` reads."""
    if field.key is None:
        return field.name
    key = field.key if _PLAIN_KEY.fullmatch(field.key) else _quoted(field.key)
    figures = [figure.value for figure in (field.aggregate, field.roll) if figure is not None]
    return ".".join([field.name, key, *figures])


def _text(node: Node) -> str:
    if isinstance(node, Not):
        return f"not {_inner(node.part)}"
    if isinstance(node, And):
        return " and ".join(_inner(part) for part in node.parts)
    if isinstance(node, Or):
        return " or ".join(_inner(part) for part in node.parts)
    if isinstance(node, TextSearch):
        return f"text {'!= ' if node.negated else ''}{_quoted(node.text)}"
    field = unparse_field(node.field)
    if isinstance(node, Comparison):
        return f"{field} {node.operator.value} {_value(node.field, node.value)}"
    negation = "not " if node.negated else ""
    if isinstance(node, (IsNull, IsEmpty)):
        return f"{field} is {negation}{'null' if isinstance(node, IsNull) else 'empty'}"
    if isinstance(node, OneOf):
        return f"{field} {negation}in ({', '.join(_value(node.field, value) for value in node.values)})"
    if isinstance(node, Like):
        return f"{field} {negation}{'ilike' if node.ignore_case else 'like'} {_quoted(node.pattern)}"
    return f"{field} {'!~' if node.negated else '~'} {_quoted(node.pattern)}"


def _inner(node: Node) -> str:
    return f"({_text(node)})" if isinstance(node, (And, Or)) else _text(node)


def _value(field: Field, value: Value) -> str:
    if isinstance(value, NumberValue) or field.shape is Shape.STATUS:
        return value.text
    return _quoted(value.text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
