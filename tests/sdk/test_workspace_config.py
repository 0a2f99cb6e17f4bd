from __future__ import annotations

import json
from pathlib import Path

import pytest

from runyard.errors import ConfigurationError
from runyard.sdk.workspace_config import WorkspaceConfig, find_config, write_config


def put(path: Path, content: object = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        content if isinstance(content, str) else json.dumps(content or {"workspace_name": path.parent.name.strip(".")})
    )
    return path


def found_name(start: Path) -> str | None:
    config = find_config(start)
    return config.workspace_name if config is not None else None


def test_nothing_found_is_no_error(tmp_path: Path) -> None:
    assert find_config(tmp_path) is None


def test_the_folders_are_looked_into_in_their_order(tmp_path: Path) -> None:
    own = put(tmp_path / "config.json", {"workspace_name": "own"})
    assert found_name(tmp_path) == "own"
    put(tmp_path / "aml_config" / "config.json")
    assert found_name(tmp_path) == "aml_config"
    put(tmp_path / ".azureml" / "config.json")
    assert found_name(tmp_path) == "azureml"
    put(tmp_path / ".runyard" / "config.json")
    assert found_name(tmp_path) == "runyard"
    assert found_name(own) == "own"


def test_the_nearest_folder_above_comes_first(tmp_path: Path) -> None:
    put(tmp_path / ".runyard" / "config.json", {"workspace_name": "far"})
    put(tmp_path / "a" / ".azureml" / "config.json", {"workspace_name": "near"})
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    assert found_name(deep) == "near"
    assert found_name(tmp_path) == "far"


@pytest.mark.parametrize("content", ['{"model_type": "bert"}', "not json", "[1]"])
def test_another_programs_config_file_is_passed_over(tmp_path: Path, content: str) -> None:
    put(tmp_path / "config.json", content)
    assert find_config(tmp_path) is None


def test_a_slip_in_a_workspaces_own_file_is_said_and_not_passed_over(tmp_path: Path) -> None:
    put(tmp_path / "config.json", '{"workspace_name": "team",}')
    with pytest.raises(ConfigurationError, match=r"config\.json is not valid JSON: line 1"):
        find_config(tmp_path)


def test_the_mark_that_windows_editors_put_in_front_is_no_slip(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"workspace_name": "team"}', encoding="utf-8-sig")
    assert found_name(tmp_path) == "team"


def test_all_keys_are_read(tmp_path: Path) -> None:
    data = {
        "workspace_name": "team",
        "subscription_id": "s",
        "resource_group": "g",
        "url": "https://runs.example.org",
        "home": "/srv/runyard",
        "unknown": 1,
    }
    path = put(tmp_path / ".azureml" / "config.json", data)
    assert find_config(tmp_path) == WorkspaceConfig(
        workspace_name="team",
        subscription_id="s",
        resource_group="g",
        url="https://runs.example.org",
        home="/srv/runyard",
        path=path,
    )


def test_the_old_project_file_is_read(tmp_path: Path) -> None:
    scope = "/subscriptions/s1/resourceGroups/g1/providers/X/workspaces/old-ws/projects/p"
    put(tmp_path / ".azureml" / "project.json", {"Id": "1", "Scope": scope})
    config = find_config(tmp_path)
    assert config is not None
    assert (config.subscription_id, config.resource_group, config.workspace_name) == ("s1", "g1", "old-ws")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{\n"workspace_name": oops}', "line 2, column 19"),
        ("[]", "holds no JSON object"),
        ("{}", "lacks the key workspace_name"),
        ('{"workspace_name": 7}', "workspace_name is not a text"),
        ('{"workspace_name": "w w"}', "cannot name a workspace"),
        ('{"workspace_name": "ws", "url": 5}', "url is not a text but 5"),
    ],
)
def test_a_corrupt_file_is_named_with_its_fault(tmp_path: Path, content: str, said: str) -> None:
    path = put(tmp_path / ".runyard" / "config.json", content)
    with pytest.raises(ConfigurationError) as caught:
        find_config(tmp_path)
    assert str(path) in caught.value.message
    assert said in caught.value.message


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / ".runyard" / "config.json"
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        find_config(tmp_path)


def test_a_start_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nowhere is not there"):
        find_config(tmp_path / "nowhere")


def test_what_is_written_is_found(tmp_path: Path) -> None:
    config = WorkspaceConfig(workspace_name="team", subscription_id="s", resource_group="g")
    path = write_config(config, tmp_path)
    assert path == tmp_path / ".runyard" / "config.json"
    deep = tmp_path / "a"
    deep.mkdir()
    assert find_config(deep) == WorkspaceConfig(workspace_name="team", subscription_id="s", resource_group="g", path=path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / ".runyard").touch()
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_config(WorkspaceConfig(workspace_name="team"), tmp_path)
