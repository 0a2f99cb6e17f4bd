from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from runyard.client import snapshot_builder
from runyard.client.snapshot_builder import look_at, require_storable, take_snapshot
from runyard.domain.snapshot import SnapshotFile, snapshot_id
from runyard.errors import InvalidArgumentError, SnapshotError, SnapshotTooLargeError
from runyard.wire.snapshot import SnapshotBody


class Store:
    """What a server does with snapshots, in memory."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.sent: list[str] = []
        self.packs: list[int] = []
        self.lock = threading.Lock()

    def missing(self, sha256: list[str]) -> set[str]:
        return set(sha256) - set(self.blobs)

    def put_blob(self, sha256: str, content: bytes | Path) -> None:
        data = content if isinstance(content, bytes) else content.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise InvalidArgumentError("the content does not have that hash")
        with self.lock:
            self.blobs[sha256] = data
            self.sent.append(sha256)

    def put_blobs(self, contents: Mapping[str, bytes]) -> None:
        self.packs.append(len(contents))
        for sha256, content in contents.items():
            self.put_blob(sha256, content)

    def create(self, files: list[SnapshotFile]) -> SnapshotBody:
        assert all(file.sha256 in self.blobs for file in files)
        return SnapshotBody(id=snapshot_id(files), files=files, size_bytes=sum(file.size_bytes for file in files))


@pytest.fixture
def store() -> Store:
    return Store()


def take(store: Store, folder: Path, **limits: int) -> SnapshotBody:
    return take_snapshot(store, folder, **limits)  # type: ignore[arg-type]


def write(root: Path, path: str, content: str = "x") -> Path:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(content)
    return root / path


def test_a_snapshot_holds_paths_hashes_sizes_and_modes(store: Store, tmp_path: Path) -> None:
    write(tmp_path, "train.py", "print(1)")
    write(tmp_path, "sub/run.sh", "exit").chmod(0o755)
    found = take(store, tmp_path)
    assert [(file.path, file.size_bytes, file.mode & 0o111) for file in found.files] == [
        ("sub/run.sh", 4, 0o111),
        ("train.py", 8, 0),
    ]
    assert store.blobs[found.files[1].sha256] == b"print(1)"


def test_the_second_time_only_changed_files_travel(store: Store, tmp_path: Path) -> None:
    for number in range(20):
        write(tmp_path, f"f{number}", f"content {number}")
    first = take(store, tmp_path)
    assert len(store.sent) == 20
    assert take(store, tmp_path).id == first.id
    assert len(store.sent) == 20
    write(tmp_path, "f3", "new")
    assert take(store, tmp_path).id != first.id
    assert len(store.sent) == 21


def test_equal_files_travel_once(store: Store, tmp_path: Path) -> None:
    for number in range(5):
        write(tmp_path, f"f{number}", "same")
    assert len(take(store, tmp_path).files) == 5
    assert len(store.sent) == 1


def test_many_small_files_travel_together_and_a_large_one_alone(store: Store, tmp_path: Path) -> None:
    for number in range(1500):
        write(tmp_path, f"f{number}", str(number))
    write(tmp_path, "large", "x" * (2 << 20))
    assert len(take(store, tmp_path).files) == 1501 == len(store.sent)
    assert sum(store.packs) == 1500 and len(store.packs) <= 3


def test_a_small_file_that_has_become_large_since_it_was_hashed_travels_alone(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing = write(tmp_path, "log", "one")
    write(tmp_path, "a")
    write(tmp_path, "b", "y")
    monkeypatch.setattr(store, "missing", lambda sha256: (growing.write_text("x" * (2 << 20)), set(sha256))[1])
    found = take(store, tmp_path)
    assert [(file.path, file.size_bytes) for file in found.files] == [("a", 1), ("b", 1), ("log", 2 << 20)]
    assert all(count == 2 for count in store.packs) and len(store.sent) == 3


def test_a_single_file_and_an_empty_folder_can_be_stored(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path, "only.py")
    assert [file.path for file in take(store, path).files] == ["only.py"]
    (tmp_path / "empty").mkdir()
    assert take(store, tmp_path / "empty").files == []


def test_a_folder_that_is_not_there_is_named(store: Store, tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="nowhere is not there"):
        take(store, tmp_path / "nowhere")


def test_an_unreadable_folder_is_named(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "open/x")
    write(tmp_path, "secret/x")
    real = os.scandir

    def scandir(path: Path) -> object:
        if Path(path).name == "secret":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(SnapshotError, match=r"secret cannot be read \(Permission denied\)"):
        take(store, tmp_path)
    assert store.sent == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_named(store: Store, tmp_path: Path) -> None:
    write(tmp_path, "secret").chmod(0)
    with pytest.raises(SnapshotError, match="secret cannot be read"):
        take(store, tmp_path)


def test_an_unreadable_folder_that_is_ignored_does_no_harm(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, ".amlignore", "secret/\n")
    write(tmp_path, "secret/x")
    real = os.scandir

    def scandir(path: Path) -> object:
        assert Path(path).name != "secret"
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert [file.path for file in take(store, tmp_path).files] == [".amlignore"]


def test_the_limits_are_checked_before_anything_is_sent_and_the_largest_files_are_named(store: Store, tmp_path: Path) -> None:
    write(tmp_path, "data/huge.bin", "x" * 5000)
    write(tmp_path, "train.py")
    with pytest.raises(SnapshotTooLargeError, match=r"2 files .*Nothing was sent") as caught:
        take(store, tmp_path, max_bytes=1000)
    assert caught.value.details["largest"][0] == "data/huge.bin"
    assert "data/huge.bin  (rule: /data/huge.bin)" in str(caught.value) and ".runyardignore" in str(caught.value)
    with pytest.raises(SnapshotTooLargeError, match="the limits are 1 files"):
        take(store, tmp_path, max_files=1)
    assert store.sent == []


def test_a_folder_far_over_the_limit_is_not_walked_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_builder, "_FILES_LOOKED_AT", 10)
    for number in range(50):
        write(tmp_path, f"f{number}")
    found = look_at(tmp_path)
    assert len(found.files) == 11
    with pytest.raises(SnapshotTooLargeError):
        require_storable(found, max_bytes=10**9, max_files=5)


def test_links_inside_the_folder_are_followed_and_others_left_out_with_a_warning(store: Store, tmp_path: Path) -> None:
    outside = write(tmp_path, "outside/secret", "s")
    root = tmp_path / "project"
    write(root, "real/file.txt", "content")
    (root / "link.txt").symlink_to("real/file.txt")
    (root / "folder").symlink_to("real")
    (root / "loop").symlink_to(".")
    (root / "out").symlink_to(outside)
    (root / "dangling").symlink_to("nothing")
    with pytest.warns(UserWarning, match=r"leaves out 2 links .*: "):
        found = take(store, root)
    assert {file.path for file in found.files} == {"real/file.txt", "link.txt", "folder/file.txt"}


def test_pipes_and_sockets_are_passed_over(store: Store, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    write(tmp_path, "file")
    assert [file.path for file in take(store, tmp_path).files] == ["file"]


def test_a_name_that_is_not_utf8_is_an_error(store: Store, tmp_path: Path) -> None:
    with (tmp_path / os.fsdecode(b"bad\xff")).open("w"):
        pass
    with pytest.raises(SnapshotError, match="not UTF-8"):
        take(store, tmp_path)


@pytest.mark.parametrize("name", ["a\nline", "back\\slash", "tab\t", "C:drive"])
def test_a_name_that_no_server_stores_is_refused_before_anything_is_sent(store: Store, tmp_path: Path, name: str) -> None:
    write(tmp_path, "train.py")
    write(tmp_path, name)
    with pytest.raises(SnapshotError, match=r"cannot be stored.*Rename the file, or ignore it"):
        take(store, tmp_path)
    assert store.sent == []
    write(tmp_path, ".gitignore", "/*\n!train.py\n")
    assert [file.path for file in take(store, tmp_path).files] == ["train.py"]


def test_files_that_go_away_before_they_are_read_are_left_out(store: Store, tmp_path: Path) -> None:
    for name in ("gone", "stays"):
        write(tmp_path, name, name)
    folder = look_at(tmp_path)
    (tmp_path / "gone").unlink()
    found = snapshot_builder.store(store, folder, lambda _, text: text)  # type: ignore[arg-type]
    assert [file.path for file in found.files] == ["stays"]


@pytest.mark.parametrize("in_memory_bytes", [1, 100])
def test_files_that_go_away_before_they_are_sent_are_left_out(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory_bytes: int
) -> None:
    monkeypatch.setattr(snapshot_builder, "_IN_MEMORY_BYTES", in_memory_bytes)
    for name, text in (("alone", "1"), ("twin", "22"), ("other twin", "22"), ("stays", "3")):
        write(tmp_path, name, text)

    def missing(sha256: list[str]) -> set[str]:
        for name in ("alone", "other twin"):
            (tmp_path / name).unlink()
        return set(sha256)

    monkeypatch.setattr(store, "missing", missing)
    paths = [file.path for file in take(store, tmp_path).files]
    assert "alone" not in paths
    assert {"stays", "twin"} <= set(paths)


def test_a_file_that_grows_meanwhile_is_stored_as_it_was_sent(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing = write(tmp_path, "log.txt", "one")
    real = store.missing

    def missing(sha256: list[str]) -> set[str]:
        growing.write_text("one two")
        return real(sha256)

    monkeypatch.setattr(store, "missing", missing)
    found = take(store, tmp_path)
    assert store.blobs[found.files[0].sha256] == b"one two"
    assert found.files[0].size_bytes == 7


def test_a_large_file_that_changes_meanwhile_is_an_error(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_builder, "_IN_MEMORY_BYTES", 1)
    growing = write(tmp_path, "log.txt", "one")
    monkeypatch.setattr(store, "missing", lambda sha256: (growing.write_text("two!"), set(sha256))[1])
    with pytest.raises(SnapshotError, match="changed while"):
        take(store, tmp_path)
