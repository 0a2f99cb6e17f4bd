"""Lists in any order, page by page, while runs arrive, on both databases."""

from __future__ import annotations

import functools
import itertools
import operator
import os
import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.storage.backends.sql.databases import OpenedStores
from tests.storage.backends.sql.run_population import EXPERIMENTS, NOW, Population, fields, populate

from runyard.domain.parameter import run_parameters
from runyard.domain.run import RunRecord, RunStatus
from runyard.domain.run_filter import field_value, metric_figure, parse_field
from runyard.domain.run_filter_ast import Aggregate, Field, Shape
from runyard.domain.run_filter_value import number_of
from runyard.domain.run_order import OrderBy, parse_order, unparse_order
from runyard.errors import InvalidArgumentError
from runyard.storage.backends.sql import run_ranking_part
from runyard.storage.run_base import RunOrigin, RunStore
from runyard.wire.catalog import GroupQuery
from runyard.wire.run import NewRun, RunQuery

IS_LONG = bool(os.environ.get("RUNYARD_LONG"))
CASES = 500 if IS_LONG else 30


@pytest.fixture(scope="module")
def population(stores: OpenedStores) -> Population:
    return populate(stores, "ordered", seed=7, size=50)


def pages(store: RunStore, query: dict[str, Any], *, workspace: str = "ordered", meanwhile: Any = None) -> list[str]:
    seen: list[str] = []
    cursor = None
    while True:
        page = store.search(workspace, RunQuery(**{"include_children": True, "limit": 7, "cursor": cursor, **query}), at=NOW)
        seen += [run.id for run in page.runs]
        cursor = page.next_cursor
        if cursor is None:
            return seen
        if meanwhile:
            meanwhile()


def by_label(labels: Mapping[str, str | None], key: str) -> Any:
    value = labels.get(key)
    number = None if value is None else number_of(value)
    if number is not None:
        return (0, number, "")
    return (2, 0.0, "") if value is None else (1, 0.0, value[:100])


def or_last(value: Any) -> tuple[int, Any]:
    return (1, 0) if value is None else (0, value)


KEYS: dict[str, Any] = {
    "created": lambda run, _, __: (run.created_at,),
    "created_at": lambda run, _, __: (run.created_at,),
    "name": lambda run, _, __: (run.display_name,),
    "description": lambda run, _, __: or_last(run.description),
    "started": lambda run, _, __: or_last(run.started_at),
    "duration": lambda run, _, __: or_last(run.ended_at and run.started_at and run.ended_at - run.started_at),
    "status": lambda run, _, __: (run.status.value,),
    "experiment": lambda run, _, __: (run.experiment,),
    "submitter": lambda run, _, __: or_last(run.submitted_by),
    "parent": lambda run, _, __: or_last(run.parent_id),
    "number": lambda run, _, __: (run.number,),
    "tag.lr": lambda run, _, __: by_label(run.tags, "lr"),
    'property."val/acc"': lambda run, _, __: by_label(run.properties, "val/acc"),
    "param.lr": lambda run, _, __: by_label(run_parameters(run.definition), "lr"),
    "metric.loss": lambda _, own, __: or_last(metric_figure(own, "loss", Aggregate.LAST)),
    "metric.val/acc.max": lambda _, own, __: or_last(metric_figure(own, "val/acc", Aggregate.MAX)),
    "metric.loss.step(min)": lambda _, own, __: or_last(metric_figure(own, "loss", Aggregate.MIN_STEP)),
    "rollup.loss.min.mean": lambda run, _, all: or_last(all.roll_up(run, parse_field("rollup.loss.min.mean"))),
    "rollup.loss.count": lambda run, _, all: or_last(all.roll_up(run, parse_field("rollup.loss.count"))),
}


