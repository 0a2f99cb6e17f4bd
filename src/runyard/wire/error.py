"""The one envelope of every error answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBody:
    """What went wrong.

    ``code`` is one of :func:`runyard.errors.error_classes`; ``request_id`` finds the line in the server's log.
    """

    code: str
    message: str
    request_id: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorEnvelope:
    """The body of every answer whose status is 400 or more."""

    error: ErrorBody
