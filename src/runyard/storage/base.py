"""What a store must do.

All methods may be called from any thread. A method that changes something is one transaction: it is done and durable when the
method returns, or it raises and nothing has changed. No method reads a clock: instants come in as arguments, aware UTC. Every
change also adds an entry to the change feed, in the same transaction.

Errors of every method: :class:`~runyard.errors.NotFoundError` for a thing that is not there,
:class:`~runyard.errors.DiskFullError` when the disk is full, :class:`~runyard.errors.StorageError` for any other failure below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from runyard.domain.artifact import ArtifactRecord
from runyard.domain.environment import EnvironmentRecord
from runyard.domain.experiment import ExperimentRecord, ExperimentView
from runyard.domain.metric import MetricSeries, MetricSummary
from runyard.domain.node_group import NodeReport
from runyard.domain.run import RunError, RunEventRecord, RunRecord, RunStatus
from runyard.domain.snapshot import SnapshotManifest
from runyard.domain.workspace import WorkspaceRecord
from runyard.wire.change import ChangePage
from runyard.wire.experiment import ExperimentPage, UpdateExperimentRequest
from runyard.wire.metric import RecordBatch
from runyard.wire.run import NewRun, RunPage, RunQuery, UpdateRunRequest
from runyard.wire.workspace import EnsureWorkspaceRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrigin:
    """What the runs of one create request have in common."""

    status: RunStatus
    submitted_by: str | None
    parent_id: str | None = None
    type: str | None = None
    target: str = "local"
    script_name: str | None = None
    definition: dict[str, Any] | None = None
    snapshot_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """A run that an engine holds or should start. ``depth`` is 0 for a top-level run."""

    run: RunRecord
    depth: int
    handle: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRecord:
    """What a token stands for. ``kind`` is ``session``, ``login`` or ``run``; ``scope`` is the root run's id for a run token."""

    kind: str
    user: str
    workspace: str | None = None
    scope: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSlice:
    """A part of a file: ``chunks`` yields the bytes from ``start`` up to, not including, ``stop``."""

    start: int
    stop: int
    total: int
    chunks: Iterator[bytes] = field(repr=False)


class WorkspaceStore(Protocol):
    """Workspaces."""

    def ensure(self, name: str, request: EnsureWorkspaceRequest, *, at: datetime) -> WorkspaceRecord:
        """Create the workspace, or return the one that is there unchanged."""

    def get(self, name: str) -> WorkspaceRecord:
        """Return the workspace."""

    def list(self) -> list[WorkspaceRecord]:
        """Return all workspaces by name."""


class ExperimentStore(Protocol):
    """Experiments of a workspace. One active experiment a name; archived ones may share it."""

    def ensure(self, workspace: str, name: str, *, at: datetime) -> ExperimentRecord:
        """Return the active experiment of that name, made now when there is none."""

    def get(self, workspace: str, name: str) -> ExperimentRecord:
        """Return the active experiment of that name, else the one archived last."""

    def list(self, workspace: str, *, view: ExperimentView, text: str | None, cursor: str | None, limit: int) -> ExperimentPage:
        """Return a page of experiments, the one with the newest run first."""

    def update(self, workspace: str, name: str, request: UpdateExperimentRequest, *, at: datetime) -> ExperimentRecord:
        """Apply the request to what :meth:`get` returns.

        Raises:
            ConflictError: the experiment should become active and another active one has its name.
        """


