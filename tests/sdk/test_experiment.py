from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runyard import Experiment, Run, ScriptRunConfig, Workspace
from runyard.errors import (
    ComputeTargetNotFoundError,
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    ScriptNotFoundError,
    SnapshotError,
)


def names(workspace: Workspace, **filters: Any) -> list[str]:
    return sorted(experiment.name for experiment in Experiment.list(workspace, **filters))


@pytest.mark.parametrize("name", ["", " ", "-x", "a b", "a/b", "x" * 256, None])
def test_a_name_that_cannot_be_one_is_refused(workspace: Workspace, name: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="cannot name an experiment"):
        Experiment(workspace, name)


def test_an_experiment_is_created_once(workspace: Workspace) -> None:
    first = Experiment(workspace=workspace, name="explore-runs")
    assert Experiment(workspace, "explore-runs").id == first.id
    assert names(workspace) == ["explore-runs"]
    assert list(workspace.experiments) == ["explore-runs"]
    assert repr(first) == f"Experiment(Name: explore-runs,\nWorkspace: {workspace.name})"
    assert "explore-runs" in first._repr_html_()


def test_an_archived_experiment_is_hidden_with_nothing_lost(workspace: Workspace) -> None:
    experiment = Experiment(workspace, "old")
    run = experiment.start_logging(snapshot_directory=None)
    run.complete()
    experiment.archive()
    assert experiment.archived_time is not None
    assert names(workspace) == []
    assert names(workspace, view_type="ArchivedOnly") == names(workspace, view_type="All") == ["old"]
    assert workspace.get_run(run.id).get_status() == "Completed"
    experiment.reactivate()
    assert names(workspace) == ["old"]
    assert [each.id for each in experiment.get_runs()] == [run.id]
    with pytest.raises(InvalidArgumentError, match="keeps its name"):
        experiment.reactivate(new_name="new")
    with pytest.raises(InvalidArgumentError, match="ActiveOnly, ArchivedOnly, All"):
        Experiment.list(workspace, view_type="some")


def test_experiments_have_tags(workspace: Workspace) -> None:
    experiment = Experiment(workspace, "a")
    Experiment(workspace, "b")
    experiment.tag("team", "vision")
    experiment.set_tags({"bare": None})
    assert experiment.tags == {"team": "vision", "bare": None}
    assert names(workspace, tags={"team": "vision"}) == names(workspace, tags="bare") == ["a"]
    assert names(workspace, experiment_name="b") == ["b"]
    experiment.remove_tags(["team"])
    experiment.refresh()
    assert experiment.tags == {"bare": None}


def test_runs_come_lazily_newest_first_and_filtered(experiment: Experiment) -> None:
    runs = [experiment.start_logging(snapshot_directory=None) for _ in range(3)]
    child = runs[0].child_run()
    runs[1].tag("quality", "good")
    runs[1].add_properties({"author": "me"})
    runs[2].complete()
    found = experiment.get_runs()
    assert next(found).id == runs[2].id
    assert [run.id for run in found] == [runs[1].id, runs[0].id]
    assert list(experiment.get_runs(tags="quality")) == [runs[1]]
    assert list(experiment.get_runs(tags={"quality": "good"}, properties={"author": "me"})) == [runs[1]]
    assert list(experiment.get_runs(tags={"quality": "bad"})) == []
    assert list(experiment.get_runs(status="Completed")) == [runs[2]]
    assert child in list(experiment.get_runs(include_children=True))


def test_runs_are_filtered_and_ordered_by_the_query_language(experiment: Experiment, workspace: Workspace) -> None:
    runs = []
    for loss in ("30", "4", "20"):
        with experiment.start_logging(snapshot_directory=None) as run:
            run.tag("loss", loss)
        runs.append(run)
    assert list(experiment.get_runs(order_by="tag.loss")) == [runs[1], runs[2], runs[0]]
    assert list(experiment.get_runs(filter="tag.loss < 25", order_by="-tag.loss")) == [runs[2], runs[1]]
    assert next(experiment.get_runs(order_by="tag.loss")) == runs[1]
    assert list(experiment.get_runs(order_by=["status", "-tag.loss"])) == [runs[0], runs[2], runs[1]]
    assert list(workspace.get_runs("tag.loss < 15")) == [runs[1]]
    assert list(experiment.get_runs(tags="no", filter="tag.loss < 25")) == []


