"""How a browser gets a session: a link that works once."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from runyard.errors import InvalidArgumentError
from runyard.server.context import ServerContext
from runyard.server.security.token import new_token, token_hash
from runyard.storage.base import TokenRecord
from runyard.wire.session import LoginLinkBody

LINK_VALID = timedelta(hours=12)
SESSION_VALID = timedelta(days=90)


def create_link(context: ServerContext, user: str, path: str) -> LoginLinkBody:
    """Return a link that signs one browser in and opens ``path``."""
    now = context.clock()
    code = new_token()
    record = TokenRecord(kind="login", user=user, expires_at=now + LINK_VALID)
    context.storage.tokens.put(token_hash(code), record, at=now)
    query = urlencode({"next": require_local_path(path), "code": code})
    return LoginLinkBody(url=f"{context.base_url()}/login?{query}", valid_s=int(LINK_VALID.total_seconds()))


def open_session(context: ServerContext, code: str) -> str | None:
    """Take a link's code and return the secret of a new session, or None when the code is used up, too old or wrong."""
    now = context.clock()
    record = context.storage.tokens.take(token_hash(code), kind="login", at=now)
    if record is None:
        return None
    secret = new_token()
    session = TokenRecord(kind="session", user=record.user, expires_at=now + SESSION_VALID)
    context.storage.tokens.put(token_hash(secret), session, at=now)
    return secret


def require_local_path(path: str) -> str:
    """Return a path of this server, or raise :class:`InvalidArgumentError`: a link must not lead to another site."""
    if not path.startswith("/") or path.startswith(("//", "/\\")) or any(ord(char) < 32 for char in path):
        raise InvalidArgumentError(f"{path[:200]!r} is no path of the Studio; it must start with one '/'.")
    return path
