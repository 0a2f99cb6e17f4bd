"""A small server that plays Runyard for one run: it records what the runner sends, and can go away and come back."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from runyard.domain.artifact import ArtifactRecord
from runyard.domain.run import RunRecord, RunSpec, RunStatus, require_transition
from runyard.domain.snapshot import SnapshotFile, snapshot_id
from runyard.errors import ConflictError, NotFoundError, RunyardError
from runyard.wire.artifact import AppendAckBody
from runyard.wire.blob_pack import packed
from runyard.wire.codec import from_json, to_json
from runyard.wire.error import ErrorBody, ErrorEnvelope
from runyard.wire.run import HeartbeatBody, ReportStatusRequest, UpdateRunRequest
from runyard.wire.snapshot import ReadContentsRequest, SnapshotBody

RUN_ID = "exp_1_abc"
RUN_PATH = f"/api/v1/workspaces/default/runs/{RUN_ID}"
NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


class FakeServer:
    """Plays the server in ``home``. Everything that tests look at is a plain attribute."""

    def __init__(self, home: Path, files: Mapping[str, str | bytes], spec: RunSpec, status: RunStatus = RunStatus.QUEUED) -> None:
        self.home = home
        self.lock = threading.RLock()
        self.contents = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
        self.snapshot = [
            SnapshotFile(path=name, sha256=hashlib.sha256(data).hexdigest(), size_bytes=len(data), mode=0o755)
            for name, data in self.contents.items()
        ]
        self.run = _queued_run(spec, snapshot_id(self.snapshot), status)
        self.reports: list[ReportStatusRequest] = []
        self.artifacts: dict[str, bytes] = {}
        self.downloads: list[str] = []
        self.heartbeats = 0
        self.properties: dict[str, str] = {}
        self.stop_reason: str | None = None
        self.on_put: Callable[[], object] = lambda: None
        self.on_patch: Callable[[], object] = lambda: None
        self.has_ended = threading.Event()
        self.fails_before: RunStatus | None = None
        self.failures: dict[str, RunyardError] = {}
        self._http: _Http | None = None

    @property
    def url(self) -> str:
        """Where the server listens."""
        assert self._http is not None
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def statuses(self) -> list[str]:
        """The statuses that were reported and accepted, in order."""
        return [each.status.value for each in self.reports]

    def text(self, name: str) -> str:
        """The artifact ``name`` as text."""
        return self.artifacts[name].decode()

    def up(self) -> None:
        """Listen, on another port each time, and say so in ``server.json``."""
        self._http = _Http(self)
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        info = {"pid": 1, "port": self._http.server_port, "url": self.url, "server_id": "s", "version": "0", "started_at": "now"}
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "server.json").write_text(json.dumps(info))

    def down(self) -> None:
        """Vanish in the middle of whatever goes on."""
        if self._http is not None:
            self._http.vanish()
            self._http = None

    def cancel(self, reason: str = "asked by a user") -> None:
        """Do what the cancel route does to a submitted run."""
        with self.lock:
            self.stop_reason = reason
            self.run = dataclasses.replace(self.run, status=RunStatus.CANCEL_REQUESTED, status_reason=reason)

    def set_status(self, status: RunStatus) -> None:
        """Let somebody else end the run."""
        with self.lock:
            self.run = dataclasses.replace(self.run, status=status)

    def answer(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> Any:
        """Return the body of the answer to a request of the run's."""
        if path == "/health":
            return {"status": "ok", "version": "0", "server_id": "s"}
        rest = unquote(path.removeprefix(RUN_PATH).lstrip("/"))
        if not path.startswith(RUN_PATH):
            raise NotFoundError(f"nothing at {path}")
        for prefix, failure in list(self.failures.items()):
            if rest.startswith(prefix):
                raise failure
        if rest == "" and method == "PATCH":
            self.properties.update(from_json(body, UpdateRunRequest).add_properties)
        if rest == "":
            return self.run
        if rest == "heartbeat":
            return self._heartbeat()
        if rest == "status":
            return self._report(from_json(body, ReportStatusRequest))
        if rest == "snapshot":
            size = sum(file.size_bytes for file in self.snapshot)
            return SnapshotBody(id=snapshot_id(self.snapshot), files=self.snapshot, size_bytes=size)
        if rest.startswith("snapshot/files/"):
            self.downloads.append(rest.removeprefix("snapshot/files/"))
            return self.contents[self.downloads[-1]]
        if rest == "snapshot/contents":
            return self._pack(from_json(body, ReadContentsRequest).sha256)
        if rest.startswith("artifact-chunks/"):
            return self._append(rest.removeprefix("artifact-chunks/"), int(query["offset"]), body)
        return self._put(rest.removeprefix("artifacts/"), body, replace=query.get("replace") == "true")

    def _pack(self, wanted: list[str]) -> bytes:
        paths = {file.sha256: file.path for file in self.snapshot}
        self.downloads += [paths[sha256] for sha256 in wanted]
        return b"".join(packed((sha256, self.contents[paths[sha256]]) for sha256 in wanted))

    def _heartbeat(self) -> HeartbeatBody:
        self.heartbeats += 1
        stop = self.run.status.is_terminal or self.run.status is RunStatus.CANCEL_REQUESTED
        return HeartbeatBody(status=self.run.status, stop=stop, reason=self.stop_reason)

    def _report(self, request: ReportStatusRequest) -> RunRecord:
        if request.status is self.fails_before:
            self.set_status(RunStatus.FAILED)
        require_transition(RUN_ID, self.run.status, request.status)
        self.reports.append(request)
        self.run = dataclasses.replace(self.run, status=request.status)
        if request.status.is_terminal:
            self.has_ended.set()
        return self.run

    def _append(self, name: str, offset: int, data: bytes) -> AppendAckBody:
        stored = self.artifacts.get(name, b"")
        if offset > len(stored):
            raise ConflictError("there is a gap", size_bytes=len(stored))
        self.artifacts[name] = stored + data[len(stored) - offset :]
        return AppendAckBody(size_bytes=len(self.artifacts[name]))

    def _put(self, name: str, data: bytes, *, replace: bool) -> ArtifactRecord:
        if not replace and self.artifacts.get(name, data) != data:
            raise ConflictError("another file has that name")
        self.artifacts[name] = data
        return ArtifactRecord(path=name, size_bytes=len(data), created_at=NOW, updated_at=NOW)


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, server: FakeServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fake = server
        self._open: set[socket.socket] = set()

    def get_request(self) -> tuple[socket.socket, Any]:
        accepted = super().get_request()
        self._open.add(accepted[0])
        return accepted

    def vanish(self) -> None:
        self.shutdown()
        self.server_close()
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent: connections are cut on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm: ClassVar[bool] = True
    server: _Http

    def do_GET(self) -> None:
        self._handle()

    def do_PUT(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def do_PATCH(self) -> None:
        self._handle()

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        fake = self.server.fake
        try:
            if self.command == "PUT":
                fake.on_put()
            if self.command == "PATCH":
                fake.on_patch()
            with fake.lock:
                answer = fake.answer(self.command, parts.path, query, body)
            self._send(200, answer if isinstance(answer, bytes) else to_json(answer))
        except RunyardError as error:
            known = ErrorBody(code=error.code, message=error.message, request_id="r", details=error.details)
            self._send(type(error).status, to_json(ErrorEnvelope(error=known)))

    def _send(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _queued_run(spec: RunSpec, snapshot: str, status: RunStatus) -> RunRecord:
    return RunRecord(
        id=RUN_ID,
        workspace="default",
        experiment="exp",
        number=1,
        root_id=RUN_ID,
        display_name="one",
        status=status,
        created_at=NOW,
        definition={"spec": msgspec.to_builtins(spec)},
        snapshot_id=snapshot,
    )
