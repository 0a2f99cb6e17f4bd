"""Requests to a server on this machine, against a socket that behaves as it is told."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from runyard.client.http import LostConnectionError, is_plain_and_local
from runyard.client.local_http import LocalClient
from tests.client.fake_ingest import reserved_port

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Thing: a\r\n\r\nbody"
LAST = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody"


class SocketServer:
    """Answers each request on a connection with the next of ``answers``, and hangs up after the last. Keeps what it was sent."""

    def __init__(self, *connections: list[bytes]) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.hung_up = threading.Event()
        self._answers = list(connections)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _serve(self) -> None:
        for answers in self._answers:
            connection, _ = self._listening.accept()
            self.connections += 1
            for answer in answers:
                self.requests.append(self._read(connection))
                connection.sendall(answer)
            connection.close()
            self.hung_up.set()

    def _read(self, connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        length = next((int(line[16:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        while len(body) < length:
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body


@pytest.fixture
def serve() -> Iterator[Callable[..., SocketServer]]:
    servers: list[SocketServer] = []

    def start(*connections: list[bytes]) -> SocketServer:
        servers.append(SocketServer(*connections))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def client_of(server: SocketServer) -> LocalClient:
    return LocalClient(server.url, 30.0, 30.0)


def test_a_request_goes_out_whole_and_its_answer_comes_back(serve: Callable[..., SocketServer]) -> None:
    server = serve([OK])
    answer = client_of(server).send("POST", "/a%20b", {"Accept": "x/y"}, {"n": "1 2"}, b"sent")
    assert (answer.status_code, answer.content, answer.headers["x-thing"]) == (200, b"body", "a")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /a%20b?n=1+2 HTTP/1.1\r\n")
    assert b"Accept: x/y" in head
    assert body == b"sent"


def test_a_connection_is_used_again(serve: Callable[..., SocketServer]) -> None:
    server = serve([OK, OK, OK])
    client = client_of(server)
    for _ in range(3):
        assert client.send("GET", "/", {}, {}, None).content == b"body"
    assert server.connections == 1


def test_a_connection_that_the_server_has_closed_meanwhile_is_not_used(serve: Callable[..., SocketServer]) -> None:
    server = serve([OK], [LAST], [OK])
    client = client_of(server)
    client.send("GET", "/", {}, {}, None)
    assert server.hung_up.wait(30)
    assert client.send("GET", "/", {}, {}, None).content == b"body"
    assert client.send("GET", "/", {}, {}, None).content == b"body"  # the one before was said to be the last
    assert server.connections == 3


def test_a_connection_that_is_closed_as_the_request_leaves_is_replaced(
    serve: Callable[..., SocketServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve([OK], [OK], [b""])
    client = client_of(server)
    assert client.send("GET", "/1", {}, {}, None).content == b"body"
    assert server.hung_up.wait(30)
    monkeypatch.setattr(
        "runyard.client.local_http._is_readable", lambda connection: False
    )  # the end comes a moment too late to be seen
    assert client.send("POST", "/2", {}, {}, b"x").content == b"body"
    client.close()
    with pytest.raises(LostConnectionError):  # a fresh connection that is closed says that the server is sick
        client.send("GET", "/3", {}, {}, None)
    assert [request.split()[1] for request in server.requests] == [b"/1", b"/2", b"/3"]


BREAKS_OFF = {
    "hangs up": b"",
    "not HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "half an answer": OK[:-2],
    "no such chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "endless header": b"HTTP/1.1 200 OK\r\nX: " + bytes(70_000),
}


@pytest.mark.parametrize("answer", BREAKS_OFF.values(), ids=BREAKS_OFF)
def test_a_server_that_breaks_off_is_a_lost_connection(serve: Callable[..., SocketServer], answer: bytes) -> None:
    with pytest.raises(LostConnectionError):
        client_of(serve([answer])).send("POST", "/", {}, {}, b"x")


def test_an_answer_of_another_protocol_is_shown_without_its_control_characters(serve: Callable[..., SocketServer]) -> None:
    with pytest.raises(LostConnectionError, match=r"does not speak HTTP, but begins with '\\x1b\[31mred'"):
        client_of(serve([b"\x1b[31mred\n"])).send("GET", "/", {}, {}, None)


def test_a_server_that_says_nothing_is_a_lost_connection() -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    with silent, pytest.raises(LostConnectionError, match="timed out"):
        LocalClient(f"http://127.0.0.1:{silent.getsockname()[1]}", 0.05, 30.0).send("GET", "/", {}, {}, None)


def test_a_server_at_an_address_of_ipv6_is_reached_and_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        listening = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    url = f"http://[::1]:{listening.getsockname()[1]}"
    with listening:
        answering = threading.Thread(target=lambda: listening.accept()[0].sendall(OK), daemon=True)
        answering.start()
        assert is_plain_and_local(url)
        assert LocalClient(url, 30.0, 30.0).send("GET", "/", {}, {}, None).content == b"body"


def test_nobody_there_is_a_lost_connection() -> None:
    with reserved_port() as nobody, pytest.raises(LostConnectionError, match="refused"):
        LocalClient(f"http://127.0.0.1:{nobody.getsockname()[1]}", 30.0, 30.0).send("GET", "/", {}, {}, None)


def test_an_answer_that_comes_before_the_body_is_read_counts(serve: Callable[..., SocketServer]) -> None:
    listening = socket.create_server(("127.0.0.1", 0))

    def refuse() -> None:
        connection, _ = listening.accept()
        connection.recv(1024)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1 << 20):
            pass
        connection.close()

    threading.Thread(target=refuse, daemon=True).start()
    with listening:
        client = LocalClient(f"http://127.0.0.1:{listening.getsockname()[1]}", 30.0, 30.0)
        answer = client.send("POST", "/", {}, {}, bytes(1 << 22))
    assert (answer.status_code, answer.content) == (413, b"no")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8600", True),
        ("http://localhost", True),
        ("http://[::1]:8600", True),
        ("https://localhost:8600", False),
        ("http://example.com", False),
    ],
)
def test_only_plain_http_within_this_machine_goes_this_way(url: str, expected: bool) -> None:
    assert is_plain_and_local(url) is expected


def test_a_local_server_is_asked_without_the_http_library(serve: Callable[..., SocketServer]) -> None:
    server = serve([b"HTTP/1.1 204 No Content\r\n\r\n"])
    program = f"""
import sys
from runyard.client.endpoint import RemoteEndpoint
from runyard.client.transport import Transport
Transport(RemoteEndpoint({server.url!r}, "secret")).delete("/x")
print("httpx" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    assert b"Authorization: Bearer secret" in server.requests[0]