@pytest.mark.parametrize(("descending", "few"), [(False, 0), (True, run_ranking_part.FEW_RUNS)])
@pytest.mark.parametrize("order", KEYS)
def test_pages_follow_the_order_and_hold_every_run_once(
    stores: OpenedStores, population: Population, order: str, descending: bool, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_ranking_part, "FEW_RUNS", few)
    seen = pages(stores.storage.runs, {"order_by": f"-{order}" if descending else order})
    runs = {run.id: run for run in population.runs}
    assert sorted(seen) == sorted(runs)

    def key(run: RunRecord) -> Any:
        return KEYS[order](run, population.metrics[run.id], population)

    keys = [key(runs[each]) for each in seen]
    first_differs = len(keys[0]) > 1  # what is missing, or is no number, comes last in either direction
    for one, other in itertools.pairwise(keys):
        group_one, group_other = (one[0], other[0]) if first_differs else (0, 0)
        rest_one, rest_other = (one[1:], other[1:]) if first_differs else (one, other)
        assert group_one <= group_other
        if group_one == group_other:
            assert rest_one >= rest_other if descending else rest_one <= rest_other


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("order", ["created", "name", "description", "parent", "tag.lr", "param.lr, metric.loss"])
def test_pages_by_their_place_are_those_of_the_whole_list_from_either_end(
    stores: OpenedStores, population: Population, order: str, descending: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = f"-{order}" if descending else order
    whole = pages(stores.storage.runs, {"order_by": order})
    monkeypatch.setattr(run_ranking_part, "FEW_RUNS", 0)
    monkeypatch.setattr(run_ranking_part, "LEADERS_MAX", 20)
    size = len(whole)
    for offset in (0, 7, size // 2, size // 2 + 1, size - 8, size - 7, size - 1, size, size + 5):
        asked = RunQuery(include_children=True, limit=7, order_by=order, offset=offset)
        page = stores.storage.runs.search("ordered", asked, at=NOW)
        assert [run.id for run in page.runs] == whole[offset : offset + 7], offset
        assert page.total == size
        assert (page.next_cursor is not None) == (offset + 7 < size)


@pytest.fixture(scope="module")
def sorted_population(stores: OpenedStores) -> Population:
    return populate(stores, "sorted", seed=11, size=45)


def standing(field: Field, run: RunRecord, population: Population) -> tuple[int, Any]:
    """Return the part of an order that is the same in either direction, and the part that is turned round."""
    if field.shape is Shape.LABEL:
        held: dict[str, Mapping[str, str | None]]
        held = {"tag": run.tags, "property": run.properties, "param": run_parameters(run.definition)}
        kind, number, text = by_label(held[field.name], field.key or "")
        return kind, (number, text)
    roll_ups = functools.partial(population.roll_up, run)
    value = field_value(field, run, population.metrics[run.id], NOW, roll_ups)
    if field.shape is Shape.DURATION and run.ended_at is None:
        value = None  # the length of a run that goes on changes while its list is read
    return or_last(value)


def expected_order(population: Population, orders: list[OrderBy]) -> list[str]:
    newest_first = orders[-1].descending or any(each.field.shape is Shape.METRIC for each in orders)
    runs = sorted(population.runs, key=lambda run: int(run.id[1:].partition("-")[0]), reverse=newest_first)
    for each in reversed(orders):
        of_group: dict[int, list[tuple[Any, RunRecord]]] = {}
        for run in runs:
            group, value = standing(each.field, run, population)
            of_group.setdefault(group, []).append((value, run))
        for own in of_group.values():  # sort() keeps the order of equals, downwards too
            own.sort(key=operator.itemgetter(0), reverse=each.descending)
        runs = [run for group in sorted(of_group) for _, run in of_group[group]]
    return [run.id for run in runs]


ORDERS = st.lists(st.builds(OrderBy, fields(set(Shape)), st.booleans()), min_size=1, max_size=4, unique_by=lambda o: o.field)


@pytest.mark.timeout(1800 if IS_LONG else 300)
@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(
    orders=ORDERS,
    limit=st.sampled_from([9, 30]),
    few=st.sampled_from([0, 5, run_ranking_part.FEW_RUNS]),
    leaders=st.sampled_from([9, 15, run_ranking_part.LEADERS_MAX]),
)
def test_several_fields_order_as_plain_python_does(
    stores: OpenedStores, sorted_population: Population, orders: list[OrderBy], limit: int, few: int, leaders: int
) -> None:
    text = unparse_order(orders)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_ranking_part, "FEW_RUNS", few)
        patch.setattr(run_ranking_part, "LEADERS_MAX", leaders)
        seen = pages(stores.storage.runs, {"order_by": text, "limit": limit}, workspace="sorted")
    assert seen == expected_order(sorted_population, orders), text


def test_groups_are_ordered_by_several_fields_too(stores: OpenedStores, sorted_population: Population) -> None:
    order = "-experiment, metric.loss, -tag.lr, name"
    query = RunQuery(include_children=True, order_by=order)
    page = stores.storage.catalog.groups("sorted", GroupQuery(query=query, by=["experiment"], members=20), at=NOW)
    expected = expected_order(sorted_population, list(parse_order(order)))
    for group in page.groups:
        own = {run.id for run in sorted_population.runs if run.experiment == group.values[0]}
        assert [run.id for run in group.runs] == [each for each in expected if each in own][:20]


ARRIVING = [
    "-created",
    "name",
    "-tag.lr",
    "param.lr",
    "metric.loss",
    "-metric.loss.max",
    "-duration",
    "name, -metric.loss, -tag.lr",
]


@pytest.mark.parametrize("order", ARRIVING)
def test_runs_that_arrive_neither_repeat_nor_hide_what_was_there(stores: OpenedStores, order: str) -> None:
    chance = random.Random(order)
    store = stores.storage.runs
    before = set(pages(store, {"order_by": order}))

    def arrive() -> None:
        new = NewRun(display_name=chance.choice(["a", "zz"]), tags={"lr": str(chance.random())})
        origin = RunOrigin(status=RunStatus.RUNNING, submitted_by="x")
        store.create("ordered", chance.choice(EXPERIMENTS), [new], origin, at=NOW)

    seen = pages(store, {"order_by": order}, meanwhile=arrive)
    assert len(seen) == len(set(seen)) and before <= set(seen)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"order_by": "shoe"}, "no field 'shoe'"),
        ({"order_by": "metric."}, "no field"),
        ({"order_by": "name, -shoe"}, "order cannot be read at character 8"),
        ({"cursor": "nonsense"}, "no cursor"),
        ({"cursor": "nonsense", "order_by": "name, metric.loss"}, "no cursor"),
        ({"cursor": "kgEC", "order_by": "name"}, "no cursor"),
        ({"filter": "status = Faild"}, "at character 10"),
        ({"limit": 0}, "between 1 and"),
    ],
)
def test_what_cannot_be_answered_is_refused(stores: OpenedStores, population: Population, query: Any, words: str) -> None:
    with pytest.raises(InvalidArgumentError, match=words):
        stores.storage.runs.search("ordered", RunQuery(**query), at=NOW)


def test_a_page_by_numbers_reads_the_beginning_of_their_index(
    stores: OpenedStores, population: Population, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = RunQuery(include_children=True, limit=7, order_by="-param.lr")
    expected = [run.id for run in stores.storage.runs.search("ordered", asked, at=NOW).runs]

    def refuse(self: object, pks: object, count: int) -> object:
        raise AssertionError("the values of all runs were asked for")

    monkeypatch.setattr(run_ranking_part, "FEW_RUNS", 7)
    monkeypatch.setattr(run_ranking_part.OrderPart, "first", refuse)
    assert [run.id for run in stores.storage.runs.search("ordered", asked, at=NOW).runs] == expected
