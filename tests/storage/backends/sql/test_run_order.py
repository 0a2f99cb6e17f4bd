"""Lists in any order, page by page, while runs arrive, on both databases."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from tests.storage.backends.sql.databases import OpenedStores
from tests.storage.backends.sql.run_population import EXPERIMENTS, NOW, Population, populate

from runyard.domain.parameter import run_parameters
from runyard.domain.run import RunRecord, RunStatus
from runyard.domain.run_filter import metric_figure, parse_field
from runyard.domain.run_filter_ast import Aggregate
from runyard.domain.run_filter_value import number_of
from runyard.errors import InvalidArgumentError
from runyard.storage.backends.sql.run import SqlRunStore
from runyard.storage.run_base import RunOrigin
from runyard.wire.run import NewRun, RunQuery


@pytest.fixture(scope="module")
def population(stores: OpenedStores) -> Population:
    return populate(stores, "ordered", seed=7, size=50)


def pages(store: SqlRunStore, query: dict[str, Any], *, meanwhile: Any = None) -> list[str]:
    seen: list[str] = []
    cursor = None
    while True:
        page = store.search("ordered", RunQuery(include_children=True, limit=7, cursor=cursor, **query), at=NOW)
        seen += [run.id for run in page.runs]
        cursor = page.next_cursor
        if cursor is None:
            return seen
        if meanwhile:
            meanwhile()


def by_label(labels: dict[str, str | None], key: str) -> Any:
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


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("order", KEYS)
def test_pages_follow_the_order_and_hold_every_run_once(
    stores: OpenedStores, population: Population, order: str, descending: bool
) -> None:
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


@pytest.mark.parametrize("order", ["-created", "name", "-tag.lr", "param.lr", "metric.loss", "-metric.loss.max", "-duration"])
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
        ({"cursor": "nonsense"}, "no cursor"),
        ({"cursor": "kgEC", "order_by": "name"}, "no cursor"),
        ({"filter": "status = Faild"}, "at character 10"),
        ({"limit": 0}, "between 1 and"),
    ],
)
def test_what_cannot_be_answered_is_refused(stores: OpenedStores, population: Population, query: Any, words: str) -> None:
    with pytest.raises(InvalidArgumentError, match=words):
        stores.storage.runs.search("ordered", RunQuery(**query), at=NOW)
