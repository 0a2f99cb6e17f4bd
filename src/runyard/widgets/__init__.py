"""Runs in notebooks: ``RunDetails(run).show()``."""

from __future__ import annotations

from runyard.widgets.run_details import RunDetails

__all__ = ["RunDetails"]
