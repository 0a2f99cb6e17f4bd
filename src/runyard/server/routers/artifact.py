"""Files of runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from runyard.domain.artifact import ArtifactRecord, require_artifact_path
from runyard.errors import InvalidArgumentError, LimitExceededError
from runyard.server.routers.answer import (
    BINARY_ANSWER,
    BINARY_BODY,
    Caller,
    Context,
    answer,
    file_answer,
    reachable_run,
    zip_answer,
)
from runyard.server.routers.body import body_chunks
from runyard.server.routes import Routes
from runyard.wire.artifact import AppendAckBody, ArtifactPage, LinePage
from runyard.wire.codec import to_json

router = Routes(prefix="/workspaces/{workspace}/runs/{run_id}", tags=["artifact"])

CHUNK_MAX_BYTES = 16 << 20
NDJSON = "application/x-ndjson"
_PART_BYTES = 32 << 10
_LINES_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {NDJSON: {"schema": {"type": "string"}}}}}


@router.get("/artifacts", operation_id="list_artifacts", response_model=ArtifactPage)
def list_artifacts(context: Context, caller: Caller, workspace: str, run_id: str, prefix: str = "") -> Response:
    """Return the files of a run, by path."""
    reachable_run(context, caller, workspace, run_id)
    return answer(ArtifactPage(artifacts=context.storage.artifacts.list(workspace, run_id, prefix=prefix)))


@router.put("/artifacts/{path:path}", operation_id="put_artifact", response_model=ArtifactRecord, openapi_extra=BINARY_BODY)
async def put_artifact(
    context: Context, caller: Caller, workspace: str, run_id: str, path: str, request: Request, replace: bool = False
) -> Response:
    """Store a whole file."""
    name = require_artifact_path(path)
    await run_in_threadpool(reachable_run, context, caller, workspace, run_id)
    async with body_chunks(request) as chunks:
        record = await run_in_threadpool(
            context.storage.artifacts.put, workspace, run_id, name, chunks, replace=replace, at=context.clock()
        )
    return answer(record)


@router.post(
    "/artifact-chunks/{path:path}",
    operation_id="append_artifact",
    response_model=AppendAckBody,
    openapi_extra=BINARY_BODY,
)
async def append_artifact(
    context: Context, caller: Caller, workspace: str, run_id: str, path: str, offset: int, request: Request
) -> Response:
    """Add a chunk to a growing file. Bytes that are there already are skipped."""
    name = require_artifact_path(path)
    if offset < 0:
        raise InvalidArgumentError(f"offset is {offset}; it must be 0 or more.")
    data = await request.body()
    if len(data) > CHUNK_MAX_BYTES:
        raise LimitExceededError(f"A chunk of {len(data)} bytes; the limit is {CHUNK_MAX_BYTES}. Send smaller chunks.")

    def store() -> Response:
        reachable_run(context, caller, workspace, run_id)
        size = context.storage.artifacts.append(workspace, run_id, name, offset=offset, data=data, at=context.clock())
        return answer(AppendAckBody(size_bytes=size))

    return await run_in_threadpool(store)


@router.get("/artifacts/{path:path}", operation_id="read_artifact", response_class=Response, responses=BINARY_ANSWER)
def read_artifact(
    context: Context, caller: Caller, workspace: str, run_id: str, path: str, request: Request, framed: bool = False
) -> Response:
    """Return a file, or the part of it that the Range header names. With ``framed`` an HTML page comes as one, in a sandbox."""
    name = require_artifact_path(path)
    reachable_run(context, caller, workspace, run_id)
    wanted = _range(request.headers.get("range"))
    if wanted is None:
        return file_answer(context.storage.artifacts.read(workspace, run_id, name, start=0, stop=None), name, framed=framed)
    start, stop = wanted
    if start < 0:
        total = context.storage.artifacts.read(workspace, run_id, name, start=0, stop=0).total
        start = max(0, total + start)
    part = context.storage.artifacts.read(workspace, run_id, name, start=start, stop=stop)
    if start >= part.total:
        return Response(status_code=416, headers={"content-range": f"bytes */{part.total}"})
    return file_answer(part, name, ranged=True, framed=framed)


@router.get("/artifact-lines/{path:path}", operation_id="read_lines", response_model=LinePage)
def read_lines(
    context: Context, caller: Caller, workspace: str, run_id: str, path: str, start: int = 0, count: int = 200
) -> Response:
    """Return lines of a text file by their numbers, counted from 0; a negative ``start`` counts from the end."""
    name = require_artifact_path(path)
    reachable_run(context, caller, workspace, run_id)
    return answer(context.texts.lines(workspace, run_id, name, start=start, count=count))


@router.get("/artifact-search/{path:path}", operation_id="search_lines", response_class=Response, responses=_LINES_ANSWER)
def search_lines(
    context: Context,
    caller: Caller,
    workspace: str,
    run_id: str,
    path: str,
    text: str,
    regex: bool = False,
    ignore_case: bool = True,
    start: int = 0,
    limit: int = 1000,
) -> Response:
    """Send the lines in which a text or regular expression is found, as they are found: a JSON object a line (NDJSON).

    Each is a LineHit; the last one is a LineSearchEnd, whose ``next_line`` is the ``start`` of the next search.
    """
    name = require_artifact_path(path)
    reachable_run(context, caller, workspace, run_id)
    found = context.texts.search(
        workspace, run_id, name, pattern=text, regex=regex, ignore_case=ignore_case, start=start, limit=limit
    )
    return StreamingResponse(joined_lines(found), media_type=NDJSON)


@router.get("/artifact-zip", operation_id="zip_artifacts", response_class=Response, responses=BINARY_ANSWER)
def zip_artifacts(context: Context, caller: Caller, workspace: str, run_id: str, prefix: str = "") -> Response:
    """Return the files of a run as a zip."""
    reachable_run(context, caller, workspace, run_id)
    artifacts = context.storage.artifacts
    records = artifacts.list(workspace, run_id, prefix=prefix)
    files = ((r.path, artifacts.read(workspace, run_id, r.path, start=0, stop=None)) for r in records)
    return zip_answer(files, run_id)


def joined_lines(found: Iterable[Any]) -> Iterator[bytes]:
    """Yield objects as NDJSON: the first at once, and then many together, since every part costs a turn of the server."""
    part = bytearray()
    for count, each in enumerate(found):
        part += to_json(each) + b"\n"
        if count == 0 or len(part) >= _PART_BYTES:
            yield bytes(part)
            part.clear()
    yield bytes(part)


def _range(header: str | None) -> tuple[int, int | None] | None:
    """Return (start, stop) of a Range header; a negative start counts from the end. None for none, or one not understood."""
    if not header or not header.startswith("bytes=") or "," in header:
        return None
    first, dash, last = header.removeprefix("bytes=").strip().partition("-")
    try:
        if not first:
            return (-int(last), None) if int(last) > 0 else None
        start, stop = int(first), (int(last) + 1 if last else None)
    except ValueError:
        return None
    return (start, stop) if dash and start >= 0 and (stop is None or stop > start) else None
