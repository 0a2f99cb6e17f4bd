"""A compute target: a machine or cluster that runs scripts."""

from __future__ import annotations

from dataclasses import dataclass

LOCAL_TARGET = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputeTargetRecord:
    """A compute target as lists show it. ``engine`` names the back-end that serves it.

    ``slots`` is how many top-level runs go at once, and as many child runs beside them; None where the engine decides.
    """

    name: str
    engine: str
    state: str
    active_runs: int = 0
    queued_runs: int = 0
    slots: int | None = None
