"""Which runs a query asks for, as SQL."""

from __future__ import annotations

from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.errors import InvalidArgumentError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.experiment import experiment_row
from runyard.storage.backends.sql.mapping import decode_cursor, encode_cursor, like_pattern, run_row, workspace_pk
from runyard.storage.backends.sql.metric_points import Floats, Ints
from runyard.storage.backends.sql.metric_rank import (
    PREFIX,
    MetricOrder,
    MetricRanking,
    after_cursor,
    parse_order,
    ranked,
    satisfying,
)
from runyard.wire.run import RunQuery

LIMIT_MAX = 1000

_TEXT_COLUMNS = (
    t.run.c.id,
    t.run.c.display_name,
    t.run.c.description,
    t.run.c.status,
    t.run.c.submitted_by,
    t.run.c.tags,
    t.experiment.c.name,
)

_ORDERS: dict[str, sa.ColumnElement[Any]] = {
    "created_at": t.run.c.created_at,
    "started_at": sa.func.coalesce(t.run.c.started_at, 0),
    "ended_at": sa.func.coalesce(t.run.c.ended_at, 0),
    "duration": sa.func.coalesce(t.run.c.ended_at - t.run.c.started_at, 0),
    "display_name": t.run.c.display_name,
    "status": t.run.c.status,
    "number": t.run.c.number,
    "experiment": t.experiment.c.name,
}


def search_runs(
    connection: Connection, workspace: str, query: RunQuery, scope: str | None, base: sa.Select[Any], ranking: MetricRanking
) -> tuple[list[Any], int, str | None]:
    """Return the rows of one page, the total, and the cursor of the next page.

    Raises:
        InvalidArgumentError: an unknown order, a bad cursor, or a limit out of range.
    """
    if not 1 <= query.limit <= LIMIT_MAX:
        raise InvalidArgumentError(f"limit is {query.limit}; it must be between 1 and {LIMIT_MAX}.")
    conditions = _conditions(connection, workspace, query, scope)
    if query.metric_conditions or query.order_by.removeprefix("-").startswith(PREFIX):
        return _search_by_metrics(connection, query, conditions, base, ranking)
    counted = base.with_only_columns(sa.func.count(), maintain_column_froms=True).where(*conditions)
    total = connection.execute(counted).scalar_one()
    order, descending = _order(query.order_by)
    page = base.add_columns(order.label("order_key")).where(*conditions)
    if query.cursor:
        place = sa.tuple_(order, t.run.c.pk)
        after = sa.tuple_(*decode_cursor(query.cursor, 2))
        page = page.where(place < after if descending else place > after)
    elif query.offset:
        page = page.offset(query.offset)
    directions = (order.desc(), t.run.c.pk.desc()) if descending else (order.asc(), t.run.c.pk.asc())
    rows = list(connection.execute(page.order_by(*directions).limit(query.limit + 1)))
    more = len(rows) > query.limit
    rows = rows[: query.limit]
    return rows, total, encode_cursor(rows[-1].order_key, rows[-1].pk) if more else None


def _search_by_metrics(
    connection: Connection, query: RunQuery, conditions: list[Any], base: sa.Select[Any], ranking: MetricRanking
) -> tuple[list[Any], int, str | None]:
    """Find by figures of metrics: all keys that meet the other conditions, then numpy."""
    order_by, descending = query.order_by.removeprefix("-"), query.order_by.startswith("-")
    by_metric = order_by.startswith(PREFIX)
    keys = base.with_only_columns(t.run.c.pk, maintain_column_froms=True).where(*conditions)
    if not by_metric:
        order, _ = _order(query.order_by)
        keys = keys.order_by(*((order.desc(), t.run.c.pk.desc()) if descending else (order.asc(), t.run.c.pk.asc())))
    cursor: Any = connection.execute(keys).cursor  # the driver's own: a row object for each of 100,000 keys would cost more
    pks = np.array([row[0] for row in cursor.fetchall()], np.int64)
    for condition in query.metric_conditions:
        figures = ranking.figures(connection, MetricOrder(condition.name, condition.figure), pks)
        pks = pks[satisfying(figures, condition.comparison, condition.value)]
    if by_metric:
        figures = ranking.figures(connection, parse_order(order_by), pks)
        places = ranked(pks, figures, descending=descending)
        pks, figures = pks[places], figures[places]
    else:
        figures = np.full(len(pks), np.nan)
    start = _start(query, pks, figures, descending=descending, by_metric=by_metric)
    page = pks[start : start + query.limit].tolist()
    rows = {row.pk: row for row in connection.execute(base.where(t.run.c.pk.in_(page)))}
    more = start + query.limit < len(pks)
    last = start + len(page) - 1
    next_cursor = encode_cursor(None if np.isnan(figures[last]) else float(figures[last]), page[-1]) if more else None
    return [rows[pk] for pk in page], len(pks), next_cursor


