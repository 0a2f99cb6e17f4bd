from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result

from runyard import Experiment, Workspace

Call = Callable[..., Result]
Found = Callable[..., Any]


def ids(found: Found, view: str) -> list[str]:
    return [run["run_id"] for run in found("run", "list", "--view", view)]


def test_a_run_goes_into_the_bin_comes_back_and_goes_for_good(two_runs: tuple[str, str], call: Call, found: Found) -> None:
    assert "runyard run restore" in call("run", "delete", "-r", two_runs[0]).stdout
    assert (ids(found, "ActiveOnly"), ids(found, "Deleted")) == ([two_runs[1]], [two_runs[0]])
    assert "is back" in call("run", "restore", "-r", two_runs[0]).stdout
    assert ids(found, "Deleted") == []
    assert call("run", "purge", "-r", two_runs[0], "--yes").exit_code == 1
    call("run", "delete", "-r", two_runs[0])
    assert found("run", "purge", "-r", two_runs[0], "--yes") == {"purged_runs": 1}
    assert call("run", "show", "-r", two_runs[0]).exit_code == 6


def test_what_a_filter_finds_goes_into_the_bin_with_its_children(
    workspace: Workspace, project: Path, call: Call, found: Found
) -> None:
    with Experiment(workspace, "tree").start_logging(snapshot_directory=None) as parent:
        parent.child_run().complete()
    condition = ("--filter", "exp:tree")
    assert call("run", "delete", *condition, "--dry-run").stdout.count("would go") == 2
    asked = call("run", "delete", *condition)
    assert asked.exit_code == 2 and "--yes" in asked.stderr and ids(found, "Deleted") == []
    assert call("run", "delete", *condition, "--yes").exit_code == 0
    assert found("run", "list", "--view", "Deleted", "--include-children", "--query", "length(@)") == 2
    assert call("run", "restore", *condition).exit_code == 0
    assert found("run", "list", "--include-children", "--query", "length(@)") == 2


def test_the_bin_is_purged_of_what_is_old_enough(two_runs: tuple[str, str], call: Call, found: Found) -> None:
    call("run", "delete", "-r", two_runs[0])
    assert found("run", "purge", "--older-than", "1d", "--yes") == {"purged_runs": 0}
    assert found("run", "purge", "--older-than", "0s", "--yes") == {"purged_runs": 1}
    assert call("run", "purge", "--yes").exit_code == 2
    assert "no length of time" in call("run", "purge", "--older-than", "soon", "--yes").stderr


def test_children_that_a_filter_finds_too_come_back_with_their_parent(
    workspace: Workspace, project: Path, call: Call, found: Found
) -> None:
    with Experiment(workspace, "tree").start_logging(snapshot_directory=None) as parent:
        parent.child_run().complete()
    call("run", "delete", "--filter", "exp:tree", "--yes")
    call("run", "restore", "-r", parent.id)
    assert found("run", "list", "--include-children", "--query", "length(@)") == 2


def test_one_run_that_goes_on_does_not_keep_the_others_from_the_bin(
    two_runs: tuple[str, str], workspace: Workspace, call: Call, found: Found
) -> None:
    run = Experiment(workspace, "experiment").start_logging(snapshot_directory=None)
    told = call("run", "delete", "--filter", "exp:experiment", "--yes")
    assert told.exit_code == 1 and run.id in told.stderr
    assert (ids(found, "ActiveOnly"), ids(found, "Deleted")) == ([run.id], [two_runs[1], two_runs[0]])
    run.complete()


def test_a_run_that_goes_on_is_not_deleted(workspace: Workspace, project: Path, call: Call) -> None:
    run = Experiment(workspace, "open").start_logging(snapshot_directory=None)
    told = call("run", "delete", "-r", run.id)
    assert told.exit_code == 1 and "has not ended" in told.stderr
    run.complete()


def test_garbage_is_counted_in_bytes(project: Path, found: Found) -> None:
    report = found("gc", "--dry-run")
    assert report["dry_run"] is True and report["freed_bytes"] == report["artifact_bytes"] + report["snapshot_bytes"]
