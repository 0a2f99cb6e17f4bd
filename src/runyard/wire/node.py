"""Bodies about the nodes of a distributed run."""

from __future__ import annotations

from dataclasses import dataclass, field

from runyard.domain.node_group import NodeReport
from runyard.domain.run import RunStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeBoardBody:
    """What every node said last, by its number as text, and whether the run must stop.

    ``silence_s`` is how long ago each node spoke.
    """

    reports: dict[str, NodeReport]
    silence_s: dict[str, float] = field(default_factory=dict)
    status: RunStatus
    stop: bool
    reason: str | None = None
