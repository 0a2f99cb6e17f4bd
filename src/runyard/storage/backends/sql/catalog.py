"""What the runs of a workspace have in common, in SQL: names, values, counts, groups."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.run_filter_field import KEYED
from runyard.errors import InvalidArgumentError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.experiment_row import experiment_row
from runyard.storage.backends.sql.mapping import workspace_pk
from runyard.storage.backends.sql.metric_key import KeyBook
from runyard.storage.backends.sql.metric_rank import MetricRanking
from runyard.storage.backends.sql.metric_read import MetricReader
from runyard.storage.backends.sql.run import select_runs, to_record
from runyard.storage.backends.sql.run_filter import LABEL_KINDS, FilterCompiler
from runyard.storage.backends.sql.run_group import count_values, group_runs
from runyard.storage.backends.sql.run_name import chosen, field_names, field_values, label_keys, metric_names
from runyard.storage.backends.sql.run_query import count_runs, open_compiler, run_conditions
from runyard.wire.catalog import FacetPage, FacetQuery, GroupQuery, NamePage, RunGroup, RunGroupPage
from runyard.wire.run import RunQuery

LIMIT_MAX = 1000
FACETS_MAX = 20


class SqlRunCatalog:
    """See :class:`runyard.storage.base.RunCatalog`."""

    def __init__(self, database: Database, book: KeyBook, reader: MetricReader, ranking: MetricRanking) -> None:
        self._database = database
        self._book = book
        self._reader = reader
        self._ranking = ranking

    def names(self, workspace: str, kind: str, *, experiment: str | None, text: str, offset: int, limit: int) -> NamePage:
        """Return names of a kind that have ``text`` in them: ``field``, ``tag``, ``property``, ``param`` or ``metric``."""
        canonical = "field" if kind == "field" else KEYED.get(kind)
        if canonical is None or canonical == "rollup":
            raise InvalidArgumentError(f"There are no names of kind {kind!r}. Ask for field, tag, property, param or metric.")
        with self._database.read() as connection:
            place, experiment_pk = _place(connection, workspace, experiment)
            if canonical == "field":
                found = field_names()
            elif canonical == "metric":
                found = metric_names(connection, self._book, self._reader, place, experiment_pk)
            else:
                found = label_keys(connection, LABEL_KINDS[canonical], place, experiment_pk)
        return _page(found, text, offset, limit)

    def values(self, workspace: str, field: str, *, experiment: str | None, text: str, offset: int, limit: int) -> NamePage:
        """Return the values of a field that have ``text`` in them."""
        with self._database.read() as connection:
            found = field_values(connection, field, *_place(connection, workspace, experiment))
        return _page(found, text, offset, limit)

    def facets(self, workspace: str, query: FacetQuery, *, at: datetime, scope: str | None = None) -> FacetPage:
        """Return how many of a query's runs have each value of some fields."""
        if len(query.fields) > FACETS_MAX:
            raise InvalidArgumentError(f"{len(query.fields)} fields; at most {FACETS_MAX} are counted in one request.")
        limit = _limit(query.limit)
        with self._database.read() as connection:
            conditions, compiler = self._conditions(connection, workspace, query.query, at, scope)
            facets = {field: count_values(connection, conditions, field, compiler, limit) for field in query.fields}
            return FacetPage(facets=facets, total=count_runs(connection, conditions))

    def groups(self, workspace: str, query: GroupQuery, *, at: datetime, scope: str | None = None) -> RunGroupPage:
        """Return a query's runs in groups."""
        _limit(query.limit)
        with self._database.read() as connection:
            conditions, compiler = self._conditions(connection, workspace, query.query, at, scope)
            found, total_groups, total, figures = group_runs(connection, conditions, query, compiler)
            members = [pk for group in found for pk in group.run_pks[: query.members].tolist()]
            rows = connection.execute(select_runs().where(t.run.c.pk.in_(members))) if members else ()
            records = {row.pk: to_record(row) for row in rows}
        groups = [
            RunGroup(
                values=group.values,
                count=len(group.run_pks),
                filter=group.filter,
                figures=group.figures,
                runs=[records[pk] for pk in group.run_pks[: query.members].tolist()],
            )
            for group in found
        ]
        return RunGroupPage(groups=groups, total_groups=total_groups, total=total, figures=figures)

    def _conditions(
        self, connection: Connection, workspace: str, query: RunQuery, at: datetime, scope: str | None
    ) -> tuple[list[sa.ColumnElement[Any]], FilterCompiler]:
        compiler = open_compiler(connection, workspace_pk(connection, workspace), self._ranking)
        return run_conditions(connection, workspace, query, scope, compiler, at), compiler


def _place(connection: Connection, workspace: str, experiment: str | None) -> tuple[int, int | None]:
    own = workspace_pk(connection, workspace)
    return own, None if experiment is None else int(experiment_row(connection, workspace, experiment).pk)


def _limit(limit: int) -> int:
    if not 1 <= limit <= LIMIT_MAX:
        raise InvalidArgumentError(f"limit is {limit}; it must be between 1 and {LIMIT_MAX}.")
    return limit


def _page(names: list[str], text: str, offset: int, limit: int) -> NamePage:
    if offset < 0:
        raise InvalidArgumentError(f"offset is {offset}; it cannot be below 0.")
    found, total = chosen(names, text, offset, _limit(limit))
    return NamePage(names=found, total=total)
