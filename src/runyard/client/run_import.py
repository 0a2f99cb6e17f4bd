"""Requests about runs that are brought in from elsewhere, and about a run's metrics as a file."""

from __future__ import annotations

from pathlib import Path

from runyard.client.transport import Transport, segment, tail
from runyard.client.workspace import workspace_path
from runyard.domain.artifact import ArtifactRecord, require_artifact_path
from runyard.domain.run import RunRecord
from runyard.wire.journal import CONTENT_TYPE
from runyard.wire.metric import BatchAckBody
from runyard.wire.run_import import (
    FindImportsRequest,
    FinishImportRequest,
    FoundImportsBody,
    ImportStateBody,
    StartImportRequest,
)

_RUNS_PER_REQUEST = 10_000


class ImportApi:
    """Runs that ended elsewhere. Nothing of one is seen until it is finished."""

    def __init__(self, transport: Transport, workspace: str) -> None:
        self._transport = transport
        self._workspace = workspace_path(workspace)

    def find(self, digests: dict[str, str]) -> FoundImportsBody:
        """Return which of the runs (id → digest) were brought in before, and which ids are taken. Nothing is changed."""
        found = FoundImportsBody(there=[], taken=[])
        items = list(digests.items())
        for start in range(0, len(items), _RUNS_PER_REQUEST):
            request = FindImportsRequest(runs=dict(items[start : start + _RUNS_PER_REQUEST]))
            part = self._transport.call("POST", f"{self._workspace}/imports/find", FoundImportsBody, body=request)
            found.there.extend(part.there)
            found.taken.extend(part.taken)
        return found

    def start(self, run_id: str, digest: str) -> ImportStateBody:
        """Begin to bring a run in, or go on where an earlier try ended.

        Raises:
            ConflictError: another run has its id.
        """
        request = StartImportRequest(run_id=run_id, digest=digest)
        return self._transport.call("POST", f"{self._workspace}/imports", ImportStateBody, body=request)

    def record_batch(self, import_id: str, batch: bytes) -> BatchAckBody:
        """Send what the run logged, as :mod:`runyard.wire.journal` packs it. A batch that is sent again is stored once."""
        return self._transport.send_packed(f"{self._path(import_id)}/records", batch, CONTENT_TYPE, BatchAckBody)

    def put_file(self, import_id: str, path: str, content: Path) -> ArtifactRecord:
        """Send one of the run's files, byte for byte."""
        url = f"{self._path(import_id)}/artifacts/{tail(require_artifact_path(path))}"
        return self._transport.send_content("PUT", url, content, ArtifactRecord)

    def finish(self, import_id: str, request: FinishImportRequest) -> RunRecord:
        """Make the run appear.

        Raises:
            ConflictError: its id is taken, its parent is not there, or the files are not the announced ones.
        """
        return self._transport.call("POST", f"{self._path(import_id)}/finish", RunRecord, body=request)

    def download_metrics(self, run_id: str, destination: Path) -> None:
        """Store all that a run logged as a Parquet file.

        Raises:
            NotSupportedError: pyarrow is not installed beside the server.
        """
        self._transport.download(f"{self._workspace}/runs/{segment(run_id)}/metrics.parquet", destination)

    def _path(self, import_id: str) -> str:
        return f"{self._workspace}/imports/{segment(import_id)}"
