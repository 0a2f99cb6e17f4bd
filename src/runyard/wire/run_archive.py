"""What the files of an export hold. The documents describe them for readers, under "The files of an export"."""

from __future__ import annotations

from dataclasses import dataclass, field

from runyard.domain.metric import MetricFamily, MetricType
from runyard.domain.snapshot import SnapshotFile
from runyard.wire.run_import import EventFacts, ExperimentFacts, FileFacts, RunFacts

FORMAT = "runyard-export"
VERSION = 1

INDEX = "export.json"
"""The list of all runs: written last, so a folder with it is whole."""

RUNS = "runs"
SNAPSHOTS = "snapshots"
MANIFEST = "manifest.json"
FACTS = "run.json"
METRICS = "metrics.parquet"
FILES = "artifacts"
SNAPSHOT = "snapshot.json"

KINDS = ["float", "integer", "boolean", "none", "text"]
"""What a value in ``metrics.parquet`` can be."""

SERIES_KEY = "runyard.series"
"""The key in the footer of ``metrics.parquet`` with the list of :class:`SeriesFacts`, in order of first logging, as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFacts:
    """A metric beside its values. ``columns`` are those of a table in their order."""

    name: str
    family: MetricFamily
    type: MetricType
    description: str = ""
    columns: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricFacts:
    """How much a run logged under one name."""

    name: str
    family: MetricFamily
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDocument:
    """``run.json``: all that is known of a run beside its points and the bytes of its files."""

    experiment: ExperimentFacts
    run: RunFacts
    children: list[str] = field(default_factory=list)
    metrics: list[MetricFacts] = field(default_factory=list)
    events: list[EventFacts] = field(default_factory=list)
    artifacts: list[FileFacts] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedFile:
    """One file below the folder of a run. ``artifact`` is the path that it has among the files of the run, if it is one."""

    path: str
    sha256: str
    size_bytes: int
    artifact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunManifest:
    """``manifest.json``: every other file of a run and its hash. Its own hash stands for the whole run."""

    run_id: str
    files: list[ArchivedFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotDocument:
    """``snapshot.json``: the files of a snapshot, which lie in ``files/`` beside it."""

    id: str
    files: list[SnapshotFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedRun:
    """Where a run lies, and the hash of its manifest. Parents stand before their children."""

    id: str
    folder: str
    manifest_sha256: str
    snapshot_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveIndex:
    """``export.json``."""

    format: str
    version: int
    runs: list[IndexedRun] = field(default_factory=list)
