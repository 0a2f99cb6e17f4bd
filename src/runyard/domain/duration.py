"""How a length of time is written for people."""

from __future__ import annotations


def duration_text(seconds: float) -> str:
    """Return a length of time in its two largest units: ``5s``, ``2m 05s``, ``3h 20m``, ``4d 1h``."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02}s"
    if whole < 86_400:
        return f"{whole // 3600}h {whole % 3600 // 60:02}m"
    return f"{whole // 86_400}d {whole % 86_400 // 3600}h"
