"""What a back-end does for runs: keep them, find them, and hand them to those who run them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from runyard.domain.run import RunError, RunEventRecord, RunRecord, RunStatus
from runyard.domain.run_filter_ast import Field
from runyard.wire.catalog import FacetPage, FacetQuery, GroupQuery, NamePage, RunGroupPage
from runyard.wire.run import NewRun, RunPage, RunQuery, UpdateRunRequest, UpdateRunsRequest
from runyard.wire.run_row import RunRowPage


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

    def rows(self, workspace: str, query: RunQuery, labels: list[Field], *, at: datetime, scope: str | None = None) -> RunRowPage:
        """Return the same page as :meth:`search`, as rows. Their ``values`` are those of ``labels``."""

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

    def cancel_tree(self, workspace: str, run_id: str, *, reason: str, author: str | None = None, at: datetime) -> list[str]:
        """Cancel a run and all its descendants that have not ended; return the ids of those that changed, parents first.

        A run with a job becomes CancelRequested, and Canceled once its runner says so; any other becomes Canceled at once.
        """

    def record_heartbeat(self, workspace: str, run_id: str, *, at: datetime) -> RunRecord:
        """Note that the runner lives. A run that was NotResponding is Running again."""

    def record_heartbeats(self, workspace: str, run_ids: list[str], *, scope: str | None = None, at: datetime) -> list[str]:
        """Note that the program lives that records interactive runs; return the ids of those that have ended.

        One that was NotResponding is Running again, and none is called silent any more. Runs outside the tree ``scope``, and
        those that were submitted, are passed over.
        """

    def silent_runs(self, before: datetime, *, limit: int) -> list[RunRecord]:
        """Return Running interactive runs whose program gave its last sign of life before an instant, and nobody has said so."""

    def note_silence(self, run: RunRecord, reason: str, *, before: datetime) -> None:
        """Say of one of :meth:`silent_runs` why it may run no more. Its status stays, and its next heartbeat takes that back."""

    def events(self, workspace: str, run_id: str) -> list[RunEventRecord]:
        """Return the changes of the run, oldest first."""

    def queued_jobs(self, target: str, *, limit: int) -> list[JobRecord]:
        """Return runs that wait for ``target``, the oldest first, over all workspaces: ``limit`` of each level of the run tree.

        So many top-level runs never hide the children that one of them waits for.
        """

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
