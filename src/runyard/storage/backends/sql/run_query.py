"""Which runs a query asks for, as SQL: filter, order, count and page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.run import RunView
from runyard.domain.run_filter import parse
from runyard.domain.run_filter_ast import And, Filter, Node, TextSearch, without_not
from runyard.domain.run_order import OrderBy, parse_order
from runyard.errors import InvalidArgumentError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.experiment_row import any_experiment_row, experiment_row
from runyard.storage.backends.sql.key_list import key_list
from runyard.storage.backends.sql.mapping import run_row, workspace_pk
from runyard.storage.backends.sql.metric_rank import MetricRanking
from runyard.storage.backends.sql.run_count import kept_count
from runyard.storage.backends.sql.run_filter import FilterCompiler, is_postgresql
from runyard.storage.backends.sql.run_order import RunOrder, encode_place, run_order
from runyard.storage.backends.sql.run_ranking import RunRanking, is_ranked
from runyard.storage.backends.sql.run_sets import RunSets
from runyard.wire.run import RunQuery

LIMIT_MAX = 1000

_RUN = t.run.c


def search_runs(
    connection: Connection,
    workspace: str,
    query: RunQuery,
    scope: str | None,
    base: sa.Select[Any],
    *,
    at: datetime,
    ranking: MetricRanking | None = None,
) -> tuple[list[Any], int, str | None]:
    """Return the rows of one page, the total, and the cursor of the next page. Relative times are reckoned from ``at``.

    The page is found by the runs' keys first and read afterwards: filter and order then touch indexes and narrow tables only.

    Raises:
        InvalidArgumentError: a filter that cannot be read, an unknown order, a bad cursor, or a limit out of range.
    """
    if not 1 <= query.limit <= LIMIT_MAX:
        raise InvalidArgumentError(f"limit is {query.limit}; it must be between 1 and {LIMIT_MAX}.")
    compiler = open_compiler(connection, workspace_pk(connection, workspace), ranking)
    orders = parse_order(query.order_by)
    sets = RunSets(connection, compiler) if _is_read_along(orders) else None
    conditions = run_conditions(connection, workspace, query, scope, compiler, at, sets)
    if sets is not None and (few := sets.few()) is not None:
        conditions.append(compiler.among_keys(few))
        sets = None
    if is_ranked(orders):
        ranked = RunRanking(orders, compiler)
        page = ranked.page(connection, conditions, cursor=query.cursor, offset=query.offset, limit=query.limit, sets=sets)
        return _rows(connection, base, page.pks.tolist()), page.total, page.next_cursor
    order = run_order(orders, compiler)
    place = order.place(query.cursor) if query.cursor else None
    kept = None if scope else kept_count(connection, workspace, query, compiler.workspace_pk)
    if sets is not None and sets.is_used:
        pks, total = _page_of_sets(connection, query, order, conditions, place, sets)
    else:
        pks, total = _page_keys(connection, query, order, conditions, place, kept)
    more = len(pks) > query.limit
    pks = pks[: query.limit]
    rows = _rows(connection, base, pks)
    next_cursor = encode_place(_place_of(connection, query, order, rows[-1])) if more else None
    return rows, total, next_cursor


def _rows(connection: Connection, base: sa.Select[Any], pks: list[int]) -> list[Any]:
    """Return the rows of runs in this order."""
    rows = {row.pk: row for row in connection.execute(base.where(_RUN.pk.in_(pks))).all()}
    return [rows[pk] for pk in pks]


def _page_keys(
    connection: Connection,
    query: RunQuery,
    order: RunOrder,
    conditions: list[sa.ColumnElement[bool]],
    place: list[Any] | None,
    kept: int | None,
) -> tuple[list[int], int]:
    """Return the keys of one page's runs and of one more, and how many runs there are; ``kept`` is that where it is known."""
    page = page_statement(query, order, conditions, place).with_only_columns(_RUN.pk, maintain_column_froms=True)
    if place is not None or not is_searching(query):
        total = count_runs(connection, conditions) if kept is None else kept
        if place is None and total // 2 < query.offset < total:
            return _keys_from_end(connection, query, order, page, total), total
        return list(connection.execute(page).scalars()), total
    # What is costly to find is found once.
    if not is_postgresql(connection):  # SQLite would sort all of a window again
        (pks,) = key_list(connection, page.limit(None).offset(None))
        return pks[query.offset : query.offset + query.limit + 1].tolist(), len(pks)
    found = connection.execute(page.add_columns(sa.func.count().over())).all()
    total = found[0][1] if found else count_runs(connection, conditions) if query.offset else 0
    return [key[0] for key in found], total


