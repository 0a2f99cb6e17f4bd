"""Bodies of requests about the bin, and about what is gone for good."""

from __future__ import annotations

from dataclasses import dataclass

from runyard.wire.strict import strict


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeBinRequest:
    """Purge what has lain in the bin for at least so long."""

    older_than_s: float = 30 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgedBody:
    """How many runs are gone for good. Their files go when garbage is collected."""

    runs: int


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class CollectGarbageRequest:
    """Remove files that nothing refers to. With ``dry_run`` they are only counted."""

    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GarbageBody:
    """What garbage there was: files of runs, contents of snapshots, and the bytes of both."""

    artifact_files: int
    artifact_bytes: int
    snapshot_files: int
    snapshot_bytes: int
    snapshots: int
    dry_run: bool
