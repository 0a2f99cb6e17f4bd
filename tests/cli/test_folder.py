from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from tests.server_process import RunningServer

from runyard import RunConfiguration, Workspace

Call = Callable[..., Result]
Found = Callable[..., Any]


@pytest.fixture
def bare(server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current one."""
    folder = tmp_path / "bare project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_a_folder_is_attached_as_in_the_documents(bare: Path, workspace_name: str, found: Found) -> None:
    told = found("folder", "attach", "-w", workspace_name, "-g", "myresourcegroup")
    files = [".runyard/config.json", ".runyard/local.runconfig", ".runyard/sklearn.runconfig", ".runyard/conda_dependencies.yml"]
    assert told == {
        "Experiment name": "bare-project",
        "Subscription id": None,
        "Resource group": "myresourcegroup",
        "Workspace name": workspace_name,
        "Files": files,
    }
    assert all((bare / each).is_file() for each in files)
    assert Workspace.from_config().name == workspace_name


def test_the_samples_are_run_configurations(bare: Path, workspace_name: str, found: Found) -> None:
    found("folder", "attach", "-w", workspace_name)
    local, sklearn = RunConfiguration.load(bare, "local"), RunConfiguration.load(bare, "sklearn.runconfig")
    assert local.environment.python.user_managed_dependencies and local.target == "local"
    assert "scikit-learn" in list(sklearn.environment.python.conda_dependencies.pip_packages)
    assert not sklearn.environment.python.user_managed_dependencies


def test_what_is_there_stays_when_a_folder_is_attached_again(bare: Path, workspace_name: str, found: Found) -> None:
    found("folder", "attach", "-w", workspace_name)
    (bare / ".runyard" / "local.runconfig").write_text("script: mine.py\n")
    told = found("folder", "attach", "-w", workspace_name, "-e", "second")
    assert told["Files"] == [".runyard/config.json"]
    assert (bare / ".runyard" / "local.runconfig").read_text() == "script: mine.py\n"
    assert json.loads((bare / ".runyard" / "config.json").read_text())["experiment_name"] == "second"


def test_bad_input_writes_nothing(bare: Path, call: Call) -> None:
    for arguments, code in ((["-w", "?"], 1), (["-w", "ok", "-e", "a b"], 1), ([], 2), (["-w", "ok", "--path", "nowhere"], 1)):
        assert call("folder", "attach", *arguments).exit_code == code
    assert list(bare.iterdir()) == []
