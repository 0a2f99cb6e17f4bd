"""What counts as a file of the run."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from runyard.client.folder_scan import FoundFile, SkippedFile, scan


def found(folder: Path) -> list[str]:
    return [each.name for each in scan(folder, "outputs") if isinstance(each, FoundFile)]


def skipped(folder: Path) -> list[tuple[str, str]]:
    return [(each.path.name, each.why) for each in scan(folder, "outputs") if isinstance(each, SkippedFile)]


def test_files_are_named_by_their_path_below_the_folder(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    for name in ("z.txt", "a/b/c.txt", "a/ü.txt"):
        (tmp_path / name).write_text("")
    assert found(tmp_path) == ["outputs/a/b/c.txt", "outputs/a/ü.txt", "outputs/z.txt"]


def test_hidden_files_and_folders_pass_in_silence(tmp_path: Path) -> None:
    (tmp_path / ".cache").mkdir()
    for name in (".hidden", ".cache/x"):
        (tmp_path / name).write_text("")
    assert list(scan(tmp_path, "outputs")) == []


def test_a_missing_folder_has_no_files(tmp_path: Path) -> None:
    assert list(scan(tmp_path / "none", "outputs")) == []


def test_a_link_is_followed_only_inside_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    folder.mkdir()
    (tmp_path / "secret").write_text("")
    (folder / "model-9").write_text("")
    (folder / "latest").symlink_to("model-9")
    (folder / "out").symlink_to("../secret")
    (folder / "broken").symlink_to("nowhere")
    (folder / "loop").symlink_to(".")
    assert found(folder) == ["outputs/latest", "outputs/model-9"]
    assert [name for name, _ in skipped(folder)] == ["broken", "loop", "out"]


def test_a_folder_that_is_a_link_itself_is_followed(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch/a.txt").write_text("")
    (tmp_path / "outputs").symlink_to("scratch")
    assert found(tmp_path / "outputs") == ["outputs/a.txt"]


def test_pipes_and_sockets_are_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        assert list(scan(tmp_path, "outputs")) == []


def test_a_name_that_cannot_be_stored_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "two\nlines").write_text("")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")).write_text("")
    assert [why for _, why in skipped(tmp_path)] == ["its name cannot be stored"] * 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o000)
    assert skipped(tmp_path) == [("closed", "Permission denied")]
