"""Runs against the real server: their life, their blocks, their children."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from runyard import Environment, Experiment, Run, ScriptRun, ScriptRunConfig, Workspace
from runyard.client.recorder import journal_place
from runyard.client.run_end import keep_end
from runyard.domain.run import RunStatus
from runyard.errors import (
    ConflictError,
    ImmutablePropertyError,
    InvalidArgumentError,
    InvalidTransitionError,
    NotFoundError,
    RunFailedError,
)
from runyard.wire.run import ReportStatusRequest
from tests.runner.builders import until

KILLED = """
import os, sys
from pathlib import Path
from runyard.client.journal import Journal, JournalPlace
from runyard.wire.metric import ScalarRecord
root, workspace, run_id, server = sys.argv[1:]
journal = Journal(JournalPlace(root=Path(root), workspace=workspace, run_id=run_id, server=server), lambda: None)
for value in range(100):
    journal.record(ScalarRecord("x", 1, value))
os._exit(9)
"""


def test_an_interactive_run_is_running_until_it_is_completed(run: Run) -> None:
    assert run.get_status() == "Running"
    assert "endTimeUtc" not in run.get_details()
    run.complete()
    assert run.get_status() == run.status == "Completed"
    assert "endTimeUtc" in run.get_details()
    assert "runDefinition" not in run.get_details()
    run.complete()


def test_a_run_is_opened_again_by_its_id(run: Run, experiment: Experiment, workspace: Workspace) -> None:
    run.log("x", 1)
    run.complete()
    again = Run(experiment, run.id)
    assert again == run
    assert again.get_metrics() == {"x": 1}
    assert Run.get(workspace, run.id) == workspace.get_run(run.id) == run
    assert (again.number, again.type, again.experiment.name, again.parent) == (1, None, "exp", None)


def test_a_run_that_is_not_there_or_of_another_experiment_is_refused(
    run: Run, workspace: Workspace, experiment: Experiment
) -> None:
    with pytest.raises(NotFoundError, match="no-such-run"):
        Run(experiment, "no-such-run")
    with pytest.raises(InvalidArgumentError, match="belongs to the experiment 'exp'"):
        Run(Experiment(workspace, "other"), run.id)


def test_the_name_and_the_description_can_be_set(run: Run, workspace: Workspace) -> None:
    run.display_name = "best so far"
    run.description = "# Notes"
    again = Run.get(workspace, run.id)
    assert (again.name, again.display_name, again.description) == ("best so far", "best so far", "# Notes")


def test_the_colour_is_set_and_taken_away(run: Run, workspace: Workspace) -> None:
    assert run.colour is None
    run.colour = "#3506BD"
    assert Run.get(workspace, run.id).colour == "#3506bd"
    with pytest.raises(InvalidArgumentError, match="'red' is no colour"):
        run.colour = "red"
    run.colour = None
    assert Run.get(workspace, run.id).colour is None


def test_an_exception_in_a_block_fails_the_run_and_goes_on(experiment: Experiment) -> None:
    with pytest.raises(ZeroDivisionError), experiment.start_logging(snapshot_directory=None) as run:
        run.log("x", 1 / 0)
    error = run.get_details()["error"]["error"]
    assert run.get_status() == "Failed"
    assert (error["type"], error["message"]) == (
        "ZeroDivisionError",
        "User program failed with ZeroDivisionError: division by zero",
    )
    assert "run.log(" in error["traceback"]
    with pytest.raises(RunFailedError, match="division by zero"):
        run.wait_for_completion()
    assert run.wait_for_completion(raise_on_error=False)["status"] == "Failed"


@pytest.mark.parametrize(("code", "status"), [(None, "Completed"), (0, "Completed"), (3, "Failed")])
def test_an_exit_inside_a_block_ends_the_run_as_its_code_says(experiment: Experiment, code: Any, status: str) -> None:
    passed_on = False
    try:
        with experiment.start_logging(snapshot_directory=None) as run:
            sys.exit(code)
    except SystemExit:
        passed_on = True
    assert run.get_status() == status
    assert passed_on is (status == "Failed")


def test_a_run_that_is_cancelled_from_elsewhere_ends_its_block_without_an_error(
    experiment: Experiment, workspace: Workspace
) -> None:
    with experiment.start_logging(snapshot_directory=None) as run:
        Run.get(workspace, run.id).cancel()
        run.log("x", 1)
    assert run.get_status() == "Canceled"
    with pytest.raises(InvalidTransitionError):
        run.complete()


def test_failing_takes_a_text_or_an_exception(experiment: Experiment) -> None:
    runs = [experiment.start_logging(snapshot_directory=None) for _ in range(3)]
    runs[0].fail()
    runs[1].fail("wrong script", "Mine")
    runs[2].fail(ValueError("boom"))
    errors = [run.get_details()["error"]["error"] for run in runs]
    assert [error["code"] for error in errors] == ["UserError", "Mine", "UserError"]
    assert errors[1]["message"] == "wrong script"
    assert errors[2]["type"] == "ValueError"
    with pytest.raises(InvalidArgumentError, match="a text or an exception"):
        runs[0].fail(5)  # type: ignore[arg-type]


def test_a_completed_run_can_still_be_marked_as_failed(run: Run) -> None:
    run.complete()
    run.fail("wrong data")
    assert run.get_status() == "Failed"


def test_cancelling_a_run_cancels_its_children(run: Run) -> None:
    child = run.child_run()
    grandchild = child.child_run()
    run.cancel()
    assert (run.get_status(), child.get_status(), grandchild.get_status()) == ("Canceled", "Canceled", "Canceled")


def test_a_parent_completes_while_its_children_fail(run: Run) -> None:
    child = run.child_run("first")
    child.fail("no")
    run.complete()
    assert (run.get_status(), child.get_status()) == ("Completed", "Failed")
    assert child.name == f"{run.name}>first"
    assert child.parent == run


def test_many_children_are_made_at_once_with_a_tag_each(run: Run) -> None:
    numbered = run.create_children(count=5)
    assert [child.get_tags() for child in numbered] == [{"azureml.batch_child_number": str(number)} for number in range(5)]
    folds = run.create_children(tag_key="fold", tag_values=["a", 2])
    assert [child.tags for child in folds] == [{"fold": "a"}, {"fold": "2"}]
    assert all(child.get_status() == "Running" for child in numbered + folds)
    assert run.create_children(count=0) == []


@pytest.mark.parametrize(
    "arguments",
    [{}, {"count": 2, "tag_key": "a"}, {"tag_key": "a"}, {"tag_values": ["a"]}, {"count": -1}, {"count": True}, {"count": "3"}],
)
def test_children_are_made_by_one_form_only(run: Run, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgumentError):
        run.create_children(**arguments)


def test_children_are_found_newest_first_and_descendants_when_asked_for(run: Run, workspace: Workspace) -> None:
    first = run.child_run()
    second = run.child_run()
    grandchild = first.child_run()
    grandchild.tag("deep")
    second.complete()
    children = run.get_children()
    assert not isinstance(children, list)
    assert [child.id for child in children] == [second.id, first.id]
    assert {child.id for child in run.get_children(recursive=True)} == {first.id, second.id, grandchild.id}
    assert list(run.get_children(recursive=True, tags="deep")) == [grandchild]
    assert list(run.get_children(status="Completed")) == [second]
    assert list(first.get_children(properties={"no": "such"})) == []
    assert grandchild.parent is not None
    assert grandchild.parent.parent == run


def test_metrics_of_all_descendants_come_by_run(run: Run) -> None:
    child = run.child_run()
    silent = run.child_run()
    run.log("x", 1)
    child.log("x", 2)
    child.log("y", 3)
    child.flush()
    assert run.get_metrics(recursive=True) == {run.id: {"x": 1}, child.id: {"x": 2, "y": 3}}
    assert run.get_metrics("y", recursive=True) == {child.id: {"y": 3}}
    assert run.get_metrics("nothing") == {}
    assert silent.get_metrics() == {}


def test_tags_change_and_properties_do_not(run: Run) -> None:
    run.tag("quality", "great")
    run.tag("quality", "fantastic")
    run.tag("bare")
    run.set_tags({"more": "1"})
    assert run.get_tags() == {"quality": "fantastic", "bare": None, "more": "1"}
    run.remove_tags(["more", "not there"])
    run.remove_tags("bare")
    assert run.get_tags() == {"quality": "fantastic"}
    run.add_properties({"author": "me"})
    run.add_properties({"author": "me", "second": "2"})
    run.add_properties({})
    with pytest.raises(ImmutablePropertyError, match=r"'author'.*cannot become 'you'"):
        run.add_properties({"author": "you", "third": "3"})
    assert {key: value for key, value in run.get_properties().items() if not key.startswith(("azureml", "mlflow"))} == {
        "author": "me",
        "second": "2",
    }


def test_several_threads_log_to_one_run_and_nothing_is_lost(run: Run) -> None:
    def work(worker: int) -> None:
        for number in range(200):
            run.log(f"worker{worker}", number)
            run.log("all", number)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    metrics = run.get_metrics()
    assert [metrics[f"worker{worker}"] for worker in range(4)] == [list(range(200))] * 4
    assert sorted(metrics["all"]) == sorted([*range(200)] * 4)


def test_a_name_keeps_its_shape(run: Run) -> None:
    run.log("x", 1)
    with pytest.raises(InvalidArgumentError, match="logged as a series and cannot become a table"):
        run.log_row("x", a=1)
    run.log_list("x", [2, 3])
    assert run.get_metrics() == {"x": [1, 2, 3]}


def test_a_run_shows_itself(run: Run) -> None:
    assert repr(run) == f"Run(Experiment: exp,\nId: {run.id},\nType: None,\nStatus: Running)"
    shown = run._repr_html_()
    assert run.id in shown
    assert "/login?" in shown


def test_the_link_names_a_workspace_that_is_not_the_servers_default(run: Run, workspace_name: str) -> None:
    assert f"workspace%3D{workspace_name}" in run.get_portal_url()


def test_a_submitted_run_is_a_script_run_wherever_it_comes_from(
    experiment: Experiment, workspace: Workspace, project: Path
) -> None:
    (project / "train.py").write_text("print('hello')\n")
    run = experiment.submit(ScriptRunConfig(".", "train.py", ["--lr", 0.1]), tags={"kind": "test"})
    assert isinstance(run, ScriptRun)
    assert run.id.startswith("exp_")
    details = run.wait_for_completion()
    assert (details["status"], details["target"]) == ("Completed", "local")
    assert details["runDefinition"]["arguments"] == ["--lr", "0.1"]
    assert "spec" not in details["runDefinition"]
    assert "azureml-logs/70_driver_log.txt" in details["logFiles"]
    assert details["tags"] == {"kind": "test"}
    assert isinstance(Run.get(workspace, run.id), ScriptRun)
    assert type(Run(experiment, run.id)) is Run
    assert isinstance(next(experiment.get_runs(type="azureml.scriptrun")), ScriptRun)
    logs = run.get_details_with_logs()["logFiles"]
    assert "hello" in logs["azureml-logs/70_driver_log.txt"]
    stored = run.get_all_logs()
    assert str(Path("assets") / run.id / "azureml-logs" / "70_driver_log.txt") in stored
    assert list(Run.list_by_compute(workspace.compute_targets["local"])) == []


def test_reading_a_run_sends_what_a_killed_program_had_logged_to_it(run: Run) -> None:
    place = journal_place(run._client, run.id)
    asked = [sys.executable, "-c", KILLED, str(place.root), place.workspace, place.run_id, place.server]
    assert subprocess.run(asked, check=False).returncode == 9
    keep_end(place, ReportStatusRequest(status=RunStatus.COMPLETED))
    reader = Run.get(Workspace(workspace_name=run.experiment.workspace.name), run.id)
    assert reader.get_metrics("x") == {"x": list(range(100))}
    assert reader.get_status() == "Completed"
    until(lambda: not place.folder.exists(), "what was sent is gone")  # a sender in the background may have taken it first


def test_the_id_of_a_run_that_has_ended_is_not_taken_again(experiment: Experiment, run: Run) -> None:
    run.fail("broken")
    with pytest.raises(ConflictError, match=r"There is a run .* already, and it is Failed"):
        experiment.start_logging(snapshot_directory=None, run_id=run.id)
    parent = experiment.start_logging(snapshot_directory=None)
    parent.child_run(run_id="kid").complete()
    with pytest.raises(ConflictError, match="it is Completed"):
        parent.child_run(run_id="kid")


def test_a_text_as_tag_values_is_refused_rather_than_split_into_letters(run: Run) -> None:
    with pytest.raises(InvalidArgumentError, match=r"tag_values='abc' is a text. Give a list, such as \['abc'\]"):
        run.create_children(tag_key="k", tag_values="abc")


def test_the_environment_of_a_submitted_run_is_given_back(experiment: Experiment, run: Run, project: Path) -> None:
    (project / "train.py").write_text("")
    environment = Environment("mine")
    environment.environment_variables["A"] = "b"
    submitted = experiment.submit(ScriptRunConfig(".", "train.py", environment=environment))
    found = Run.get(experiment.workspace, submitted.id).get_environment()
    assert (found.name, found.environment_variables["A"]) == ("mine", "b")
    submitted.cancel()
    with pytest.raises(NotFoundError, match="was not submitted"):
        run.get_environment()


def test_a_warning_about_a_value_points_at_the_line_of_the_user(run: Run) -> None:
    with pytest.warns(UserWarning) as told:
        run.log("x", object())
        run.log_list("y", [object()])
        run.tag("z", 1)
    assert [each.filename for each in told if each.category is UserWarning] == [__file__] * 3
