"""Requests about snapshots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from runyard.client.transport import Transport, segment, tail, write_file
from runyard.client.workspace import workspace_path
from runyard.domain.snapshot import SnapshotFile
from runyard.errors import SnapshotError
from runyard.wire.blob_pack import packed, unpacked
from runyard.wire.snapshot import (
    CreateSnapshotRequest,
    FindMissingBlobsRequest,
    MissingBlobsBody,
    ReadContentsRequest,
    SnapshotBody,
)

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
        self._transport.send_bytes("PUT", f"{self._workspace}/blobs/{sha256}", content)

    def put_blobs(self, contents: Mapping[str, bytes]) -> None:
        """Send contents that fit into one pack; all are stored, or none.

        Raises:
            InvalidArgumentError: one does not have its hash.
        """
        self._transport.send_bytes("POST", f"{self._workspace}/blobs", b"".join(packed(contents.items())))

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

    def download_files(self, run_id: str, files: Sequence[tuple[SnapshotFile, Path]]) -> None:
        """Store files of a run's snapshot: several that fit into one pack, or one of any size.

        Raises:
            SnapshotError: the answer lacks one.
        """
        if len(files) == 1:
            file, destination = files[0]
            self.download_file(run_id, file.path, destination)
            return
        request = ReadContentsRequest(sha256=sorted({file.sha256 for file, _ in files}))
        body = self._transport.read_packed(f"{self._path(run_id)}/contents", request, "application/octet-stream")
        contents = dict(unpacked([body]))
        for file, destination in files:
            if file.sha256 not in contents:
                raise SnapshotError(f"The server left out {file.path!r} of the snapshot. Submit the run again.", path=file.path)
            write_file(destination, contents[file.sha256])

    def download_zip(self, run_id: str, destination: Path) -> None:
        """Store a run's snapshot as a zip file."""
        self._transport.download(f"{self._path(run_id)}/zip", destination)

    def _path(self, run_id: str) -> str:
        return f"{self._workspace}/runs/{segment(run_id)}/snapshot"
