"""The server's clock, so that tests can bring their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

Clock = Callable[[], datetime]
"""Gives the present instant, aware UTC."""


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(timezone.utc)
