"""Rules for runs that are brought in from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from runyard.domain.run import (
    RunStatus,
    merge_properties,
    merge_tags,
    require_colour,
    require_run_id,
)
from runyard.errors import InvalidArgumentError

IMPORTED = "imported"
"""The kind of event that says who brought a run in, when and from what. It is no part of the run: an export leaves it out."""

NUMBER_MAX = 1_000_000_000
"""The highest number that a run may have in its experiment."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


def require_digest(digest: str) -> str:
    """Return ``digest``, or raise :class:`InvalidArgumentError` unless it is a SHA-256 in hexadecimal digits."""
    if not _DIGEST.fullmatch(digest):
        raise InvalidArgumentError(f"{digest[:80]!r} is no digest. It is a SHA-256: 64 digits from 0 to f.")
    return digest


def require_ended(run_id: str, status: RunStatus, ended_at: datetime | None) -> None:
    """Raise :class:`InvalidArgumentError` unless a run has ended and says when."""
    if not status.is_terminal or ended_at is None:
        raise InvalidArgumentError(
            f"Run {run_id} is {status.value}: only runs that have ended can be brought in. Wait for its end, then try again.",
            run_id=run_id,
        )


def require_aware(run_id: str, instants: Mapping[str, datetime | None]) -> None:
    """Raise :class:`InvalidArgumentError` for an instant that does not say its time zone."""
    for name, value in instants.items():
        if value is not None and value.tzinfo is None:
            raise InvalidArgumentError(
                f"{name} of run {run_id} has no time zone. Write it like 2026-01-02T03:04:05Z.", run_id=run_id
            )


def require_facts(
    run_id: str, *, tags: dict[str, str | None], properties: dict[str, str], colour: str | None, number: int | None
) -> None:
    """Raise unless what a run says keeps the rules that hold for any run.

    Raises:
        InvalidArgumentError: a bad id, number or colour.
        LimitExceededError: too many or too long labels.
    """
    require_run_id(run_id)
    merge_tags(run_id, {}, tags, [])
    merge_properties(run_id, {}, properties)
    if colour is not None:
        require_colour(colour)
    if number is not None and not 1 <= number <= NUMBER_MAX:
        raise InvalidArgumentError(f"{number} is no number of a run in its experiment. Runs count from 1.", run_id=run_id)
