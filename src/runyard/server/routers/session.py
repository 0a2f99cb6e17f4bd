"""Who am I, and how does my browser get in."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from runyard.errors import AuthenticationError
from runyard.server.routers.answer import Caller, Context, answer
from runyard.server.routes import Routes
from runyard.server.security.login import SESSION_VALID, create_link, open_session, require_local_path
from runyard.server.security.principal import authenticate, cookie_name
from runyard.version import VERSION
from runyard.wire.session import CreateLoginLinkRequest, LoginLinkBody, SessionBody

router = Routes(tags=["session"])
login_router = Routes(include_in_schema=False)


@router.get("/session", operation_id="get_session", response_model=SessionBody)
def get_session(context: Context, caller: Caller) -> Response:
    """Return the caller as the server sees it."""
    workspaces = [record.name for record in context.storage.workspaces.list()]
    return answer(
        SessionBody(
            user=caller.user,
            kind=caller.kind,
            default_workspace=caller.workspace or context.settings.default_workspace,
            workspaces=[caller.workspace] if caller.workspace else workspaces,
            server_version=VERSION,
        )
    )


@router.post("/session/login-links", operation_id="create_login_link", response_model=LoginLinkBody)
def create_login_link(context: Context, caller: Caller, request: CreateLoginLinkRequest) -> Response:
    """Make a link that signs one browser in."""
    caller.require_person()
    return answer(create_link(context, caller.user, request.path))


@login_router.get("/login")
def log_in(context: Context, request: Request, code: str = "", next: str = "/") -> Response:
    """Turn a one-time code into a session cookie and go on to the page that the link is about."""
    target = require_local_path(next)
    secret = open_session(context, code) if code else None
    if secret is None and not _has_session(request):
        return RedirectResponse("/sign-in?reason=used-link", 303, headers={"cache-control": "no-store"})
    response = RedirectResponse(target, 303, headers={"cache-control": "no-store", "referrer-policy": "no-referrer"})
    if secret is not None:
        response.set_cookie(
            cookie_name(context), secret, max_age=int(SESSION_VALID.total_seconds()), httponly=True, samesite="strict", path="/"
        )
    return response


def _has_session(request: Request) -> bool:
    try:
        return authenticate(request).kind == "session"
    except AuthenticationError:
        return False
