"""Where the time between a run's creation and its script's start has gone."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from runyard.domain.run import TIME_PROPERTY


def process_started_at() -> datetime:
    """Return when this process was started; now, where the system does not tell."""
    return datetime.now(timezone.utc) - timedelta(seconds=_age_s())


def _age_s() -> float:
    # Not by psutil: it adds the age of the boot, which the system gives in whole seconds.
    try:
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK"))
    except (OSError, AttributeError, ValueError, IndexError):
        return 0.0


def preparation_times(created_at: datetime, started_at: datetime, environment_s: float) -> dict[str, str]:
    """Return the properties that tell how long a run waited, and what preparing it took until now.

    The clocks of server and node may differ on a cluster; no part is ever negative.
    """
    spent_s = (datetime.now(timezone.utc) - started_at).total_seconds()
    parts = {
        "queue": (started_at - created_at).total_seconds(),
        "environment": environment_s,
        "start": spent_s - environment_s,
    }
    return {TIME_PROPERTY.format(part): f"{max(0.0, seconds):.3f}" for part, seconds in parts.items()}
