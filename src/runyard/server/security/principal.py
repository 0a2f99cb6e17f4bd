"""The caller of a request."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from runyard.domain.run import RunRecord
from runyard.errors import AuthenticationError, NotFoundError, PermissionDeniedError
from runyard.server.context import ServerContext
from runyard.server.security.token import token_hash

CLIENT_HEADER = "x-runyard-client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks. ``kind`` is ``owner`` (token of the home folder), ``session`` (a browser) or ``run`` (a submitted run).

    A run reaches its own workspace, and in it the tree whose root is ``scope``; the others reach everything.
    """

    user: str
    kind: str
    workspace: str | None = None
    scope: str | None = None

    def require_person(self) -> None:
        """Raise :class:`PermissionDeniedError` for a run's token."""
        if self.kind == "run":
            raise PermissionDeniedError(
                "A run's own token reaches the run and its relatives only. Do this with a client that is signed in as a person."
            )

    def require_workspace(self, workspace: str) -> None:
        """Raise :class:`PermissionDeniedError` unless the caller may look into the workspace."""
        if self.workspace is not None and self.workspace != workspace:
            raise PermissionDeniedError(f"This run's token reaches workspace {self.workspace!r} only, not {workspace!r}.")

    def require_run(self, run: RunRecord) -> None:
        """Raise :class:`NotFoundError` unless the caller may reach the run: a foreign run looks as if it were not there."""
        if self.scope is not None and run.root_id != self.scope:
            raise NotFoundError(
                f"There is no run {run.id!r} in the tree of {self.scope!r}, which this token reaches.", run_id=run.id
            )


def cookie_name(context: ServerContext) -> str:
    """Return the session cookie's name. Cookies ignore the port, so each server on this machine has a name of its own."""
    return f"runyard_{context.server_id[:12]}"


async def caller_of(request: Request) -> Principal:
    """Return who sends the request, as :func:`authenticate` does, and leave the event loop only to look a token up."""
    owner = _owner(request)
    return owner if owner is not None else await run_in_threadpool(authenticate, request)


def _owner(request: Request) -> Principal | None:
    context: ServerContext = request.app.state.context
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and hmac.compare_digest(token_hash(token.strip()), context.owner_token_hash):
        return Principal(user=context.owner, kind="owner")
    return None


def authenticate(request: Request) -> Principal:
    """Return who sends the request.

    Raises:
        AuthenticationError: no valid token or session.
        PermissionDeniedError: a browser's request that changes something and does not come from the Studio's own page.
    """
    context: ServerContext = request.app.state.context
    owner = _owner(request)
    if owner is not None:
        return owner
    header = request.headers.get("authorization", "")
    if header:
        kind, _, token = header.partition(" ")
        if kind.lower() == "bearer" and token:
            return _by_token(context, token.strip())
        raise AuthenticationError("The Authorization header must be 'Bearer <token>'.")
    cookie = request.cookies.get(cookie_name(context))
    if cookie:
        if request.method not in ("GET", "HEAD") and CLIENT_HEADER not in request.headers:
            raise PermissionDeniedError(f"A browser's request that changes something needs the header {CLIENT_HEADER}.")
        record = context.storage.tokens.find(token_hash(cookie), at=context.clock())
        if record is not None and record.kind == "session":
            return Principal(user=record.user, kind="session")
    raise AuthenticationError("This server wants to know who you are. Sign in with `runyard open`, or send a token.")


def _by_token(context: ServerContext, token: str) -> Principal:
    record = context.storage.tokens.find(token_hash(token), at=context.clock())
    if record is None or record.kind != "run":
        raise AuthenticationError("The token is unknown or has expired.")
    return Principal(user=record.user, kind="run", workspace=record.workspace, scope=record.scope)
