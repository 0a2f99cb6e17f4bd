"""Long lists of keys between the database and numpy, as one text each: a row object a key would cost more than the query.

A list goes to the database as one parameter: to read a statement with a place for each would take PostgreSQL's driver longer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.storage.backends.sql.metric_points import Ints


def key_list(connection: Connection, query: sa.Select[Any]) -> list[Ints]:
    """Return the columns of a query, all whole numbers and never NULL, in its order. **Shape** of each: (n,)."""
    inner = query.subquery()
    comma: sa.ColumnElement[str] = sa.literal_column("','")
    postgresql = connection.dialect.name == "postgresql"
    gather = sa.func.string_agg if postgresql else sa.func.group_concat
    texts = [gather(sa.cast(column, sa.Text) if postgresql else column, comma) for column in inner.c]
    row = connection.execute(sa.select(*texts)).one()
    return [np.fromstring(text or "", np.int64, sep=",") for text in row]


def keys_in(connection: Connection, column: sa.ColumnElement[Any], keys: Ints) -> sa.ColumnElement[bool]:
    """Return the condition that a column is one of many keys."""
    if connection.dialect.name == "postgresql":
        text = "{" + ",".join(map(str, keys.tolist())) + "}"
        listed = sa.cast(sa.literal(text, sa.Text), sa.ARRAY(sa.BigInteger))
        return column.in_(sa.select(sa.func.unnest(listed)))
    each = sa.func.json_each(f"[{','.join(map(str, keys.tolist()))}]").table_valued("value")
    return column.in_(sa.select(each.c.value))


def texts_in(connection: Connection, column: sa.ColumnElement[Any], texts: list[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a text column is one of many texts."""
    if connection.dialect.name == "postgresql":
        return column.in_(sa.select(sa.func.unnest(sa.literal(texts, sa.ARRAY(sa.Text)))))
    return column.in_(texts)