def _keys_from_end(connection: Connection, query: RunQuery, order: RunOrder, page: sa.Select[Any], total: int) -> list[int]:
    """Return the keys of a page in the second half of a list: what is passed over on the way there is less from its end."""
    size = min(query.limit + 1, total - query.offset)
    page = page.order_by(None).order_by(*order.backwards().clauses())
    return list(connection.execute(page.limit(size).offset(total - query.offset - size)).scalars())[::-1]


def _is_read_along(orders: Sequence[OrderBy]) -> bool:
    """Return whether all runs of a list are read in an order that costs nothing, or put in order in numpy."""
    return is_ranked(orders) or [each.field.name for each in orders] == ["created"]


def _page_of_sets(
    connection: Connection,
    query: RunQuery,
    order: RunOrder,
    conditions: list[sa.ColumnElement[bool]],
    place: list[Any] | None,
    sets: RunSets,
) -> tuple[list[int], int]:
    """Return what :func:`_page_keys` does, of the runs that are in sets too."""
    page = page_statement(query, order, conditions, place).with_only_columns(_RUN.pk, maintain_column_froms=True)
    (pks,) = sets.among(key_list(connection, page.limit(None).offset(None)))
    if place is None:
        return pks[query.offset : query.offset + query.limit + 1].tolist(), len(pks)
    (found,) = sets.among(key_list(connection, sa.select(_RUN.pk).where(*conditions)))
    return pks[: query.limit + 1].tolist(), len(found)


def _place_of(connection: Connection, query: RunQuery, order: RunOrder, row: Any) -> list[Any]:
    """Return what a run is ordered by; its row has that, unless it is more than columns of the run."""
    if all(isinstance(key.column, sa.Column) and key.column.table is t.run for key in order.keys):
        return [row._mapping[key.column.name] for key in order.keys]
    return list(connection.execute(page_statement(query, order, [_RUN.pk == row.pk], None).offset(None)).one()[1:])


def is_searching(query: RunQuery) -> bool:
    """Return whether a query looks at more than the columns that stand in the index of the list."""
    return bool(query.filter or query.text or query.tags or query.properties or query.type)


def count_runs(connection: Connection, conditions: list[sa.ColumnElement[bool]]) -> int:
    """Return how many runs meet conditions."""
    return connection.execute(sa.select(sa.func.count()).select_from(t.run).where(*conditions)).scalar_one()


def page_statement(
    query: RunQuery, order: RunOrder, conditions: list[sa.ColumnElement[bool]], place: list[Any] | None
) -> sa.Select[Any]:
    """Return the query for the keys of one page's runs, and of one more, with what they are ordered by."""
    columns = [key.column.label(f"order_{number}") for number, key in enumerate(order.keys)]
    page = sa.select(_RUN.pk, *columns).select_from(order.joined())
    page = page.where(*conditions)
    if place is not None:
        page = page.where(order.after(place))
    elif query.offset:
        page = page.offset(query.offset)
    return page.order_by(*order.clauses()).limit(query.limit + 1)


def open_compiler(connection: Connection, workspace_pk: int, ranking: MetricRanking | None) -> FilterCompiler:
    """Return the compiler for one query; without ``ranking`` it refuses metrics."""
    if ranking is None:
        return FilterCompiler(connection, workspace_pk)
    return FilterCompiler(connection, workspace_pk, ranking.open(connection, workspace_pk).read)


def run_conditions(
    connection: Connection,
    workspace: str,
    query: RunQuery,
    scope: str | None,
    compiler: FilterCompiler,
    at: datetime,
    sets: RunSets | None = None,
) -> list[sa.ColumnElement[bool]]:
    """Return the conditions on ``run`` that a query stands for, but for those that ``sets`` has taken."""
    conditions: list[sa.ColumnElement[bool]] = []
    if query.parent_id is None and query.ancestor_id is None and query.experiment is None:
        # A place implies its workspace. To say it again would lead the database to the index of the whole workspace.
        conditions.append(_RUN.workspace_pk == compiler.workspace_pk)
    if scope is not None:
        conditions.append(_RUN.root_id == scope)
    conditions += _place(connection, workspace, query, compiler)
    conditions += _view(query.view)
    wanted = _wanted(query, compiler, at, None if query.keep_ancestors else sets)
    if wanted and query.keep_ancestors:
        conditions.append(sa.or_(sa.and_(*wanted), _RUN.pk.in_(_ancestors(query, compiler, wanted))))
    else:
        conditions += wanted
    return conditions


