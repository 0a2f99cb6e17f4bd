"""The fields that a run filter and the order of a run list know, and the other names they go by."""

from __future__ import annotations

from collections.abc import Container

from runyard.domain.run_filter_ast import Aggregate, Field, Roll, Shape

FIELDS: dict[str, Shape] = {
    "id": Shape.TEXT,
    "name": Shape.TEXT,
    "description": Shape.TEXT,
    "experiment": Shape.TEXT,
    "type": Shape.TEXT,
    "target": Shape.TEXT,
    "submitter": Shape.TEXT,
    "script": Shape.TEXT,
    "reason": Shape.TEXT,
    "parent": Shape.TEXT,
    "root": Shape.TEXT,
    "snapshot": Shape.TEXT,
    "status": Shape.STATUS,
    "number": Shape.NUMBER,
    "children": Shape.NUMBER,
    "depth": Shape.NUMBER,
    "created": Shape.INSTANT,
    "started": Shape.INSTANT,
    "ended": Shape.INSTANT,
    "heartbeat": Shape.INSTANT,
    "duration": Shape.DURATION,
}
"""Every plain field. ``reason`` is why the run has its status; ``depth`` is 0 for a top-level run."""

ALIASES = {
    "run_id": "id",
    "run": "id",
    "display_name": "name",
    "desc": "description",
    "exp": "experiment",
    "experiment_name": "experiment",
    "run_type": "type",
    "compute": "target",
    "compute_target": "target",
    "by": "submitter",
    "submitted_by": "submitter",
    "user": "submitter",
    "author": "submitter",
    "script_name": "script",
    "run_number": "number",
    "created_at": "created",
    "start": "started",
    "start_time": "started",
    "started_at": "started",
    "end": "ended",
    "end_time": "ended",
    "ended_at": "ended",
    "child_count": "children",
    "parent_id": "parent",
    "root_id": "root",
}

KEYED: dict[str, str] = {
    "tag": "tag",
    "tags": "tag",
    "property": "property",
    "properties": "property",
    "prop": "property",
    "param": "param",
    "params": "param",
    "parameter": "param",
    "arg": "param",
    "argument": "param",
    "metric": "metric",
    "metrics": "metric",
    "rollup": "rollup",
    "rollups": "rollup",
}
"""What comes before a dot and a key of the user's own."""

FIGURED = frozenset({"metric", "rollup"})
"""Kinds whose key may be followed by figures."""

CONTAINING = frozenset({"name", "description", "reason"})
"""Fields whose short form ``field:word`` looks for the word anywhere, not for the whole value."""

PRESENCE = {
    "children": "children",
    "parent": "parent",
    "description": "description",
    "desc": "description",
    "snapshot": "snapshot",
    "started": "started",
    "ended": "ended",
    "reason": "reason",
    "script": "script",
}
"""What ``has:`` may ask for."""

_AGGREGATES = {each.value: each for each in Aggregate}
_ROLLS = {each.value: each for each in Roll}


def find_field(name: str) -> Field | None:
    """Return a plain field by any of its names, in any case, None when there is none."""
    lower = name.lower()
    canonical = ALIASES.get(lower, lower)
    shape = FIELDS.get(canonical)
    return None if shape is None else Field(canonical, shape)


def keyed_field(kind: str, key: str, aggregate: str | None = None, roll: str | None = None) -> Field:
    """Return the field of a tag, property, parameter, metric or roll-up. ``kind`` is a value of :data:`KEYED`."""
    figure = _AGGREGATES[aggregate] if aggregate else Aggregate.LAST
    if kind == "metric":
        return Field("metric", Shape.METRIC, key, figure)
    if kind == "rollup":
        return Field("rollup", Shape.METRIC, key, figure, _ROLLS[roll] if roll else Roll.MEAN)
    return Field(kind, Shape.LABEL, key)


def split_figures(kind: str, before: str, end: str) -> tuple[str, str | None, str | None]:
    """Return a metric's name, the figure at its end and, of a roll-up, what is made of it.

    The name is ``before``, which was quoted, and what is left of ``end``: ``loss.min`` → (``loss``, ``min``, None);
    ``val.acc`` → (``val.acc``, None, None); of a roll-up ``loss.min.mean`` → (``loss``, ``min``, ``mean``).
    """
    roll: str | None = None
    if kind == "rollup":
        end, roll = _without_last(before, end, _ROLLS)
    end, aggregate = _without_last(before, end, _AGGREGATES)
    return before + end, aggregate, roll


def _without_last(before: str, text: str, words: Container[str]) -> tuple[str, str | None]:
    rest, dot, last = text.rpartition(".")
    return (rest, last) if dot and (rest or before) and last in words else (text, None)
