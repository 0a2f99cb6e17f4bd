"""The change feed, as pages and as a stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from runyard.server.context import ServerContext
from runyard.server.routers.answer import Caller, Context, answer
from runyard.wire.change import ChangePage
from runyard.wire.codec import to_json

router = APIRouter(prefix="/workspaces/{workspace}/changes", tags=["change"])

PAGE = 1000
PING_S = 15.0
COALESCE_S = 0.1
"""How long the stream gathers before it sends: ten messages a second are enough for any screen."""


@router.get("", operation_id="list_changes", response_model=ChangePage)
def list_changes(context: Context, caller: Caller, workspace: str, since: int | None = None) -> Response:
    """Return what changed after the cursor ``since``; without it, only the present cursor."""
    caller.require_workspace(workspace)
    if since is None:
        return answer(ChangePage(changes=[], cursor=context.storage.changes.latest()))
    return answer(context.storage.changes.since(workspace, since, scope=caller.scope, limit=PAGE))


@router.get(
    "/stream", operation_id="stream_changes", response_class=Response, responses={200: {"content": {"text/event-stream": {}}}}
)
async def stream_changes(
    context: Context,
    caller: Caller,
    workspace: str,
    request: Request,
    since: int | None = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """Send changes as they happen (server-sent events); ``Last-Event-ID`` or ``since`` says where to go on."""
    caller.require_workspace(workspace)
    await run_in_threadpool(context.storage.workspaces.get, workspace)
    start = int(last_event_id) if last_event_id and last_event_id.isdigit() else since
    cursor = start if start is not None else await run_in_threadpool(context.storage.changes.latest)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(
        _events(context, request, workspace, cursor, caller.scope), 200, headers, media_type="text/event-stream"
    )


async def _events(
    context: ServerContext, request: Request, workspace: str, cursor: int, scope: str | None
) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(changed.set)

    unsubscribe = context.storage.changes.subscribe(wake)
    stopping: asyncio.Event = request.app.state.stopping
    try:
        yield f"retry: 1000\nid: {cursor}\n\n".encode()
        while not stopping.is_set():
            changed.clear()
            page = await run_in_threadpool(context.storage.changes.since, workspace, cursor, scope=scope, limit=PAGE)
            if page.changes or page.reset:
                yield _message(page)
            cursor = page.cursor
            if len(page.changes) < PAGE:
                if not await _wait(changed, stopping):
                    yield b": ping\n\n"
                await asyncio.sleep(COALESCE_S)
    finally:
        unsubscribe()


async def _wait(changed: asyncio.Event, stopping: asyncio.Event) -> bool:
    tasks = [asyncio.create_task(changed.wait()), asyncio.create_task(stopping.wait())]
    done, pending = await asyncio.wait(tasks, timeout=PING_S, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    return bool(done)


def _message(page: ChangePage) -> bytes:
    if page.reset:
        return b"id: %d\nevent: reset\ndata: {}\n\n" % page.cursor
    return b"".join(b"id: %d\nevent: change\ndata: %s\n\n" % (change.cursor, to_json(change)) for change in page.changes)