def test_runs_are_filtered_and_ordered_by_the_figures_of_metrics(experiment: Experiment) -> None:
    runs = []
    for loss in (0.3, 0.1, 0.2):
        with experiment.start_logging(snapshot_directory=None) as run:
            run.log("loss", loss)
            run.log("loss", loss + 1)
        runs.append(run)
    assert next(experiment.get_runs(order_by="metric.loss.min")) == runs[1]
    assert list(experiment.get_runs(filter="metric.loss.min < 0.25", order_by="-metric.loss")) == [runs[2], runs[1]]


def test_an_error_in_a_filter_points_at_the_character(experiment: Experiment) -> None:
    with pytest.raises(InvalidArgumentError, match="at character 10: there is no status 'Faild'") as caught:
        list(experiment.get_runs(filter="status = Faild"))
    assert "         ^" in caught.value.message


def test_figures_of_the_children_are_rolled_up(run: Run) -> None:
    for loss in (0.5, 0.25):
        with run.child_run() as child:
            child.log("loss", loss)
    run.child_run().complete()
    found = run.get_roll_ups("metric.loss.min")["metric.loss.min"]
    assert (found.mean, found.min, found.max, found.count, found.children) == (0.375, 0.25, 0.5, 2, 3)
    assert child.get_roll_ups("metric.loss.min") == {}
    with pytest.raises(InvalidArgumentError, match="is no metric"):
        run.get_roll_ups("status")


def test_more_runs_than_a_page_holds_all_come(experiment: Experiment) -> None:
    parent = experiment.start_logging(snapshot_directory=None)
    parent.create_children(count=250)
    numbers = [run.number for run in parent.get_children()]
    assert len(numbers) == len(set(numbers)) == 250
    assert numbers == sorted(numbers, reverse=True)


def test_what_cannot_be_submitted_is_refused_before_anything_is_stored(experiment: Experiment, project: Path) -> None:
    (project / "train.py").write_text("print(1)\n")
    with pytest.raises(ScriptNotFoundError, match=r"Did you mean train\.py\?"):
        experiment.submit(ScriptRunConfig(".", "tran.py"))
    with pytest.raises(ComputeTargetNotFoundError, match=r"no compute target 'gpu-cluster'\. It has: local"):
        experiment.submit(ScriptRunConfig(".", "train.py", compute_target="gpu-cluster"))
    with pytest.raises(SnapshotError, match="is not there"):
        experiment.submit(ScriptRunConfig("nowhere", "train.py"))
    with pytest.raises(InvalidArgumentError, match="A str cannot be submitted"):
        experiment.submit("train.py")
    (project / ".amlignore").write_text("*.py\n")
    with pytest.raises(ScriptNotFoundError, match="left out of the snapshot"):
        experiment.submit(ScriptRunConfig(".", "train.py"))
    assert list(experiment.get_runs()) == []


def test_a_deleted_experiment_leaves_with_its_runs_and_comes_back_with_them(experiment: Experiment, workspace: Workspace) -> None:
    with experiment.start_logging(snapshot_directory=None) as run:
        pass
    Experiment.delete(workspace, experiment.id)
    assert names(workspace, view_type="All") == [] and names(workspace, view_type="Deleted") == ["exp"]
    assert list(workspace.get_runs(view="All")) == [] and list(experiment.get_runs(view="Deleted")) == [run]
    assert list(Experiment.restore(workspace, "exp").get_runs()) == [run]
    with pytest.raises(NotFoundError, match="in the bin"):
        Experiment.restore(workspace, "exp")


def test_an_experiment_with_a_run_that_goes_on_is_not_deleted(experiment: Experiment, workspace: Workspace) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    with pytest.raises(ConflictError, match="has not ended"):
        Experiment.delete(workspace, "exp")
    run.complete()


def test_the_id_of_an_archived_experiment_does_not_delete_the_new_one_of_its_name(
    experiment: Experiment, workspace: Workspace
) -> None:
    old = experiment.id
    experiment.archive()
    new = Experiment(workspace, "exp")
    with pytest.raises(ConflictError, match="Delete that one first"):
        Experiment.delete(workspace, old)
    Experiment.delete(workspace, new.id)
    Experiment.delete(workspace, old)
    assert names(workspace, view_type="Deleted") == ["exp", "exp"]


def test_an_experiment_of_something_else_than_a_workspace_says_what_it_takes() -> None:
    with pytest.raises(InvalidArgumentError, match=r"takes a Workspace first, not a str"):
        Experiment("workspace", "exp")  # type: ignore[arg-type]
