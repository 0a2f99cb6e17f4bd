from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from runyard.errors import ConflictError, TransportError
from runyard.sdk import log_folder as log_folder_module
from runyard.sdk.log_folder import LogFolder


class Files:
    """The files of a run, in memory, appended to as a server does it."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.fail = False

    def append(self, run_id: str, path: str, offset: int, data: bytes) -> int:
        if self.fail:
            raise TransportError("away")
        have = self.files.get(path, b"")
        if offset > len(have):
            raise ConflictError("a gap", size_bytes=len(have))
        self.files[path] = have + data[len(have) - offset :]
        return len(self.files[path])

    def put(self, run_id: str, path: str, content: Path, *, replace: bool = False) -> None:
        assert replace
        self.files[path] = content.read_bytes()


@pytest.fixture
def files() -> Files:
    return Files()


def watcher(files: Files, folder: Path | None) -> LogFolder:
    return LogFolder(files, "r", folder)  # type: ignore[arg-type]


def test_files_grow_on_the_server_as_they_grow_here(files: Files, tmp_path: Path) -> None:
    watched = watcher(files, tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.txt").write_text("one ")
    watched._send_changes()
    with (tmp_path / "a.txt").open("a") as file:
        file.write("two")
    (tmp_path / "sub" / "b.txt").write_text("b")
    watched.stop()
    assert files.files == {"logs/a.txt": b"one two", "logs/sub/b.txt": b"b"}


def test_hidden_files_and_those_from_before_are_left_out(files: Files, tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("old")
    os.utime(tmp_path / "old.txt", (time.time() - 60, time.time() - 60))
    watched = watcher(files, tmp_path)
    (tmp_path / ".hidden").write_text("x")
    (tmp_path / ".folder").mkdir()
    (tmp_path / ".folder" / "x").write_text("x")
    watched.stop()
    assert files.files == {}


def test_a_file_that_is_written_anew_replaces_its_copy(files: Files, tmp_path: Path) -> None:
    watched = watcher(files, tmp_path)
    (tmp_path / "a.txt").write_text("long content")
    watched._send_changes()
    (tmp_path / "a.txt").write_text("short")
    watched.stop()
    assert files.files == {"logs/a.txt": b"short"}


def test_a_server_that_has_lost_a_part_gets_it_again(files: Files, tmp_path: Path) -> None:
    watched = watcher(files, tmp_path)
    (tmp_path / "a.txt").write_text("0123456789")
    watched._send_changes()
    files.files["logs/a.txt"] = b"0123"
    with (tmp_path / "a.txt").open("a") as file:
        file.write("abc")
    watched.stop()
    assert files.files == {"logs/a.txt": b"0123456789abc"}


def test_a_single_file_is_sent_under_its_name_while_the_thread_runs(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_folder_module, "TICK_S", 0.01)
    (tmp_path / "x").write_text("text")
    watched = watcher(files, None)
    watched.add("logs/user_log.txt", tmp_path / "x")
    files.fail = True
    watched.start()
    files.fail = False
    deadline = time.monotonic() + 60
    while not files.files and time.monotonic() < deadline:
        time.sleep(0.005)
    watched.stop()
    assert files.files == {"logs/user_log.txt": b"text"}


def test_a_missing_folder_is_no_error(files: Files, tmp_path: Path) -> None:
    watcher(files, tmp_path / "nowhere").stop()
    assert files.files == {}
