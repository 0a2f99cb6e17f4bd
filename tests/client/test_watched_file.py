"""The server's copy of a file follows the file, whether it grows or is written anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runyard.client import watched_file
from runyard.client.folder_scan import FoundFile
from runyard.client.watched_file import WatchedFile
from tests.client.test_growing_file import Store


class Server:
    """The files of a run, by name, and how they came."""

    def __init__(self) -> None:
        self.files: dict[str, Store] = {}
        self.calls: list[str] = []

    def append(self, name: str, offset: int, data: bytes) -> int:
        self.calls.append(f"append {offset}+{len(data)}")
        return self.files.setdefault(name, Store()).append(name, offset, data)

    def replace(self, name: str, path: Path) -> None:
        self.calls.append("replace")
        self.files.setdefault(name, Store()).data = path.read_bytes()


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "metrics.txt"


def watched(path: Path, server: Server) -> WatchedFile:
    return WatchedFile(FoundFile(path, "logs/metrics.txt", os.stat_result([0] * 10)), server.append, server.replace)


def visit(file: WatchedFile, path: Path, *, final: bool = False) -> None:
    file.visit(path.stat(), final=final)


def write(path: Path, content: bytes, at_s: int) -> None:
    path.write_bytes(content)
    os.utime(path, (at_s, at_s))


def test_a_growing_file_is_sent_in_chunks(server: Server, path: Path) -> None:
    file = watched(path, server)
    for at, content in enumerate([b"one", b"onetwo", b"onetwo", b"onetwothree"]):
        write(path, content, at)
        visit(file, path)
    assert server.files["logs/metrics.txt"].data == b"onetwothree"
    assert "replace" not in server.calls[:2] and server.calls[0:2] == ["append 0+3", "append 3+3"]
    assert server.calls[-1] == "append 6+5"


def test_a_file_that_does_not_change_is_sent_once(server: Server, path: Path) -> None:
    write(path, b"one", 1)
    file = watched(path, server)
    for final in (False, False, True):
        visit(file, path, final=final)
    assert server.calls == ["append 0+3"]


@pytest.mark.parametrize("anew", [b"two", b"t", b"two and more", b""])
def test_a_file_that_is_written_anew_replaces_the_old_content(server: Server, path: Path, anew: bytes) -> None:
    file = watched(path, server)
    write(path, b"one", 1)
    visit(file, path)
    write(path, anew, 2)
    visit(file, path)
    assert server.files["logs/metrics.txt"].data == anew


def test_a_file_that_is_replaced_by_renaming_is_sent_anew_and_grows_on(server: Server, path: Path, tmp_path: Path) -> None:
    file = watched(path, server)
    write(path, b"one", 1)
    visit(file, path)
    write(tmp_path / "new", b"one, but another", 2)
    (tmp_path / "new").rename(path)
    visit(file, path)
    write(path, b"one, but another!", 3)
    visit(file, path)
    assert server.files["logs/metrics.txt"].data == b"one, but another!"
    assert server.calls == ["append 0+3", "replace", "append 16+1"]


def test_a_large_file_that_is_written_anew_is_sent_when_it_rests(
    server: Server, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched_file, "SMALL_BYTES", 2)
    file = watched(path, server)
    for at, content in enumerate([b"one", b"two", b"six"]):
        write(path, content, at)
        visit(file, path)
    assert server.calls == ["append 0+3"]
    visit(file, path)
    assert server.calls == ["append 0+3", "replace"]
    write(path, b"ten", 9)
    visit(file, path, final=True)
    assert server.files["logs/metrics.txt"].data == b"ten"


def test_a_file_that_the_script_has_stored_itself_is_corrected(server: Server, path: Path) -> None:
    server.files["logs/metrics.txt"] = Store()
    server.files["logs/metrics.txt"].data = b"something longer"
    file = watched(path, server)
    for at, content in enumerate([b"one", b"one, two"]):
        write(path, content, at)
        visit(file, path)
    assert server.files["logs/metrics.txt"].data == b"one, two"
