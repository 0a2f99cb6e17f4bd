"""Requests to a server on this machine, by the standard library.

On the way to it there is no proxy, no TLS and no redirect. What httpx does beside the request itself takes three times as long as
the request, and its import takes as long as that of all the rest: a program that trains should not pay for it.
"""

from __future__ import annotations

import http.client
import select
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from runyard.client.http import LostConnectionError

IDLE_S = 20.0
_IDLE_MAX = 8


@dataclass(frozen=True, slots=True)
class LocalAnswer:
    """A whole answer. The names of ``headers`` are in lower case."""

    url: str
    status_code: int
    headers: Mapping[str, str]
    content: bytes

    def read(self) -> bytes:
        """Return the content."""
        return self.content

    def close(self) -> None:
        """Do nothing: the connection is free already."""


class LocalClient:
    """Connections to one local server, which are used again. Thread-safe."""

    def __init__(self, url: str, timeout_s: float, connect_timeout_s: float) -> None:
        self.url = url
        self._place = urlsplit(url)
        self._timeout_s = timeout_s
        self._connect_timeout_s = connect_timeout_s
        self._lock = threading.Lock()
        self._idle: list[tuple[float, http.client.HTTPConnection]] = []

    def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        params: Mapping[str, str],
        body: bytes | None,
        timeout_s: float | None = None,
    ) -> LocalAnswer:
        """Send a request and return the answer. ``timeout_s`` is how long the server may say nothing.

        Raises:
            LostConnectionError: the server does not answer, breaks off, or does not speak HTTP.
        """
        target = self._place.path + path + (f"?{urlencode(params)}" if params else "")
        while True:
            connection, was_idle = self._open()
            try:
                connection.sock.settimeout(self._timeout_s if timeout_s is None else timeout_s)
                with suppress(BrokenPipeError, ConnectionResetError):  # it may have refused the request before it had all of it
                    connection.request(method, target, body, dict(headers))
                response = connection.getresponse()
                content = response.read()
                break
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                if not (was_idle and isinstance(error, ConnectionResetError)):  # else it was closed as the request left
                    raise _lost(error) from error
        if response.will_close:
            connection.close()
        else:
            self._put_back(connection)
        found = {name.lower(): value for name, value in response.getheaders()}
        return LocalAnswer(self.url + path, response.status, found, content)

    def close(self) -> None:
        """Close the connections that wait."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def _open(self) -> tuple[http.client.HTTPConnection, bool]:
        """Return a connection that waits and that the server has not closed, and True; else a new one, and False."""
        while True:
            with self._lock:
                since, connection = self._idle.pop() if self._idle else (0.0, None)
            if connection is None:
                return self._connected(), False
            if time.monotonic() - since < IDLE_S and not _is_readable(connection):
                return connection, True
            connection.close()

    def _connected(self) -> http.client.HTTPConnection:
        made = http.client.HTTPConnection(self._place.hostname or "", self._place.port or 80, timeout=self._connect_timeout_s)
        try:
            made.connect()
        except OSError as error:
            raise _lost(error) from error
        return made

    def _put_back(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            if len(self._idle) < _IDLE_MAX:
                self._idle.append((time.monotonic(), connection))
                return
        connection.close()


def _lost(error: Exception) -> LostConnectionError:
    if isinstance(error, http.client.BadStatusLine) and not isinstance(error, http.client.RemoteDisconnected):
        return LostConnectionError(f"what answers there does not speak HTTP, but begins with {str(error).strip()[:40]!r}")
    return LostConnectionError(str(error).strip() or type(error).__name__)


def _is_readable(connection: http.client.HTTPConnection) -> bool:
    """Return whether there is something to read, which before a request can only be the end of the connection."""
    if hasattr(select, "poll"):
        poll = select.poll()  # select() itself knows no file numbers beyond 1023
        poll.register(connection.sock, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([connection.sock], [], [], 0)[0])
