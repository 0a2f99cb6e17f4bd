"""The published queries find their way by an index, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from benchmarks.run_queries import NOW, QUERIES
from tests.storage.backends.sql.databases import OpenedStores
from tests.storage.backends.sql.run_population import Population, populate

from runyard.domain.run_filter_ast import Shape
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.run_order import read_order, run_order
from runyard.storage.backends.sql.run_query import open_compiler, page_statement, run_conditions
from runyard.wire.workspace import EnsureWorkspaceRequest

NARROW = {"run_search"}
"""Read from end to end by a text search, and made for that."""


@pytest.fixture(scope="module")
def population(stores: OpenedStores) -> Population:
    stores.storage.workspaces.ensure("other", EnsureWorkspaceRequest(), at=NOW)
    return populate(stores, "planned", seed=3)


def plan(stores: OpenedStores, statement: sa.Select[Any]) -> list[str]:
    text = str(statement.compile(stores.database.engine, compile_kwargs={"literal_binds": True}))
    with stores.database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
        # Small tables are read whole because that is cheapest; without that choice it shows whether there is another way.
        connection.exec_driver_sql("SET enable_seqscan = off")
        return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {text.replace('%', '%%')}")]


def whole_tables(lines: list[str]) -> set[str]:
    """Return the tables that a plan reads from end to end without an index."""
    found = set()
    for line in lines:
        words = line.replace("->", " ").split()
        if words[:1] == ["SCAN"] and "USING" not in words:
            found.add(words[1])
        if words[:3] == ["Seq", "Scan", "on"]:
            found.add(words[3])
    return found & set(t.metadata.tables)


@pytest.mark.parametrize("name", QUERIES)
def test_a_published_query_reads_no_table_from_end_to_end(stores: OpenedStores, population: Population, name: str) -> None:
    query = QUERIES[name]
    replaced = {"experiment": "mnist"} if query.experiment else {}
    replaced.update({key: "r0-planned" for key in ("parent_id", "ancestor_id") if getattr(query, key)})
    query = type(query)(**{**{key: getattr(query, key) for key in query.__slots__}, **replaced})
    with stores.database.engine.connect() as connection:
        pk = connection.execute(sa.select(t.workspace.c.pk).where(t.workspace.c.name == "planned")).scalar_one()
        compiler = open_compiler(connection, pk, stores.ranking)
        conditions = run_conditions(connection, "planned", query, None, compiler, NOW)
        field, descending = read_order(query.order_by)
        if field.shape is Shape.METRIC:
            statement = sa.select(t.run.c.pk).where(*conditions)
        else:
            statement = page_statement(query, run_order(field, descending, compiler), conditions, None)
    lines = plan(stores, statement)
    assert whole_tables(lines) <= NARROW, lines
