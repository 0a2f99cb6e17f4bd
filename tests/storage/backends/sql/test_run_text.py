"""Texts of runs that a database may not like."""

from __future__ import annotations

from datetime import datetime, timezone

from tests.storage.backends.sql.databases import OpenedStores

from runyard.domain.run import RunStatus
from runyard.storage.run_base import RunOrigin
from runyard.wire.run import NewRun, UpdateRunRequest
from runyard.wire.workspace import EnsureWorkspaceRequest

NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)


def test_a_nul_character_in_a_text_stops_no_write(stores: OpenedStores) -> None:
    storage = stores.storage
    storage.workspaces.ensure("w", EnsureWorkspaceRequest(), at=NOW)
    storage.experiments.ensure("w", "e", at=NOW)
    origin = RunOrigin(status=RunStatus.RUNNING, submitted_by="me")
    storage.runs.create(
        "w", "e", [NewRun(id="r", display_name="a\0b", tags={"k": "\0"}, arguments=["--x", "1\0"])], origin, at=NOW
    )
    request = UpdateRunRequest(set_tags={"t\0": "v\0w"}, add_properties={"p": "q\0"}, description="x\0y")
    storage.runs.update("w", "r", request, at=NOW)
    found = storage.runs.get("w", "r")
    assert (found.description or "").replace("\ufffd", "\0") == "x\0y"
    assert found.properties["p"].replace("\ufffd", "\0") == "q\0"
