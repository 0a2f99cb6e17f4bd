"""Requests to a Runyard server: encoding, errors, retries, and connections that survive a restart of the server and a fork."""

from __future__ import annotations

import errno
import json
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar
from urllib.parse import quote

import msgspec

from runyard.client.endpoint import Endpoint
from runyard.client.http import (
    Answer,
    LostConnectionError,
    is_loopback,
    is_plain_and_local,
    load_httpx,
    new_client,
    new_local_client,
)
from runyard.errors import DiskFullError, InvalidArgumentError, RunyardError, TransportError, error_from_wire
from runyard.version import VERSION
from runyard.wire.codec import JSON, MSGPACK, from_json, from_msgpack, to_json, to_msgpack

if TYPE_CHECKING:
    import httpx

    from runyard.client.local_http import LocalClient

API = "/api/v1"
RETRY_S = 10.0
"""How long a request goes on trying when the connection fails: longer than a restart of the server takes."""

RETRY_AFTER = "retry_after_s"
"""The detail of an error that says how many seconds a busy server asks to wait: the request itself was good."""

CONNECT_TIMEOUT_S = 5.0
TIMEOUT_S = 60.0
_FIRST_DELAY_S = 0.1
_LONGEST_DELAY_S = 2.0
_GATEWAY_STATUSES = frozenset({502, 503, 504})

T = TypeVar("T")
A = TypeVar("A", bound=Answer)
Params = Mapping[str, "str | int | bool | None"]


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    headers: dict[str, str]
    params: dict[str, str] = field(default_factory=dict)
    open_body: Callable[[], bytes | BinaryIO] | None = None


_OF_OLDER = ("Unexpected keyword argument", "is no route of this server.")
"""What a server answers to a field, or an address, that later versions have."""
_OLDER_SERVER = "The server is older than this program: restart it with `runyard down` and `runyard up`, or have it upgraded."


