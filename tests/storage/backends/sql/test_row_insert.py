"""Many rows in one statement: every text and every missing value comes back as it was."""

from __future__ import annotations

import sqlalchemy as sa
from tests.storage.backends.sql.databases import OpenedStores

from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.key_list import texts_in
from runyard.storage.backends.sql.row_insert import insert_rows

TEXTS = [
    "plain",
    "",
    "NULL",
    "null",
    "quote \" and '",
    "back\\slash",
    "{braces, comma}",
    "line\nbreak",
    "größe 数",
    "%s %(x)s :y",
]


def test_texts_numbers_and_missing_values_come_back(stores: OpenedStores) -> None:
    rows = [
        {"workspace_pk": 2**40 + place, "topic": text, "run_id": text if place % 2 else None, "path": None}
        for place, text in enumerate(TEXTS)
    ]
    c = t.change.c
    stores.database.write(lambda connection: insert_rows(connection, t.change, rows))
    with stores.database.read() as connection:
        query = sa.select(c.workspace_pk, c.topic, c.run_id, c.path).where(c.workspace_pk >= 2**40).order_by(c.cursor)
        assert [dict(row) for row in connection.execute(query).mappings()] == rows
        found = connection.execute(sa.select(c.topic).where(texts_in(connection, c.topic, TEXTS[3:])).order_by(c.cursor))
        assert found.scalars().all() == TEXTS[3:]


def test_a_zero_character_keeps_no_row_away(stores: OpenedStores) -> None:
    row = {"workspace_pk": 2**41, "topic": "a\0b"}
    stores.database.write(lambda connection: insert_rows(connection, t.change, [row]))
    with stores.database.read() as connection:
        topic = connection.execute(sa.select(t.change.c.topic).where(t.change.c.workspace_pk == 2**41)).scalar_one()
    assert topic in ("a\0b", "a\ufffdb")


def test_no_rows_are_no_statement(stores: OpenedStores) -> None:
    stores.database.write(lambda connection: insert_rows(connection, t.change, []))
