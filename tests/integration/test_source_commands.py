"""The command lines of the article on starting, monitoring and tracking runs, as written there, with ``runyard`` for ``az ml``.

They come one after the other as a reader enters them: sign in, attach a folder, submit, list, show, tag, query, cancel. Only
what stands for something (``runid``, ``workspace_name``, ``experiment_name``) is replaced.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from runyard import Experiment, Run, RunConfiguration, Workspace
from tests.server_process import RunningServer

SIGN_IN = "az login"
ATTACH = "az ml folder attach -w myworkspace -g myresourcegroup"
SUBMIT = "az ml run submit-script -c sklearn -e testexperiment train.py"
LIST = "az ml run list --experiment-name experiment"
SHOW = "az ml run show -r runid"
UPDATE = "az ml run update -r runid --add-tag quality='fantastic run'"
BY_PROPERTY = "az ml run list --experiment-name experiment [?properties.author=='azureml-user']"
BY_TAG_KEY = "az ml run list --experiment-name experiment [?tags.keys(@)[?starts_with(@, 'worth another look')]]"
BY_BOTH = "az ml run list --experiment-name experiment [?properties.author=='azureml-user' && tags.quality=='fantastic run']"
CANCEL = "az ml run cancel -r runid -w workspace_name -e experiment_name"

Enter = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def folder(server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a training script, tied to nothing yet."""
    made = tmp_path / "project"
    made.mkdir()
    (made / "train.py").write_text("import sys\nprint('trained', sys.argv[1:])\n")
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def enter(folder: Path) -> Enter:
    """Enter a line of the article: its words go to the program as they are, a query with its quotes."""

    def run(line: str, query_option: bool = False, **names: str) -> subprocess.CompletedProcess[str]:
        line = line.replace("az ml ", "").replace("az ", "")
        for stands, value in names.items():
            line = line.replace(stands, value)
        command, bracket, query = line.partition("[")
        words = shlex.split(command)
        if bracket:
            words += ["--query", bracket + query] if query_option else [bracket + query]
        program = [sys.executable, "-m", "runyard", *words]
        return subprocess.run(program, capture_output=True, text=True, timeout=120, check=False)

    return run


@pytest.fixture
def attached(folder: Path, enter: Enter, workspace_name: str) -> Workspace:
    done = enter(ATTACH, myworkspace=workspace_name)
    assert done.returncode == 0, done.stderr
    return Workspace.from_config()


@pytest.fixture
def two(attached: Workspace) -> list[Run]:
    """Two ended runs of ``experiment``; the first one has what the article's queries look for."""
    experiment = Experiment(attached, "experiment")
    runs = [experiment.start_logging(snapshot_directory=None) for _ in range(2)]
    runs[0].add_properties({"author": "azureml-user"})
    runs[0].tag("worth another look")
    for run in runs:
        run.complete()
    return runs


def test_signing_in_needs_nothing_on_the_users_own_machine(enter: Enter) -> None:
    done = enter(SIGN_IN)
    assert (done.returncode, done.stderr) == (0, "") and "needs no token" in done.stdout


def test_attaching_makes_a_folder_with_two_run_configurations_a_conda_file_and_the_configuration(
    attached: Workspace, folder: Path, workspace_name: str
) -> None:
    made = folder / ".runyard"
    assert len(list(made.glob("*.runconfig"))) == 2
    assert yaml.safe_load((made / "conda_dependencies.yml").read_text())["dependencies"]
    config = json.loads((made / "config.json").read_text())
    assert (config["workspace_name"], config["resource_group"]) == (workspace_name, "myresourcegroup")
    assert attached.name == workspace_name and attached.resource_group == "myresourcegroup"


def test_the_attached_run_configuration_is_what_the_submission_uses(attached: Workspace, enter: Enter) -> None:
    plan = enter(SUBMIT.replace("train.py", "--plan train.py"))
    assert plan.returncode == 0, plan.stderr
    assert "scikit-learn" in plan.stdout


@pytest.mark.slow
def test_a_script_is_submitted_with_a_configuration_that_a_program_has_saved(
    attached: Workspace, folder: Path, enter: Enter
) -> None:
    config = RunConfiguration(arguments=["--epochs", 2])
    config.environment.python.user_managed_dependencies = True
    config.save(folder, "sklearn.runconfig")
    done = enter(SUBMIT)
    assert done.returncode == 0, done.stderr
    assert "trained" in done.stdout and "Execution Summary" in done.stdout
    run = next(Experiment(attached, "testexperiment").get_runs())
    assert (run.get_status(), run.get_details()["runDefinition"]["script"]) == ("Completed", "train.py")


def test_the_list_is_a_json_document_of_the_runs_of_the_experiment(two: list[Run], enter: Enter) -> None:
    found = json.loads(enter(LIST).stdout)
    assert [each["run_id"] for each in found] == [two[1].id, two[0].id]
    assert {"status", "start_time_utc", "tags", "properties", "target"} <= set(found[0])


def test_one_run_is_a_json_document(two: list[Run], enter: Enter) -> None:
    found = json.loads(enter(SHOW, runid=two[0].id).stdout)
    assert (found["run_id"], found["status"], found["experiment_name"]) == (two[0].id, "Completed", "experiment")


def test_a_tag_is_added_and_changed(two: list[Run], enter: Enter) -> None:
    two[0].tag("quality", "great run")
    done = enter(UPDATE, runid=two[0].id)
    assert json.loads(done.stdout)["tags"] == {"worth another look": None, "quality": "fantastic run"}
    assert two[0].get_tags()["quality"] == "fantastic run"


@pytest.mark.parametrize("query_option", [False, True], ids=["alone", "after --query"])
@pytest.mark.parametrize("line", [BY_PROPERTY, BY_TAG_KEY, BY_BOTH])
def test_runs_are_found_by_queries_with_and_without_the_option(
    two: list[Run], enter: Enter, line: str, query_option: bool
) -> None:
    two[0].tag("quality", "fantastic run")
    done = enter(line, query_option)
    assert done.returncode == 0, done.stderr
    assert [each["run_id"] for each in json.loads(done.stdout)] == [two[0].id]


def test_a_query_whose_quotes_the_shell_has_taken_is_read_with_them_and_says_so(two: list[Run], enter: Enter) -> None:
    whole, taken = enter(BY_PROPERTY), enter(BY_PROPERTY.replace("'", ""))
    assert (taken.returncode, taken.stdout) == (0, whole.stdout)
    assert "Put all of it into double quotes" in taken.stderr and "Put all" not in whole.stderr


def test_a_run_is_cancelled(attached: Workspace, enter: Enter, workspace_name: str) -> None:
    run = Experiment(attached, "explore-runs").start_logging(snapshot_directory=None)
    done = enter(CANCEL, runid=run.id, workspace_name=workspace_name, experiment_name="explore-runs")
    assert done.returncode == 0, done.stderr
    assert run.get_status() == "Canceled"


def test_every_result_can_be_written_to_a_file_as_well(two: list[Run], enter: Enter, folder: Path) -> None:
    done = enter(f"{SHOW} -t shown.json", runid=two[0].id)
    assert json.loads((folder / "shown.json").read_text()) == json.loads(done.stdout)
    enter(f"{LIST} -o table --output-metadata-file listed.json")
    listed: Any = json.loads((folder / "listed.json").read_text())
    assert [each["run_id"] for each in listed] == [two[1].id, two[0].id]
