from __future__ import annotations

from pathlib import Path

import pytest

from runyard import Experiment, Run
from runyard.errors import ConflictError, NotFoundError


def test_a_deleted_run_lies_in_the_bin_with_its_children_until_it_is_restored(run: Run, experiment: Experiment) -> None:
    child = run.child_run("one")
    child.complete()
    run.complete()
    run.delete()
    assert list(experiment.get_runs()) == [] and list(run.get_children()) == []
    assert list(experiment.get_runs(view="Deleted", include_children=True)) == [child, run]
    run.restore()
    assert list(experiment.get_runs()) == [run] and list(run.get_children()) == [child]


def test_what_still_runs_is_not_deleted(run: Run) -> None:
    with pytest.raises(ConflictError, match="Cancel it before"):
        run.delete()


def test_a_run_is_purged_from_the_bin_only(run: Run, experiment: Experiment) -> None:
    run.complete()
    with pytest.raises(ConflictError):
        run.purge()
    run.delete()
    assert run.purge() == 1
    assert list(experiment.get_runs(view="Deleted")) == []
    with pytest.raises(NotFoundError):
        run.restore()


def test_an_archived_run_is_hidden_and_comes_back(run: Run, experiment: Experiment) -> None:
    run.complete()
    run.archive()
    assert list(experiment.get_runs()) == [] and list(experiment.get_runs(view="ArchivedOnly")) == [run]
    run.reactivate()
    assert list(experiment.get_runs()) == [run]


def test_two_runs_are_compared_with_what_differs_first(experiment: Experiment, project: Path) -> None:
    (project / "train.py").write_text("lr = 1\n")
    with experiment.start_logging() as first:
        first.log("loss", 0.5)
        first.log("accuracy", 0.9)
        first.tag("quality", "good")
    (project / "train.py").write_text("lr = 2\n")
    with experiment.start_logging() as second:
        second.log("loss", 0.25)
        second.log("accuracy", 0.9)
    found = first.diff(second)
    assert [(row.name, row.a, row.b, row.delta, row.differs) for row in found.metrics if not row.name.startswith("system/")] == [
        ("loss", 0.5, 0.25, -0.25, True),
        ("accuracy", 0.9, 0.9, 0.0, False),
    ]
    assert [(each.path, each.change) for each in found.files] == [("train.py", "changed")]
    assert [(row.name, row.in_a, row.in_b) for row in found.tags] == [("quality", True, False)]
    assert first.diff(second.id) == found
    with pytest.raises(NotFoundError):
        first.diff("nothing-here")


def test_a_description_is_set_changed_and_removed(run: Run, experiment: Experiment) -> None:
    run.description = "**warm-up** first"
    assert Run(experiment, run.id).description == "**warm-up** first"
    assert list(experiment.get_runs(filter="desc:warm-up")) == [run]
    run.description = None
    assert not Run(experiment, run.id).description
    assert list(experiment.get_runs(filter="has:description")) == []
