"""Where a server is and who asks."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from runyard.client import embedded
from runyard.errors import ConfigurationError, TransportError


class Endpoint(Protocol):
    """The address and the token of one server. Thread-safe."""

    @property
    def url(self) -> str:
        """The server's address without a trailing slash.

        Raises:
            TransportError: no server is known and none can be started.
        """

    @property
    def token(self) -> str:
        """The bearer token."""

    @property
    def owns_server(self) -> bool:
        """True when the token is that of the embedded server's owner."""

    def refresh(self) -> None:
        """Look again where the server is, after a lost connection.

        Raises:
            TransportError: trying again has no sense.
        """

    def advice(self) -> str:
        """Say what a user can do when the server does not answer."""


class RemoteEndpoint:
    """A server at a fixed address."""

    owns_server = False

    def __init__(self, url: str, token: str) -> None:
        if not _is_address(url):
            raise ConfigurationError(
                f"{url!r} is not the address of a Runyard server. Use one such as 'http://host:8600' or 'https://host'.", url=url
            )
        self._url = url.rstrip("/")
        self._token = token

    @property
    def url(self) -> str:
        """The address that was given."""
        return self._url

    @property
    def token(self) -> str:
        """The token that was given."""
        return self._token

    def refresh(self) -> None:
        """Do nothing: the address is fixed."""

    def advice(self) -> str:
        """Say what a user can do when the server does not answer."""
        return "Check that the server is running and that the address is right."


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, an address of IPv6 without its bracket
        return False


class EmbeddedEndpoint:
    """The embedded server of a home folder, which may move to another port when it is started again.

    With a ``token`` the holder is a guest, such as a submitted script: it follows the server but never starts one. Without, the
    owner's token is read from the home folder, and the server is started when it does not run. A server that was stopped by
    ``runyard down`` stays down for clients that were connected to it.
    """

    def __init__(self, home: Path, token: str | None = None, url: str | None = None) -> None:
        self._home = home
        self._guest_token = token
        self._url = url

    @property
    def home(self) -> Path:
        """The folder that the server lives in."""
        return self._home

    @property
    def owns_server(self) -> bool:
        """True unless a token was given."""
        return self._guest_token is None

    @property
    def url(self) -> str:
        """The server's address; it is started at the first call when need be."""
        if self._url is None:
            self._url = self._start().url if self.owns_server else self._find()
        return self._url

    @property
    def token(self) -> str:
        """The guest's token, else the owner's."""
        if self._guest_token is not None:
            return self._guest_token
        return embedded.read_owner_token(self._home)

    def refresh(self) -> None:
        """Read the server's address again; an owner starts the server when it is gone and was not stopped on purpose."""
        info = embedded.read_server_info(self._home)
        if info is not None and embedded.is_healthy(info):
            self._url = info.url
            return
        if self.owns_server:
            if embedded.was_stopped(self._home):
                raise TransportError(f"The Runyard server of {self._home} was stopped. {self.advice()}", home=str(self._home))
            self._url = self._start().url

    def advice(self) -> str:
        """Say what a user can do when the server does not answer."""
        return f"Start it with `runyard up`; its log is {self._home / embedded.LOG_FILE}."

    def _start(self) -> embedded.ServerInfo:
        return embedded.ensure_running(self._home)

    def _find(self) -> str:
        info = embedded.read_server_info(self._home)
        if info is None:
            raise TransportError(f"No Runyard server runs in {self._home}. {self.advice()}", home=str(self._home))
        return info.url
