"""What a store must do.

All methods may be called from any thread. A method that changes something is one transaction: it is done and durable when the
method returns, or it raises and nothing has changed. No method reads a clock: instants come in as arguments, aware UTC. Every
change also adds an entry to the change feed, in the same transaction.

Errors of every method: :class:`~runyard.errors.NotFoundError` for a thing that is not there,
:class:`~runyard.errors.DiskFullError` when the disk is full, :class:`~runyard.errors.StorageError` for any other failure below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from runyard.domain.artifact import ArtifactRecord
from runyard.domain.change import ChangeRecord
from runyard.domain.environment import EnvironmentRecord
from runyard.domain.experiment import ExperimentRecord, ExperimentView
from runyard.domain.node_group import NodeReport
from runyard.domain.run import RunRecord
from runyard.domain.snapshot import SnapshotManifest
from runyard.domain.view import ViewRecord
from runyard.domain.workspace import WorkspaceRecord
from runyard.storage.metric_base import MetricStore
from runyard.storage.run_base import RunCatalog, RunStore
from runyard.wire.change import ChangePage
from runyard.wire.experiment import ExperimentPage, RunsByDay, UpdateExperimentRequest
from runyard.wire.run_import import FinishImportRequest, FoundImportsBody
from runyard.wire.workspace import EnsureWorkspaceRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRecord:
    """What a token stands for. ``kind`` is ``session``, ``login`` or ``run``; ``scope`` is the root run's id for a run token."""

    kind: str
    user: str
    workspace: str | None = None
    scope: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Garbage:
    """Files that nothing referred to, and their bytes."""

    files: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSlice:
    """A part of a file: ``chunks`` yields the bytes from ``start`` up to, not including, ``stop``.

    ``content`` names what is in the file: it stays while the file grows, and another file has another one.
    """

    start: int
    stop: int
    total: int
    content: str
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

    def activity(self, workspace: str, experiment_ids: Sequence[str], *, since: datetime, days: int) -> RunsByDay:
        """Return how many top-level runs each experiment got on each of ``days`` days from ``since`` on, the oldest day first.

        Runs in the bin are left out, and so are ids that are no experiment of the workspace.
        """

    def update(self, workspace: str, name: str, request: UpdateExperimentRequest, *, at: datetime) -> ExperimentRecord:
        """Apply the request to what :meth:`get` returns.

        Raises:
            ConflictError: the experiment should become active and another active one has its name.
        """

    def delete(self, workspace: str, name: str, *, author: str, at: datetime) -> ExperimentRecord:
        """Put what :meth:`get` returns into the bin, with its runs. Its name is free for a new one.

        Raises:
            ConflictError: one of its runs has not ended.
        """

    def restore(self, workspace: str, name: str, *, author: str, at: datetime) -> ExperimentRecord:
        """Bring back the experiment of that name that was deleted last, or of that id, with the runs that went with it.

        Raises:
            NotFoundError: none of that name is in the bin.
            ConflictError: it was active, and another active one has its name by now.
        """

    def purge(self, workspace: str, name: str) -> int:
        """Remove the experiment of that name that was deleted last, or of that id, for good; return how many runs are gone.

        Raises:
            NotFoundError: none of that name is in the bin.
        """


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

    def collect_garbage(self, *, spare_after: datetime, dry_run: bool) -> Garbage:
        """Remove files that no artifact of any run refers to; return what they were.

        Those that changed after ``spare_after`` stay. With ``dry_run`` nothing is removed.
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

    def put_blobs(self, contents: Iterator[tuple[str, bytes]]) -> None:
        """Store contents under their hashes: all of them, or none when the iterator raises. Holds one in memory at a time.

        Raises:
            InvalidArgumentError: a content does not have its hash.
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

    def collect_garbage(self, *, spare_after: datetime, dry_run: bool) -> tuple[int, Garbage]:
        """Remove snapshots that no run has, then contents that no snapshot has; return how many snapshots, and which contents.

        What was stored after ``spare_after`` is left alone. With ``dry_run`` nothing is removed.
        """


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

    def of_all(self, cursor: int, *, limit: int) -> tuple[list[tuple[str, ChangeRecord]], int]:
        """Return the changes of all workspaces after ``cursor``, each with its workspace's name, and the cursor after them."""

    def latest(self) -> int:
        """Return the newest cursor, 0 when nothing ever changed."""

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` soon after each commit that added changes, from another thread. Return what ends that."""


class ViewStore(Protocol):
    """Saved views of a workspace. Who may do what is for the caller to say."""

    def create(self, view: ViewRecord) -> ViewRecord:
        """Store a new view."""

    def get(self, workspace: str, view_id: str) -> ViewRecord:
        """Return a view."""

    def list(self, workspace: str, user: str) -> list[ViewRecord]:
        """Return a user's own views and those shared with everybody, by name."""

    def replace(self, view: ViewRecord, *, version: int) -> ViewRecord:
        """Store a changed view, one version further.

        Raises:
            ConflictError: it has changed since ``version``; ``details["view"]`` is what it is now.
        """

    def delete(self, workspace: str, view_id: str, *, version: int) -> None:
        """Remove a view.

        Raises:
            ConflictError: it has changed since ``version``.
        """


class ImportStore(Protocol):
    """Runs that are brought in from elsewhere. Until it is finished an import is a run of a workspace that nobody sees."""

    staging: str
    """The workspace that holds what is not finished, for the stores of metrics and files."""

    def find(self, workspace: str, digests: dict[str, str]) -> FoundImportsBody:
        """Return which of the runs (id → digest) were brought in before, and which ids others have, in the bin or out of it."""

    def open(self, workspace: str, run_id: str, import_id: str, *, at: datetime) -> None:
        """Make a place for a run in the staging workspace, under ``import_id``; one that is there stays as it is.

        Places that were made more than a day ago are removed.
        """

    def finish(self, workspace: str, import_id: str, request: FinishImportRequest, *, author: str, at: datetime) -> RunRecord:
        """Move what was staged into its workspace, as the run that the request describes.

        Raises:
            ConflictError: nothing is open under ``import_id``, the id is taken, the parent or the snapshot is not there, or the
                files are not those that the request names.
        """


class StateStore(Protocol):
    """What short addresses stand for."""

    def keep(self, workspace: str, name: str, content: str, *, at: datetime) -> None:
        """Keep a text under its hash; nothing happens when it is there already."""

    def get(self, workspace: str, name: str) -> str:
        """Return the text with a hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """All stores of one server."""

    workspaces: WorkspaceStore
    experiments: ExperimentStore
    runs: RunStore
    catalog: RunCatalog
    metrics: MetricStore
    artifacts: ArtifactStore
    snapshots: SnapshotStore
    tokens: TokenStore
    environments: EnvironmentStore
    nodes: NodeStore
    views: ViewStore
    states: StateStore
    imports: ImportStore
    changes: ChangeStore
    close: Callable[[], None]
