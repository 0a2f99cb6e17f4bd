"""The server's copy of a watched folder follows the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from runyard.errors import InvalidArgumentError
from runyard.runner.watch import FolderWatcher
from tests.client.test_watched_file import Server
from tests.runner.builders import until


@pytest.fixture
def server() -> Server:
    return Server()


def test_a_folder_is_followed_while_the_script_runs(server: Server, tmp_path: Path) -> None:
    watcher = FolderWatcher({"logs": tmp_path / "logs"}, server.append, server.replace, interval_s=0.01)
    (tmp_path / "logs" / "deep").mkdir(parents=True)
    (tmp_path / "logs" / "deep" / "a.txt").write_text("one")
    until(lambda: "logs/deep/a.txt" in server.files, "the file")
    (tmp_path / "logs" / "b.txt").write_text("two")
    (tmp_path / "logs" / ".hidden").write_text("no")
    report = watcher.close()
    assert {name: store.data for name, store in server.files.items()} == {"logs/deep/a.txt": b"one", "logs/b.txt": b"two"}
    assert sorted(report.stored) == ["logs/b.txt", "logs/deep/a.txt"]


def test_a_file_that_the_server_refuses_is_tried_once_and_reported(tmp_path: Path) -> None:
    tries: list[str] = []

    def refuse(name: str, offset: int, data: bytes) -> int:
        tries.append(name)
        raise InvalidArgumentError("no such name")

    (tmp_path / "a.txt").write_text("one")
    watcher = FolderWatcher({"logs": tmp_path}, refuse, lambda name, path: None, interval_s=0.01)
    until(lambda: tries, "a try")
    assert watcher.close().failed == ["logs/a.txt: no such name"]
    assert tries == ["logs/a.txt"]
