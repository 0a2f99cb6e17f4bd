"""What the server is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One server's settings.

    ``database_url`` names an empty PostgreSQL database, or one that a server of this home has used; without it records are kept
    in a SQLite file in ``home``.

    ``port`` 0 means: the port of last time if it is free, else any free one. ``local_slots`` is the number of scripts that run
    at once on this machine for each level of the run tree, so that a parent that waits for its children never holds their place.
    ``local_gpus`` are the ids of the GPUs that runs can ask for; None has them found.
    A run whose runner is gone or says nothing for ``heartbeat_timeout_s`` is NotResponding; one whose runner is gone has failed
    after ``lost_patience_s``. A cancelled run whose runner says nothing for ``cancel_patience_s`` is killed.
    """

    home: Path
    database_url: str | None = None
    host: str = LOOPBACK
    port: int = 0
    default_workspace: str = "default"
    local_slots: int = 16
    local_gpus: tuple[str, ...] | None = None
    queue_note_interval_s: float = 5.0
    heartbeat_timeout_s: float = 45.0
    lost_patience_s: float = 120.0
    cancel_patience_s: float = 15.0
    dispatch_interval_s: float = 1.0
