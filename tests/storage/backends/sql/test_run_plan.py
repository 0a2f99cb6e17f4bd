"""The published queries find their way by an index, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from benchmarks.run_queries import NOW, QUERIES
from tests.storage.backends.sql.databases import EngineDatabase, figure_column
from tests.storage.backends.sql.run_population import Population, populate

from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.run_filter import FilterCompiler
from runyard.storage.backends.sql.run_order import run_order
from runyard.storage.backends.sql.run_query import page_statement, run_conditions

NARROW = {"run_search"}
"""Read from end to end by a text search, and made for that."""


@pytest.fixture(scope="module")
def population(both_databases: EngineDatabase) -> Population:
    with both_databases.engine.begin() as connection:
        connection.execute(t.workspace.insert().values(pk=77, name="other", tags="{}", created_at=0))
    return populate(both_databases, "planned", seed=3)


def plan(database: EngineDatabase, statement: sa.Select[Any]) -> list[str]:
    text = str(statement.compile(database.engine, compile_kwargs={"literal_binds": True}))
    with database.engine.connect() as connection:
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
def test_a_published_query_reads_no_table_from_end_to_end(
    both_databases: EngineDatabase, population: Population, name: str
) -> None:
    query = QUERIES[name]
    replaced = {"experiment": "mnist"} if query.experiment else {}
    replaced.update({key: "r0-planned" for key in ("parent_id", "ancestor_id") if getattr(query, key)})
    query = type(query)(**{**{key: getattr(query, key) for key in query.__slots__}, **replaced})
    with both_databases.engine.connect() as connection:
        pk = connection.execute(sa.select(t.workspace.c.pk).where(t.workspace.c.name == "planned")).scalar_one()
        compiler = FilterCompiler(connection, pk, figure_column)
        conditions = run_conditions(connection, "planned", query, None, compiler, NOW)
        statement = page_statement(query, run_order(query.order_by, compiler), conditions, None)
    lines = plan(both_databases, statement)
    assert whole_tables(lines) <= NARROW, lines
