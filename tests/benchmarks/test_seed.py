"""Seeded runs are whole, and every row about run lists can be measured on them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from benchmarks.place import Place
from benchmarks.row import measured

from benchmarks import run_list, seed
from runyard.domain.parameter import run_parameters
from runyard.wire.run import ALL_METRICS, RunQuery

RUNS = 210


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("seeded")
        patch.setenv("RUNYARD_HOME", str(home))
        made = Place(home=home)
        try:
            seed.seed(made, runs=RUNS)
            yield made
        finally:
            made.close()


def test_every_run_has_its_parameters_metrics_and_end(place: Place) -> None:
    page = place.client.runs.search(RunQuery(include_children=True, metrics=[ALL_METRICS], limit=1000))
    assert page.total == RUNS
    for run in page.runs:
        assert len(run_parameters(run.definition)) == 20 and len(page.metrics[run.id]) == 20
        assert all(summary.count == seed.STEPS for summary in page.metrics[run.id])
    running = [run.id for run in page.runs if not run.status.is_terminal]
    assert sorted(running) == [seed.run_id(0), seed.run_id(200)]


def test_seeding_again_changes_nothing(place: Place) -> None:
    query = RunQuery(include_children=True, metrics=[ALL_METRICS], limit=1000)
    before = place.client.runs.search(query)
    seed.seed(place, runs=20)
    after = place.client.runs.search(query)
    assert after.total == before.total and after.metrics == before.metrics


@pytest.mark.parametrize(("what", "limit", "query"), run_list.QUERIES, ids=[each[0] for each in run_list.QUERIES])
def test_every_query_of_the_table_finds_runs(place: Place, what: str, limit: float, query: dict[str, object]) -> None:
    row = next(row for row in run_list.query_rows(place, RUNS) if row.what.startswith(what + " ("))
    assert measured("list", row, 1).fault == ""