class RunStore(Protocol):
    """Runs of a workspace, their status events, and the jobs behind them."""

    def create(self, workspace: str, experiment: str, runs: list[NewRun], origin: RunOrigin, *, at: datetime) -> list[RunRecord]:
        """Create runs in the order given. A run whose id is there already, in the same place, is returned as it is.

        Raises:
            ConflictError: an id belongs to another experiment or parent.
        """

    def get(self, workspace: str, run_id: str) -> RunRecord:
        """Return the run."""

    def find_many(self, workspace: str, run_ids: list[str]) -> list[RunRecord]:
        """Return those of the runs that exist, in no particular order."""

    def search(self, workspace: str, query: RunQuery, *, scope: str | None = None) -> RunPage:
        """Return a page of runs without metrics. With ``scope`` only runs of the tree with that root."""

    def update(self, workspace: str, run_id: str, request: UpdateRunRequest, *, at: datetime) -> RunRecord:
        """Apply the request.

        Raises:
            ImmutablePropertyError: a property would change.
            ConflictError: the run has another snapshot already.
        """

    def change_status(
        self, workspace: str, run_id: str, status: RunStatus, *, reason: str | None, error: RunError | None, at: datetime
    ) -> RunRecord:
        """Move a run to ``status``; the only way a status changes. Staying as it is changes nothing.

        Raises:
            InvalidTransitionError: the run cannot go there from where it is.
        """

    def cancel_tree(self, workspace: str, run_id: str, *, reason: str, at: datetime) -> list[RunRecord]:
        """Cancel a run and all its descendants that have not ended; return those that changed.

        A run with a job becomes CancelRequested, and Canceled once its runner says so; any other becomes Canceled at once.
        """

    def record_heartbeat(self, workspace: str, run_id: str, *, at: datetime) -> RunRecord:
        """Note that the runner lives. A run that was NotResponding is Running again."""

    def events(self, workspace: str, run_id: str) -> list[RunEventRecord]:
        """Return the changes of the run's status, oldest first."""

    def queued_jobs(self, target: str, *, limit: int) -> list[JobRecord]:
        """Return runs that wait for ``target``, the oldest first, over all workspaces."""

    def held_jobs(self, target: str) -> list[JobRecord]:
        """Return runs that have not ended and that an engine holds."""

    def note_waiting(self, reasons: dict[str, str], target: str, *, at: datetime) -> None:
        """Say why runs that wait for ``target`` wait, by run id. The first reason of a run is an event; later ones replace it.

        A run that waits no more is passed over.
        """

    def claim_job(self, run: RunRecord, *, at: datetime) -> bool:
        """Take a Queued run to Starting; False when it is no longer Queued. No two callers get True for one run."""

    def set_job_handle(self, run: RunRecord, handle: dict[str, Any] | None) -> None:
        """Keep what the engine needs to find the job again."""

    def count_active(self, workspace: str, target: str) -> tuple[int, int]:
        """Return how many runs of ``target`` are active and how many wait."""


class MetricStore(Protocol):
    """Everything that was logged."""

    def append(self, workspace: str, run_id: str, batch: RecordBatch, *, at: datetime) -> bool:
        """Store a batch; False when ``(run, writer, seq)`` was stored before, and nothing changes."""

    def series(self, workspace: str, run_ids: list[str], names: list[str] | None) -> list[MetricSeries]:
        """Return whole series, by run in the order given and then by first logging; ``names`` None means all."""

    def summaries(self, workspace: str, run_ids: list[str], names: list[str] | None) -> dict[str, list[MetricSummary]]:
        """Return the summaries of the runs' metrics, in order of first logging. Runs without any are left out."""

    def descendants_with_metrics(self, workspace: str, run_id: str, run_type: str | None) -> list[str]:
        """Return the run and its descendants that have metrics, newest first, of ``run_type`` only when it is given."""


