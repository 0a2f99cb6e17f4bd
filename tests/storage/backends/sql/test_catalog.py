"""Groups, counts and names agree with what a plain look at the runs gives, on both databases."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pytest
from tests.storage.backends.sql.databases import OpenedStores
from tests.storage.backends.sql.run_population import NOW, Population, populate

from runyard.domain.parameter import run_parameters
from runyard.domain.run import RunStatus
from runyard.domain.run_filter import metric_figure
from runyard.domain.run_filter_ast import Aggregate
from runyard.errors import InvalidArgumentError
from runyard.storage.run_base import RunOrigin
from runyard.wire.catalog import FacetQuery, GroupQuery
from runyard.wire.run import NewRun, RunQuery

WORKSPACE = "grouped"
ALL = RunQuery(include_children=True, limit=1000)


@pytest.fixture(scope="module")
def population(stores: OpenedStores) -> Population:
    populate(stores, "elsewhere", seed=12, size=5)
    return populate(stores, WORKSPACE, seed=11, size=60)


@pytest.mark.parametrize(
    "by",
    [
        ["status"],
        ["experiment", "status"],
        ["tag.lr"],
        ["property.val/acc", "param.lr", "submitter"],
        ["parent"],
        ["number"],
        ["description"],
        ['tag."batch size"'],
    ],
)
def test_the_filter_of_a_group_finds_its_runs(stores: OpenedStores, population: Population, by: list[str]) -> None:
    query = GroupQuery(query=ALL, by=by, figures=["metric.loss.min"], members=20, limit=1000)
    page = stores.storage.catalog.groups(WORKSPACE, query, at=NOW)
    assert page.total == len(population.runs) == sum(group.count for group in page.groups)
    assert page.total_groups == len(page.groups)
    for group in page.groups:
        found = stores.storage.runs.search(WORKSPACE, RunQuery(filter=group.filter, include_children=True, limit=1000), at=NOW)
        assert found.total == group.count, group.filter
        assert [run.id for run in group.runs] == [run.id for run in found.runs][:20]
        figures = [metric_figure(population.metrics[run.id], "loss", Aggregate.MIN) for run in found.runs]
        there = [value for value in figures if value is not None]
        assert (group.figures["metric.loss.min"].count if group.figures else 0) == len(there)
        if there and all(map(math.isfinite, there)):
            assert group.figures["metric.loss.min"].mean == math.fsum(there) / len(there)
            assert group.figures["metric.loss.min"].max == max(there)


def test_groups_come_in_the_order_asked_for(stores: OpenedStores, population: Population) -> None:
    def values(order_by: str, **rest: int) -> list[str | None]:
        query = GroupQuery(query=ALL, by=["status"], figures=["metric.loss"], order_by=order_by, **rest)
        return [group.values[0] for group in stores.storage.catalog.groups(WORKSPACE, query, at=NOW).groups]

    counts = Counter(run.status.value for run in population.runs)
    assert values("key") == sorted(counts) and values("-key") == sorted(counts, reverse=True)
    assert [counts[each or ""] for each in values("-count")] == sorted(counts.values(), reverse=True)
    assert values("key", offset=1, limit=2) == sorted(counts)[1:3]
    assert sorted(map(str, values("-metric.loss"))) == sorted(counts)
    wrongs: list[dict[str, Any]] = [
        {"order_by": "shoe"},
        {"by": ["created"]},
        {"by": []},
        {"figures": ["status"]},
        {"members": 999},
    ]
    for wrong in wrongs:
        with pytest.raises(InvalidArgumentError):
            stores.storage.catalog.groups(WORKSPACE, GroupQuery(**{"query": ALL, "by": ["status"], **wrong}), at=NOW)


def test_a_metric_orders_the_members_of_groups(stores: OpenedStores, population: Population) -> None:
    ordered = RunQuery(include_children=True, order_by="-metric.loss.max")
    query = GroupQuery(query=ordered, by=["experiment"], members=20)
    for group in stores.storage.catalog.groups(WORKSPACE, query, at=NOW).groups:
        values = [metric_figure(population.metrics[run.id], "loss", Aggregate.MAX) for run in group.runs]
        known = [value for value in values if value is not None]
        assert values == sorted(known, reverse=True) + [None] * (len(values) - len(known))


def test_facets_count_what_the_query_finds(stores: OpenedStores, population: Population) -> None:
    query = FacetQuery(query=RunQuery(include_children=True, filter="status:failed,running"), fields=["submitter", "tag.lr"])
    page = stores.storage.catalog.facets(WORKSPACE, query, at=NOW)
    runs = [run for run in population.runs if run.status.value in ("Failed", "Running")]
    assert page.total == len(runs)
    assert {each.value: each.count for each in page.facets["submitter"]} == Counter(run.submitted_by for run in runs)
    tagged = Counter((run.tags["lr"] or "")[:100] if "lr" in run.tags else None for run in runs)
    assert {each.value: each.count for each in page.facets["tag.lr"]} == tagged


@pytest.mark.parametrize("experiment", [None, "mnist"])
def test_names_are_those_of_the_place(stores: OpenedStores, population: Population, experiment: str | None) -> None:
    stores.storage.runs.create(  # keys that only another workspace has
        "elsewhere",
        "mnist",
        [NewRun(tags={"only elsewhere": "1"})],
        RunOrigin(status=RunStatus.RUNNING, submitted_by="me"),
        at=NOW,
    )
    runs = [run for run in population.runs if experiment in (None, run.experiment)]
    expected = {
        "tag": {key for run in runs for key in run.tags},
        "property": {key for run in runs for key in run.properties},
        "param": {key for run in runs for key in run_parameters(run.definition)},
        "metric": {name for run in runs for name in population.metrics[run.id]},
    }
    for kind, names in expected.items():
        page = stores.storage.catalog.names(WORKSPACE, kind, experiment=experiment, text="", offset=0, limit=100)
        assert set(page.names) == names and page.total == len(names)
    page = stores.storage.catalog.values(WORKSPACE, "submitter", experiment=experiment, text="", offset=0, limit=100)
    assert set(page.names) == {run.submitted_by for run in runs if run.submitted_by}


def test_names_that_begin_with_the_text_come_first(stores: OpenedStores, population: Population) -> None:
    def names(text: str, **page: int) -> list[str]:
        whole = {"offset": 0, "limit": 100, **page}
        return stores.storage.catalog.names(WORKSPACE, "field", experiment=None, text=text, **whole).names

    assert names("NUM") == ["number"]
    assert names("r")[:2] == ["reason", "root"]
    assert names("", offset=2, limit=1) == [names("")[2]]
    for wrong in ({"limit": 0}, {"offset": -1}):
        with pytest.raises(InvalidArgumentError):
            names("", **wrong)
    with pytest.raises(InvalidArgumentError, match="of kind"):
        stores.storage.catalog.names(WORKSPACE, "shoes", experiment=None, text="", offset=0, limit=1)
    with pytest.raises(InvalidArgumentError, match="not listed"):
        stores.storage.catalog.values(WORKSPACE, "name", experiment=None, text="", offset=0, limit=1)
