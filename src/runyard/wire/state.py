"""Bodies about short addresses."""

from __future__ import annotations

from dataclasses import dataclass

from runyard.wire.strict import strict


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class KeepStateRequest:
    """Keep a text that an address would be too long for. Equal texts have equal hashes."""

    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateBody:
    """What a short address stands for. It never changes."""

    hash: str
    content: str
