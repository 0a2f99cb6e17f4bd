from __future__ import annotations

import pytest

from runyard import Experiment, View, Workspace
from runyard.errors import ConflictError, InvalidArgumentError, NotFoundError


def test_a_view_shows_the_runs_that_its_filter_finds_in_its_order(workspace: Workspace, experiment: Experiment) -> None:
    runs = []
    for quality in ("1", "3", "2"):
        with experiment.start_logging(snapshot_directory=None) as run:
            run.tag("quality", quality)
        runs.append(run)
    view = View.create(workspace, "best", filter="tag.quality >= 2", order_by="-tag.quality", columns=["name", "tag.quality"])
    assert [run.id for run in View.get(workspace, "best").get_runs()] == [runs[1].id, runs[2].id]
    view.update(filter="", run_ids=[runs[0].id])
    assert list(View.get(workspace, view.record.id).get_runs()) == [runs[0]]
    assert View.get(workspace, "best").record.columns == ["name", "tag.quality"]


def test_a_view_is_shared_and_deleted(workspace: Workspace) -> None:
    view = View.create(workspace, "mine")
    assert view.record.sharing.value == "private"
    view.share("edit")
    assert [each.record.sharing.value for each in View.list(workspace)] == ["edit"]
    view.delete()
    assert View.list(workspace) == []
    with pytest.raises(NotFoundError, match="There is no view 'mine'"):
        View.get(workspace, "mine")


def test_a_change_of_what_somebody_else_has_changed_is_refused(workspace: Workspace) -> None:
    first, second = View.create(workspace, "one"), View.get(workspace, "one")
    first.update(filter="status = Failed")
    with pytest.raises(ConflictError):
        second.update(filter="status = Completed")


def test_two_views_of_one_name_are_told_apart_by_their_ids(workspace: Workspace) -> None:
    ids = {View.create(workspace, "twice").record.id for _ in range(2)}
    with pytest.raises(ConflictError, match="Give the id of one") as caught:
        View.get(workspace, "twice")
    assert all(each in caught.value.message for each in ids)


@pytest.mark.parametrize(("field", "value"), [("filter", "status = Faild"), ("order_by", "nothing"), ("sharing", "all")])
def test_what_cannot_be_read_is_refused(workspace: Workspace, field: str, value: str) -> None:
    with pytest.raises(InvalidArgumentError):
        View.create(workspace, "wrong", **{field: value})
