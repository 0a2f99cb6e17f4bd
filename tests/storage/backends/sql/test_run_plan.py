"""The published queries find their way by an index, on both databases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from benchmarks.run_queries import NOW, QUERIES
from tests.storage.backends.sql.databases import OpenedStores
from tests.storage.backends.sql.run_population import Population, populate

from runyard.domain.run_filter import parse
from runyard.domain.run_order import parse_order
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.metric_rank import Figures
from runyard.storage.backends.sql.run_filter import FilterCompiler
from runyard.storage.backends.sql.run_order import run_order
from runyard.storage.backends.sql.run_query import open_compiler, page_statement, run_conditions
from runyard.storage.backends.sql.run_ranking import is_ranked
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
        orders = parse_order(query.order_by)
        if is_ranked(orders):
            statement = sa.select(t.run.c.pk).where(*conditions)
        else:
            statement = page_statement(query, run_order(orders, compiler), conditions, None)
    lines = plan(stores, statement)
    assert whole_tables(lines) <= NARROW, lines


@pytest.mark.parametrize(("count", "is_hashed"), [(100, False), (50_000, True)])
def test_long_lists_of_runs_are_met_in_a_hash_table_and_short_ones_looked_up(
    stores: OpenedStores, population: Population, count: int, is_hashed: bool
) -> None:
    if stores.database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite keeps every list in a tree")
    figures = Figures(np.arange(1, count + 1, dtype=np.int64), np.zeros(count))
    with stores.database.engine.connect() as connection:
        compiler = FilterCompiler(connection, 1, lambda field: figures)
        wanted = parse("metric.loss.min < 0.1 and metric.loss.max < 0.9", NOW)
        statement = sa.select(t.run.c.pk).where(t.run.c.workspace_pk == 1, compiler.condition(wanted))
    lines = plan(stores, statement)
    assert any("hashed SubPlan" in line for line in lines) is is_hashed, lines[:20]
    assert not (is_hashed and any("Nested Loop" in line for line in lines)), lines[:20]
