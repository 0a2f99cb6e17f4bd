"""Who is asking, and how a browser gets in."""

from __future__ import annotations

from dataclasses import dataclass, field

from runyard.wire.strict import strict


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionBody:
    """The caller as the server sees it."""

    user: str
    kind: str
    default_workspace: str
    workspaces: list[str] = field(default_factory=list)
    server_version: str


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class CreateLoginLinkRequest:
    """Ask for a one-time link that signs a browser in and then opens ``path``."""

    path: str = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginLinkBody:
    """``url`` works once, and for ``valid_s`` seconds; a browser that is signed in already may open it again."""

    url: str
    valid_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthBody:
    """The answer of ``/health``."""

    status: str
    version: str
    server_id: str
