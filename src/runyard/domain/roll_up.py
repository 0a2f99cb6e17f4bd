"""Roll-ups: figures of a metric over a run's children, for the parent's row."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUp:
    """A metric's figure over the ``count`` children that have it as a number, of all ``children``.

    ``mean``, ``min`` and ``max`` are None when no child has it; ``min_run_id`` and ``max_run_id`` are the first
    children that reach them.
    """

    count: int
    children: int
    mean: float | None = None
    min: float | None = None
    max: float | None = None
    min_run_id: str | None = None
    max_run_id: str | None = None
