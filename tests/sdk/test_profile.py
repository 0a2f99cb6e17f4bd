from __future__ import annotations

import os
from pathlib import Path

import pytest

from runyard.client.endpoint import EmbeddedEndpoint, RemoteEndpoint
from runyard.errors import ConfigurationError, InvalidArgumentError
from runyard.sdk.connection import endpoint_for
from runyard.sdk.profile import Profile, Profiles, profile_path, read_profiles, require_profile_name, write_profiles

TEAM = Profile(name="team", url="https://team.example", token="t1", user="ayse", workspace="vision")
SPARE = Profile(name="spare", url="https://spare.example", token="t2")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUNYARD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def two() -> Profiles:
    profiles = Profiles(current="team", by_name={"team": TEAM, "spare": SPARE})
    write_profiles(profiles)
    return profiles


def test_what_is_written_is_read_again_and_only_by_its_owner(two: Profiles) -> None:
    assert read_profiles() == two
    assert profile_path().stat().st_mode & 0o777 == 0o600
    assert [each.name for each in profile_path().parent.iterdir()] == ["profiles.json"]


def test_a_token_is_not_in_what_is_printed_of_a_profile() -> None:
    assert "t1" not in repr(TEAM) and "t1" not in str(Profiles(by_name={"team": TEAM}))


@pytest.mark.skipif(os.name != "posix", reason="no modes of files")
def test_a_file_that_others_can_read_is_refused(two: Profiles) -> None:
    profile_path().chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600") as caught:
        read_profiles()
    assert "damaged" not in str(caught.value)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"profiles": {"a": {}}, "current": null}', '{"profiles": 3, "current": 1}'])
def test_a_damaged_file_is_named(two: Profiles, content: str) -> None:
    profile_path().write_text(content)
    with pytest.raises(ConfigurationError, match="is damaged"):
        read_profiles()


def test_the_current_profile_is_used_where_nothing_names_a_server(two: Profiles, tmp_path: Path) -> None:
    endpoint = endpoint_for(environment={})
    assert isinstance(endpoint, RemoteEndpoint) and (endpoint.url, endpoint.token) == ("https://team.example", "t1")
    assert isinstance(endpoint_for(home=str(tmp_path), environment={}), EmbeddedEndpoint)


def test_a_profile_that_is_named_wins(two: Profiles) -> None:
    assert endpoint_for(profile="spare", environment={"RUNYARD_PROFILE": "team"}).token == "t2"
    assert endpoint_for("https://other.example", environment={"RUNYARD_PROFILE": "spare"}).url == "https://spare.example"
    assert isinstance(endpoint_for(environment={"RUNYARD_PROFILE": "local"}), EmbeddedEndpoint)
    with pytest.raises(ConfigurationError, match="There are: local, spare, team"):
        endpoint_for(profile="nothing")


def test_a_config_that_names_a_server_gets_the_token_of_its_profile(two: Profiles) -> None:
    assert endpoint_for("https://spare.example/", environment={}).token == "t2"
    with pytest.raises(ConfigurationError, match="runyard login https://other"):
        endpoint_for("https://other.example", environment={})


def test_a_submitted_script_belongs_to_its_runs_server(two: Profiles, own_home: Path) -> None:
    variables = {"RUNYARD_RUN_TOKEN": "r", "RUNYARD_URL": "http://127.0.0.1:1", "RUNYARD_HOME": str(own_home)}
    assert endpoint_for(environment=variables).token == "r"


@pytest.mark.parametrize("name", ["local", "", "a b", "-x", "x" * 65])
def test_a_name_that_cannot_be_used_is_refused(name: str) -> None:
    with pytest.raises(InvalidArgumentError):
        require_profile_name(name)
