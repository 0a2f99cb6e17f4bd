from __future__ import annotations

from collections.abc import Callable
from typing import Any

from click.testing import Result

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


def test_bad_input_is_told_clearly(two_runs: tuple[str, str], call: Call) -> None:
    assert "Say what to change" in call("experiment", "update", "-e", "experiment").stderr
    assert call("experiment", "archive", "-e", "nothing-here").exit_code == 6
    assert call("experiment", "list", "--view", "Bin").exit_code == 2
