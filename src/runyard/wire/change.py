"""Bodies of the change feed."""

from __future__ import annotations

from dataclasses import dataclass

from runyard.domain.change import ChangeRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePage:
    """Changes after the cursor that was asked for, oldest first.

    ``reset`` is true when the feed no longer reaches back that far: read everything again, then go on from ``cursor``.
    """

    changes: list[ChangeRecord]
    cursor: int
    reset: bool = False
