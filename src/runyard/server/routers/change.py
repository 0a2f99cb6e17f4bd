"""The change feed, as pages and as a stream."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from runyard.server.routers.answer import Caller, Context, answer
from runyard.server.routes import Routes
from runyard.server.services.change_feed import PAGE, ChangeFeed
from runyard.wire.change import ChangePage

router = Routes(prefix="/workspaces/{workspace}/changes", tags=["change"])


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
    short: bool = False,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """Send changes as they happen (server-sent events); ``Last-Event-ID`` or ``since`` says where to go on.

    Each is an event ``change``, as in a page of changes. With ``short`` those that come together are one event ``changes``:
    the ids of the runs by topic, such as {"metric": ["..."], "view": []}; its id is the cursor of the last.
    """
    caller.require_workspace(workspace)
    await run_in_threadpool(context.storage.workspaces.get, workspace)
    start = int(last_event_id) if last_event_id and last_event_id.isdigit() else since
    cursor = start if start is not None else await run_in_threadpool(context.storage.changes.latest)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    feed: ChangeFeed = request.app.state.feed
    return StreamingResponse(
        feed.follow(workspace, cursor, caller.scope, short=short), 200, headers, media_type="text/event-stream"
    )
