"""A filter in SQL lets through the runs that its definition in Python lets through, on both databases."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.storage.backends.sql.databases import OpenedStores
from tests.storage.backends.sql.run_population import NODES, NOW, REGEXES, TEXTS, Population, populate

from runyard.domain.run_filter import matches, parse, unparse
from runyard.domain.run_filter_ast import Filter, Node
from runyard.domain.text_pattern import read_regex
from runyard.errors import InvalidArgumentError, NotSupportedError
from runyard.storage.backends.sql import run_filter
from runyard.storage.backends.sql.run import SqlRunStore
from runyard.wire.run import RunQuery

IS_LONG = bool(os.environ.get("RUNYARD_LONG"))
CASES = 2000 if IS_LONG else 150
WORKSPACES = ["w0", "w1", "w2"]


@pytest.fixture(scope="module")
def populations(stores: OpenedStores) -> list[Population]:
    return [populate(stores, name, seed) for seed, name in enumerate(WORKSPACES)]


@pytest.mark.timeout(1800 if IS_LONG else 300)
@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(node=NODES, which=st.integers(0, len(WORKSPACES) - 1), few=st.sampled_from([0, run_filter.FEW_VALUES]))
def test_sql_agrees_with_the_definition(
    stores: OpenedStores, populations: list[Population], monkeypatch: pytest.MonkeyPatch, node: Node, which: int, few: int
) -> None:
    monkeypatch.setattr(run_filter, "FEW_VALUES", few)
    population = populations[which]
    text = unparse(node)
    wanted = parse(text, NOW)
    assert wanted == Filter(node, NOW)
    expected = {
        run.id
        for run in population.runs
        if matches(wanted, run, population.metrics[run.id], functools.partial(population.roll_up, run))
    }
    query = RunQuery(filter=text, include_children=True, limit=1000)
    page = stores.storage.runs.search(population.workspace, query, at=NOW)
    assert {run.id for run in page.runs} == expected, text
    assert page.total == len(expected)


@settings(max_examples=CASES // 2, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(pattern=st.one_of(st.text(st.sampled_from(list("ab1_ .*+?|()[]^$\\{}2,-dwsb")), max_size=8), st.sampled_from(REGEXES)))
def test_what_the_checker_lets_through_means_the_same_to_each_engine(stores: OpenedStores, pattern: str) -> None:
    import sqlalchemy as sa
    from sqlalchemy import literal, union_all

    from runyard.domain.run_filter_ast import Field, Matches, Shape
    from runyard.storage.backends.sql.run_filter import FilterCompiler

    try:
        regex = read_regex(pattern)
    except InvalidArgumentError:
        return
    subjects = [*TEXTS, "ab", "a1_b", "a\n", "b a", "aab", ""]
    with stores.database.engine.connect() as connection:
        texts = union_all(*[sa.select(literal(text).label("subject")) for text in subjects]).subquery()
        leaf = Matches(Field("id", Shape.TEXT), pattern)
        condition = FilterCompiler(connection, 0)._regex(texts.c.subject, leaf)
        found = set(connection.execute(sa.select(texts.c.subject).where(condition)).scalars())
    assert found == {text for text in subjects if regex.found_in(text)}, pattern


def test_a_store_without_figures_says_that_it_cannot_filter_by_metrics(
    stores: OpenedStores, populations: list[Population]
) -> None:
    plain = SqlRunStore(stores.database)
    with pytest.raises(NotSupportedError, match="loss"):
        plain.search("w0", RunQuery(filter="metric.loss < 1"), at=NOW)


def test_a_list_in_in_may_be_long(stores: OpenedStores, populations: list[Population]) -> None:
    names = ", ".join(f'"r{n}-w0"' for n in range(1500))
    page = stores.storage.runs.search("w0", RunQuery(filter=f"id in ({names})", include_children=True, limit=1000), at=NOW)
    assert page.total == len(populations[0].runs)


def test_the_deepest_filter_that_is_read_can_be_answered(stores: OpenedStores, populations: list[Population]) -> None:
    deep = "not (" * 24 + " or ".join(f'tag.k{n} = "v" and name != "n{n}"' for n in range(95)) + ")" * 24
    assert stores.storage.runs.search("w0", RunQuery(filter=deep), at=NOW).total == 0


@pytest.mark.parametrize("filter", ['name ~ "(?i)GRE.T"', 'param.lr ~ "0.5$"'])
def test_only_texts_that_hold_what_a_match_holds_are_matched(
    stores: OpenedStores, populations: list[Population], monkeypatch: pytest.MonkeyPatch, filter: str
) -> None:
    if stores.database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL matches inside")

    class Searches(run_filter._Searches):
        def __missing__(self, pattern: str) -> Callable[[str, int, int], object]:
            return lambda text, start, end: asked.append(text)

    asked: list[str] = []
    monkeypatch.setattr(run_filter, "_searches", Searches())
    monkeypatch.setattr(run_filter, "FEW_VALUES", 0)
    stores.storage.runs.search("w0", RunQuery(filter=filter, include_children=True), at=NOW)
    held = read_regex(filter.split('"')[1]).held
    assert asked and all(part in text.lower() for text in asked for part in held)
