"""What may name a workspace, an experiment and a file."""

from __future__ import annotations

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runyard.domain.artifact import require_artifact_path
from runyard.domain.experiment import require_experiment_name
from runyard.domain.snapshot import SnapshotFile, snapshot_id
from runyard.domain.workspace import require_workspace_name
from runyard.errors import InvalidArgumentError


@pytest.mark.parametrize("name", ["explore-runs", "logging-api-test", "train-on-local", "my_experiment", "a", "0" * 255])
def test_an_experiment_may_be_called(name: str) -> None:
    assert require_experiment_name(name) == name


@pytest.mark.parametrize("name", ["", "-a", "_a", "a b", "a/b", "a" * 256, "naïve", "a\n"])
def test_an_experiment_may_not_be_called(name: str) -> None:
    with pytest.raises(InvalidArgumentError, match="cannot name an experiment"):
        require_experiment_name(name)


@pytest.mark.parametrize("name", ["", "a", "-ab", "a" * 34, "a b"])
def test_a_workspace_may_not_be_called(name: str) -> None:
    with pytest.raises(InvalidArgumentError, match="cannot name a workspace"):
        require_workspace_name(name)


def test_dots_and_backslashes_at_the_start_are_tidied() -> None:
    assert require_artifact_path("./outputs\\a.txt") == "outputs/a.txt"


@given(st.text(max_size=40))
def test_an_accepted_path_stays_inside_its_folder(path: str) -> None:
    try:
        accepted = require_artifact_path(path)
    except InvalidArgumentError:
        return
    assert posixpath.normpath(posixpath.join("/root", accepted)) == "/root/" + accepted
    assert not any(ord(char) < 32 for char in accepted)


@given(st.lists(st.builds(SnapshotFile, path=st.text(min_size=1), sha256=st.just("0" * 64), size_bytes=st.just(0)), max_size=5))
def test_the_order_of_the_files_does_not_change_a_snapshots_id(files: list[SnapshotFile]) -> None:
    assert snapshot_id(files) == snapshot_id(files[::-1]) or len({f.path for f in files}) < len(files)
