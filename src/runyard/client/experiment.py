"""Requests about experiments."""

from __future__ import annotations

from collections.abc import Iterator

from runyard.client.transport import Transport, segment
from runyard.client.workspace import workspace_path
from runyard.domain.experiment import ExperimentRecord, ExperimentView
from runyard.wire.bin import PurgedBody
from runyard.wire.experiment import ExperimentPage, UpdateExperimentRequest


class ExperimentApi:
    """Experiments of a workspace."""

    def __init__(self, transport: Transport, workspace: str) -> None:
        self._transport = transport
        self._root = f"{workspace_path(workspace)}/experiments"

    def page(
        self,
        *,
        view: ExperimentView = ExperimentView.ACTIVE_ONLY,
        text: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> ExperimentPage:
        """Return one page of experiments, the one with the newest run first."""
        params = {"view": view.value, "text": text, "cursor": cursor, "limit": limit}
        return self._transport.call("GET", self._root, ExperimentPage, params=params)

    def iterate(
        self, *, view: ExperimentView = ExperimentView.ACTIVE_ONLY, text: str | None = None
    ) -> Iterator[ExperimentRecord]:
        """Yield all experiments, a page at a time."""
        cursor: str | None = None
        while True:
            page = self.page(view=view, text=text, cursor=cursor)
            yield from page.experiments
            cursor = page.next_cursor
            if cursor is None:
                return

    def get(self, name: str) -> ExperimentRecord:
        """Return an experiment.

        Raises:
            NotFoundError: there is none of that name.
        """
        return self._transport.call("GET", self._path(name), ExperimentRecord)

    def ensure(self, name: str) -> ExperimentRecord:
        """Return the active experiment of that name, made now when there is none."""
        return self._transport.call("PUT", self._path(name), ExperimentRecord)

    def update(self, name: str, request: UpdateExperimentRequest) -> ExperimentRecord:
        """Change tags, description, or whether it is archived."""
        return self._transport.call("PATCH", self._path(name), ExperimentRecord, body=request)

    def delete(self, name: str) -> ExperimentRecord:
        """Put an experiment and its runs into the bin.

        Raises:
            ConflictError: one of its runs has not ended.
        """
        return self._transport.call("DELETE", self._path(name), ExperimentRecord)

    def restore(self, name: str) -> ExperimentRecord:
        """Bring back the experiment of that name that was deleted last, or of that id, with the runs that went with it.

        Raises:
            NotFoundError: none of that name is in the bin.
            ConflictError: another active one has its name by now.
        """
        return self._transport.call("POST", f"{self._path(name)}/restore", ExperimentRecord)

    def purge(self, name: str) -> int:
        """Remove the experiment of that name that was deleted last, or of that id, for good; return how many runs are gone."""
        return self._transport.call("POST", f"{self._path(name)}/purge", PurgedBody).runs

    def _path(self, name: str) -> str:
        return f"{self._root}/{segment(name)}"
