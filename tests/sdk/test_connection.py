from __future__ import annotations

from pathlib import Path

import pytest

from runyard.client.endpoint import EmbeddedEndpoint, RemoteEndpoint
from runyard.errors import ConfigurationError
from runyard.sdk.connection import endpoint_for, run_endpoint


def test_without_anything_it_is_the_embedded_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNYARD_HOME", str(tmp_path))
    endpoint = endpoint_for()
    assert isinstance(endpoint, EmbeddedEndpoint)
    assert (endpoint.home, endpoint.owns_server) == (tmp_path, True)


def test_a_config_can_name_another_home(tmp_path: Path) -> None:
    endpoint = endpoint_for(home=str(tmp_path / "h"))
    assert isinstance(endpoint, EmbeddedEndpoint)
    assert endpoint.home == tmp_path / "h"


def test_an_address_needs_a_token() -> None:
    with pytest.raises(ConfigurationError, match="RUNYARD_TOKEN"):
        endpoint_for("https://host", environment={})
    endpoint = endpoint_for("https://host", environment={"RUNYARD_TOKEN": "t"})
    assert isinstance(endpoint, RemoteEndpoint)
    assert (endpoint.url, endpoint.token) == ("https://host", "t")


def test_the_environment_can_name_a_server() -> None:
    endpoint = endpoint_for(environment={"RUNYARD_URL": "https://host", "RUNYARD_TOKEN": "t"})
    assert isinstance(endpoint, RemoteEndpoint)


def test_a_submitted_script_beside_its_server_acts_as_the_servers_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNYARD_HOME", str(tmp_path))
    (tmp_path / "owner-token").write_text("owner")
    variables = {"RUNYARD_HOME": str(tmp_path), "RUNYARD_RUN_TOKEN": "r", "RUNYARD_URL": "http://127.0.0.1:1"}
    assert endpoint_for(environment=variables).token == "owner"


def test_a_submitted_script_that_cannot_read_the_owners_token_uses_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNYARD_HOME", str(tmp_path))
    variables = {"RUNYARD_HOME": str(tmp_path), "RUNYARD_RUN_TOKEN": "r", "RUNYARD_URL": "http://127.0.0.1:1"}
    endpoint = endpoint_for(environment=variables)
    assert (endpoint.token, endpoint.url, endpoint.owns_server) == ("r", "http://127.0.0.1:1", False)


def test_the_context_of_a_run_has_the_runs_token(tmp_path: Path) -> None:
    variables = {"RUNYARD_RUN_TOKEN": "r", "RUNYARD_URL": "http://127.0.0.1:1"}
    assert isinstance(run_endpoint(variables), RemoteEndpoint)
    beside = run_endpoint({**variables, "RUNYARD_HOME": str(tmp_path)})
    assert isinstance(beside, EmbeddedEndpoint)
    assert not beside.owns_server
