from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from runyard import Experiment, Workspace

Call = Callable[..., Result]
Found = Callable[..., Any]

# fmt: off
DOCUMENTED_KEYS = {
    "run_number", "root_run_id", "experiment_id", "created_utc", "user_id", "run_id", "parent_run_id", "status",
    "start_time_utc", "end_time_utc", "heartbeat_enabled", "name", "display_name", "data_container_id", "description",
    "hidden", "run_type", "run_type_v2", "run_uuid", "root_run_uuid", "parent_run_uuid", "properties", "script_name",
    "target", "tags", "run_definition", "primary_metric_name", "created_from", "created_by", "cancel_uri",
    "complete_uri", "diagnostics_uri", "error", "warnings", "queueing_info", "_experiment_name",
}
# fmt: on


def test_list_is_json_newest_first(two_runs: tuple[str, str], found: Found) -> None:
    runs = found("run", "list", "--experiment-name", "experiment")
    assert [run["run_id"] for run in runs] == [two_runs[1], two_runs[0]]
    assert runs[0].keys() >= DOCUMENTED_KEYS
    assert runs[1]["tags"] == {"quality": "fantastic run"}


@pytest.mark.parametrize(
    "query",
    [
        "[?properties.author=='azureml-user']",
        "[?properties.author=='azureml-user' && tags.quality=='fantastic run']",
        "[?tags.keys(@)[?starts_with(@, 'quality')] && tags.quality=='fantastic run']",
    ],
)
def test_a_query_may_stand_alone_as_in_the_documents(two_runs: tuple[str, str], found: Found, query: str) -> None:
    assert [run["run_id"] for run in found("run", "list", "--experiment-name", "experiment", query)] == [two_runs[0]]
    assert found("run", "list", "-e", "experiment", "--query", query) == found("run", "list", "-e", "experiment", query)


def test_list_filters(two_runs: tuple[str, str], found: Found) -> None:
    def ids(*options: str) -> list[str]:
        return [run["run_id"] for run in found("run", "list", *options)]

    assert ids("--last", "1") == [two_runs[1]]
    assert ids("--tags", "quality=poor run") == [two_runs[1]]
    assert ids("--tags", "quality") == [two_runs[1], two_runs[0]]
    assert ids("--status", "completed") == [two_runs[1], two_runs[0]]
    assert ids("--status", "Failed") == []
    assert ids("--compute-target-name", "elsewhere") == []


def test_list_shows_ten_and_a_query_searches_all(workspace: Workspace, project: Path, found: Found) -> None:
    with Experiment(workspace, "many").start_logging(snapshot_directory=None) as parent:
        parent.create_children(count=12)
    children = ("run", "list", "--parent-run-id", parent.id)
    assert len(found(*children)) == 10
    assert len(found(*children, "--last", "11")) == 11
    assert len(found(*children, "[].run_id")) == 12


def test_list_minimal_has_seven_keys(two_runs: tuple[str, str], found: Found) -> None:
    run = found("run", "list", "--minimal")[0]
    assert list(run) == ["RunId", "RunType", "Status", "StartTime", "EndTime", "Target", "Tags"]


def test_list_in_the_other_formats(two_runs: tuple[str, str], call: Call) -> None:
    table = call("run", "list", "-o", "table").stdout
    assert two_runs[0] in table and "quality=fantastic run" in table and table.count("\n") == 4
    assert call("run", "list", "-o", "tsv", "--query", "[].[run_id, status]").stdout.splitlines() == [
        f"{two_runs[1]}\tCompleted",
        f"{two_runs[0]}\tCompleted",
    ]
    assert [run["run_id"] for run in yaml.safe_load(call("run", "list", "-o", "yaml").stdout)] == [two_runs[1], two_runs[0]]


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["-e", "nothing-here"], 6, "nothing-here"),
        (["-e", ""], 1, "An empty string cannot name an experiment"),
        (["-w", "no-such-workspace"], 6, "no-such-workspace"),
        (["-w", "?"], 1, "cannot name a workspace"),
        (["--status", "Finished"], 2, "There are: NotStarted"),
        (["--last", "0"], 2, "--last"),
        (["--query", "[?status=="], 2, "JMESPath"),
        (["words"], 2, "begins with '['"),
        (["--tags", "=x"], 2, "has no key"),
        (["--path", "no/such/folder"], 1, "no/such/folder"),
        (["-o", "xml"], 2, "xml"),
    ],
)
def test_bad_input_to_list_is_told_clearly(project: Path, call: Call, arguments: list[str], code: int, text: str) -> None:
    result = call("run", "list", *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert text in result.stderr and "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"workspace_name": 3}', '{"workspace": "x"}', '{"workspace_name": "?"}', b"\xff\xfe\x00"]
)
def test_a_corrupt_config_file_is_named(project: Path, call: Call, content: str | bytes) -> None:
    file = project / ".runyard" / "config.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    for arguments in (["run", "list"], ["experiment", "list"], ["run", "submit-script", "train.py"], ["open", "--no-browser"]):
        result = call(*arguments)
        assert (result.exit_code, str(file) in result.stderr, "Traceback" in result.stderr) == (1, True, False)


