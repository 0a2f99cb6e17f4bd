"""The part of a filter that names runs: by labels, metrics and texts, which are kept beside the runs and not in their rows.

In SQL a condition "is one of fifty thousand" is a tree or a hash table that is built anew for each query, with a look-up for
each run. To read both lists from their indexes and to meet them in numpy takes half as long, on SQLite and on PostgreSQL.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.run_filter_ast import And, Node, Or, Shape, TextSearch
from runyard.domain.run_text import statuses_with
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.key_list import key_list
from runyard.storage.backends.sql.metric_points import Ints
from runyard.storage.backends.sql.run_filter import FEW_KEYS, FilterCompiler

Bits = npt.NDArray[np.bool_]

_RUN = t.run.c


class RunSets:
    """The runs that meet all conditions taken so far; all runs, before the first. For one query."""

    def __init__(self, connection: Connection, compiler: FilterCompiler) -> None:
        self._connection = connection
        self._compiler = compiler
        self._met: Bits | None = None

    @cached_property
    def _size(self) -> int:
        return (self._connection.execute(sa.select(sa.func.max(_RUN.pk))).scalar() or 0) + 1

    @property
    def is_used(self) -> bool:
        """Whether a condition was taken."""
        return self._met is not None

    def take(self, node: Node) -> bool:
        """Take a condition and return True, or return False when it looks at the rows of runs. It has no Not in it."""
        if not _names_runs(node):
            return False
        found = self._of(node)
        self._met = found if self._met is None else self._met & found
        return True

    def take_keys(self, keys: sa.Select[tuple[int]]) -> None:
        """Take the condition that a run is one of these."""
        found = self._bits(key_list(self._connection, keys)[0])
        self._met = found if self._met is None else self._met & found

    def few(self) -> Ints | None:
        """Return the runs that meet the conditions when they are so few that each is looked up on its own, else None."""
        if self._met is None or np.count_nonzero(self._met) > FEW_KEYS:
            return None
        return np.flatnonzero(self._met)

    def among(self, columns: list[Ints]) -> list[Ints]:
        """Return the rows of columns, the first of which are keys of runs, whose runs meet the conditions."""
        if self._met is None:
            return columns
        kept = self._met[columns[0]]
        return [column[kept] for column in columns]

    def _of(self, node: Node) -> Bits:
        if isinstance(node, (And, Or)):
            combine = np.logical_and if isinstance(node, And) else np.logical_or
            return np.asarray(combine.reduce([self._of(part) for part in node.parts]))
        if isinstance(node, TextSearch):
            found, others = self._with_text(node.text), node.negated
        elif node.field.shape is Shape.LABEL:  # type: ignore[union-attr]
            select, others = self._compiler.labelled_runs(node, node.field)  # type: ignore[arg-type,union-attr]
            found = self._bits(key_list(self._connection, select)[0])
        else:
            keys, others = self._compiler.measured_runs(node, node.field)  # type: ignore[arg-type,union-attr]
            found = self._bits(keys)
        return ~found if others else found

    def _with_text(self, text: str) -> Bits:
        searched, experiments = self._compiler.text_places(text)
        found = self._bits(key_list(self._connection, searched)[0])
        named = list(self._connection.execute(experiments).scalars())
        own = _RUN.workspace_pk == self._compiler.workspace_pk
        for condition in (_RUN.experiment_pk.in_(named) if named else None, _with_status(text)):
            if condition is not None:
                found |= self._bits(key_list(self._connection, sa.select(_RUN.pk).where(own, condition))[0])
        return found

    def _bits(self, keys: Ints) -> Bits:
        found = np.zeros(self._size, np.bool_)
        found[keys[keys < self._size]] = True  # figures may be there of a run that is purged
        return found


def _with_status(text: str) -> sa.ColumnElement[bool] | None:
    statuses = statuses_with(text)
    return _RUN.status.in_(statuses) if statuses else None


def _names_runs(node: Node) -> bool:
    if isinstance(node, (And, Or)):
        return bool(node.parts) and all(_names_runs(part) for part in node.parts)
    return isinstance(node, TextSearch) or node.field.shape in (Shape.LABEL, Shape.METRIC)  # type: ignore[union-attr]
