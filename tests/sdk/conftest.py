"""A workspace of its own on the real server for each test, in an empty folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from runyard import Experiment, Run, Workspace
from tests.server_process import RunningServer


@pytest.fixture
def workspace(server: RunningServer, workspace_name: str, project: Path) -> Workspace:
    """An empty workspace."""
    return Workspace(workspace_name=workspace_name)


@pytest.fixture
def experiment(workspace: Workspace) -> Experiment:
    """An experiment without runs."""
    return Experiment(workspace, "exp")


@pytest.fixture
def run(experiment: Experiment) -> Run:
    """An interactive run, open."""
    return experiment.start_logging(snapshot_directory=None)
