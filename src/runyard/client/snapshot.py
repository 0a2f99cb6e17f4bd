"""Requests about snapshots."""

from __future__ import annotations

from pathlib import Path

from runyard.client.transport import Transport, segment, tail
from runyard.client.workspace import workspace_path
from runyard.domain.snapshot import SnapshotFile
from runyard.wire.snapshot import CreateSnapshotRequest, FindMissingBlobsRequest, MissingBlobsBody, SnapshotBody

_HASHES_PER_REQUEST = 10_000


class SnapshotApi:
    """Snapshots of a workspace."""

    def __init__(self, transport: Transport, workspace: str) -> None:
        self._transport = transport
        self._workspace = workspace_path(workspace)

    def missing(self, sha256: list[str]) -> set[str]:
        """Return those of the contents that the server does not have."""
        found: set[str] = set()
        path = f"{self._workspace}/snapshots/missing"
        for start in range(0, len(sha256), _HASHES_PER_REQUEST):
            request = FindMissingBlobsRequest(sha256=sha256[start : start + _HASHES_PER_REQUEST])
            found.update(self._transport.call("POST", path, MissingBlobsBody, body=request).sha256)
        return found

    def put_blob(self, sha256: str, content: bytes | Path) -> None:
        """Send one content.

        Raises:
            InvalidArgumentError: it does not have that hash.
        """
        self._transport.put_content(f"{self._workspace}/blobs/{sha256}", content)

    def create(self, files: list[SnapshotFile]) -> SnapshotBody:
        """Create a snapshot from contents that the server has."""
        request = CreateSnapshotRequest(files=files)
        return self._transport.call("POST", f"{self._workspace}/snapshots", SnapshotBody, body=request)

    def of_run(self, run_id: str) -> SnapshotBody:
        """Return the snapshot of a run.

        Raises:
            NotFoundError: the run has none.
        """
        return self._transport.call("GET", self._path(run_id), SnapshotBody)

    def download_file(self, run_id: str, path: str, destination: Path) -> None:
        """Store one file of a run's snapshot as ``destination``."""
        self._transport.download(f"{self._path(run_id)}/files/{tail(path)}", destination)

    def download_zip(self, run_id: str, destination: Path) -> None:
        """Store a run's snapshot as a zip file."""
        self._transport.download(f"{self._path(run_id)}/zip", destination)

    def _path(self, run_id: str) -> str:
        return f"{self._workspace}/runs/{segment(run_id)}/snapshot"
