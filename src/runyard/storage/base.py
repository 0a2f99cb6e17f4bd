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
from runyard.domain.node_group import NodeReport
from runyard.domain.run import RunError, RunEventRecord, RunRecord, RunStatus
from runyard.domain.snapshot import SnapshotManifest
from runyard.domain.view import ViewRecord
from runyard.domain.workspace import WorkspaceRecord
from runyard.storage.metric_base import MetricStore
from runyard.wire.catalog import FacetPage, FacetQuery, GroupQuery, NamePage, RunGroupPage
from runyard.wire.change import ChangePage
from runyard.wire.experiment import ExperimentPage, UpdateExperimentRequest
from runyard.wire.run import NewRun, RunPage, RunQuery, UpdateRunRequest, UpdateRunsRequest
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
        """Bring back the experiment of that name that was deleted last, with the runs that went with it.

        Raises:
            NotFoundError: none of that name is in the bin.
            ConflictError: it was active, and another active one has its name by now.
        """

    def purge(self, workspace: str, name: str) -> int:
        """Remove the experiment of that name that was deleted last for good; return how many runs are gone with it.

        Raises:
            NotFoundError: none of that name is in the bin.
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

    def children(self, workspace: str, run_ids: list[str]) -> dict[str, list[str]]:
        """Return the ids of the runs' children, oldest first, by the parent's id. Those in the bin are left out."""

    def search(self, workspace: str, query: RunQuery, *, at: datetime, scope: str | None = None) -> RunPage:
        """Return a page of runs without metrics. With ``scope`` only runs of the tree with that root.

        Relative times in the filter are reckoned from ``at``.

        Raises:
            InvalidArgumentError: the filter cannot be read (``details["position"]``), or there is no such order or cursor.
        """

    def update(
        self, workspace: str, run_id: str, request: UpdateRunRequest, *, author: str | None = None, at: datetime
    ) -> RunRecord:
        """Apply the request, and write down in the run's events what changed.

        Raises:
            ImmutablePropertyError: a property would change.
            ConflictError: the run has another snapshot already.
        """

    def update_many(self, workspace: str, request: UpdateRunsRequest, *, author: str | None, at: datetime) -> list[RunRecord]:
        """Apply the request to all its runs or to none; return them in the order given."""

    def delete(self, workspace: str, run_id: str, *, author: str, at: datetime) -> RunRecord:
        """Put a run and its descendants into the bin.

        Raises:
            ConflictError: one of them has not ended.
        """

    def restore(self, workspace: str, run_id: str, *, author: str, at: datetime) -> RunRecord:
        """Bring a run back from the bin, with those descendants that went there with it.

        Raises:
            ConflictError: its parent is in the bin.
        """

    def purge(self, workspace: str, run_id: str) -> int:
        """Remove a run in the bin and its descendants for good; return how many there were.

        Their files stay until garbage is collected.

        Raises:
            ConflictError: the run is not in the bin.
        """

    def purge_deleted_before(self, workspace: str, before: datetime) -> int:
        """Purge all that went into the bin before an instant; return how many runs there were."""

    def change_status(
        self,
        workspace: str,
        run_id: str,
        status: RunStatus,
        *,
        reason: str | None,
        error: RunError | None,
        author: str | None = None,
        at: datetime,
    ) -> RunRecord:
        """Move a run to ``status``; the only way a status changes. Staying as it is changes nothing.

        Raises:
            InvalidTransitionError: the run cannot go there from where it is.
        """

    def cancel_tree(
        self, workspace: str, run_id: str, *, reason: str, author: str | None = None, at: datetime
    ) -> list[RunRecord]:
        """Cancel a run and all its descendants that have not ended; return those that changed.

        A run with a job becomes CancelRequested, and Canceled once its runner says so; any other becomes Canceled at once.
        """

    def record_heartbeat(self, workspace: str, run_id: str, *, at: datetime) -> RunRecord:
        """Note that the runner lives. A run that was NotResponding is Running again."""

    def events(self, workspace: str, run_id: str) -> list[RunEventRecord]:
        """Return the changes of the run, oldest first."""

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


class RunCatalog(Protocol):
    """What the runs of a workspace have in common."""

    def names(self, workspace: str, kind: str, *, experiment: str | None, text: str, offset: int, limit: int) -> NamePage:
        """Return names that have ``text`` in them, in any case.

        ``kind`` is ``field``, ``tag``, ``property``, ``param`` or ``metric``. Of an experiment, the names are those of its newest
        runs.

        Raises:
            InvalidArgumentError: no such kind, or a limit out of range.
        """

    def values(self, workspace: str, field: str, *, experiment: str | None, text: str, offset: int, limit: int) -> NamePage:
        """Return the values of a field that have ``text`` in them, in any case. Values of labels end after 100 characters.

        Raises:
            InvalidArgumentError: no such field, or nearly every run has a value of its own.
        """

    def facets(self, workspace: str, query: FacetQuery, *, at: datetime, scope: str | None = None) -> FacetPage:
        """Return how many of a query's runs have each value of some fields. ``scope`` as in :meth:`RunStore.search`."""

    def groups(self, workspace: str, query: GroupQuery, *, at: datetime, scope: str | None = None) -> RunGroupPage:
        """Return a query's runs in groups of equal values.

        Labels that are equal numbers are equal; others count with their first 100 characters.

        Raises:
            InvalidArgumentError: a field that cannot be grouped by, or an unknown order.
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
    changes: ChangeStore
    close: Callable[[], None]
