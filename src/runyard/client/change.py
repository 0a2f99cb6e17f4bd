"""Requests about the change feed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import msgspec

from runyard.client.http import load_httpx
from runyard.client.transport import Transport
from runyard.client.workspace import workspace_path
from runyard.domain.change import ChangeRecord
from runyard.wire.change import ChangePage
from runyard.wire.codec import from_json

if TYPE_CHECKING:
    import httpx

_SILENCE_S = 45.0
"""The server sends a sign of life every 15 s; a stream that is silent for three of them is dead."""


class ChangeApi:
    """The change feed of a workspace."""

    def __init__(self, transport: Transport, workspace: str) -> None:
        self._transport = transport
        self._path = f"{workspace_path(workspace)}/changes"

    def page(self, since: int | None = None) -> ChangePage:
        """Return what is newer than ``since``; without it only the present cursor."""
        return self._transport.call("GET", self._path, ChangePage, params={"since": since})

    def stream(self, since: int | None = None) -> Iterator[ChangeRecord | None]:
        """Yield changes as they happen, for ever; None means that some were missed and everything must be read again.

        A broken connection is opened again and goes on where it broke.
        """
        library = load_httpx()
        while True:
            try:
                params = {"since": since}
                headers = {"Accept": "text/event-stream"}
                with self._transport.stream(
                    f"{self._path}/stream", params=params, headers=headers, timeout_s=_SILENCE_S
                ) as response:
                    for event in parse_events(response.iter_lines()):
                        since = event.cursor if event.cursor is not None else since
                        yield event.change
            except library.TransportError:
                continue

    def _open(self, since: int | None) -> AbstractContextManager[httpx.Response]:
        headers = {"Accept": "text/event-stream"}
        return self._transport.stream(f"{self._path}/stream", params={"since": since}, headers=headers, timeout_s=_SILENCE_S)


class StreamEvent(msgspec.Struct, frozen=True):
    """One event of the stream. ``change`` is None for a reset."""

    cursor: int | None
    change: ChangeRecord | None


def parse_events(lines: Iterable[str]) -> Iterator[StreamEvent]:
    """Yield the events of a server-sent stream. Source: HTML standard, 9.2.6 (comments and unknown fields are skipped)."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
            continue
        kind = fields.get("event", "change")
        cursor = int(fields["id"]) if fields.get("id", "").isdigit() else None
        if kind == "reset":
            yield StreamEvent(cursor, None)
        elif kind == "change" and "data" in fields:
            yield StreamEvent(cursor, from_json(fields["data"].encode(), ChangeRecord))
        fields = {}
