"""Bodies about the files of a run."""

from __future__ import annotations

from dataclasses import dataclass

from runyard.domain.artifact import ArtifactRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactPage:
    """The files of a run, sorted by path."""

    artifacts: list[ArtifactRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendAckBody:
    """Answer to an appended chunk: the size of the file now, which is where the next chunk begins."""

    size_bytes: int
