"""A server that only takes batches, and can be made to behave badly."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from collections import defaultdict
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from runyard.client.client import Client
from runyard.client.embedded import home_folder
from runyard.client.endpoint import RemoteEndpoint
from runyard.errors import InvalidArgumentError
from runyard.wire.journal import decode_batch, records_of
from runyard.wire.metric import Record

Behaviour = Callable[["Handler", bytes], bool]
"""Answers in its own way and returns True, or returns False to let the server go on."""


def is_poison(record: Record) -> bool:
    """True for a record that this server does not take."""
    return getattr(record, "value", None) == "poison"


def file_record(path: str, body: bytes) -> dict[str, object]:
    """Return what a server says of a file."""
    at = "2026-01-02T00:00:00Z"
    sha256 = hashlib.sha256(body).hexdigest()
    return {"path": path, "size_bytes": len(body), "sha256": sha256, "created_at": at, "updated_at": at}


class Handler(BaseHTTPRequestHandler):
    """Stores batches by (run, writer, seq), and files by their names."""

    protocol_version = "HTTP/1.1"
    server: IngestServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.owner.request_count += 1
        behaviour = self.server.owner.behaviour
        if behaviour is not None and behaviour(self, body):
            return
        self.store(body)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        _, _, run_id, _, path = self.path.partition("?")[0].removeprefix("/api/v1/workspaces/").split("/", 4)
        if self.server.owner.keep_file(f"{run_id}/{path}", body):
            self.answer(200, json.dumps(file_record(path, body)).encode())
        else:
            self.refuse(409, "conflict", "There is such a file.")

    def do_GET(self) -> None:
        run_id = self.path.split("/")[-2]
        files = dict(self.server.owner.files)
        found = [file_record(name.removeprefix(f"{run_id}/"), body) for name, body in files.items() if name.startswith(run_id)]
        self.answer(200, json.dumps({"artifacts": found}).encode())

    def store(self, body: bytes, *, answer: bool = True) -> None:
        try:
            batch = decode_batch(body)
            records = records_of(batch)
            stored = self.server.owner.store(self.path.split("/")[-2], batch.writer, batch.seq, batch.first, records)
        except InvalidArgumentError as error:
            self.refuse(400, "invalid_argument", str(error))
            return
        if answer:
            refused = [{"place": n, "name": each.name, "message": "Poison."} for n, each in enumerate(records) if is_poison(each)]
            ack = {"seq": batch.seq, "stored": stored, "refused_count": len(refused), "refused": refused[:1]}
            self.answer(200, json.dumps(ack).encode())

    def refuse(self, status: int, code: str, message: str, **headers: str) -> None:
        envelope = {"error": {"code": code, "message": message, "details": {}, "request_id": "r"}}
        self.answer(status, json.dumps(envelope).encode(), **headers)

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


class IngestServer(ThreadingHTTPServer):
    """Counts nothing itself; its owner does."""

    daemon_threads = True
    request_queue_size = 64
    owner: FakeIngest

    def handle_error(self, request: object, client_address: object) -> None:
        return


def reserved_port(port: int = 0) -> socket.socket:
    """Return a socket that has a port and does not listen: who connects is refused, and of all programs ours alone may listen."""
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind(("127.0.0.1", port))
    return place


class FakeIngest:
    """The server and what it holds. ``behaviour`` is asked first for every request."""

    def __init__(self, port: int = 0) -> None:
        self.behaviour: Behaviour | None = None
        self.request_count = 0
        self.duplicates = 0
        self.files: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._batches: dict[tuple[str, str], dict[int, list[Record]]] = defaultdict(dict)
        self._arrived: dict[str, list[Record]] = defaultdict(list)
        self._server: IngestServer | None = None
        self._place = reserved_port(port)
        self._port = int(self._place.getsockname()[1])

    def start(self) -> FakeIngest:
        """Listen; again on the same port after :meth:`stop`: nobody else gets it in between."""
        self._server = IngestServer(("127.0.0.1", self._port), Handler)
        self._server.owner = self
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Close the port."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def url(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self._port}"

    def store(self, run_id: str, writer: str, seq: int, first: int, records: list[Record]) -> bool:
        """Keep a batch once, and insist on the rules of numbering."""
        with self._lock:
            batches = self._batches[run_id, writer]
            if seq in batches:
                self.duplicates += 1
                return False
            if seq != len(batches) or first != sum(map(len, batches.values())):
                raise InvalidArgumentError(f"batch {seq} of {writer} opens at record {first}, which leaves a gap")
            batches[seq] = records
            self._arrived[run_id].extend(each for each in records if not is_poison(each))
            return True

    def keep_file(self, name: str, body: bytes) -> bool:
        """Keep a file; false when there is one of that name."""
        with self._lock:
            return name not in self.files and self.files.setdefault(name, body) is body

    def records(self, run_id: str = "run") -> list[Record]:
        """Return what came, in order of arrival."""
        with self._lock:
            return list(self._arrived[run_id])

    def values(self, run_id: str = "run", name: str | None = None) -> list[object]:
        """Return the values of the scalars that came."""
        return [record.value for record in self.records(run_id) if hasattr(record, "value") and name in (None, record.name)]

    def client(self) -> Client:
        """Return a client of this server, which need not be up."""
        return Client(RemoteEndpoint(self.url, "token"), "ws", retry_s=0)


def journal_files() -> list[Path]:
    """Return the journals in the home folder of this test, and whatever lies beside them."""
    return sorted(path for path in (home_folder() / "journal").rglob("*") if path.is_file())
