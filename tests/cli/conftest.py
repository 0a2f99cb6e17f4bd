from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.server_process import RunningServer

from runyard import Experiment, Workspace
from runyard.cli.main import root

SCRIPT = """\
import sys
from pathlib import Path

print("arguments:", sys.argv[1:])
if "fail" in sys.argv:
    raise ValueError("too large")
Path("outputs").mkdir(exist_ok=True)
Path("outputs/model.txt").write_text("weights")
Path("logs").mkdir(exist_ok=True)
Path("logs/notes.txt").write_text("a note")
"""


@pytest.fixture
def workspace(server: RunningServer, workspace_name: str) -> Workspace:
    """A workspace of its own on the real server."""
    return Workspace.create(workspace_name)


@pytest.fixture
def project(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a project of ``workspace`` with a script in it."""
    folder = tmp_path / "my project"
    (folder / ".runyard").mkdir(parents=True)
    (folder / ".runyard" / "config.json").write_text(json.dumps({"workspace_name": workspace.name}))
    (folder / "train.py").write_text(SCRIPT)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def call() -> Callable[..., Result]:
    """Run the command line in this process."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(root, arguments)

    return run


@pytest.fixture
def found(call: Callable[..., Result]) -> Callable[..., Any]:
    """Run the command line, which must work, and return the JSON that it prints."""

    def run(*arguments: str) -> Any:
        result = call(*arguments)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run


@pytest.fixture
def two_runs(project: Path, workspace: Workspace) -> tuple[str, str]:
    """Two ended interactive runs of the experiment ``experiment``; the later one is the second."""
    experiment = Experiment(workspace, "experiment")
    ids = []
    for quality, author in [("fantastic run", "azureml-user"), ("poor run", "someone")]:
        run = experiment.start_logging(snapshot_directory=None)
        run.tag("quality", quality)
        run.add_properties({"author": author})
        run.complete()
        ids.append(run.id)
    Experiment(workspace, "experiment").get_runs()
    return ids[0], ids[1]
