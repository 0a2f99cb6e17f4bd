"""Archives are not trusted: nothing leads out of them, and what is damaged is refused with a sentence."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from runyard.client.archive.exported import ExportedRuns
from runyard.client.archive.source import ArchiveReader
from runyard.errors import ArchiveError

KINDS = ["folder", "zip", "tar"]
HASH = {"sha256": hashlib.sha256(b"data").hexdigest(), "size_bytes": 4}


def made(kind: str, place: Path, files: dict[str, bytes]) -> Path:
    """Write an archive of a kind, with names as they are given."""
    if kind == "zip":
        with zipfile.ZipFile(place / "a.zip", "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return place / "a.zip"
    if kind == "tar":
        with tarfile.open(place / "a.tar", "w") as archive:
            for name, data in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
        return place / "a.tar"
    for name, data in files.items():
        (place / "a" / name).parent.mkdir(parents=True, exist_ok=True)
        (place / "a" / name).write_bytes(data)
    return place / "a"


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_comes_with_the_hash_that_it_must_have(kind: str, tmp_path: Path) -> None:
    reader = ArchiveReader(made(kind, tmp_path, {"d/x": b"data"}))
    with reader.file("d/x", **HASH) as copy:  # type: ignore[arg-type]
        assert copy.read_bytes() == b"data"
    reader.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("content", [b"dat", b"data and more", b"Data", b""])
def test_another_content_is_refused(kind: str, content: bytes, tmp_path: Path) -> None:
    reader = ArchiveReader(made(kind, tmp_path, {"x": content}))
    with pytest.raises(ArchiveError, match="cut off or changed"):
        reader.check("x", **HASH)  # type: ignore[arg-type]
    with pytest.raises(ArchiveError, match="cut off or changed"):
        reader.document("x", HASH["sha256"])  # type: ignore[arg-type]
    reader.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "a/../../secret", "a//b", "./x", "", "a\\..\\b", "C:/x", "a/\0b"])
def test_no_path_leads_out_of_an_archive(kind: str, path: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"data")
    reader = ArchiveReader(made(kind, tmp_path, {"x": b"data"}))
    with pytest.raises(ArchiveError, match="refused"):
        reader.check(path, **HASH)  # type: ignore[arg-type]
    reader.close()


def test_links_are_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"data")
    folder = made("folder", tmp_path, {"x": b"data"})
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "up").symlink_to(tmp_path)
    reader = ArchiveReader(folder)
    for path in ("link", "up/secret"):
        with pytest.raises(ArchiveError, match="link"):
            reader.check(path, **HASH)  # type: ignore[arg-type]
    with tarfile.open(tmp_path / "l.tar", "w") as archive:
        for kind, name in ((tarfile.SYMTYPE, "soft"), (tarfile.LNKTYPE, "hard"), (tarfile.FIFOTYPE, "pipe")):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "../secret"
            archive.addfile(entry)
    reader = ArchiveReader(tmp_path / "l.tar")
    for path in ("soft", "hard", "pipe"):
        with pytest.raises(ArchiveError, match="not whole"):
            reader.check(path, **HASH)  # type: ignore[arg-type]
    reader.close()


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_file_that_was_cut_off_is_refused(kind: str, tmp_path: Path) -> None:
    whole = made(kind, tmp_path, {"export.json": b"{}" * 5000, "x": b"data" * 5000}).read_bytes()
    cut = tmp_path / "cut"
    for length in (0, 10, 700, len(whole) // 2, len(whole) - 12_000):
        cut.write_bytes(whole[:length])
        with pytest.raises(ArchiveError):
            ArchiveReader(cut).document("x", "0" * 64)


@pytest.mark.parametrize(
    ("index", "told"),
    [
        (b"", "cannot be read"),
        (b"[1]", "cannot be read"),
        (b'{"format": "other", "version": 1}', "no export"),
        (b'{"format": "runyard-export", "version": 2}', "newer Runyard"),
        (b'{"format": "runyard-export", "version": 1, "runs": [{"id": "../x", "folder": "a", "manifest_sha256": ""}]}', "no id"),
        (
            b'{"format": "runyard-export", "version": 1, "runs": [{"id": "x", "folder": "../a", "manifest_sha256": ""}]}',
            "leads out",
        ),
    ],
)
def test_a_wrong_index_is_refused(index: bytes, told: str, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=told):
        ExportedRuns(made("folder", tmp_path, {"export.json": index}))


def test_an_export_that_was_not_finished_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="not whole"):
        ExportedRuns(made("folder", tmp_path, {"runs/x/run.json": b"{}"}))
    with pytest.raises(ArchiveError, match="There is no"):
        ExportedRuns(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"run_id": "other"}, "does not fit"),
        ({"files": []}, "does not fit"),
        ({"files": [{"path": "run.json", "sha256": "0" * 64, "size_bytes": 1}]}, "cut off or changed"),
    ],
)
def test_a_manifest_that_does_not_fit_its_run_is_refused(change: dict[str, Any], told: str, tmp_path: Path) -> None:
    manifest = json.dumps({"run_id": "x", "files": [], **change}).encode()
    entry = {"id": "x", "folder": "runs/x", "manifest_sha256": hashlib.sha256(manifest).hexdigest()}
    index = json.dumps({"format": "runyard-export", "version": 1, "runs": [entry]}).encode()
    files = {"export.json": index, "runs/x/manifest.json": manifest, "runs/x/run.json": b"{}"}
    with pytest.raises(ArchiveError, match=told):
        list(ExportedRuns(made("folder", tmp_path, files)).runs())
