"""Serves the built Studio: hashed files for ever, the page itself never from a cache."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

STATIC = Path(__file__).parent / "static"

_POLICY = (
    "default-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))

_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Runyard</title>
<h1>The Studio is not built</h1>
<p>The server is up and its API works.</p>
<p>To build the web pages from a source checkout, run <code>make studio</code> in it, then reload this page.</p>
"""


def studio_response(request: Request, static: Path = STATIC) -> Response:
    """Return a file of the Studio; any other path gets the page itself, which knows its own routes."""
    if not (static / "index.html").is_file():
        return HTMLResponse(_NOT_BUILT, 200, headers={"cache-control": "no-store"})
    relative = request.url.path.lstrip("/")
    path = (static / relative).resolve()
    if not relative or not path.is_relative_to(static.resolve()) or not path.is_file():
        if relative.startswith("assets/"):
            return Response("This file belongs to another version of the Studio. Reload the page.", 404, media_type="text/plain")
        path = static / "index.html"
    return _file(request, path, lasting=relative.startswith("assets/"))


def _file(request: Request, path: Path, *, lasting: bool) -> Response:
    headers = {
        "cache-control": "public, max-age=31536000, immutable" if lasting else "no-cache",
        "vary": "Accept-Encoding",
        "content-security-policy": _POLICY,
        "referrer-policy": "no-referrer",
    }
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    accepted = request.headers.get("accept-encoding", "")
    for encoding, suffix in _ENCODINGS:
        packed = path.with_name(path.name + suffix)
        if encoding in accepted and packed.is_file():
            return FileResponse(packed, headers={**headers, "content-encoding": encoding}, media_type=media_type)
    return FileResponse(path, headers=headers, media_type=media_type)
