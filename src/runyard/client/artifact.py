"""Requests about the files of runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from runyard.client.known_secrets import covered_chunk, covered_file
from runyard.client.transport import Transport, segment, tail
from runyard.client.workspace import workspace_path
from runyard.domain.artifact import ArtifactRecord, require_artifact_path
from runyard.wire.artifact import AppendAckBody, ArtifactPage


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """A part of a file of a run: the bytes from ``start`` on, and the size of the whole file now."""

    data: bytes
    start: int
    size_bytes: int


class ArtifactApi:
    """Files of the runs of a workspace."""

    def __init__(self, transport: Transport, workspace: str) -> None:
        self._transport = transport
        self._workspace = workspace_path(workspace)

    def list(self, run_id: str, prefix: str | None = None) -> list[ArtifactRecord]:
        """Return the files of a run, sorted by path."""
        return self._transport.call("GET", self._root(run_id), ArtifactPage, params={"prefix": prefix}).artifacts

    def put(
        self, run_id: str, path: str, content: bytes | Path, *, replace: bool = False, retry_s: float | None = None
    ) -> ArtifactRecord:
        """Store a file. In a text of up to 4 MB every byte of a secret that this process knows is a star.

        Raises:
            ConflictError: the run has another file of that name and ``replace`` is false.
        """
        url = f"{self._root(run_id)}/{tail(require_artifact_path(path))}"
        params = {"replace": replace}
        return self._transport.send_content("PUT", url, covered_file(content), ArtifactRecord, params=params, retry_s=retry_s)

    def append(self, run_id: str, path: str, offset: int, data: bytes, *, retry_s: float | None = None) -> int:
        """Append to a growing file and return its size now. Bytes that the file has already are skipped.

        Raises:
            ConflictError: the file ends before ``offset``; ``details["size_bytes"]`` says where to go on.
        """
        url = f"{self._workspace}/runs/{segment(run_id)}/artifact-chunks/{tail(require_artifact_path(path))}"
        return self._transport.send_content(
            "POST", url, covered_chunk(data), AppendAckBody, params={"offset": offset}, retry_s=retry_s
        ).size_bytes

    def read(self, run_id: str, path: str, start: int = 0, max_bytes: int = 1 << 20) -> FilePart:
        """Return at most ``max_bytes`` of a file from ``start`` on; nothing when the file ends there.

        Raises:
            FileNotInRunError: the run has no such file.
        """
        url = f"{self._root(run_id)}/{tail(path)}"
        response = self._transport.read(url, headers={"Range": f"bytes={start}-{start + max_bytes - 1}"})
        total = re.search(r"/(\d+)$", response.headers.get("content-range", ""))
        if response.status_code == 416:
            return FilePart(data=b"", start=start, size_bytes=int(total[1]) if total else start)
        if response.status_code == 206 and total:
            return FilePart(data=response.content, start=start, size_bytes=int(total[1]))
        whole = response.content
        return FilePart(data=whole[start : start + max_bytes], start=start, size_bytes=len(whole))

    def download(self, run_id: str, path: str, destination: Path) -> None:
        """Store a file of a run as ``destination``, whole or not at all.

        Raises:
            FileNotInRunError: the run has no such file.
        """
        self._transport.download(f"{self._root(run_id)}/{tail(path)}", destination)

    def download_zip(self, run_id: str, destination: Path, prefix: str | None = None) -> None:
        """Store the files of a run, or those below ``prefix``, as a zip file."""
        url = f"{self._workspace}/runs/{segment(run_id)}/artifact-zip"
        self._transport.download(url, destination, params={"prefix": prefix})

    def url(self, run_id: str, path: str) -> str:
        """Return the address of a file."""
        return f"{self._transport.endpoint.url}{self._root(run_id)}/{tail(path)}"

    def _root(self, run_id: str) -> str:
        return f"{self._workspace}/runs/{segment(run_id)}/artifacts"