class ArtifactStore(Protocol):
    """The files of runs."""

    def list(self, workspace: str, run_id: str, *, prefix: str) -> list[ArtifactRecord]:
        """Return the files whose path starts with ``prefix``, by path."""

    def put(
        self, workspace: str, run_id: str, path: str, chunks: Iterator[bytes], *, replace: bool, at: datetime
    ) -> ArtifactRecord:
        """Store a whole file. The same content under the same name is accepted again.

        Raises:
            ConflictError: another file has that name and ``replace`` is false.
        """

    def append(self, workspace: str, run_id: str, path: str, *, offset: int, data: bytes, at: datetime) -> int:
        """Make the file hold ``data`` from ``offset`` on; bytes it has already are skipped. Return the size now.

        Raises:
            ConflictError: ``offset`` lies past the end; ``details["size_bytes"]`` says where the next chunk begins.
        """

    def read(self, workspace: str, run_id: str, path: str, *, start: int, stop: int | None) -> FileSlice:
        """Return bytes of a file. ``stop`` None means up to its present end.

        Raises:
            FileNotInRunError: the run has no such file.
        """


class SnapshotStore(Protocol):
    """Contents by hash, and the snapshots made of them."""

    def missing(self, sha256: list[str]) -> list[str]:
        """Return those of the hashes whose content is not stored."""

    def put_blob(self, sha256: str, chunks: Iterator[bytes]) -> None:
        """Store a content.

        Raises:
            InvalidArgumentError: the bytes do not have that hash.
        """

    def create(self, workspace: str, manifest: SnapshotManifest, *, at: datetime) -> SnapshotManifest:
        """Store a manifest whose contents are all there.

        Raises:
            ConflictError: a content is missing; ``details["sha256"]`` lists the first of them.
        """

    def get(self, workspace: str, snapshot_id: str) -> SnapshotManifest:
        """Return a manifest."""

    def read_blob(self, sha256: str) -> FileSlice:
        """Return a content."""


class EnvironmentStore(Protocol):
    """Registered environments: versions that never change, and labels that move between them."""

    def register(self, workspace: str, name: str, definition: dict[str, Any], *, at: datetime) -> EnvironmentRecord:
        """Add a version, numbered from 1, and return it; the newest one as it is when it has this content."""

    def versions(self, workspace: str, name: str) -> list[EnvironmentRecord]:
        """Return the versions of an environment, newest first; none when there is no such environment."""

    def set_labels(self, workspace: str, name: str, version: str, labels: list[str]) -> EnvironmentRecord:
        """Give labels to a version that is there; each label leaves the version that had it."""

    def list(self, workspace: str) -> list[EnvironmentRecord]:
        """Return the newest version of each environment, by name."""


class NodeStore(Protocol):
    """What the nodes of distributed runs say to one another."""

    def put(self, workspace: str, run_id: str, node: int, report: NodeReport, *, at: datetime) -> None:
        """Keep what a node says, in place of what it said before. The time of one that says the same may be up to 3 s old."""

    def all(self, workspace: str, run_id: str) -> dict[int, tuple[NodeReport, datetime]]:
        """Return what each node said last, and when."""


class TokenStore(Protocol):
    """Tokens by the hash of their secret; the secret itself is never stored."""

    def put(self, token_hash: str, record: TokenRecord, *, at: datetime) -> None:
        """Store a token."""

    def find(self, token_hash: str, *, at: datetime) -> TokenRecord | None:
        """Return the token unless it is unknown or has expired."""

    def take(self, token_hash: str, *, kind: str, at: datetime) -> TokenRecord | None:
        """Return a token of that kind and delete it: it works once."""


class ChangeStore(Protocol):
    """The change feed."""

    def since(self, workspace: str, cursor: int, *, scope: str | None, limit: int) -> ChangePage:
        """Return the changes after ``cursor``, oldest first. With ``scope`` only those of that root run's tree."""

    def latest(self) -> int:
        """Return the newest cursor, 0 when nothing ever changed."""

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` soon after each commit that added changes, from another thread. Return what ends that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """All stores of one server."""

    workspaces: WorkspaceStore
    experiments: ExperimentStore
    runs: RunStore
    metrics: MetricStore
    artifacts: ArtifactStore
    snapshots: SnapshotStore
    tokens: TokenStore
    environments: EnvironmentStore
    nodes: NodeStore
    changes: ChangeStore
    close: Callable[[], None]
