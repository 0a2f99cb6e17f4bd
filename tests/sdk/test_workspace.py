from __future__ import annotations

import json
import platform
from pathlib import Path

import pytest

from runyard import ComputeTarget, Datastore, Workspace
from runyard.errors import (
    ComputeTargetNotFoundError,
    ConfigurationError,
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    NotSupportedError,
)
from tests.server_process import RunningServer


def test_without_a_config_it_is_the_default_workspace_of_the_embedded_server(server: RunningServer, project: Path) -> None:
    assert Workspace.from_config().name == "default"


def test_a_config_of_azure_ml_names_a_workspace_that_is_made_when_missing(
    server: RunningServer, project: Path, workspace_name: str
) -> None:
    (project / ".azureml").mkdir()
    data = {"subscription_id": "s-1", "resource_group": "g-1", "workspace_name": workspace_name}
    (project / ".azureml" / "config.json").write_text(json.dumps(data))
    workspace = Workspace.from_config()
    assert (workspace.name, workspace.subscription_id, workspace.resource_group) == (workspace_name, "s-1", "g-1")
    assert workspace_name in Workspace.list("s-1")
    assert Workspace.list()[workspace_name][0].name == workspace_name


def test_what_is_written_is_what_from_config_finds(
    workspace: Workspace, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.write_config()
    assert str(project / ".runyard" / "config.json") in capsys.readouterr().out
    (project / "deep").mkdir()
    assert Workspace.from_config("deep").name == workspace.name
    assert Workspace.from_config(project / ".runyard" / "config.json").name == workspace.name


def test_a_corrupt_config_is_an_error_with_its_line(project: Path) -> None:
    (project / ".runyard").mkdir()
    (project / ".runyard" / "config.json").write_text('{"workspace_name": ')
    with pytest.raises(ConfigurationError, match=r"config\.json is not valid JSON: line 1"):
        Workspace.from_config()
    with pytest.raises(ConfigurationError, match="is not there"):
        Workspace.from_config(project / "elsewhere.json")


def test_a_workspace_is_created_once(server: RunningServer, workspace_name: str) -> None:
    with pytest.raises(NotFoundError):
        Workspace.get(workspace_name)
    made = Workspace.create(workspace_name, location="here", tags={"a": 1})
    assert (made.location, made.tags, made.sku) == ("here", {"a": "1"}, "basic")
    assert Workspace.get(workspace_name).location == "here"
    with pytest.raises(ConflictError, match="exist_ok"):
        Workspace.create(workspace_name)
    assert Workspace.create(workspace_name, exist_ok=True).name == workspace_name


def test_details_have_the_known_keys(workspace: Workspace) -> None:
    details = workspace.get_details()
    wanted = "id name location type tags sku workspaceid description friendlyName creationTime discoveryUrl provisioningState"
    assert set(wanted.split()) <= set(details)
    assert details["name"] == workspace.name


def test_a_workspace_of_a_remote_server_needs_a_token_and_must_exist(
    server: RunningServer, workspace: Workspace, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".runyard").mkdir()
    config = project / ".runyard" / "config.json"
    config.write_text(json.dumps({"workspace_name": workspace.name, "url": server.url}))
    with pytest.raises(ConfigurationError, match="RUNYARD_TOKEN"):
        Workspace.from_config()
    monkeypatch.setenv("RUNYARD_TOKEN", server.token)
    assert Workspace.from_config().name == workspace.name
    config.write_text(json.dumps({"workspace_name": "not-there-yet", "url": server.url}))
    with pytest.raises(NotFoundError):
        Workspace.from_config()


def test_compute_targets_come_by_name_and_a_missing_one_names_those_there(workspace: Workspace) -> None:
    targets = workspace.compute_targets
    assert isinstance(targets["local"], ComputeTarget)
    assert "gpu-cluster" not in targets
    for error in (ComputeTargetNotFoundError, KeyError):
        with pytest.raises(error, match="It has: local"):
            targets["gpu-cluster"]
    with pytest.raises(ComputeTargetNotFoundError, match="ComputeTargetNotFound"):
        ComputeTarget(workspace, "gpu-cluster")
    local = ComputeTarget(workspace, "local")
    assert local.get_status() == local.provisioning_state
    assert local.serialize()["name"] == "local"
    assert list(local.get_active_runs()) == []
    (node,) = local.list_nodes()
    assert node["nodeId"] == platform.node() and node["slots"] > 0 and node["runIds"] == []
    local.wait_for_completion(show_output=True)
    assert workspace.get_default_compute_target("CPU").name == workspace.get_default_compute_target("GPU").name == "local"
    with pytest.raises(InvalidArgumentError, match="'CPU' or 'GPU'"):
        workspace.get_default_compute_target("cpu-cluster")
    with pytest.raises(NotSupportedError):
        ComputeTarget.create(workspace, "x", None)


def test_a_datastore_has_a_name_and_moves_no_data(workspace: Workspace) -> None:
    store = workspace.get_default_datastore()
    assert (store.name, list(workspace.datastores)) == ("workspaceblobstore", ["workspaceblobstore"])
    assert Datastore.get(workspace, "workspaceblobstore").name == store.name
    for call in (store.upload, store.upload_files, store.download, store.path):
        with pytest.raises(NotSupportedError, match="datastores cannot"):
            call("x")
    with pytest.raises(NotSupportedError):
        Datastore.get(workspace, "other")
    assert "AzureML-Minimal" in workspace.environments
