"""Requests about the bin as a whole, and about files that nothing refers to."""

from __future__ import annotations

from runyard.client.transport import Transport
from runyard.client.workspace import workspace_path
from runyard.wire.bin import CollectGarbageRequest, GarbageBody, PurgeBinRequest, PurgedBody


class BinApi:
    """The bin of a workspace. Single runs go in and out of it by :class:`~runyard.client.run.RunApi`."""

    def __init__(self, transport: Transport, workspace: str) -> None:
        self._transport = transport
        self._workspace = workspace_path(workspace)

    def purge(self, older_than_s: float) -> int:
        """Remove for good what has lain in the bin for at least so long; return how many runs are gone."""
        request = PurgeBinRequest(older_than_s=older_than_s)
        return self._transport.call("POST", f"{self._workspace}/bin/purge", PurgedBody, body=request).runs

    def collect_garbage(self, *, dry_run: bool = False) -> GarbageBody:
        """Remove files that no run refers to; with ``dry_run`` only count them."""
        request = CollectGarbageRequest(dry_run=dry_run)
        return self._transport.call("POST", f"{self._workspace}/garbage/collect", GarbageBody, body=request)
