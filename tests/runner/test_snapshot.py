"""A snapshot is restored exactly, or not at all, and never outside its folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runyard.domain.snapshot import SnapshotFile
from runyard.errors import SnapshotError
from runyard.runner.blob_cache import BlobCache
from runyard.runner.snapshot import make_whole, path_in_folder, restore


class Source:
    """What the server has, and what was fetched from it."""

    def __init__(self, **files: bytes) -> None:
        self.contents = files
        self.fetched: list[str] = []
        self.requests = 0

    def download(self, files: Sequence[tuple[SnapshotFile, Path]]) -> None:
        self.requests += 1
        for file, destination in files:
            self.fetched.append(file.path)
            destination.write_bytes(self.contents[file.path])


def entry(path: str, content: bytes = b"x", mode: int = 0o644) -> SnapshotFile:
    return SnapshotFile(path=path, sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content), mode=mode)


def test_files_come_with_content_and_mode(tmp_path: Path) -> None:
    source = Source(**{"train.py": b"one", "lib/run.sh": b"two"})
    restore([entry("train.py", b"one"), entry("lib/run.sh", b"two", 0o755)], tmp_path / "code", source.download, None)
    assert (tmp_path / "code/train.py").read_bytes() == b"one"
    assert (tmp_path / "code/lib/run.sh").read_bytes() == b"two"
    assert os.access(tmp_path / "code/lib/run.sh", os.X_OK)
    assert not os.access(tmp_path / "code/train.py", os.X_OK)


def test_an_empty_snapshot_gives_an_empty_folder(tmp_path: Path) -> None:
    restore([], tmp_path / "code", Source().download, None)
    assert list((tmp_path / "code").iterdir()) == []


@pytest.mark.parametrize("path", ["../evil", "/etc/evil", "a/../../evil", "a//b", "", ".", "a/.", "..", "a\0b", "a/"])
def test_a_path_that_leaves_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    source = Source(**{path: b"x"})
    with pytest.raises(SnapshotError, match="leaves its folder"):
        restore([entry("train.py"), entry(path)], tmp_path / "code", source.download, None)
    assert source.fetched == []
    assert not (tmp_path / "evil").exists()


@given(path=st.text(st.sampled_from("ab./\\~ \0"), max_size=12))
def test_no_accepted_path_leaves_the_folder(path: str) -> None:
    folder = Path("/some/where")
    try:
        found = path_in_folder(folder, path)
    except SnapshotError:
        return
    assert Path(os.path.normpath(found)).is_relative_to(folder)
    assert os.path.normpath(found) != str(folder)


@pytest.mark.parametrize("sha256", ["../../../../evil", "", "a" * 63, "A" * 64])
def test_a_hash_that_is_none_is_refused(tmp_path: Path, sha256: str) -> None:
    file = SnapshotFile(path="a", sha256=sha256, size_bytes=1)
    with pytest.raises(SnapshotError, match="as hash"):
        restore([file], tmp_path / "code", Source(a=b"x").download, BlobCache(tmp_path / "cache"))


@pytest.mark.parametrize("paths", [["a", "a"], ["a", "a/b"], ["a/b/c", "a/b"]])
def test_paths_that_clash_are_refused(tmp_path: Path, paths: list[str]) -> None:
    with pytest.raises(SnapshotError, match="twice"):
        restore([entry(path) for path in paths], tmp_path / "code", Source().download, None)


def test_another_content_than_the_manifest_says_is_refused(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path / "cache")
    with pytest.raises(SnapshotError, match="another content"):
        restore([entry("a", b"right")], tmp_path / "code", Source(a=b"wrong").download, cache)
    assert not (tmp_path / "code/a").exists()
    assert list((tmp_path / "cache").glob("*/*")) == []


def test_one_wrong_content_among_many_is_refused_and_named(tmp_path: Path) -> None:
    files = [entry(name, name.encode()) for name in "abc"]
    with pytest.raises(SnapshotError, match="'b' came with another content"):
        restore(files, tmp_path / "code", Source(a=b"a", b=b"wrong", c=b"c").download, None)
    assert not (tmp_path / "code/b").exists()


@pytest.mark.parametrize("has_cache", [True, False])
def test_many_small_files_come_together_and_a_large_one_alone(tmp_path: Path, has_cache: bool) -> None:
    contents = {f"f{n}": b"%d" % n for n in range(1500)}
    source = Source(**contents, large=b"x" * (2 << 20))
    files = [entry(path, content) for path, content in source.contents.items()]
    restore(files, tmp_path / "code", source.download, BlobCache(tmp_path / "cache") if has_cache else None)
    assert {path.name: path.read_bytes() for path in (tmp_path / "code").iterdir()} == source.contents
    assert source.requests == 3


def test_equal_files_are_fetched_once_and_keep_modes_of_their_own(tmp_path: Path) -> None:
    source = Source(a=b"same", b=b"same", c=b"same")
    files = [entry(path, b"same", 0o755 if path == "b" else 0o644) for path in "abc"]
    restore(files, tmp_path / "code", source.download, None)
    assert source.fetched == ["a"]
    assert {path.name: (path.read_bytes(), os.access(path, os.X_OK)) for path in (tmp_path / "code").iterdir()} == {
        path: (b"same", path == "b") for path in "abc"
    }


def test_what_the_cache_has_is_not_fetched_again(tmp_path: Path) -> None:
    source, cache = Source(a=b"one", b=b"two"), BlobCache(tmp_path / "cache")
    restore([entry("a", b"one")], tmp_path / "first", source.download, cache)
    restore([entry("a", b"one", 0o755), entry("b", b"two")], tmp_path / "second", source.download, cache)
    assert source.fetched == ["a", "b"]
    assert (tmp_path / "second/a").read_bytes() == b"one"


def test_a_script_that_changes_its_file_does_not_change_the_cache(tmp_path: Path) -> None:
    source, cache = Source(a=b"one"), BlobCache(tmp_path / "cache")
    restore([entry("a", b"one")], tmp_path / "first", source.download, cache)
    (tmp_path / "first/a").write_bytes(b"changed")
    restore([entry("a", b"one")], tmp_path / "second", source.download, cache)
    assert (tmp_path / "second/a").read_bytes() == b"one"


def test_a_damaged_cache_is_noticed_and_mended(tmp_path: Path) -> None:
    source, cache = Source(a=b"one"), BlobCache(tmp_path / "cache")
    restore([entry("a", b"one")], tmp_path / "first", source.download, cache)
    next((tmp_path / "cache").glob("*/*")).write_bytes(b"broken")
    restore([entry("a", b"one")], tmp_path / "second", source.download, cache)
    assert (tmp_path / "second/a").read_bytes() == b"one"
    assert next((tmp_path / "cache").glob("*/*")).read_bytes() == b"one"


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, not a folder")
    restore([entry("a", b"one")], tmp_path / "code", Source(a=b"one").download, BlobCache(tmp_path / "cache"))
    assert (tmp_path / "code/a").read_bytes() == b"one"


def test_secrets_come_back_into_the_files_that_had_them_and_into_no_others(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("KEY = '${RUNYARD_SECRET_1}' # ${HOME} ${RUNYARD_SECRET_9}")
    (tmp_path / "b.py").write_text("${RUNYARD_SECRET_1}")
    environment = {"RUNYARD_SECRET_1": "hush", "RUNYARD_COVERED_FILES": '["a.py", "gone.py"]'}
    assert make_whole(tmp_path, environment) == 2
    assert (tmp_path / "a.py").read_text() == "KEY = 'hush' # ${HOME} ${RUNYARD_SECRET_9}"
    assert (tmp_path / "b.py").read_text() == "${RUNYARD_SECRET_1}"
    assert make_whole(tmp_path, {}) == 0
    for wrong in ("{", '["../x"]'):
        with pytest.raises(SnapshotError):
            make_whole(tmp_path, {"RUNYARD_COVERED_FILES": wrong})
