from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from runyard import Experiment, RunConfiguration, Workspace

Call = Callable[..., Result]
Found = Callable[..., Any]


def test_submit_script_streams_the_output_and_passes_the_arguments(project: Path, call: Call, found: Found) -> None:
    result = call("run", "submit-script", "-e", "testexperiment", "train.py", "-o", "3", "--epochs", "2")
    assert result.exit_code == 0, result.output
    assert "arguments: ['-o', '3', '--epochs', '2']" in result.stdout
    run = found("run", "list", "-e", "testexperiment")[0]
    assert (run["status"], run["script_name"], run["target"]) == ("Completed", "train.py", "local")
    assert result.stdout.startswith(f"RunId: {run['run_id']}\n")


def test_a_script_that_raises_ends_with_3_and_its_traceback(project: Path, call: Call, found: Found) -> None:
    result = call("run", "submit-script", "-e", "testexperiment", "train.py", "fail")
    assert result.exit_code == 3
    assert "ValueError: too large" in result.stderr
    assert str(Path(__file__).parents[2] / "src") not in result.stderr, "a traceback of ours"
    run = found("run", "list", "-e", "testexperiment")[0]
    error = run["error"]["error"]
    assert (run["status"], error["type"]) == ("Failed", "ValueError")
    assert "too large" in error["message"] and "train.py" in error["traceback"]
    shown = call("run", "show", "-r", run["run_id"], "-o", "table").stdout
    assert 'raise ValueError("too large")' in shown


def test_logs_of_an_ended_run_can_be_watched_and_downloaded(project: Path, call: Call, found: Found) -> None:
    call("run", "submit-script", "-e", "testexperiment", "train.py")
    run_id = found("run", "list", "-e", "testexperiment")[0]["run_id"]
    watched = call("run", "monitor-logs", "-r", run_id)
    assert (watched.exit_code, "Execution Summary" in watched.stdout) == (0, True)
    copied = call("run", "download-logs", "-r", run_id, "-d", "copy/of/logs")
    assert copied.exit_code == 0, copied.output
    folder = project / "copy" / "of" / "logs"
    assert "arguments: []" in (folder / "azureml-logs" / "70_driver_log.txt").read_text()
    assert (folder / "logs" / "notes.txt").read_text() == "a note"
    assert not (folder / "outputs").exists()
    assert str(Path("copy/of/logs/logs/notes.txt")) in copied.stdout


def test_async_returns_at_once_with_the_record(project: Path, workspace: Workspace, found: Found) -> None:
    run = found("run", "submit-script", "-e", "testexperiment", "--async", "--tag", "why=baseline", "train.py")
    assert run["tags"] == {"why": "baseline"}
    assert workspace.get_run(run["run_id"]).wait_for_completion()["status"] == "Completed"


def test_a_saved_run_configuration_is_used_as_in_the_documents(project: Path, call: Call, found: Found) -> None:
    config = RunConfiguration(arguments=["--from", "config"])
    config.environment.python.user_managed_dependencies = True
    config.environment_variables = {"GREETING": "hello"}
    config.save(project, "sklearn")
    (project / "train.py").write_text("import os, sys\nprint(sys.argv[1:], os.environ['GREETING'])\n")
    result = call("run", "submit-script", "-c", "sklearn", "-e", "testexperiment", "train.py")
    assert result.exit_code == 0, result.output
    assert "['--from', 'config'] hello" in result.stdout


def test_without_a_name_the_experiment_is_called_as_the_folder(project: Path, call: Call, found: Found) -> None:
    assert call("run", "submit-script", "train.py").exit_code == 0
    assert [each["name"] for each in found("experiment", "list")] == ["my-project"]


