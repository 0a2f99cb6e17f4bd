"""Requests about who is asking."""

from __future__ import annotations

from runyard.client.transport import API, Transport
from runyard.wire.session import CreateLoginLinkRequest, LoginLinkBody, SessionBody


class SessionApi:
    """The caller's session."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self) -> SessionBody:
        """Return the caller as the server sees it."""
        return self._transport.call("GET", f"{API}/session", SessionBody)

    def create_login_link(self, path: str = "/") -> LoginLinkBody:
        """Return a link that signs a browser in once and opens ``path``.

        Raises:
            PermissionDeniedError: the token is not the owner's.
        """
        return self._transport.call("POST", f"{API}/session/login-links", LoginLinkBody, body=CreateLoginLinkRequest(path=path))
