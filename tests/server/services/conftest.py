"""An experiment on the real server."""

from __future__ import annotations

import pytest
from tests.server_process import RunningServer

from runyard import Experiment, Workspace


@pytest.fixture
def experiment(server: RunningServer, workspace_name: str) -> Experiment:
    return Experiment(Workspace.create(workspace_name), "feed")
