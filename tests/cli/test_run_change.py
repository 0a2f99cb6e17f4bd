from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from runyard import Experiment, Run, Workspace
from runyard.cli.main import root

Call = Callable[..., Result]
Found = Callable[..., Any]


def test_everything_of_one_run_is_changed_at_once(two_runs: tuple[str, str], found: Found, project: Path) -> None:
    (project / "notes.md").write_text("# Notes\n")
    run = found(
        "run", "update", "-r", two_runs[0], "--add-tag", "worth another look", "--remove-tag", "quality", "--add-property", "k=v",
        "--description", "@notes.md", "--name", "baseline", "--archive",
    )  # fmt: skip
    assert run["tags"] == {"worth another look": None}
    assert (run["properties"]["k"], run["description"], run["display_name"], run["hidden"]) == (
        "v",
        "# Notes\n",
        "baseline",
        True,
    )
    assert found("run", "update", "-r", two_runs[0], "--reactivate")["hidden"] is False


def test_a_description_comes_from_stdin_and_goes_with_an_empty_text(two_runs: tuple[str, str], found: Found) -> None:
    told = CliRunner().invoke(root, ["run", "update", "-r", two_runs[0], "--description", "-"], input="from a pipe")
    assert told.exit_code == 0 and found("run", "show", "-r", two_runs[0], "--query", "description") == "from a pipe"
    assert not found("run", "update", "-r", two_runs[0], "--description", "")["description"]


def test_a_colour_is_set_and_goes_with_an_empty_text(two_runs: tuple[str, str], found: Found, call: Call) -> None:
    assert found("run", "update", "-r", two_runs[0], "--colour", "#3506BD")["colour"] == "#3506bd"
    assert found("run", "update", "-r", two_runs[0], "--colour", "")["colour"] is None
    assert "is no colour" in call("run", "update", "-r", two_runs[0], "--colour", "red").stderr


def test_a_property_is_set_once(two_runs: tuple[str, str], call: Call) -> None:
    told = call("run", "update", "-r", two_runs[0], "--add-property", "author=somebody else")
    assert told.exit_code == 1 and "properties are set once" in told.stderr
    assert call("run", "update", "-r", two_runs[0], "--add-property", "author").exit_code == 2


def test_all_runs_that_a_filter_finds_are_changed(two_runs: tuple[str, str], found: Found) -> None:
    condition = ("--filter", "property.author = someone")
    assert [run["run_id"] for run in found("run", "update", *condition, "--add-tag", "x", "--dry-run")] == [two_runs[1]]
    assert found("run", "list", "--tags", "x") == []
    assert [run["tags"] for run in found("run", "update", *condition, "--add-tag", "x", "--archive")] == [
        {"quality": "poor run", "x": None}
    ]
    assert [run["run_id"] for run in found("run", "list")] == [two_runs[0]]
    assert [run["run_id"] for run in found("run", "list", "--view", "archivedonly")] == [two_runs[1]]
    assert len(found("run", "update", "--filter", "tag:x", "--reactivate")) == 1


def test_what_is_of_one_run_is_not_given_to_many(two_runs: tuple[str, str], call: Call) -> None:
    for arguments in (["--filter", "tag:quality", "--name", "x"], ["-r", two_runs[0], "-r", two_runs[1], "--description", "x"]):
        told = call("run", "update", *arguments)
        assert told.exit_code == 2 and "one run at a time" in told.stderr
    assert "Say what to change" in call("run", "update", "-r", two_runs[0]).stderr
    assert "Say which runs" in call("run", "update", "--add-tag", "x").stderr


def test_runs_that_a_filter_finds_are_cancelled(workspace: Workspace, project: Path, call: Call) -> None:
    runs = [Experiment(workspace, "many").start_logging(snapshot_directory=None) for _ in range(3)]
    runs[0].tag("keep")
    assert "would be cancelled" in call("run", "cancel", "--filter", "tag.keep is null", "--dry-run").stdout
    assert call("run", "cancel", "--filter", "tag.keep = nobody").stderr == "No run fits the filter.\n"
    assert call("run", "cancel", "--filter", "tag.keep is null").stdout.count("is cancelled") == 2
    assert [Run.get(workspace, run.id).get_status() for run in runs] == ["Running", "Canceled", "Canceled"]
    runs[0].complete()


def test_cancelling_a_run_that_has_ended_says_how_it_had_ended(two_runs: tuple[str, str], call: Call, found: Found) -> None:
    status = found("run", "show", "-r", two_runs[0], "--query", "status")
    assert call("run", "cancel", "-r", two_runs[0]).stdout == f"Run {two_runs[0]} had ended already: {status}.\n"


def test_an_empty_filter_does_not_mean_all_runs(two_runs: tuple[str, str], call: Call) -> None:
    for command in (["update", "--add-tag", "x"], ["delete", "--yes"], ["cancel"], ["restore"]):
        told = call("run", *command, "--filter", " ")
        assert told.exit_code == 2 and "would mean all runs" in told.stderr


def test_a_filter_that_finds_nothing_says_so(two_runs: tuple[str, str], call: Call) -> None:
    for command in (["update", "--add-tag", "x"], ["delete"], ["cancel"], ["restore"]):
        told = call("run", *command, "--filter", "tag:nothing")
        assert told.exit_code == 0 and "No run fits the filter" in told.stderr


def test_a_tag_is_not_set_and_taken_away_at_once(two_runs: tuple[str, str], call: Call) -> None:
    told = call("run", "update", "-r", two_runs[0], "--add-tag", "a=1", "--remove-tag", "a")
    assert told.exit_code == 2 and "both" in told.stderr


def test_what_is_not_utf_8_is_refused(two_runs: tuple[str, str], call: Call, project: Path) -> None:
    (project / "notes.md").write_bytes(b"\xff\xfe")
    for told in (
        call("run", "update", "-r", two_runs[0], "--description", "@notes.md"),
        CliRunner().invoke(root, ["run", "update", "-r", two_runs[0], "--description", "-"], input=b"\xff"),
        call("experiment", "update", "-e", "experiment", "--description", "@notes.md"),
        call("run", "update", "-r", two_runs[0], "--add-tag", "\udcff"),
    ):
        assert told.exit_code == 2 and "not UTF-8" in told.stderr and not isinstance(told.exception, UnicodeError)


def test_an_empty_name_gives_a_run_its_id(two_runs: tuple[str, str], found: Found) -> None:
    found("run", "update", "-r", two_runs[0], "--name", "first")
    assert found("run", "update", "-r", two_runs[0], "--name", " ")["display_name"] == two_runs[0]
