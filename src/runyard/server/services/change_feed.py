"""The change feed for those who listen: read once for all of them, and written once as the bytes that each is sent."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import takewhile

from starlette.concurrency import run_in_threadpool

from runyard.domain.change import ChangeRecord
from runyard.errors import RunyardError
from runyard.storage.base import ChangeStore
from runyard.wire.change import ChangePage
from runyard.wire.codec import to_json

logger = logging.getLogger(__name__)

PAGE = 1000
PING_S = 15.0
COALESCE_S = 0.2
"""How long the feed gathers before it sends again: five messages a second are enough for a screen. The first does not wait.

A message costs what it costs each listener, so it gathers longer for many: with :data:`MANY_LISTENERS` or more twice as long.
"""

MANY_LISTENERS = 100

KEPT_BATCHES = 256
"""What listeners that are slow for a moment still find here; one that is further behind reads from the store."""


@dataclass(slots=True)
class _Batch:
    """What one read found: the changes after ``low`` up to ``high``, by workspace."""

    low: int
    high: int
    changes: dict[str, list[tuple[ChangeRecord, bytes]]] = field(default_factory=dict)
    whole: dict[tuple[str, bool], bytes] = field(default_factory=dict)

    def message(self, workspace: str, cursor: int, scope: str | None, *, short: bool) -> bytes:
        """Return what a listener at ``cursor`` has not seen of it."""
        if scope is None and cursor <= self.low:
            if (workspace, short) not in self.whole:
                self.whole[workspace, short] = _joined(self.changes.get(workspace, []), short=short)
            return self.whole[workspace, short]
        changes = self.changes.get(workspace, ())
        unseen = [each for each in changes if each[0].cursor > cursor and (scope is None or each[0].root_id == scope)]
        return _joined(unseen, short=short)


class ChangeFeed:
    """Listeners of one server. Used on its event loop only."""

    def __init__(self, changes: ChangeStore, stopping: asyncio.Event) -> None:
        self._changes = changes
        self._stopping = stopping
        self._listeners = 0
        self._reader: asyncio.Task[None] | None = None
        self._started = asyncio.Event()
        self._batches: deque[_Batch] = deque(maxlen=KEPT_BATCHES)
        self._head = 0
        self._waiting: set[asyncio.Future[None]] = set()

    async def follow(self, workspace: str, cursor: int, scope: str | None, *, short: bool = False) -> AsyncIterator[bytes]:
        """Yield the changes after ``cursor`` as server-sent events, for ever; a comment where there are none for long.

        An event ``change`` has one change in full. In the short form an event ``changes`` has all that came together:
        by topic, the ids of the runs, each once; its id is the cursor of the last.
        """
        yield f"retry: 1000\nid: {cursor}\n\n".encode()
        self._listeners += 1
        try:
            await self._ensure_reader()
            is_behind = True
            sent_at = time.monotonic()
            while not self._stopping.is_set():
                if is_behind or cursor < self._floor():
                    page = await run_in_threadpool(self._changes.since, workspace, cursor, scope=scope, limit=PAGE)
                    message, cursor = _page_message(page, short=short), page.cursor
                    is_behind = len(page.changes) >= PAGE
                else:
                    message, cursor = self._after(workspace, cursor, scope, short=short)
                if message:
                    yield message
                    sent_at = time.monotonic()
                elif time.monotonic() - sent_at >= PING_S:
                    yield b": ping\n\n"
                    sent_at = time.monotonic()
                elif not is_behind and cursor >= self._head:
                    await self._news()
        finally:
            self._listeners -= 1
            if not self._listeners:
                self._stop_reader()

    def _floor(self) -> int:
        return self._batches[0].low if self._batches else self._head

    def _after(self, workspace: str, cursor: int, scope: str | None, *, short: bool) -> tuple[bytes, int]:
        unseen = takewhile(lambda batch: batch.high > cursor, reversed(self._batches))
        messages = [batch.message(workspace, cursor, scope, short=short) for batch in unseen]
        return b"".join(reversed(messages)), max(cursor, self._head)

    async def _news(self) -> None:
        """Wait until something was read, or a ping may be due."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)

    async def _ensure_reader(self) -> None:
        if self._reader is None:
            self._started = asyncio.Event()
            self._reader = asyncio.create_task(self._read(self._started))
        await self._started.wait()

    def _stop_reader(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None
        self._batches.clear()

    async def _read(self, started: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        changed = asyncio.Event()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(changed.set)

        unsubscribe = self._changes.subscribe(wake)
        stopped = asyncio.create_task(self._stopping.wait())
        try:
            self._head = await run_in_threadpool(self._changes.latest)
            started.set()
            while not self._stopping.is_set():
                news = asyncio.create_task(changed.wait())
                await asyncio.wait([news, stopped], timeout=PING_S, return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
                if changed.is_set():
                    changed.clear()
                    await self._try_to_take()
                self._wake_listeners()
                await asyncio.sleep(pause_s(self._listeners))
        finally:
            stopped.cancel()
            unsubscribe()
            started.set()
            self._wake_listeners()

    async def _try_to_take(self) -> None:
        try:
            await self._take()
        except RunyardError as error:
            logger.error("the change feed could not be read, and is read again with the next change: %s", error.message)

    async def _take(self) -> None:
        while True:
            found, head = await run_in_threadpool(self._changes.of_all, self._head, limit=PAGE)
            batch = _Batch(self._head, head)
            for workspace, change in found:
                batch.changes.setdefault(workspace, []).append((change, _event(change)))
            self._head = head
            if found:
                self._batches.append(batch)
            if len(found) < PAGE:
                return

    def _wake_listeners(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)


def pause_s(listeners: int) -> float:
    """Return how long the feed gathers for so many listeners."""
    return COALESCE_S * (1 + min(listeners, MANY_LISTENERS) / MANY_LISTENERS)


def _event(change: ChangeRecord) -> bytes:
    return b"id: %d\nevent: change\ndata: %s\n\n" % (change.cursor, to_json(change))


def _short_event(changes: list[ChangeRecord]) -> bytes:
    run_ids: dict[str, dict[str, None]] = {}
    for change in changes:
        of_topic = run_ids.setdefault(change.topic.value, {})
        if change.run_id is not None:
            of_topic[change.run_id] = None
    data = to_json({topic: list(ids) for topic, ids in run_ids.items()})
    return b"id: %d\nevent: changes\ndata: %s\n\n" % (changes[-1].cursor, data) if changes else b""


def _joined(changes: list[tuple[ChangeRecord, bytes]], *, short: bool) -> bytes:
    return _short_event([change for change, _ in changes]) if short else b"".join(text for _, text in changes)


def _page_message(page: ChangePage, *, short: bool) -> bytes:
    if page.reset:
        return b"id: %d\nevent: reset\ndata: {}\n\n" % page.cursor
    return _short_event(page.changes) if short else b"".join(map(_event, page.changes))
