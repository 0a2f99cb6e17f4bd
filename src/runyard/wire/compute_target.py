"""Bodies about compute targets."""

from __future__ import annotations

from dataclasses import dataclass

from runyard.domain.compute_target import ComputeTargetRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputeTargetPage:
    """The compute targets of a workspace, sorted by name."""

    compute_targets: list[ComputeTargetRecord]