def _start(query: RunQuery, pks: Ints, figures: Floats, *, descending: bool, by_metric: bool) -> int:
    if not query.cursor:
        return query.offset
    value, pk = decode_cursor(query.cursor, 2)
    if by_metric:
        later = np.flatnonzero(after_cursor(pks, figures, value, pk, descending=descending))
        return int(later[0]) if len(later) else len(pks)
    found = np.flatnonzero(pks == pk)
    if not len(found):
        raise InvalidArgumentError("The run at which the last page ended is not in this list any more. Start again.")
    return int(found[0]) + 1


def _order(order_by: str) -> tuple[sa.ColumnElement[Any], bool]:
    name = order_by.removeprefix("-")
    if name not in _ORDERS:
        raise InvalidArgumentError(
            f"Runs cannot be ordered by {name!r}. Use one of: {', '.join(_ORDERS)}, metric:<name>:<figure>."
        )
    return _ORDERS[name], order_by.startswith("-")


def _conditions(connection: Connection, workspace: str, query: RunQuery, scope: str | None) -> list[Any]:
    run = t.run.c
    conditions: list[Any] = [run.workspace_pk == workspace_pk(connection, workspace)]
    if scope is not None:
        conditions.append(run.root_id == scope)
    conditions += _place(connection, workspace, query)
    if query.type is not None:
        conditions.append(sa.or_(run.type == query.type, _has_label("p", "azureml.runsource", query.type)))
    if query.status:
        conditions.append(run.status.in_([status.value for status in query.status]))
    if query.target is not None:
        conditions.append(run.target == query.target)
    if query.submitted_by is not None:
        conditions.append(run.submitted_by == query.submitted_by)
    conditions += [_has_label("t", key, value) for key, value in query.tags.items()]
    conditions += [_has_label("p", key, value) for key, value in query.properties.items()]
    for word in (query.text or "").split():
        pattern = like_pattern(word)
        found = [sa.func.lower(sa.func.coalesce(column, "")).like(pattern, escape="\\") for column in _TEXT_COLUMNS]
        conditions.append(sa.or_(*found))
    return conditions


def _place(connection: Connection, workspace: str, query: RunQuery) -> list[Any]:
    run = t.run.c
    if query.parent_id is not None:
        return [run.parent_pk == run_row(connection, workspace, query.parent_id, run.pk).pk]
    if query.ancestor_id is not None:
        top = run_row(connection, workspace, query.ancestor_id)
        if top.parent_pk is None:  # the whole tree: one index look-up instead of a walk
            return [run.root_pk == top.pk, run.pk != top.pk]
        tree = sa.select(t.run.c.pk).where(t.run.c.parent_pk == top.pk).cte("tree", recursive=True)
        below = t.run.alias("below")
        tree = tree.union_all(sa.select(below.c.pk).where(below.c.parent_pk == tree.c.pk))
        return [run.pk.in_(sa.select(tree.c.pk))]
    conditions: list[Any] = []
    if query.experiment is not None:
        conditions.append(run.experiment_pk == experiment_row(connection, workspace, query.experiment).pk)
    else:
        conditions.append(t.experiment.c.archived_at.is_(None))
    if not query.include_children:
        conditions.append(run.parent_pk.is_(None))
    return conditions


def _has_label(kind: str, key: str, value: str | None) -> sa.ColumnElement[bool]:
    label = t.run_label.c
    conditions = [label.run_pk == t.run.c.pk, label.kind == kind, label.key == key]
    if value is not None:
        conditions.append(label.value == value)
    return sa.exists().where(*conditions)
