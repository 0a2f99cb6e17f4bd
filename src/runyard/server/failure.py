"""Turns every failure into the one envelope."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from runyard.errors import AuthenticationError, InvalidArgumentError, NotFoundError, RunyardError, ServerBusyError
from runyard.wire.codec import JSON, to_json
from runyard.wire.error import ErrorBody, ErrorEnvelope

logger = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    """Make ``app`` answer every failure with :class:`ErrorEnvelope`."""

    @app.exception_handler(RunyardError)
    async def known(request: Request, error: RunyardError) -> Response:
        if error.status >= 500:
            logger.error("request %s: %s", request.state.request_id, error.message)
        return envelope(request, error)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        return envelope(request, InvalidArgumentError(_explained(error.errors()), errors=_plain(error.errors())))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        missing = error.status_code == 404
        text = f"{request.method} {request.url.path} is no route of this server." if missing else str(error.detail)
        failure: RunyardError = NotFoundError(text) if missing else InvalidArgumentError(text)
        return envelope(request, failure, error.status_code)

    @app.exception_handler(Exception)
    async def unknown(request: Request, error: Exception) -> Response:
        logger.error("request %s failed", request.state.request_id, exc_info=error)
        text = (
            f"The server failed on {request.method} {request.url.path}. Its log has the details under {request.state.request_id}."
        )
        return envelope(request, RunyardError(text))


def envelope(request: Request, error: RunyardError, status: int | None = None) -> Response:
    """Return the answer for an error."""
    body = ErrorBody(code=error.code, message=error.message, request_id=request.state.request_id, details=error.details)
    headers = {"cache-control": "no-store"}
    if isinstance(error, AuthenticationError):
        headers["www-authenticate"] = "Bearer"
    if isinstance(error, ServerBusyError):
        headers["retry-after"] = str(error.details.get("retry_after_s", 1))
    return Response(to_json(ErrorEnvelope(error=body)), status or error.status, headers, media_type=JSON)


def _explained(errors: Any) -> str:
    shown = [f"{'.'.join(str(part) for part in e['loc'][1:]) or 'body'}: {e['msg']}" for e in errors[:3]]
    more = f" (and {len(errors) - 3} more)" if len(errors) > 3 else ""
    return f"The request cannot be used: {'; '.join(shown)}{more}."


def _plain(errors: Any) -> list[dict[str, Any]]:
    return [{"loc": [str(part) for part in e["loc"]], "msg": str(e["msg"]), "type": str(e["type"])} for e in errors[:20]]
