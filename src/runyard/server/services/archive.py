"""Zip files that are made while they are sent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from runyard.storage.base import FileSlice


def zipped(files: Iterator[tuple[str, FileSlice]]) -> Iterator[bytes]:
    """Yield the bytes of a zip of ``(path, content)`` pairs; memory holds one chunk at a time."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, part in files:
            with archive.open(zipfile.ZipInfo(path), "w", force_zip64=True) as entry:
                for chunk in part.chunks:
                    entry.write(chunk)
                    yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """A file that only grows and hands over what it has."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._position = 0

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        return self._position

    def write(self, data: object) -> int:
        written = bytes(data)  # type: ignore[call-overload]
        self._pending += written
        self._position += len(written)
        return len(written)

    def taken(self) -> bytes:
        data = bytes(self._pending)
        self._pending.clear()
        return data
