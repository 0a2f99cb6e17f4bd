"""Where exports are written: a folder, or a zip or tar file."""

from __future__ import annotations

import os
import shutil
import tarfile
import zipfile
from pathlib import Path
from types import TracebackType
from typing import Protocol

from runyard.errors import ConflictError
from runyard.wire.run_archive import INDEX, RUNS

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""The same for all files: equal exports are equal bytes."""

_STORED = {".parquet", ".png", ".jpg", ".jpeg", ".gz", ".zip"}
"""Files that are compressed already."""


class ArchiveWriter(Protocol):
    """An export that is being written. As a ``with`` block: without an error the export stands under its name afterwards."""

    work: Path
    """A folder on the same disk, to put parts together in."""

    def has(self, folder: str) -> Path | None:
        """Return a part that an earlier try has finished, as a folder to read; None when there is none."""

    def add(self, part: Path, folder: str) -> None:
        """Take a finished folder over, as ``folder`` of the export."""

    def write(self, name: str, content: bytes) -> None:
        """Write a single file."""

    def __enter__(self) -> ArchiveWriter: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


def open_writer(path: Path) -> ArchiveWriter:
    """Return what writes an export to ``path``: a zip or tar file by its ending, else a folder.

    Raises:
        ConflictError: something else is there.
    """
    kind = {".zip": _ZipWriter, ".tar": _TarWriter}.get(path.suffix.lower())
    return FolderWriter(path) if kind is None else kind(path)


class FolderWriter:
    """An export in a folder. What an earlier try has finished stays, so a second try goes on."""

    def __init__(self, path: Path) -> None:
        if (path / INDEX).exists():
            raise ConflictError(f"There is an export in {path} already. Choose another place, or remove it.", path=str(path))
        if path.exists() and not path.is_dir():
            raise ConflictError(f"{path} is a file. Choose a folder, or a name that ends in .zip or .tar.", path=str(path))
        if path.exists() and any(path.iterdir()) and not (path / RUNS).is_dir():
            raise ConflictError(f"{path} has other files in it. Choose an empty folder.", path=str(path))
        self._path = path
        self.work = path / ".work"

    def has(self, folder: str) -> Path | None:
        """Return a part that an earlier try has finished."""
        found = self._path / folder
        return found if found.is_dir() else None

    def add(self, part: Path, folder: str) -> None:
        """Take a finished folder over."""
        target = self._path / folder
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            shutil.rmtree(target)
        part.rename(target)

    def write(self, name: str, content: bytes) -> None:
        """Write a single file."""
        self.work.mkdir(parents=True, exist_ok=True)
        partial = self.work / name
        partial.write_bytes(content)
        partial.replace(self._path / name)

    def __enter__(self) -> FolderWriter:
        shutil.rmtree(self.work, ignore_errors=True)
        (self._path / RUNS).mkdir(parents=True, exist_ok=True)
        self.work.mkdir()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        shutil.rmtree(self.work, ignore_errors=True)


class _FileWriter:
    """An export in one file, which appears when it is whole."""

    def __init__(self, path: Path) -> None:
        if path.exists():
            raise ConflictError(f"{path} is there already. Choose another name, or remove it.", path=str(path))
        self._path = path
        self._partial = path.with_name(f".{path.name}.{os.getpid()}.part")
        self.work = path.with_name(f".{path.name}.{os.getpid()}.work")

    def has(self, folder: str) -> Path | None:
        """Return None: a file is written in one go."""
        return None

    def add(self, part: Path, folder: str) -> None:
        """Take a finished folder over."""
        for file in sorted(each for each in part.rglob("*") if each.is_file()):
            self._put(f"{folder}/{file.relative_to(part).as_posix()}", file)
        shutil.rmtree(part)

    def write(self, name: str, content: bytes) -> None:
        """Write a single file."""
        single = self.work / name
        single.write_bytes(content)
        self._put(name, single)

    def _put(self, name: str, file: Path) -> None:
        raise NotImplementedError

    def _open(self) -> None:
        raise NotImplementedError

    def _close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> _FileWriter:
        self.work.mkdir(parents=True)
        self._open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._close()
        shutil.rmtree(self.work, ignore_errors=True)
        if error is None:
            self._partial.replace(self._path)
        else:
            self._partial.unlink(missing_ok=True)


class _ZipWriter(_FileWriter):
    def _open(self) -> None:
        self._zip = zipfile.ZipFile(self._partial, "w", allowZip64=True)

    def _put(self, name: str, file: Path) -> None:
        entry = zipfile.ZipInfo(name, _ZIP_TIME)
        entry.external_attr = 0o644 << 16
        entry.compress_type = zipfile.ZIP_STORED if file.suffix.lower() in _STORED else zipfile.ZIP_DEFLATED
        with file.open("rb") as source, self._zip.open(entry, "w", force_zip64=True) as target:
            shutil.copyfileobj(source, target, 1 << 20)

    def _close(self) -> None:
        self._zip.close()


class _TarWriter(_FileWriter):
    def _open(self) -> None:
        self._tar = tarfile.open(self._partial, "w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed by _close

    def _put(self, name: str, file: Path) -> None:
        entry = tarfile.TarInfo(name)
        entry.size = file.stat().st_size
        with file.open("rb") as source:
            self._tar.addfile(entry, source)

    def _close(self) -> None:
        self._tar.close()
