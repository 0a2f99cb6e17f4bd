"""A snapshot: the source folder as it was when a run was submitted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

SNAPSHOT_MAX_BYTES = 2 * 1024**3
SNAPSHOT_MAX_FILES = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotFile:
    """One file of a snapshot. ``path`` is relative with forward slashes; ``mode`` holds the permission bits."""

    path: str
    sha256: str
    size_bytes: int
    mode: int = 0o644


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotManifest:
    """All files of a snapshot, sorted by path. Equal folders have equal ids."""

    id: str
    files: list[SnapshotFile] = field(default_factory=list)

    @property
    def size_bytes(self) -> int:
        """The sum of the sizes of the files."""
        return sum(file.size_bytes for file in self.files)


def snapshot_id(files: list[SnapshotFile]) -> str:
    """Return the content address of a list of files: the sha256 of their sorted lines."""
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda f: f.path):
        digest.update(f"{file.path}\0{file.sha256}\0{file.mode:o}\n".encode())
    return digest.hexdigest()
