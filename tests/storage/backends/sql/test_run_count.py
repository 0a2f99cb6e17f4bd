"""The count that a list shows is that of the runs it has, whatever happened to them."""

from __future__ import annotations

import itertools
import random

from tests.storage.backends.sql.databases import OpenedStores

from runyard.domain.run import RunStatus, RunView
from runyard.storage.run_base import RunOrigin
from runyard.testing.clock import FakeClock
from runyard.wire.experiment import UpdateExperimentRequest
from runyard.wire.run import NewRun, RunQuery, UpdateRunRequest
from runyard.wire.workspace import EnsureWorkspaceRequest

NOW = FakeClock()()
EXPERIMENTS = ["one", "two", "three"]


def assert_counts_agree(stores: OpenedStores) -> None:
    for view, children, name in itertools.product(RunView, [False, True], [None, *EXPERIMENTS]):
        query = RunQuery(view=view, include_children=children, experiment=name, limit=1000)
        page = stores.storage.runs.search("counted", query, at=NOW)
        assert page.total == len(page.runs), query


def test_the_count_stays_right_while_runs_come_move_and_go(stores: OpenedStores) -> None:
    chance = random.Random(5)
    storage, store = stores.storage, stores.storage.runs
    for workspace in ("counted", "beside"):
        storage.workspaces.ensure(workspace, EnsureWorkspaceRequest(), at=NOW)
        for name in EXPERIMENTS:
            storage.experiments.ensure(workspace, name, at=NOW)
    origin = RunOrigin(status=RunStatus.COMPLETED, submitted_by="me")
    store.create("beside", "one", [NewRun(id="elsewhere")], origin, at=NOW)
    tops: list[str] = []
    deleted: set[str] = set()
    for step in range(60):
        living = [each for each in tops if each not in deleted]
        action = chance.choice(["create", "create", "child", "archive", "reactivate", "delete", "restore", "purge"])
        if action == "create" or not living:
            ids = [f"t{step}-{n}" for n in range(chance.randrange(1, 4))]
            store.create("counted", chance.choice(EXPERIMENTS), [NewRun(id=each) for each in ids], origin, at=NOW)
            tops += ids
        elif action == "child":
            parent = store.get("counted", chance.choice(living))
            child = RunOrigin(status=RunStatus.COMPLETED, submitted_by="me", parent_id=parent.id)
            store.create("counted", parent.experiment, [NewRun(), NewRun()], child, at=NOW)
        elif action in ("archive", "reactivate"):
            store.update("counted", chance.choice(living), UpdateRunRequest(archived=action == "archive"), at=NOW)
        elif action == "delete":
            deleted.add(chance.choice(living))
            for each in deleted & set(living):
                store.delete("counted", each, author="me", at=NOW)
        elif deleted:
            one = chance.choice(sorted(deleted))
            deleted.remove(one)
            if action == "restore":
                store.restore("counted", one, author="me", at=NOW)
            else:
                store.purge("counted", one)
                tops.remove(one)
        if step % 6 == 0:
            assert_counts_agree(stores)
    storage.experiments.update("counted", "two", UpdateExperimentRequest(archived=True), at=NOW)
    assert_counts_agree(stores)
