"""Many rows at once into a table, in the way that is fastest on each database."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection


def insert_rows(connection: Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows that all name the same columns.

    PostgreSQL gets an array a column, so that a statement is as short for thousands of rows as for one: to read a text with a
    place for every value takes its driver longer than the insert.
    """
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(_into(table), rows)
        return
    names = list(rows[0])
    arrays = [sa.literal([row[name] for row in rows], sa.ARRAY(table.c[name].type)) for name in names]
    listed = sa.func.unnest(*arrays).table_valued(*[sa.column(name, table.c[name].type) for name in names]).render_derived()
    connection.execute(table.insert().from_select(names, sa.select(*listed.c)))


@cache
def _into(table: sa.Table) -> sa.Insert:
    """Return a statement made once: to make it takes longer than to run it."""
    return table.insert()
