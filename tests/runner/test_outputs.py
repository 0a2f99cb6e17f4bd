"""Outputs are stored file by file; one bad file keeps none of the others from it."""

from __future__ import annotations

from pathlib import Path

from runyard.errors import ConflictError, DiskFullError, TransportError
from runyard.runner.outputs import upload_folder


def test_every_file_is_stored_or_named(tmp_path: Path) -> None:
    stored: dict[str, bytes] = {}
    troubles = {
        "outputs/full": DiskFullError("the disk is full"),
        "outputs/gone": TransportError("no server"),
        "outputs/mine": ConflictError("another file"),
        "outputs/unreadable": PermissionError(13, "Permission denied"),
    }

    def put(name: str, path: Path) -> None:
        if name in troubles:
            raise troubles[name]
        stored[name] = path.read_bytes()

    for name in ("a/good", "full", "gone", "mine", "unreadable"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "a/link").symlink_to("/")
    report = upload_folder(tmp_path, "outputs", put)
    assert stored == {"outputs/a/good": b"a/good"}
    assert report.stored == ["outputs/a/good"]
    assert report.failed == ["outputs/full: the disk is full", "outputs/gone: no server"]
    assert report.skipped == [
        "outputs/a/link: a link that leaves the folder",
        "outputs/mine: the run has stored another file of that name already",
        "outputs/unreadable: Permission denied",
    ]


def test_once_stopped_no_further_file_is_begun(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    report = upload_folder(tmp_path, "outputs", lambda name, path: None, lambda: True)
    assert (report.stored, report.is_cut) == ([], True)
    assert report.skipped == ["outputs/a: the run was stopped before it was stored"]


def test_a_missing_folder_gives_an_empty_report(tmp_path: Path) -> None:
    report = upload_folder(tmp_path / "none", "outputs", lambda name, path: None)
    assert (report.stored, report.skipped, report.failed) == ([], [], [])