def test_show_prints_the_record(two_runs: tuple[str, str], found: Found, call: Call) -> None:
    run = found("run", "show", "-r", two_runs[0])
    assert run.keys() >= DOCUMENTED_KEYS
    assert (run["run_id"], run["status"], run["_experiment_name"]) == (two_runs[0], "Completed", "experiment")
    assert found("run", "show", "-r", two_runs[0], "--query", "status") == "Completed"
    assert "Completed" in call("run", "show", "-r", two_runs[0], "-o", "table").stdout


@pytest.mark.parametrize(
    "command", [["show"], ["update", "--add-tag", "a"], ["cancel"], ["monitor-logs"], ["download-logs", "-d", "x"]]
)
def test_a_run_that_is_not_there_is_named(project: Path, call: Call, command: list[str]) -> None:
    result = call("run", *command, "-r", "nothing-here")
    assert (result.exit_code, "nothing-here" in result.stderr, "Traceback" in result.stderr) == (6, True, False)
    assert not (project / "x").exists()


def test_a_run_of_another_experiment_is_not_touched(two_runs: tuple[str, str], call: Call, found: Found) -> None:
    result = call("run", "update", "-r", two_runs[0], "-e", "other", "--add-tag", "touched")
    assert (result.exit_code, "belongs to experiment" in result.stderr) == (6, True)
    assert "touched" not in found("run", "show", "-r", two_runs[0])["tags"]


def test_update_adds_tags_as_in_the_documents(two_runs: tuple[str, str], found: Found) -> None:
    run = found("run", "update", "-r", two_runs[1], "--add-tag", "quality=fantastic run", "--add-tag", "worth another look")
    assert run["tags"] == {"quality": "fantastic run", "worth another look": None}
    assert found("run", "show", "-r", two_runs[1])["tags"] == run["tags"]


def test_cancel_as_in_the_documents(workspace: Workspace, project: Path, call: Call) -> None:
    run = Experiment(workspace, "long").start_logging(snapshot_directory=None)
    child = run.child_run()
    result = call("run", "cancel", "-r", run.id, "-w", workspace.name, "-e", "long")
    assert result.exit_code == 0, result.output
    assert run.id in result.stdout and "Canceled" in result.stdout
    assert (run.get_status(), child.get_status()) == ("Canceled", "Canceled")


def test_experiments_are_listed(two_runs: tuple[str, str], workspace: Workspace, found: Found, call: Call) -> None:
    Experiment(workspace, "hidden").archive()
    listed = found("experiment", "list")
    assert [(each["name"], each["run_count"]) for each in listed] == [("experiment", 2)]
    assert [each["name"] for each in found("experiment", "list", "--view", "ArchivedOnly")] == ["hidden"]
    assert "experiment" in call("experiment", "list", "-o", "table").stdout
    assert json.loads(call("experiment", "list", "-w", workspace.name).stdout) == listed


@pytest.mark.parametrize("run_id", ["", "../x", "a/b"])
def test_what_can_be_no_id_of_a_run_is_not_found(workspace: Workspace, project: Path, call: Call, run_id: str) -> None:
    told = call("run", "show", "-r", run_id)
    assert (told.exit_code, f"There is no run {run_id!r}" in told.stderr) == (6, True)