@pytest.mark.parametrize(
    ("arguments", "code", "texts"),
    [
        (["missing.py"], 1, ["missing.py", "train.py"]),
        (["../train.py"], 1, ["outside the source folder"]),
        (["--ct", "no-such-cluster", "train.py"], 6, ["no-such-cluster", "local"]),
        (["--gpus", "9999", "train.py"], 1, ["asks for 9999 GPUs", "'local' has"]),
        (["-e", "", "train.py"], 1, ["An empty string cannot name an experiment"]),
        (["-e", "a b", "train.py"], 1, ["'a b' cannot name an experiment"]),
        (["--source-directory", "no/such/folder", "train.py"], 1, ["no/such/folder"]),
        (["--source-directory", "train.py", "train.py"], 1, ["train.py", "is a file"]),
        (["-c", "no-such-config", "train.py"], 1, ["no-such-config"]),
        (["-d", "no-such-file.yml", "train.py"], 1, ["no-such-file.yml"]),
        (["-w", "no-such-workspace", "train.py"], 6, ["no-such-workspace"]),
        ([], 2, ["Which script?"]),
    ],
)
def test_bad_input_is_told_clearly_and_stores_nothing(
    project: Path, call: Call, found: Found, arguments: list[str], code: int, texts: list[str]
) -> None:
    result = call("run", "submit-script", *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert all(text in result.stderr for text in texts), result.stderr
    assert "Traceback" not in result.stderr
    assert found("run", "list") == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("name", ["secret.txt", "secret"])
def test_what_cannot_be_read_in_the_source_folder_is_named(project: Path, call: Call, found: Found, name: str) -> None:
    secret = project / name
    secret.touch() if secret.suffix else secret.mkdir()
    secret.chmod(0)
    result = call("run", "submit-script", "-e", "testexperiment", "train.py")
    secret.chmod(0o700)
    assert (result.exit_code, name in result.stderr, "Traceback" in result.stderr) == (1, True, False)
    assert found("run", "list") == []


def test_a_warning_is_one_line_on_stderr(project: Path, call: Call) -> None:
    (project / "broken").symlink_to(project / "nowhere")
    result = call("run", "submit-script", "-e", "testexperiment", "--async", "train.py")
    assert result.exit_code == 0
    assert result.stderr.startswith("Warning: The snapshot of ") and result.stderr.count("\n") == 1


def test_a_broken_run_configuration_is_named(project: Path, call: Call) -> None:
    (project / ".runyard" / "bad.runconfig").write_text("script: [train.py\n")
    result = call("run", "submit-script", "-c", "bad", "train.py")
    assert (result.exit_code, "bad.runconfig" in result.stderr, "Traceback" in result.stderr) == (1, True, False)


def test_open_prints_a_link_that_signs_a_browser_in_once(project: Path, workspace: Workspace, call: Call) -> None:
    run = Experiment(workspace, "opened").start_logging(snapshot_directory=None)
    run.complete()
    first, second = (call("open", "--no-browser", run.id).stdout.strip() for _ in range(2))
    assert first != second and "/login?" in first and run.id in first
    assert "/login?" in call("open", "--no-browser").stdout
    assert call("open", "--no-browser", "nothing-here").exit_code == 6


def test_a_plan_is_shown_and_nothing_is_sent(project: Path, call: Call, found: Found) -> None:
    shown = call("run", "submit-script", "-e", "testexperiment", "--plan", "-o", "table", "train.py", "--epochs", "2")
    assert shown.exit_code == 0, shown.output
    assert "Runs:         train.py --epochs 2" in shown.stdout and "To be sent:" in shown.stdout
    assert found("run", "submit-script", "-e", "testexperiment", "--plan", "train.py")["files_to_send"] >= 1
    assert found("experiment", "list") == []


@pytest.mark.parametrize("wrong", [["nothing.py"], ["--ct", "nowhere", "train.py"]])
def test_a_submission_that_cannot_be_makes_no_experiment(project: Path, call: Call, found: Found, wrong: list[str]) -> None:
    assert call("run", "submit-script", "-e", "never", *wrong).exit_code != 0
    assert [each for each in found("experiment", "list") if each["name"] == "never"] == []


def test_options_after_the_script_are_its_own_and_that_is_said(project: Path, call: Call) -> None:
    told = call("run", "submit-script", "-e", "testexperiment", "train.py", "--query=run_id", "--epochs", "2", "--async")
    assert told.exit_code == 0 and "arguments: ['--query=run_id', '--epochs', '2', '--async']" in told.stdout
    assert "Note: --query=run_id, --async stands after the script" in told.stderr
    assert "Note" not in call("run", "submit-script", "-e", "testexperiment", "train.py", "--epochs", "2").stderr
