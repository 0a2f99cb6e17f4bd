"""Bodies about snapshots."""

from __future__ import annotations

from dataclasses import dataclass

from runyard.domain.snapshot import SnapshotFile
from runyard.wire.strict import strict


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class FindMissingBlobsRequest:
    """Ask which contents the server does not have yet."""

    sha256: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingBlobsBody:
    """The contents that must be sent before the snapshot can be created."""

    sha256: list[str]


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class ReadContentsRequest:
    """Ask for small contents of a snapshot, no more than fit into one pack."""

    sha256: list[str]


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSnapshotRequest:
    """Create a snapshot from contents that the server has."""

    files: list[SnapshotFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotBody:
    """A stored snapshot."""

    id: str
    files: list[SnapshotFile]
    size_bytes: int
