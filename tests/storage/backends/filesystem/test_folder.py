"""Files are whole or not there."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from runyard.errors import DiskFullError, StorageError, TransportError
from runyard.storage.backends.filesystem.folder import FileFolder


def test_a_staged_file_appears_whole_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = FileFolder(tmp_path)
    with folder.staged(iter([b"one ", b"two"])) as staged:
        assert (staged.size_bytes, staged.sha256) == (7, hashlib.sha256(b"one two").hexdigest())
        assert not folder.exists("ab/cd")
        staged.move_to("ab/cd")
    assert b"".join(folder.read("ab/cd", 0, 7, 7).chunks) == b"one two"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "ab" / "cd"]


def test_a_body_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises((ConnectionResetError, StorageError)), FileFolder(tmp_path).staged(broken()):
        pass
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_added_together_are_all_there_or_none(tmp_path: Path) -> None:
    def broken() -> Iterator[tuple[str, bytes]]:
        yield "ab/one", b"1"
        raise TransportError("the client went away")

    folder = FileFolder(tmp_path)
    with pytest.raises(TransportError):
        folder.add_all(broken())
    assert list(tmp_path.iterdir()) == []
    folder.add_all(iter([("ab/one", b"1"), ("cd/two", b""), ("ab/one", b"1")]))
    assert {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == {
        "ab/one": b"1",
        "cd/two": b"",
    }


def test_a_full_disk_is_a_clear_error_and_leaves_nothing(tmp_path: Path) -> None:
    def full() -> Iterator[bytes]:
        yield b"half"
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DiskFullError, match="Free some space"), FileFolder(tmp_path).staged(full()):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_chunk_is_written_over_what_a_crash_left_behind_it(tmp_path: Path) -> None:
    folder = FileFolder(tmp_path)
    folder.write_at("log", 0, b"hello garbage")
    folder.write_at("log", 6, b"world")
    assert b"".join(folder.read("log", 0, 11, 11).chunks) == b"hello world"
