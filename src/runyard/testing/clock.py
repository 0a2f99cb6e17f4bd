"""A clock that moves only when it is told to."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


class FakeClock:
    """Call it for the present instant; :meth:`advance` moves it."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=timezone.utc)) -> None:
        self.now = start

    def __call__(self) -> datetime:
        """Return the present instant, aware UTC. Each call is a microsecond later, so that order shows."""
        self.now += timedelta(microseconds=1)
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
