"""Request bodies of any size, handed from the event loop to a thread."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from starlette.requests import ClientDisconnect, Request

from runyard.errors import TransportError

_CHUNKS_AHEAD = 16


@asynccontextmanager
async def body_chunks(request: Request) -> AsyncIterator[Iterator[bytes]]:
    """Give the body as a plain iterator for a thread; memory holds a few chunks at a time.

    The iterator raises :class:`TransportError` when the client goes away in the middle.
    """
    waiting: queue.Queue[bytes | Exception | None] = queue.Queue(_CHUNKS_AHEAD)
    feeder = asyncio.create_task(_feed(request, waiting))

    def chunks() -> Iterator[bytes]:
        while (item := waiting.get()) is not None:
            if isinstance(item, Exception):
                raise TransportError("The client went away before the whole body had come. Send it again.") from item
            yield item

    try:
        yield chunks()
    finally:
        feeder.cancel()


async def _feed(request: Request, waiting: queue.Queue[bytes | Exception | None]) -> None:
    try:
        async for chunk in request.stream():
            if chunk:
                await _put(waiting, chunk)
        await _put(waiting, None)
    except ClientDisconnect as error:
        await _put(waiting, error)


async def _put(waiting: queue.Queue[bytes | Exception | None], item: bytes | Exception | None) -> None:
    pause = 0.001
    while True:
        try:
            waiting.put_nowait(item)
            return
        except queue.Full:
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.05)
