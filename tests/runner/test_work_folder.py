"""The work folder belongs to one runner and is left as it should be."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from runyard.domain.run import RunStatus
from runyard.errors import ConflictError
from runyard.runner.work_folder import WorkFolder
from runyard.wire.run import ReportStatusRequest


def test_a_second_runner_does_not_get_the_folder(tmp_path: Path) -> None:
    first = WorkFolder(tmp_path)
    first.claim()
    with pytest.raises(ConflictError, match="Another runner"):
        WorkFolder(tmp_path).claim()


def test_emptying_removes_what_an_earlier_runner_left(tmp_path: Path) -> None:
    work = WorkFolder(tmp_path)
    (work.code / "locked").mkdir(parents=True)
    (work.code / "locked" / "old.txt").write_text("")
    (work.code / "locked").chmod(0o500)
    work.error_file.write_text("{}")
    work.empty()
    assert list(work.code.iterdir()) == []
    assert not work.error_file.exists()


def test_what_cannot_be_removed_is_left_and_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError("another user's")

    work = WorkFolder(tmp_path)
    work.empty()
    monkeypatch.setattr("os.chmod", denied)
    work.clear()
    assert not work.code.exists()


def test_it_is_known_whether_a_python_has_begun_with_the_script(tmp_path: Path) -> None:
    work = WorkFolder(tmp_path)
    assert not work.is_script_begun()
    work.error_file.with_suffix(".json.part").touch()  # as the launcher does
    assert work.is_script_begun()


def test_clearing_keeps_the_runners_log_and_what_a_link_points_to(tmp_path: Path) -> None:
    work = WorkFolder(tmp_path / "work")
    (tmp_path / "work").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "kept.txt").write_text("")
    work.empty()
    (work.code / "data").symlink_to(tmp_path / "data")
    (tmp_path / "work" / "runner.log").write_text("")
    work.clear()
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["runner.log"]
    assert (tmp_path / "data" / "kept.txt").exists()


def test_the_end_is_kept_until_it_is_forgotten(tmp_path: Path) -> None:
    work = WorkFolder(tmp_path)
    request = ReportStatusRequest(status=RunStatus.COMPLETED, reason="why")
    work.keep_end(request)
    assert msgspec.json.decode(work.end_file.read_bytes(), type=ReportStatusRequest) == request
    work.forget_end()
    assert not work.end_file.exists()
