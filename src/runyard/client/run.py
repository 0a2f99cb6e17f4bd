"""Requests about runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

from runyard.client.known_secrets import (
    covered_creation,
    covered_names,
    covered_node_report,
    covered_report,
    covered_update,
    covered_updates,
    known_secrets,
)
from runyard.client.transport import Transport, segment
from runyard.client.workspace import workspace_path
from runyard.domain.run import CHILDREN_MAX_PER_REQUEST, RunEventRecord, RunRecord
from runyard.errors import ConflictError, InvalidArgumentError, NotFoundError
from runyard.wire.run import (
    CancelRunRequest,
    CreateRunsRequest,
    HeartbeatBody,
    HeartbeatsBody,
    HeartbeatsRequest,
    ReportStatusRequest,
    RunEventPage,
    RunPage,
    RunQuery,
    SubmitRunRequest,
    UpdateRunRequest,
    UpdateRunsRequest,
)

if TYPE_CHECKING:
    from runyard.domain.node_group import NodeReport
    from runyard.domain.run_diff import RunDiff
    from runyard.wire.node import NodeBoardBody


class RunApi:
    """Runs of a workspace. What is sent holds no secret that this process knows."""

    def __init__(self, transport: Transport, workspace: str) -> None:
        self._transport = transport
        self._workspace = workspace_path(workspace)

    def create(self, experiment: str, request: CreateRunsRequest) -> list[RunRecord]:
        """Create interactive runs. Give each an id, so that a repeated request changes nothing."""
        path = f"{self._workspace}/experiments/{segment(experiment)}/runs"
        return self._transport.call("POST", path, RunPage, body=covered_creation(request)).runs

    def submit(self, experiment: str, request: SubmitRunRequest) -> RunRecord:
        """Queue a script run."""
        path = f"{self._workspace}/experiments/{segment(experiment)}/submissions"
        return self._transport.call("POST", path, RunRecord, body=covered_names(request))

    def search(self, query: RunQuery) -> RunPage:
        """Return one page of the runs that a query asks for."""
        return self._transport.call("POST", f"{self._workspace}/runs/search", RunPage, body=query, msgpack=True)

    def iterate(self, query: RunQuery) -> Iterator[RunRecord]:
        """Yield all runs that a query asks for, a page at a time, with the errors of :meth:`pages`."""
        for page in self.pages(query):
            yield from page.runs

    def pages(self, query: RunQuery) -> Iterator[RunPage]:
        """Yield the pages of a query, the next one when it is asked for.

        Raises:
            ConflictError: the server was upgraded since the page before, and cannot go on from it.
        """
        page = self.search(query)
        yield page
        while page.next_cursor is not None:
            try:
                page = self.search(dataclasses.replace(query, cursor=page.next_cursor))
            except InvalidArgumentError as error:
                if "cursor" not in error.details:
                    raise
                raise ConflictError(
                    "The server cannot go on with this list of runs: it was upgraded since the page before. Ask for it again."
                ) from error
            yield page

    def get(self, run_id: str) -> RunRecord:
        """Return a run.

        Raises:
            NotFoundError: there is none of that id.
        """
        if not run_id or "/" in run_id:  # it would be another address
            raise NotFoundError(f"There is no run {run_id!r}. `runyard run list` shows the newest runs.", run_id=run_id)
        return self._transport.call("GET", self._path(run_id), RunRecord)

    def update(self, run_id: str, request: UpdateRunRequest) -> RunRecord:
        """Change names, tags, or what a run is described by.

        Raises:
            ImmutablePropertyError: a property would change.
        """
        return self._transport.call("PATCH", self._path(run_id), RunRecord, body=covered_update(request))

    def update_many(self, request: UpdateRunsRequest) -> list[RunRecord]:
        """Change tags of many runs, archive or reactivate them. Of each ten thousand all are changed, or none."""
        changed: list[RunRecord] = []
        for start in range(0, len(request.run_ids), CHILDREN_MAX_PER_REQUEST):
            part = dataclasses.replace(request, run_ids=request.run_ids[start : start + CHILDREN_MAX_PER_REQUEST])
            changed += self._transport.call("POST", f"{self._workspace}/runs/update", RunPage, body=covered_updates(part)).runs
        return changed

    def delete(self, run_id: str) -> RunRecord:
        """Put an ended run and its descendants into the bin.

        Raises:
            ConflictError: one of them has not ended.
        """
        return self._transport.call("DELETE", self._path(run_id), RunRecord)

    def restore(self, run_id: str) -> RunRecord:
        """Bring a run back from the bin, with those descendants that went there with it.

        Raises:
            ConflictError: it is not in the bin, or its parent still is.
        """
        return self._transport.call("POST", f"{self._path(run_id)}/restore", RunRecord)

    def purge(self, run_id: str) -> int:
        """Remove a run in the bin and its descendants for good; return how many runs are gone.

        Raises:
            ConflictError: it is not in the bin.
        """
        from runyard.wire.bin import PurgedBody  # late: few programs do

        return self._transport.call("POST", f"{self._path(run_id)}/purge", PurgedBody).runs

    def diff(self, run_id: str, other_id: str) -> RunDiff:
        """Return two runs side by side, what differs most first."""
        from runyard.domain.run_diff import RunDiff  # late: most programs never ask

        return self._transport.call("GET", f"{self._path(run_id)}/diff/{segment(other_id)}", RunDiff)

    def report_status(
        self, run_id: str, request: ReportStatusRequest, *, retry_s: float | None = None, timeout_s: float | None = None
    ) -> RunRecord:
        """Say that a run has reached a status.

        Raises:
            InvalidTransitionError: the run cannot go there from where it is.
        """
        path = f"{self._path(run_id)}/status"
        body = covered_report(request)
        return self._transport.call("POST", path, RunRecord, body=body, retry_s=retry_s, timeout_s=timeout_s)

    def cancel(self, run_id: str, reason: str | None = None) -> RunRecord:
        """Ask for a run and all its descendants to be stopped."""
        request = CancelRunRequest(reason=None if reason is None else known_secrets().text(reason))
        return self._transport.call("POST", f"{self._path(run_id)}/cancel", RunRecord, body=request)

    def heartbeat(self, run_id: str, *, retry_s: float | None = None) -> HeartbeatBody:
        """Report that the run's process lives; the answer says whether it must stop."""
        return self._transport.call("POST", f"{self._path(run_id)}/heartbeat", HeartbeatBody, retry_s=retry_s)

    def heartbeats(self, run_ids: list[str], *, timeout_s: float | None = None) -> list[str]:
        """Say once that the program lives that records these interactive runs; return those of them that have ended."""
        ended: list[str] = []
        for start in range(0, len(run_ids), CHILDREN_MAX_PER_REQUEST):
            body = HeartbeatsRequest(run_ids=run_ids[start : start + CHILDREN_MAX_PER_REQUEST])
            path = f"{self._workspace}/runs/heartbeats"
            ended += self._transport.call("POST", path, HeartbeatsBody, body=body, retry_s=0, timeout_s=timeout_s).ended
        return ended

    def exchange_node_report(self, run_id: str, node: int, report: NodeReport) -> NodeBoardBody:
        """Say how a node of a distributed run is, and return how all of them are."""
        from runyard.wire.node import NodeBoardBody  # late: most programs never ask

        return self._transport.call("POST", f"{self._path(run_id)}/nodes/{node}", NodeBoardBody, body=covered_node_report(report))

    def events(self, run_id: str) -> list[RunEventRecord]:
        """Return the changes of a run's status, oldest first."""
        return self._transport.call("GET", f"{self._path(run_id)}/events", RunEventPage).events

    def _path(self, run_id: str) -> str:
        return f"{self._workspace}/runs/{segment(run_id)}"
