"""What every request passes first: a request id, the right host name, plain security headers, a line in the log."""

from __future__ import annotations

import logging
import time
import uuid

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runyard.wire.codec import JSON, to_json
from runyard.wire.error import ErrorBody, ErrorEnvelope

logger = logging.getLogger("runyard.access")

_HEADERS = [(b"x-content-type-options", b"nosniff"), (b"x-frame-options", b"DENY")]
_LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})


class Gate:
    """The outermost layer.

    A loopback server answers only to loopback host names. A page on the web can make a name of its own point at 127.0.0.1 (DNS
    rebinding); such a request carries that name in its Host header and is refused here.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str] = _LOOPBACK_HOSTS) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex[:16]
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()
        status = 500

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                extra = [(b"x-request-id", request_id.encode()), *_HEADERS]
                message = {**message, "headers": [*message.get("headers", []), *extra]}
            await send(message)

        try:
            if self._host(scope) in self._hosts:
                await self._app(scope, receive, send_on)
            else:
                await _refuse(send_on, request_id)
        finally:
            # The path alone: a query may hold a one-time code.
            level = logging.WARNING if status >= 500 else logging.DEBUG
            spent_ms = (time.perf_counter() - started) * 1000
            logger.log(level, "%s %s %s %.1fms %s", scope["method"], scope["path"], status, spent_ms, request_id)

    @staticmethod
    def _host(scope: Scope) -> str:
        for name, value in scope["headers"]:
            if name == b"host":
                host: str = value.decode("latin-1").lower()
                return host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0]
        return ""


async def _refuse(send: Send, request_id: str) -> None:
    text = "This server answers to its own host name only. Open it by the address that `runyard status` shows."
    body = to_json(ErrorEnvelope(error=ErrorBody(code="permission_denied", message=text, request_id=request_id)))
    await send({"type": "http.response.start", "status": 421, "headers": [(b"content-type", JSON.encode())]})
    await send({"type": "http.response.body", "body": body})
