"""A proxy between a client and the real server that can be made to behave as bad networks and sick servers do."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.client.fake_ingest import reserved_port

Fault = Callable[["Passing"], None]


class Passing(BaseHTTPRequestHandler):
    """Passes requests on, or does what the fault of the moment does."""

    protocol_version = "HTTP/1.1"
    server: _Listener

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        owner = self.server.owner
        if self.path.endswith("/records"):
            owner.batch_times.append(time.monotonic())
        fault = owner.fault
        if fault is not None:
            fault(self)
        else:
            self.pass_on(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 - the names that http.server calls

    def pass_on(self, body: bytes) -> None:
        """Let the real server answer."""
        target = urlsplit(self.server.owner.target)
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        try:
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except OSError:
            reset(self)
            return
        finally:
            connection.close()
        kept: dict[str, Any] = {
            name: value for name, value in answer.getheaders() if name.lower() in ("content-type", "retry-after", "x-request-id")
        }
        self.reply(answer.status, content, **kept)

    def reply(self, status: int, content: bytes, *, length: int | None = None, **headers: str) -> None:
        """Answer; ``length`` lies about how long the content is."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        return


def reset(passing: Passing) -> None:
    """Break the connection off with a reset."""
    passing.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    passing.close_connection = True
    passing.connection.close()


def half(passing: Passing) -> None:
    """Send the front of an answer and hang up."""
    passing.reply(200, b'{"seq": 0, "st', length=1000)
    passing.close_connection = True
    passing.connection.shutdown(socket.SHUT_RDWR)


def garbage(passing: Passing) -> None:
    """Answer with bytes that are no HTTP."""
    passing.wfile.write(bytes(range(256)) * 4)
    passing.close_connection = True


FAULTS: dict[str, Fault] = {
    "500": lambda passing: passing.reply(500, b"Internal Server Error"),
    "503 of a gateway": lambda passing: passing.reply(503, b"<html>Bad gateway</html>", content_type="text/html"),
    "garbage": garbage,
    "html": lambda passing: passing.reply(200, b"<html>Sign in to the hotel's network</html>", content_type="text/html"),
    "json of another program": lambda passing: passing.reply(200, b'{"hello": 1}', content_type="application/json"),
    "half an answer": half,
    "reset": reset,
    "429": lambda passing: passing.reply(429, b'{"error": {"code": "server_busy", "message": "busy"}}', retry_after="1"),
}


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    owner: FaultyProxy

    def handle_error(self, request: object, client_address: object) -> None:
        return


class FaultyProxy:
    """A proxy for the server at ``target``. ``fault`` None passes everything on.

    ``batch_times`` has the moment of each request that brought records; signs of life and questions are not in it.
    """

    def __init__(self, target: str, port: int = 0) -> None:
        self.target = target
        self.fault: Fault | None = None
        self.batch_times: list[float] = []
        self._place = reserved_port(port)  # also after close(), until another proxy listens there
        self._listener = _Listener(self._place.getsockname(), Passing)
        self._listener.owner = self
        threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        """The address of the proxy."""
        return f"http://127.0.0.1:{self._listener.server_address[1]}"

    def slow(self, seconds: float) -> None:
        """Make every request wait for so long."""

        def wait(passing: Passing) -> None:
            time.sleep(seconds)
            reset(passing)

        self.fault = wait

    def mend(self) -> None:
        """Pass everything on from now on."""
        self.fault = None

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._listener.server_address[1])

    def close(self) -> None:
        """Close the port, and break off the connections that are open."""
        self.fault = reset
        self._listener.shutdown()
        self._listener.server_close()
