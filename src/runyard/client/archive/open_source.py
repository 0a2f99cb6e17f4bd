"""Opens what runs are brought in from, by the name of the tool that wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runyard.client.archive.exported import ExportedRuns
from runyard.client.archive.incoming import RunSource
from runyard.errors import InvalidArgumentError

SOURCES = ("runyard",)


@contextmanager
def open_source(path: Path, source: str) -> Iterator[RunSource]:
    """Give the runs at a path, as the tool named ``source`` wrote them.

    Raises:
        InvalidArgumentError: there is no such source.
        ArchiveError: what is at ``path`` is damaged, or is not of that tool.
    """
    if source not in SOURCES:
        raise InvalidArgumentError(f"source={source!r} is unknown. Use one of {', '.join(SOURCES)}.")
    exported = ExportedRuns(path)
    try:
        yield exported
    finally:
        exported.close()
