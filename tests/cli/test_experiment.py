from __future__ import annotations

from collections.abc import Callable
from typing import Any

from click.testing import Result

from runyard import Experiment, Workspace

Call = Callable[..., Result]
Found = Callable[..., Any]


def names(found: Found, view: str = "ActiveOnly") -> list[str]:
    return [each["name"] for each in found("experiment", "list", "--view", view)]


def test_an_experiment_is_described_archived_and_brought_back(two_runs: tuple[str, str], found: Found) -> None:
    option = ("-e", "experiment")
    changed = found("experiment", "update", *option, "--add-tag", "team=vision", "--description", "**Warm-up**")
    assert (changed["tags"], changed["description"], changed["run_count"]) == ({"team": "vision"}, "**Warm-up**", 2)
    assert found("experiment", "update", *option, "--remove-tag", "team")["tags"] == {}
    assert found("experiment", "archive", *option)["archived_at"]
    assert (names(found), names(found, "archivedonly")) == ([], ["experiment"])
    assert found("experiment", "reactivate", *option)["archived_at"] is None
    assert found("experiment", "show", *option, "--query", "name") == "experiment"


def test_an_experiment_is_deleted_restored_and_purged(two_runs: tuple[str, str], found: Found, call: Call) -> None:
    option = ("-e", "experiment")
    assert call("experiment", "delete", *option).exit_code == 2
    assert "experiment restore" in call("experiment", "delete", *option, "--yes").stdout
    assert (names(found, "All"), names(found, "Deleted"), found("run", "list")) == ([], ["experiment"], [])
    assert call("experiment", "show", *option).exit_code == 6
    assert found("experiment", "restore", *option)["run_count"] == 2 and len(found("run", "list")) == 2
    call("experiment", "delete", *option, "--yes")
    assert found("experiment", "purge", *option, "--yes") == {"purged_runs": 2}
    assert call("experiment", "restore", *option).exit_code == 6


def test_runs_in_the_bin_are_not_counted(two_runs: tuple[str, str], found: Found, call: Call) -> None:
    call("run", "delete", "-r", two_runs[1])
    shown = found("experiment", "show", "-e", "experiment")
    assert (shown["run_count"], shown["last_run_id"]) == (1, two_runs[0])
    call("run", "purge", "-r", two_runs[1], "--yes")
    assert found("experiment", "show", "-e", "experiment")["run_count"] == 1
    call("experiment", "delete", "-e", "experiment", "--yes")
    assert found("experiment", "list", "--view", "Deleted", "--query", "[0].[run_count, last_run_id]") == [1, two_runs[0]]


def test_of_two_deleted_experiments_of_a_name_the_older_comes_back_by_its_id(
    two_runs: tuple[str, str], workspace: Workspace, found: Found, call: Call
) -> None:
    older = found("experiment", "show", "-e", "experiment", "--query", "id")
    call("experiment", "delete", "-e", "experiment", "--yes")
    Experiment(workspace, "experiment")
    told = call("experiment", "restore", "-e", "experiment")
    assert told.exit_code == 1 and "Archive or delete that one first" in told.stderr
    call("experiment", "delete", "-e", "experiment", "--yes")
    assert found("experiment", "restore", "-e", older, "--query", "run_count") == 2
    assert found("experiment", "show", "-e", "experiment", "--query", "id") == older


def test_bad_input_is_told_clearly(two_runs: tuple[str, str], call: Call) -> None:
    assert "Say what to change" in call("experiment", "update", "-e", "experiment").stderr
    assert call("experiment", "archive", "-e", "nothing-here").exit_code == 6
    assert call("experiment", "list", "--view", "Bin").exit_code == 2