class Transport:
    """Sends requests to one server.

    Thread-safe, and usable in a forked child: connections are never shared between processes. A request whose connection fails
    is sent again, with growing pauses, for ``retry_s`` seconds. That is safe because the API makes every repeat harmless: ids
    come from the client, and writes name what they write to.
    """

    def __init__(self, endpoint: Endpoint, *, retry_s: float = RETRY_S, timeout_s: float = TIMEOUT_S) -> None:
        self._endpoint = endpoint
        self._retry_s = retry_s
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None
        self._local: LocalClient | None = None
        self._is_near = is_plain_and_local
        _TRANSPORTS.add(self)

    @property
    def endpoint(self) -> Endpoint:
        """Where the requests go."""
        return self._endpoint

    def call(
        self,
        method: str,
        path: str,
        answer: type[T],
        *,
        body: Any = None,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        msgpack: bool = False,
        retry_s: float | None = None,
        timeout_s: float | None = None,
    ) -> T:
        """Send ``body`` as JSON and return the answer as ``answer``. With ``msgpack`` the answer travels as MessagePack.

        ``timeout_s`` is how long the server may say nothing, where that is not the time for all requests.

        Raises:
            RunyardError: the class that the server named.
            TransportError: no server answers, or something else does.
        """
        sent = {"Accept": MSGPACK if msgpack else JSON, **(headers or {})}
        open_body = None
        if body is not None:
            sent["Content-Type"] = JSON
            open_body = _constant(to_json(body))
        request = _Request(method, path, sent, _texts(params), open_body)
        return self._decoded(self._exchange(request, retry_s, timeout_s=timeout_s), answer)

    def send_msgpack(self, path: str, body: Any, answer: type[T], *, retry_s: float | None = None) -> T:
        """POST ``body`` as MessagePack and return the answer as ``answer``."""
        request = _Request("POST", path, {"Accept": JSON, "Content-Type": MSGPACK}, {}, _constant(to_msgpack(body)))
        return self._decoded(self._exchange(request, retry_s), answer)

    def send_packed(self, path: str, body: bytes, content_type: str, answer: type[T], *, retry_s: float | None = None) -> T:
        """POST bytes of a given type and return the answer as ``answer``."""
        request = _Request("POST", path, {"Accept": JSON, "Content-Type": content_type}, {}, _constant(body))
        return self._decoded(self._exchange(request, retry_s), answer)

    def read_packed(self, path: str, body: Any, accept: str) -> bytes:
        """POST ``body`` as JSON and return the bytes of an answer of the type ``accept``."""
        request = _Request("POST", path, {"Accept": accept, "Content-Type": JSON}, {}, _constant(to_json(body)))
        return self._exchange(request, None).content

    def send_content(
        self,
        method: str,
        path: str,
        content: bytes | Path,
        answer: type[T],
        *,
        params: Params | None = None,
        retry_s: float | None = None,
    ) -> T:
        """Send raw bytes, or the bytes of a file without holding them in memory, and return the answer as ``answer``."""
        return self._decoded(self._exchange(_raw(method, path, content, params), retry_s), answer)

    def send_bytes(self, method: str, path: str, content: bytes | Path) -> None:
        """Send raw bytes, or those of a file, where the answer has no body."""
        self._exchange(_raw(method, path, content, None), None)

    def delete(self, path: str, *, headers: Mapping[str, str] | None = None) -> None:
        """DELETE what is at a path, where the answer has no body."""
        self._exchange(_Request("DELETE", path, {"Accept": JSON, **(headers or {})}), None)

    def read(self, path: str, *, params: Params | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """GET raw bytes into memory; a status of 400 or more raises, except 416."""
        return self._exchange(_Request("GET", path, dict(headers or {}), _texts(params)), None)

    @contextmanager
    def stream(
        self, path: str, *, params: Params | None = None, headers: Mapping[str, str] | None = None, timeout_s: float | None = None
    ) -> Iterator[httpx.Response]:
        """GET an answer that is read piece by piece; the caller meets ``httpx`` errors while reading."""
        request = _Request("GET", path, dict(headers or {}), _texts(params))
        response = self._attempts(lambda url: self._by_httpx(url, request, True, timeout_s), None)
        try:
            yield response
        finally:
            response.close()

    def download(self, path: str, destination: Path, *, params: Params | None = None) -> None:
        """GET into a file, which appears whole or not at all.

        Raises:
            TransportError: the connection broke off; what had come is removed.
            DiskFullError: this machine's disk is full.
            InvalidArgumentError: the file cannot be written.
        """
        httpx = load_httpx()
        partial = destination.with_name(f".{destination.name}.{os.getpid()}-{threading.get_ident()}.part")
        try:
            with self.stream(path, params=params) as response, partial.open("wb") as sink:
                for chunk in response.iter_bytes(1 << 20):
                    sink.write(chunk)
            partial.replace(destination)
        except httpx.HTTPError as error:
            raise TransportError(f"The download of {destination.name} broke off ({_reason(error)}). Try again.") from error
        except RunyardError:  # before OSError: a lost connection is both
            raise
        except OSError as error:
            raise _unwritable(destination, error) from error
        finally:
            with suppress(OSError):
                partial.unlink()

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        with self._lock:
            client, self._client = self._client, None
            local, self._local = self._local, None
        for each in (client, local):
            if each is not None:
                each.close()

    def get_ready(self) -> None:
        """Import what requests need: that takes a moment, which is better spent before somebody waits for an answer."""
        with suppress(RunyardError):  # no server now: the first request will say so
            if self._is_near(self._endpoint.url):
                new_local_client(self._endpoint.url, self._timeout_s, CONNECT_TIMEOUT_S)
            else:
                load_httpx()

    def _exchange(self, request: _Request, retry_s: float | None, *, timeout_s: float | None = None) -> Answer:
        return self._attempts(lambda url: self._once(url, request, timeout_s), retry_s)

    def _attempts(self, attempt: Callable[[str], A], retry_s: float | None) -> A:
        deadline = time.monotonic() + (self._retry_s if retry_s is None else retry_s)
        delay_s = _FIRST_DELAY_S
        while True:
            url = self._endpoint.url
            try:
                response = attempt(url)
                if response.status_code not in _GATEWAY_STATUSES or time.monotonic() >= deadline:
                    return self._checked(response)
                response.close()
            except LostConnectionError as error:
                is_last = time.monotonic() >= deadline
                self._endpoint.refresh()  # may start the server, which takes its time and is worth one more attempt
                if is_last:
                    raise self._unreachable(url, error) from error
            time.sleep(max(0.0, min(delay_s, deadline - time.monotonic())))
            delay_s = min(delay_s * 2, _LONGEST_DELAY_S)

    def _once(self, url: str, request: _Request, timeout_s: float | None) -> Answer:
        if not self._is_near(url):
            return self._by_httpx(url, request, False, timeout_s)
        content = request.open_body() if request.open_body is not None else None
        if content is not None and not isinstance(content, bytes):
            content.close()  # a file is read piece by piece
            return self._by_httpx(url, request, False, timeout_s)
        client = self._open_local(url)
        return client.send(request.method, request.path, self._headers(request), request.params, content, timeout_s)

    def _by_httpx(self, url: str, request: _Request, stream: bool, timeout_s: float | None) -> httpx.Response:
        httpx = load_httpx()
        client = self._open_client(url)
        content = request.open_body() if request.open_body is not None else None
        try:
            built = client.build_request(
                request.method, url + request.path, params=request.params or None, headers=self._headers(request), content=content
            )
            if timeout_s is not None:
                built.extensions["timeout"] = {**built.extensions["timeout"], "read": timeout_s}
            return client.send(built, stream=stream)
        except httpx.TransportError as error:
            raise LostConnectionError(_reason(error)) from error
        finally:
            if content is not None and not isinstance(content, bytes):
                content.close()

    def _headers(self, request: _Request) -> dict[str, str]:
        return {
            **request.headers,
            "Authorization": f"Bearer {self._endpoint.token}",
            "User-Agent": f"runyard/{VERSION}",
        }

    def _open_client(self, url: str) -> httpx.Client:
        with self._lock:
            if self._client is None:
                self._client = new_client(self._timeout_s, CONNECT_TIMEOUT_S, is_local=is_loopback(url))
            return self._client

    def _open_local(self, url: str) -> LocalClient:
        with self._lock:
            if self._local is None or self._local.url != url:  # the server may have moved to another port
                self._local = new_local_client(url, self._timeout_s, CONNECT_TIMEOUT_S)
            return self._local

    def _checked(self, response: A) -> A:
        """Return an answer that succeeded; raise what the others say."""
        if response.status_code < 300 or response.status_code == 416:
            return response
        response.read()
        response.close()
        raise self._error_of(response)

    def _error_of(self, response: Answer) -> RunyardError:
        from runyard.wire.error import ErrorEnvelope  # late: most programs meet none

        try:
            body = from_json(response.content, ErrorEnvelope).error
        except msgspec.MsgspecError:
            return _with_pause(self._stranger(response), response)
        details = {name: value for name, value in body.details.items() if name != "message"}
        older = f" {_OLDER_SERVER}" if any(sign in body.message for sign in _OF_OLDER) else ""
        error = error_from_wire(body.code, body.message + older + self._token_advice(response), details)
        error.details["request_id"] = body.request_id
        return _with_pause(error, response)

    def _token_advice(self, response: Answer) -> str:
        if response.status_code != 401 or self._endpoint.owns_server:
            return ""
        url = self._endpoint.url
        return f" The server is {url}: sign in with `runyard login {url}`, or mend RUNYARD_TOKEN where that is set."

    def _decoded(self, response: Answer, answer: type[T]) -> T:
        kind = response.headers.get("content-type", "")
        try:
            return from_msgpack(response.content, answer) if kind.startswith(MSGPACK) else from_json(response.content, answer)
        except msgspec.MsgspecError as error:
            raise self._stranger(response) from error

    def _stranger(self, response: Answer) -> TransportError:
        url = str(response.url).partition("?")[0]
        if response.status_code in _GATEWAY_STATUSES:
            return TransportError(
                f"A proxy answers at {self._endpoint.url}, but no Runyard server behind it (status {response.status_code}). See "
                "on the server's machine whether it runs (`runyard status`, or its service), and if the proxy has its address.",
                url=url,
                status=response.status_code,
            )
        start = response.content[:120].decode("utf-8", "replace").strip()
        is_page = response.headers.get("content-type", "").startswith("text/html")
        what = "a web page" if is_page else json.dumps(start)
        return TransportError(
            f"{url} answered with something that is not Runyard's (status {response.status_code}: {what}). Check the server's "
            "address, which `runyard status` says on its machine, and that client and server have the same version.",
            url=url,
            status=response.status_code,
        )

    def _unreachable(self, url: str, error: Exception) -> TransportError:
        reason = _reason(error)
        if "CERTIFICATE_VERIFY_FAILED" in reason:
            return TransportError(
                f"The certificate of {url} is not trusted here ({reason}). Set SSL_CERT_FILE to the file of the authority "
                "that signed it, or of the certificate itself if it signed itself.",
                url=url,
            )
        if "WRONG_VERSION_NUMBER" in reason:
            plain = url.replace("https://", "http://", 1)
            return TransportError(f"What listens at {url} does not speak TLS. Its address may be {plain}", url=url)
        return TransportError(f"No Runyard server answers at {url} ({reason}). {self._endpoint.advice()}", url=url)

    def _forget_parents_connections(self) -> None:
        self._lock = threading.Lock()
        self._client = None
        self._local = None


_TRANSPORTS: weakref.WeakSet[Transport] = weakref.WeakSet()


def _after_fork() -> None:
    for transport in list(_TRANSPORTS):
        transport._forget_parents_connections()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _with_pause(error: RunyardError, response: Answer) -> RunyardError:
    """Note how long the server, or a proxy before it, asks to wait."""
    pause = response.headers.get("retry-after")
    if response.status_code == 429 or (response.status_code == 503 and pause is not None):
        error.details[RETRY_AFTER] = _seconds(pause)
    return error


def _seconds(text: str | None) -> float:
    """Return how long a busy server asks to wait. A date counts as one second: our own server sends seconds."""
    try:
        return max(0.0, float(text or ""))
    except ValueError:
        return 1.0


def segment(text: str) -> str:
    """Return ``text`` as one part of a path."""
    return quote(text, safe="")


def tail(path: str) -> str:
    """Return a relative file path as the end of a path; its slashes stay."""
    return quote(path, safe="/")


def _raw(method: str, path: str, content: bytes | Path, params: Params | None) -> _Request:
    headers = {"Accept": JSON, "Content-Type": "application/octet-stream"}
    open_body = _constant(content) if isinstance(content, bytes) else _file_opener(content)
    return _Request(method, path, headers, _texts(params), open_body)


def _texts(params: Params | None) -> dict[str, str]:
    return {name: _text(value) for name, value in (params or {}).items() if value is not None}


def _text(value: str | int | bool | None) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _constant(body: bytes) -> Callable[[], bytes | BinaryIO]:
    return lambda: body


def _file_opener(path: Path) -> Callable[[], bytes | BinaryIO]:
    return lambda: path.open("rb")


def write_file(destination: Path, content: bytes) -> None:
    """Write what has come to a file.

    Raises:
        DiskFullError: this machine's disk is full.
        InvalidArgumentError: the file cannot be written.
    """
    try:
        destination.write_bytes(content)
    except OSError as error:
        raise _unwritable(destination, error) from error


def _unwritable(destination: Path, error: OSError) -> RunyardError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(
            f"The disk of {destination} is full. Free some space, or choose another folder.", path=str(destination)
        )
    return InvalidArgumentError(
        f"{destination} cannot be written ({error.strerror}). Choose another output path.", path=str(destination)
    )


def _reason(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.rstrip(".")
