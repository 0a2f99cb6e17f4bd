"""Large families of runs: made in one call, listed, filtered and cancelled as a whole."""

from __future__ import annotations

import time

import pytest
from tests.storage.backends.sql.databases import OpenedStores

from runyard.domain.run import RunStatus
from runyard.storage.base import Storage
from runyard.storage.run_base import RunOrigin
from runyard.testing.clock import FakeClock
from runyard.wire.run import NewRun, RunQuery
from runyard.wire.workspace import EnsureWorkspaceRequest

NOW = FakeClock()()
WIDTHS = (1, 3, 12, 48, 9936)
"""Runs of each depth of the tree: 10,000 in all, four levels below the root."""


@pytest.fixture(scope="module")
def storage(stores: OpenedStores) -> Storage:
    stores.storage.workspaces.ensure("w", EnsureWorkspaceRequest(), at=NOW)
    stores.storage.experiments.ensure("w", "e", at=NOW)
    return stores.storage


def create(storage: Storage, ids: list[str], parent: str | None) -> None:
    origin = RunOrigin(status=RunStatus.RUNNING, submitted_by="me", parent_id=parent)
    runs = storage.runs.create("w", "e", [NewRun(id=each, tags={"leaf": str(len(each))}) for each in ids], origin, at=NOW)
    assert [run.id for run in runs] == ids


def test_two_thousand_children_come_in_one_call(storage: Storage) -> None:
    create(storage, ["parent"], None)
    busy = time.process_time()
    create(storage, [f"child{number}" for number in range(2000)], "parent")
    assert time.process_time() - busy < 2
    assert storage.runs.get("w", "parent").child_count == 2000
    assert storage.runs.search("w", RunQuery(parent_id="parent"), at=NOW).total == 2000


@pytest.fixture(scope="module")
def tree(storage: Storage) -> list[list[str]]:
    """The ids of each depth."""
    levels = [["root"]]
    create(storage, ["root"], None)
    for depth, width in enumerate(WIDTHS[1:], start=1):
        above = levels[-1]
        share, rest = divmod(width, len(above))
        levels.append([])
        for number, parent in enumerate(above):
            ids = [f"d{depth}-{number}-{each}" for each in range(share + (number < rest))]
            if ids:
                create(storage, ids, parent)
            levels[-1] += ids
    return levels


def test_a_tree_of_ten_thousand_runs_is_listed_filtered_and_cancelled(storage: Storage, tree: list[list[str]]) -> None:
    assert sum(map(len, tree)) == 10_000
    whole = RunQuery(ancestor_id="root", limit=1000)
    busy = time.process_time()
    assert storage.runs.search("w", whole, at=NOW).total == 9_999
    assert storage.runs.search("w", RunQuery(ancestor_id="root", filter="depth = 3"), at=NOW).total == WIDTHS[3]
    assert storage.runs.search("w", RunQuery(ancestor_id="root", filter="has:children"), at=NOW).total == sum(WIDTHS[1:4])
    parents = grandchildren(tree)
    below = RunQuery(ancestor_id=tree[1][0], filter="not has:children")
    leaves = [each for each in tree[4] if int(each.split("-")[1]) in parents]
    assert storage.runs.search("w", below, at=NOW).total == len(leaves)
    assert time.process_time() - busy < 3
    before = storage.changes.latest()
    busy = time.process_time()
    cancelled = storage.runs.cancel_tree("w", "root", reason="no longer needed", author="me", at=NOW)
    assert time.process_time() - busy < 2
    assert cancelled[0] == "root" and sorted(cancelled) == sorted(each for level in tree for each in level)
    assert storage.runs.search("w", RunQuery(ancestor_id="root", filter="status:canceled ended>=-1m"), at=NOW).total == 9_999
    leaf = storage.runs.events("w", tree[4][-1])[-1]
    assert (leaf.status, leaf.reason, leaf.author) == (RunStatus.CANCELED, "its ancestor root was cancelled", "me")
    assert storage.runs.events("w", "root")[-1].reason == "no longer needed"
    assert storage.changes.latest() - before == 10_000
    assert storage.runs.cancel_tree("w", "root", reason="again", at=NOW) == []
    assert storage.runs.search("w", RunQuery(ancestor_id="root", filter="status:running"), at=NOW).total == 0


def grandchildren(tree: list[list[str]]) -> set[int]:
    """The places at depth 3 of the runs below the first run of depth 1."""
    second = {place for place, each in enumerate(tree[2]) if each.startswith("d2-0-")}
    return {place for place, each in enumerate(tree[3]) if int(each.split("-")[1]) in second}
