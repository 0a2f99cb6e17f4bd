"""Lists in any order, page by page, while runs arrive, on both databases."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from tests.storage.backends.sql.databases import EngineDatabase, run_store
from tests.storage.backends.sql.run_population import EXPERIMENTS, NOW, Population, populate

from runyard.domain.parameter import run_parameters
from runyard.domain.run import RunRecord, RunStatus
from runyard.domain.run_filter import metric_figure
from runyard.domain.run_filter_ast import Aggregate
from runyard.domain.run_filter_value import number_of
from runyard.errors import InvalidArgumentError
from runyard.storage.backends.sql.run import SqlRunStore
from runyard.storage.base import RunOrigin
from runyard.wire.run import NewRun, RunQuery


@pytest.fixture(scope="module")
def population(both_databases: EngineDatabase) -> Population:
    return populate(both_databases, "ordered", seed=7, size=50)


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
    "created": lambda run, _: (run.created_at,),
    "created_at": lambda run, _: (run.created_at,),
    "name": lambda run, _: (run.display_name,),
    "description": lambda run, _: or_last(run.description),
    "started": lambda run, _: or_last(run.started_at),
    "duration": lambda run, _: or_last(run.ended_at and run.started_at and run.ended_at - run.started_at),
    "status": lambda run, _: (run.status.value,),
    "experiment": lambda run, _: (run.experiment,),
    "submitter": lambda run, _: or_last(run.submitted_by),
    "parent": lambda run, _: or_last(run.parent_id),
    "number": lambda run, _: (run.number,),
    "tag.lr": lambda run, _: by_label(run.tags, "lr"),
    'property."val/acc"': lambda run, _: by_label(run.properties, "val/acc"),
    "param.lr": lambda run, _: by_label(run_parameters(run.definition), "lr"),
    "metric.loss": lambda _, own: or_last(metric_figure(own, "loss", Aggregate.LAST)),
    "metric.val/acc.max": lambda _, own: or_last(metric_figure(own, "val/acc", Aggregate.MAX)),
}


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("order", KEYS)
def test_pages_follow_the_order_and_hold_every_run_once(
    both_databases: EngineDatabase, population: Population, order: str, descending: bool
) -> None:
    seen = pages(run_store(both_databases), {"order_by": f"-{order}" if descending else order})
    runs = {run.id: run for run in population.runs}
    assert sorted(seen) == sorted(runs)

    def key(run: RunRecord) -> Any:
        return KEYS[order](run, population.metrics[run.id])

    keys = [key(runs[each]) for each in seen]
    first_differs = len(keys[0]) > 1  # what is missing, or is no number, comes last in either direction
    for one, other in itertools.pairwise(keys):
        group_one, group_other = (one[0], other[0]) if first_differs else (0, 0)
        rest_one, rest_other = (one[1:], other[1:]) if first_differs else (one, other)
        assert group_one <= group_other
        if group_one == group_other:
            assert rest_one >= rest_other if descending else rest_one <= rest_other


@pytest.mark.parametrize("order", ["-created", "name", "-tag.lr", "param.lr", "metric.loss", "-duration"])
def test_runs_that_arrive_neither_repeat_nor_hide_what_was_there(both_databases: EngineDatabase, order: str) -> None:
    chance = random.Random(order)
    store = run_store(both_databases)
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
def test_what_cannot_be_answered_is_refused(
    both_databases: EngineDatabase, population: Population, query: Any, words: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=words):
        run_store(both_databases).search("ordered", RunQuery(**query), at=NOW)
