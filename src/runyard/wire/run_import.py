"""Bodies about bringing runs in: runs that ended elsewhere, with their own ids, times and authors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from runyard.domain.artifact import ArtifactRecord
from runyard.domain.run import RunError, RunStatus
from runyard.wire.strict import strict


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """All that a run says about itself beside its metrics and files. It has ended.

    ``number`` is the one that it had in its experiment; it keeps it where no other run has it.
    """

    id: str
    number: int | None = None
    parent_id: str | None = None
    display_name: str
    type: str | None = None
    target: str = "local"
    status: RunStatus
    status_reason: str | None = None
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    heartbeat_at: datetime | None = None
    submitted_by: str | None = None
    description: str | None = None
    tags: dict[str, str | None] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    script_name: str | None = None
    definition: dict[str, Any] | None = None
    snapshot_id: str | None = None
    error: RunError | None = None
    colour: str | None = None
    archived_at: datetime | None = None


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """One change of a run; see :class:`runyard.domain.run.RunEventRecord`."""

    kind: str = "status"
    status: RunStatus
    at: datetime
    reason: str | None = None
    author: str | None = None
    detail: dict[str, Any] | None = None


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """One file of a run, its hash, and when it was made and last changed."""

    path: str
    size_bytes: int
    sha256: str
    created_at: datetime
    updated_at: datetime


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentFacts:
    """The experiment of a run. One that is there already stays as it is."""

    name: str
    description: str | None = None
    tags: dict[str, str | None] = field(default_factory=dict)
    created_at: datetime


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class StartImportRequest:
    """Begin, or go on, to bring a run in. ``digest`` names all that will be sent: the same run again has the same one."""

    run_id: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportStateBody:
    """How far an import is.

    ``there``: this very run was brought in before; nothing is to be done. ``open``: send metrics and files to ``import_id``, then
    finish it; ``files`` are those that came already. Nobody sees anything of the run until it is finished.
    """

    state: Literal["there", "open"]
    import_id: str
    files: list[ArtifactRecord] = field(default_factory=list)


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class FinishImportRequest:
    """Make a run appear, whole. ``source`` says what it was read from, for the run's events.

    ``digest`` is the one that the import began with. ``files`` are all its files; they must be the ones that were sent.
    """

    digest: str
    source: str
    experiment: ExperimentFacts
    run: RunFacts
    events: list[EventFacts] = field(default_factory=list)
    files: list[FileFacts] = field(default_factory=list)


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class FindImportsRequest:
    """Ask which of these runs could be brought in: run id → digest. Nothing is changed."""

    runs: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundImportsBody:
    """Of the runs that were asked for: ``there`` were brought in before, ``taken`` are ids that other runs have."""

    there: list[str]
    taken: list[str]
