from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import Result

from runyard import Environment, Workspace

Call = Callable[..., Result]
Found = Callable[..., Any]


def test_an_environment_goes_from_scaffold_to_register_to_download(project: Path, call: Call, found: Found) -> None:
    assert call("environment", "scaffold", "-n", "mine", "-d", "env").exit_code == 0
    (project / "env" / "conda_dependencies.yml").write_text("dependencies: [pip, {pip: [iniconfig==2.0.0]}]\n")
    assert found("environment", "register", "-d", "env")["version"] == "1"
    assert found("environment", "register", "-d", "env")["version"] == "1"
    listed = {each["name"]: each for each in found("environment", "list")}
    assert listed["mine"]["packages"] == "iniconfig==2.0.0"
    assert listed["mine"]["state"] == "not built"
    assert listed["AzureML-Minimal"]["curated"] is True
    shown = found("environment", "show", "-n", "mine", "-v", "1")
    assert shown["python"]["condaDependencies"]["dependencies"] == ["pip", {"pip": ["iniconfig==2.0.0"]}]
    assert call("environment", "download", "-n", "mine", "-d", "copy").exit_code == 0
    assert (project / "copy" / "azureml_environment.json").is_file()
    again = call("environment", "download", "-n", "mine", "-d", "copy")
    assert (again.exit_code != 0, "--overwrite" in again.output or "overwrite" in again.output) == (True, True)
    assert call("environment", "download", "-n", "mine", "-d", "copy", "--overwrite").exit_code == 0


@pytest.mark.slow
def test_an_environment_is_built_listed_and_pruned(
    project: Path, call: Call, found: Found, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    call("environment", "scaffold", "-n", "tiny", "-d", "env")
    (project / "env" / "conda_dependencies.yml").write_text("dependencies: [pip, {pip: [iniconfig==2.0.0]}]\n")
    call("environment", "register", "-d", "env")
    built = call("environment", "build", "-n", "tiny")
    assert built.exit_code == 0, built.output
    assert "uv pip sync" in built.stderr
    assert {each["name"]: each["state"] for each in found("environment", "list")}["tiny"] == "built"
    assert any("iniconfig==2.0.0" in each["packages"] for each in found("environment", "list", "--built"))
    tiny, workspace = Environment.load_from_directory(project / "env"), Workspace.from_config()
    with patch("runyard.client.environment_build.cache.EnvironmentCache._build", side_effect=AssertionError("built again")):
        tiny.build_local(workspace)
    tiny.python.user_managed_dependencies = True
    tiny.build_local(workspace)  # says that there is nothing to build
    assert found("environment", "prune", "--unused-days", "0")["left"] == 0
