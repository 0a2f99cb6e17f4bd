"""Records for tests."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timezone
from typing import Any

from runyard.domain.run import RunRecord, RunStatus

AT = datetime(2026, 1, 2, 3, 4, 5, 600000, tzinfo=timezone.utc)


def run_record(**changes: Any) -> RunRecord:
    """Return a running interactive run with these changes."""
    record = RunRecord(
        id="r1",
        workspace="w",
        experiment="e",
        number=1,
        root_id="r1",
        display_name="calm_pear",
        status=RunStatus.RUNNING,
        created_at=AT,
        started_at=AT,
    )
    return dataclasses.replace(record, **changes)
