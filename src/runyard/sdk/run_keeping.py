"""What becomes of a run's record: archived, put into the bin, brought back, compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runyard.sdk.run_handle import RunHandle
from runyard.wire.run import UpdateRunRequest

if TYPE_CHECKING:
    from runyard.domain.run_diff import RunDiff


class RunKeeping(RunHandle):
    """The part of a run that keeps its record, or does away with it."""

    def archive(self) -> None:
        """Hide the run from lists; nothing is deleted."""
        self._update(UpdateRunRequest(archived=True))

    def reactivate(self) -> None:
        """Show an archived run again."""
        self._update(UpdateRunRequest(archived=False))

    def delete(self) -> None:
        """Put the run and its descendants into the bin, from where :meth:`restore` brings them back.

        Raises:
            ConflictError: one of them has not ended.
        """
        self._remember(self._client.runs.delete(self.id))

    def restore(self) -> None:
        """Bring the run back from the bin, with those descendants that went there with it.

        Raises:
            ConflictError: it is not in the bin, or its parent still is.
        """
        self._remember(self._client.runs.restore(self.id))

    def purge(self) -> int:
        """Remove the run, which must be in the bin, and its descendants for good; return how many runs are gone.

        Raises:
            ConflictError: it is not in the bin.
        """
        return self._client.runs.purge(self.id)

    def diff(self, other: RunHandle | str) -> RunDiff:
        """Return this run (``a``) and another (``b``) side by side: parameters, packages, code, git, hardware, tags, metrics.

        In each list what differs comes first, and what differs most before the rest. ``other`` is a run or its id.

        Raises:
            NotFoundError: there is no such run in the workspace.
        """
        return self._client.runs.diff(self.id, other if isinstance(other, str) else other.id)
