"""A workspace of its own on the real server for each test, in an empty folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from runyard import Experiment, Workspace
from tests.server_process import RunningServer


@pytest.fixture
def workspace(server: RunningServer, workspace_name: str, project: Path) -> Workspace:
    made = Workspace.create(workspace_name)
    made.write_config()
    return made


@pytest.fixture
def experiment(workspace: Workspace) -> Experiment:
    return Experiment(workspace, "explore-runs")
