"""Long lists of keys between the database and numpy, as one text each: a row object a key would cost more than the query.

A list goes to the database as one parameter: to read a statement with a place for each would take PostgreSQL's driver longer.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.storage.backends.sql.metric_points import Floats, Ints


def key_list(connection: Connection, query: sa.Select[Any]) -> list[Ints]:
    """Return the columns of a query, all whole numbers and never NULL, in its order. **Shape** of each: (n,)."""
    inner = query.subquery()
    row = connection.execute(sa.select(*[gathered(connection, column) for column in inner.c])).one()
    return [numbers_of(text) for text in row]


def with_numbers(connection: Connection, query: sa.Select[tuple[int, float]]) -> tuple[Ints, Floats]:
    """Return keys and numbers, to the bit. **Shape** of both: (n,)."""
    if connection.dialect.name == "postgresql":
        key, number = query.subquery().c
        bits = sa.func.string_agg(sa.func.float8send(number, type_=sa.LargeBinary), sa.literal(b""), type_=sa.LargeBinary)
        keys, found = connection.execute(sa.select(gathered(connection, key), bits)).one()
        return numbers_of(keys), np.frombuffer(found or b"", ">f8").astype(np.float64)
    cursor: Any = connection.execute(query).cursor  # the driver's own: row objects would cost more than the query
    pairs = np.fromiter(itertools.chain.from_iterable(cursor), np.float64).reshape(-1, 2)
    return pairs[:, 0].astype(np.int64), np.ascontiguousarray(pairs[:, 1])


def gathered(connection: Connection, column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """Return the aggregate that gives a column of whole numbers as one text, see :func:`numbers_of`."""
    comma: sa.ColumnElement[str] = sa.literal_column("','")
    if connection.dialect.name == "postgresql":
        return sa.func.string_agg(sa.cast(column, sa.Text), comma)
    return sa.func.group_concat(column, comma)


def numbers_of(text: str | None) -> Ints:
    """Return the numbers that were gathered in a text; None stands for none of them."""
    return np.fromstring(text or "", np.int64, sep=",")


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
