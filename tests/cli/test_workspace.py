"""``runyard workspace``."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from runyard import Experiment, Run, Workspace

Call = Callable[..., Result]


def test_a_workspace_is_created_once_and_listed(call: Call, workspace: Workspace) -> None:
    name = f"{workspace.name}-2"
    made = [json.loads(call("workspace", "create", "-w", name).stdout)["created_at"] for _ in range(2)]
    assert made[0] == made[1]
    names = json.loads(call("workspace", "list", "--query", "[].name").stdout)
    assert {name, workspace.name} <= set(names)


def test_a_name_that_no_workspace_can_have_is_refused(call: Call) -> None:
    told = call("workspace", "create", "-w", "no/name")
    assert told.exit_code != 0 and "cannot name a workspace" in told.stderr


def test_who_asks_for_an_unknown_workspace_is_told_how_to_find_the_others(call: Call) -> None:
    told = call("run", "list", "-w", "nobody")
    assert told.exit_code != 0 and "runyard workspace list" in told.stderr


@pytest.mark.parametrize("words", [["{id}"], ["-r", "{id}"]])
def test_a_run_is_opened_by_its_id_with_or_without_the_option(call: Call, workspace: Workspace, words: list[str]) -> None:
    run: Run = Experiment(workspace, "opened").start_logging(snapshot_directory=None)
    run.complete()
    told = call("open", "--no-browser", *(word.format(id=run.id) for word in words), "-w", workspace.name)
    assert told.exit_code == 0 and told.stdout.startswith("http")
