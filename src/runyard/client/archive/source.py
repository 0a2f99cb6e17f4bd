"""Where exports are read from: a folder, or a zip or tar file, none of which is trusted.

Nothing is unpacked by the names in an archive. A file is asked for by a name that was checked, comes with the size and hash that
its manifest promises, and is refused when it has others.
"""

from __future__ import annotations

import hashlib
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from runyard.domain.artifact import require_artifact_path
from runyard.errors import ArchiveError, InvalidArgumentError

DOCUMENT_MAX_BYTES = 256 << 20
"""The size of a document (JSON) that is read into memory at most."""

_CHUNK_BYTES = 1 << 20
_DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError, RuntimeError)


class ArchiveSource(Protocol):
    """An archive to read."""

    def open(self, path: str) -> BinaryIO:
        """Open a file by a name that was checked, or raise ``KeyError`` when there is none."""

    def close(self) -> None:
        """Let go of the archive."""


class ArchiveReader:
    """Reads files out of an archive, each checked. Not thread safe."""

    def __init__(self, place: Path) -> None:
        """Open a folder, or a zip or tar file.

        Raises:
            ArchiveError: there is none, or it is damaged.
        """
        self.place = place
        with _damage(place, place.name):
            self._source = _source(place)

    def document(self, path: str, sha256: str | None = None) -> bytes:
        """Return a small file whole, with the hash that it must have where one is given.

        Raises:
            ArchiveError: it is not there, too large, or another one.
        """
        with self._opened(path) as file, _damage(self.place, path):
            data = file.read(DOCUMENT_MAX_BYTES + 1)
        if len(data) > DOCUMENT_MAX_BYTES:
            raise ArchiveError(f"{path} in {self.place} has more than {DOCUMENT_MAX_BYTES} bytes, which no export has.")
        if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
            raise self._changed(path)
        return data

    @contextmanager
    def file(self, path: str, *, sha256: str, size_bytes: int) -> Iterator[Path]:
        """Give a copy of a file that has this size and hash.

        Raises:
            ArchiveError: it is not there, or another one.
        """
        with tempfile.NamedTemporaryFile(prefix="runyard-import-") as copy:
            self._copy(path, copy, sha256, size_bytes)
            copy.flush()
            yield Path(copy.name)

    def check(self, path: str, *, sha256: str, size_bytes: int) -> None:
        """Raise :class:`ArchiveError` unless a file has this size and hash."""
        self._copy(path, None, sha256, size_bytes)

    def close(self) -> None:
        """Let go of the archive."""
        self._source.close()

    def _copy(self, path: str, target: object, sha256: str, size_bytes: int) -> None:
        digest, left = hashlib.sha256(), size_bytes
        with self._opened(path) as file:
            while True:
                with _damage(self.place, path):
                    chunk = file.read(min(_CHUNK_BYTES, left + 1))
                left -= len(chunk)
                if not chunk or left < 0:
                    break
                digest.update(chunk)
                if target is not None:
                    target.write(chunk)  # type: ignore[attr-defined]
        if left or digest.hexdigest() != sha256:
            raise self._changed(path)

    @contextmanager
    def _opened(self, path: str) -> Iterator[BinaryIO]:
        require_plain(path)
        try:
            with _damage(self.place, path):
                file = self._source.open(path)
        except (KeyError, FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise ArchiveError(
                f"{self.place} has no file {path!r}: it is not whole. Export the runs again.", path=path
            ) from error
        with file:
            yield file

    def _changed(self, path: str) -> ArchiveError:
        return ArchiveError(
            f"{path} in {self.place} is not the file that was exported: it was cut off or changed. Its run is not brought in. "
            "Copy the export again.",
            path=path,
        )


def require_plain(path: str) -> str:
    """Return a path inside an archive, or raise :class:`ArchiveError` for one that would lead out of it."""
    try:
        plain = require_artifact_path(path)
    except InvalidArgumentError:
        plain = ""
    if not plain or plain != path:
        raise ArchiveError(
            f"The archive names {path[:200]!r}, which leads out of it or is not plain. It is refused.", path=path[:200]
        )
    return path


def _source(place: Path) -> ArchiveSource:
    if place.is_dir():
        return _FolderSource(place)
    if not place.is_file():
        raise ArchiveError(f"There is no {place}. Give a folder, or a zip or tar file, that `runyard export` wrote.")
    if zipfile.is_zipfile(place):
        return _ZipSource(place)
    if tarfile.is_tarfile(place):
        return _TarSource(place)
    raise ArchiveError(f"{place} is neither a zip nor a tar file, or it is cut off. Copy the export again.")


class _FolderSource:
    def __init__(self, root: Path) -> None:
        self._root = root

    def open(self, path: str) -> BinaryIO:
        found = self._root
        for part in path.split("/"):
            found = found / part
            if found.is_symlink():
                raise ArchiveError(f"{path} in {self._root} is a link, which an export never has. It is refused.", path=path)
        return found.open("rb")

    def close(self) -> None:
        pass


class _ZipSource:
    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)

    def open(self, path: str) -> BinaryIO:
        return self._zip.open(path)  # type: ignore[return-value]

    def close(self) -> None:
        self._zip.close()


class _TarSource:
    def __init__(self, path: Path) -> None:
        self._tar = tarfile.open(path, "r:")  # noqa: SIM115 - closed by close()
        self._files = {member.name: member for member in self._tar if member.isreg()}

    def open(self, path: str) -> BinaryIO:
        file = self._tar.extractfile(self._files[path])
        if file is None:
            raise KeyError(path)
        return file  # type: ignore[return-value]

    def close(self) -> None:
        self._tar.close()


@contextmanager
def _damage(place: Path, path: str) -> Iterator[None]:
    """Turn what the libraries say about broken archives into an :class:`ArchiveError`."""
    try:
        yield
    except _DAMAGE as error:
        raise ArchiveError(
            f"{path} in {place} cannot be read ({error}): it is damaged or cut off. Copy the export again."
        ) from error
