"""How routes answer, and what they depend on."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request
from starlette.responses import Response, StreamingResponse

from runyard.domain.run import RunRecord
from runyard.server.context import ServerContext
from runyard.server.security.principal import Principal, caller_of
from runyard.storage.base import FileSlice
from runyard.wire.codec import JSON, MSGPACK, to_json, to_msgpack


async def get_context(request: Request) -> ServerContext:
    """Return the server's parts. On the event loop: a thread would take longer to reach."""
    context: ServerContext = request.app.state.context
    return context


BINARY_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
"""Says in the OpenAPI document that a route takes raw bytes."""

BINARY_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}
"""Says in the OpenAPI document that a route answers with raw bytes."""

Context = Annotated[ServerContext, Depends(get_context)]
Caller = Annotated[Principal, Depends(caller_of)]


COMPRESSED_FROM_BYTES = 4096
"""JSON that is shorter is sent as it is: a packet or three, whatever is done."""


def answer(body: Any, request: Request | None = None, status: int = 200) -> Response:
    """Return a wire object as JSON, or as MessagePack when the request asks for that.

    Long JSON is compressed for a client that takes gzip: a page of rows becomes a sixth. MessagePack is for programs near by, and
    is not.
    """
    if request is None:
        return Response(to_json(body), status, media_type=JSON)
    if takes_msgpack(request):
        return packed_answer(to_msgpack(body), status)
    headers = dict(_VARY)
    content = to_json(body)
    if len(content) >= COMPRESSED_FROM_BYTES and "gzip" in request.headers.get("accept-encoding", ""):
        content = gzip.compress(content, compresslevel=1, mtime=0)
        headers["content-encoding"] = "gzip"
    return Response(content, status, headers, media_type=JSON)


def takes_msgpack(request: Request) -> bool:
    """Return whether the client asks for MessagePack."""
    return MSGPACK in request.headers.get("accept", "")


def packed_answer(content: bytes, status: int = 200) -> Response:
    """Return bytes that are MessagePack already."""
    return Response(content, status, _VARY, media_type=MSGPACK)


_VARY = {"vary": "Accept, Accept-Encoding"}


def reachable_run(context: ServerContext, caller: Principal, workspace: str, run_id: str) -> RunRecord:
    """Return a run that the caller may reach; a foreign one looks as if it were not there."""
    caller.require_workspace(workspace)
    run = context.storage.runs.get(workspace, run_id)
    caller.require_run(run)
    return run


def require_reachable(context: ServerContext, caller: Principal, workspace: str, run_id: str) -> None:
    """Refuse a run that the caller may not reach. That there is such a run is seen by what the route calls next."""
    if caller.scope is None:
        caller.require_workspace(workspace)
    else:
        reachable_run(context, caller, workspace, run_id)


_SANDBOX = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; media-src data:; form-action 'none'; "
    "base-uri 'none'"
)
"""What a run stored has an origin of its own, runs no script and loads nothing."""


def file_answer(part: FileSlice, path: str, *, ranged: bool = False, framed: bool = False) -> Response:
    """Return bytes of a file as a download.

    Nothing that a run stored may act as a page of the Studio's origin: the type is a plain one and sniffing is off. With
    ``framed`` a page is sent as one, to be shown in a frame of the Studio; it is in a sandbox there, and also by itself.
    """
    is_page = framed and PurePosixPath(path).suffix.lower() in _PAGES
    disposition = "inline" if is_page else "attachment"
    headers = {
        "content-disposition": f"{disposition}; filename*=UTF-8''{quote(PurePosixPath(path).name, safe='')}",
        "content-length": str(part.stop - part.start),
        "accept-ranges": "bytes",
        "cache-control": "no-cache",
        "content-security-policy": f"{_SANDBOX}; frame-ancestors 'self'" if is_page else _SANDBOX,
    }
    if ranged:
        headers["content-range"] = f"bytes {part.start}-{part.stop - 1}/{part.total}"
    media_type = "text/html; charset=utf-8" if is_page else _media_type(path)
    return StreamingResponse(part.chunks, 206 if ranged else 200, headers, media_type=media_type)


def zip_answer(files: Iterator[tuple[str, FileSlice]], name: str) -> Response:
    """Return files as a zip that is made while it is sent."""
    from runyard.server.services.archive import zipped

    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}.zip"}
    return StreamingResponse(zipped(files), 200, headers, media_type="application/zip")


_PAGES = {".html", ".htm"}
_MEDIA = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".m4a": "audio/mp4",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".webm": "video/webm",
    ".ogv": "video/ogg",
}
"""What a browser shows and plays; none of it can hold a script."""

_TEXTS = {
    ".txt",
    ".log",
    ".py",
    ".md",
    ".yml",
    ".yaml",
    ".csv",
    ".tsv",
    ".ini",
    ".cfg",
    ".toml",
    ".sh",
    ".html",
    ".svg",
    ".xml",
    ".js",
}


def _media_type(path: str) -> str:
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in _MEDIA:
        return _MEDIA[suffix]
    if suffix == ".json":
        return "application/json"
    return "text/plain; charset=utf-8" if suffix in _TEXTS else "application/octet-stream"
