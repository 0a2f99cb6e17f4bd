"""A folder of files that are written whole or not at all, or grow at their end."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runyard.errors import DiskFullError, RunyardError, StorageError
from runyard.storage.base import FileSlice

CHUNK_BYTES = 1 << 20


class FileFolder:
    """Files by location: a relative path that the caller makes up from letters, digits and '/', never from user input."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)

    def exists(self, location: str) -> bool:
        """Return whether a file is there."""
        return (self._root / location).is_file()

    @contextmanager
    def staged(self, chunks: Iterator[bytes]) -> Iterator[StagedFile]:
        """Write ``chunks`` to a temporary file. It is gone when the block ends, unless it was moved into place."""
        with failing_clearly(self._root):
            handle, name = tempfile.mkstemp(dir=self._root, prefix=".incoming-")
            digest, size = hashlib.sha256(), 0
            try:
                with os.fdopen(handle, "wb") as file:
                    for chunk in chunks:
                        digest.update(chunk)
                        size += len(chunk)
                        file.write(chunk)
                    file.flush()
                    os.fsync(file.fileno())
                yield StagedFile(self._root, Path(name), digest.hexdigest(), size)
            finally:
                Path(name).unlink(missing_ok=True)

    def add_all(self, files: Iterator[tuple[str, bytes]]) -> None:
        """Write whole files by their locations, durably: all of them, or none when the iterator raises."""
        staged: dict[str, Path] = {}
        with failing_clearly(self._root):
            try:
                for location, content in files:
                    handle, name = tempfile.mkstemp(dir=self._root, prefix=".incoming-")
                    staged[name] = self._root / location
                    with os.fdopen(handle, "wb") as file:
                        file.write(content)
                        file.flush()
                        os.fsync(file.fileno())
                for name, target in staged.items():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    Path(name).replace(target)
                for folder in {target.parent for target in staged.values()}:
                    _sync_folder(folder)
            finally:
                for name in staged:
                    Path(name).unlink(missing_ok=True)

    def write_at(self, location: str, offset: int, data: bytes) -> None:
        """Make the file hold ``data`` from ``offset`` on, durably; what lay behind is cut off."""
        with failing_clearly(self._root):
            path = self._root / location
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("r+b" if path.exists() else "w+b") as file:
                file.truncate(offset)
                file.seek(offset)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())

    def read(self, location: str, start: int, stop: int, total: int) -> FileSlice:
        """Return the bytes from ``start`` to ``stop``."""
        path = self._root / location
        if not path.is_file():
            raise StorageError(
                f"The content {location} is missing from {self._root}. Restore it from a back-up.", location=location
            )
        return FileSlice(start=start, stop=stop, total=total, content=location, chunks=_chunks(path, start, stop))

    def size(self, location: str) -> int:
        """Return the size in bytes."""
        return (self._root / location).stat().st_size

    def walk(self) -> Iterator[tuple[str, int, float]]:
        """Yield each file's location, size in bytes and time of change in seconds since 1970, in no order."""
        for folder, _, names in os.walk(self._root):
            for name in names:
                path = Path(folder, name)
                try:
                    found = path.stat()
                except FileNotFoundError:
                    continue
                yield path.relative_to(self._root).as_posix(), found.st_size, found.st_mtime

    def touch(self, location: str) -> bool:
        """Make a file count as changed now; return whether it is there."""
        try:
            os.utime(self._root / location)
        except FileNotFoundError:
            return False
        return True

    def delete(self, location: str) -> None:
        """Remove a file; nothing happens when it is gone already."""
        (self._root / location).unlink(missing_ok=True)


class StagedFile:
    """A file that is complete on disk under a temporary name."""

    def __init__(self, root: Path, path: Path, sha256: str, size_bytes: int) -> None:
        self._root = root
        self._path = path
        self.sha256 = sha256
        self.size_bytes = size_bytes

    def move_to(self, location: str) -> None:
        """Give the file its lasting name, durably."""
        target = self._root / location
        target.parent.mkdir(parents=True, exist_ok=True)
        self._path.replace(target)
        _sync_folder(target.parent)


@contextmanager
def failing_clearly(root: Path) -> Iterator[None]:
    """Turn an operating-system error into one of the tree."""
    try:
        yield
    except RunyardError:  # before OSError: a lost connection is both
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError(
                f"The disk that holds {root} is full, so nothing was stored. Free some space and try again.", path=str(root)
            ) from error
        raise StorageError(f"Writing under {root} failed: {error.strerror or error}.", path=str(root)) from error


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _chunks(path: Path, start: int, stop: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        left = stop - start
        while left > 0:
            chunk = file.read(min(CHUNK_BYTES, left))
            if not chunk:
                return
            left -= len(chunk)
            yield chunk