def _wanted(query: RunQuery, compiler: FilterCompiler, at: datetime, sets: RunSets | None) -> list[sa.ColumnElement[bool]]:
    """Return the conditions on what a run is like, not on where it is."""
    conditions: list[sa.ColumnElement[bool]] = []
    if query.type is not None:
        conditions.append(sa.or_(_RUN.type == query.type, compiler.label_condition("p", "azureml.runsource", query.type)))
    if query.status:
        conditions.append(_RUN.status.in_([status.value for status in query.status]))
    if query.target is not None:
        conditions.append(_RUN.target == query.target)
    if query.submitted_by is not None:
        conditions.append(_RUN.submitted_by == query.submitted_by)
    for kind, labels in (("t", query.tags), ("p", query.properties)):
        for key, value in labels.items():
            if sets is None:
                conditions.append(compiler.label_condition(kind, key, value))
            else:
                sets.take_keys(compiler.runs_with_label(kind, key, value))
    parts: list[Node] = [TextSearch(word) for word in (query.text or "").split()]
    if query.filter and query.filter.strip():
        root = without_not(parse(query.filter, at).root)
        parts += root.parts if isinstance(root, And) else [root]
    rest = [part for part in parts if sets is None or not sets.take(part)]
    if rest:
        conditions.append(compiler.condition(Filter(And(tuple(rest)), at)))
    return conditions


def _ancestors(query: RunQuery, compiler: FilterCompiler, wanted: list[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    """Return the keys of all runs that a wanted run lies below."""
    matches = sa.select(_RUN.parent_pk.label("pk")).where(
        _RUN.workspace_pk == compiler.workspace_pk, _RUN.parent_pk.is_not(None), *_view(query.view), *wanted
    )
    above = matches.correlate(None).distinct().cte("above", recursive=True)
    up = t.run.alias("up")
    above = above.union(sa.select(up.c.parent_pk).where(up.c.pk == above.c.pk, up.c.parent_pk.is_not(None)))
    return sa.select(above.c.pk)


def _view(view: RunView) -> list[sa.ColumnElement[bool]]:
    if view is RunView.DELETED:
        return [_RUN.deleted_at.is_not(None)]
    conditions: list[sa.ColumnElement[bool]] = [_RUN.deleted_at.is_(None)]
    if view is RunView.ACTIVE_ONLY:
        conditions.append(_RUN.archived_at.is_(None))
    elif view is RunView.ARCHIVED_ONLY:
        conditions.append(_RUN.archived_at.is_not(None))
    return conditions


def _place(connection: Connection, workspace: str, query: RunQuery, compiler: FilterCompiler) -> list[sa.ColumnElement[bool]]:
    if query.parent_id is not None:
        return [_RUN.parent_pk == run_row(connection, workspace, query.parent_id, _RUN.pk).pk]
    if query.ancestor_id is not None:
        top = run_row(connection, workspace, query.ancestor_id)
        if top.parent_pk is None:  # the whole tree: one index look-up instead of a walk
            return [_RUN.root_pk == top.pk, _RUN.pk != top.pk]
        tree = sa.select(t.run.c.pk).where(t.run.c.parent_pk == top.pk).cte("tree", recursive=True)
        below = t.run.alias("below")
        tree = tree.union_all(sa.select(below.c.pk).where(below.c.parent_pk == tree.c.pk))
        return [_RUN.pk.in_(sa.select(tree.c.pk))]
    conditions: list[sa.ColumnElement[bool]] = []
    if query.experiment is not None:
        find = any_experiment_row if query.view is RunView.DELETED else experiment_row
        conditions.append(_RUN.experiment_pk == find(connection, workspace, query.experiment).pk)
    elif query.view is RunView.ACTIVE_ONLY:
        archived = sa.select(t.experiment.c.pk).where(
            t.experiment.c.workspace_pk == compiler.workspace_pk, t.experiment.c.archived_at.is_not(None)
        )
        if connection.execute(archived.limit(1)).first():  # else each run would be asked for nothing
            conditions.append(_RUN.experiment_pk.not_in(archived))
    if not query.include_children and query.view is not RunView.DELETED:
        conditions.append(_RUN.parent_pk.is_(None))
    return conditions
