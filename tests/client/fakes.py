"""A server of a few lines, for clients that are tested alone."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from runyard.client import transport as transport_module
from runyard.client.transport import Transport
from runyard.errors import TransportError

Handler = Callable[[httpx.Request], httpx.Response]


class FakeEndpoint:
    """An endpoint whose address changes at each refresh, as that of a server that was started again."""

    def __init__(self, *, owns_server: bool = False, stopped: bool = False) -> None:
        self.refreshes = 0
        self.owns_server = owns_server
        self.token = "secret"
        self.stopped = stopped

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{9000 + self.refreshes}"

    def refresh(self) -> None:
        self.refreshes += 1
        if self.stopped:
            raise TransportError("the server was stopped")

    def advice(self) -> str:
        return "Start it with `runyard up`."


def fake_transport(
    monkeypatch: pytest.MonkeyPatch, handler: Handler, endpoint: FakeEndpoint | None = None, retry_s: float = 5.0
) -> Transport:
    """Return a transport whose requests end in ``handler``, and no others: threads of earlier tests may still be at work."""
    monkeypatch.setattr(transport_module, "_FIRST_DELAY_S", 0.001)
    made = Transport(endpoint or FakeEndpoint(), retry_s=retry_s)
    made._client = httpx.Client(transport=httpx.MockTransport(handler))
    made._is_near = lambda url: False  # else they would not go by httpx, whose transport is replaced here
    return made
