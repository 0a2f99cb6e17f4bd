from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.server_process import RunningServer

from runyard import Experiment, Workspace
from runyard.cli.main import root
from runyard.client.client import Client
from runyard.client.embedded import read_owner_token
from runyard.sdk.profile import read_profiles

Call = Callable[..., Result]
Found = Callable[..., Any]


@pytest.fixture
def token(server: RunningServer, session_home: Path) -> str:
    return read_owner_token(session_home)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: str) -> Iterator[Path]:
    """A home without a server: what is reached from here is reached by its address."""
    folder = tmp_path / "elsewhere"
    monkeypatch.setenv("RUNYARD_HOME", str(folder))
    monkeypatch.chdir(tmp_path)
    yield folder
    assert not (folder / "server.json").exists()


def sign_in(server: RunningServer, token: str, *more: str) -> Result:
    return CliRunner().invoke(root, ["login", server.url, *more], input=f"{token}\n")


def test_a_token_from_stdin_signs_in_and_is_used(
    elsewhere: Path, server: RunningServer, token: str, workspace_name: str, session_home: Path, found: Found, call: Call
) -> None:
    told = sign_in(server, token, "--profile", "team")
    assert told.exit_code == 0 and "The profile is 'team'" in told.stdout and token not in told.output
    assert (elsewhere / "profiles.json").stat().st_mode & 0o777 == 0o600
    rows = found("profile", "list")
    assert [(row["name"], row["current"]) for row in rows] == [("local", False), ("team", True)]
    assert token not in json.dumps(rows)
    assert found("experiment", "list", "-w", "default") is not None
    assert call("experiment", "list", "-w", workspace_name).exit_code == 6


def test_a_folder_that_is_attached_through_a_profile_names_the_server_but_not_the_token(
    elsewhere: Path, server: RunningServer, token: str, workspace_name: str, session_home: Path, tmp_path: Path, found: Found,
    call: Call, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    sign_in(server, token, "--profile", "team")
    assert call("folder", "attach", "-w", workspace_name).exit_code == 6
    with monkeypatch.context() as beside:
        beside.setenv("RUNYARD_HOME", str(session_home))
        Experiment(Workspace.create(workspace_name), "made-there")
    found("folder", "attach", "-w", workspace_name)
    config = (tmp_path / ".runyard" / "config.json").read_text()
    assert json.loads(config)["url"] == server.url and token not in config
    call("profile", "use", "local")
    assert [each["name"] for each in found("experiment", "list")] == ["made-there"]
    assert Workspace.from_config().name == workspace_name


def test_a_wrong_token_is_refused_and_nothing_is_kept(elsewhere: Path, server: RunningServer) -> None:
    told = sign_in(server, "wrong")
    assert told.exit_code == 1 and not (elsewhere / "profiles.json").exists()
    assert f"runyard login {server.url}" in told.stderr and "RUNYARD_TOKEN" in told.stderr
    nothing = sign_in(server, "")
    assert nothing.exit_code == 2 and "No token came from stdin" in nothing.stderr and "owner-token" in nothing.stderr
    assert sign_in(server, "two words").exit_code == 2


@pytest.mark.parametrize("words", [["--token", "secret-word"], ["--token=secret-word"], ["--token"]])
def test_a_token_on_the_command_line_is_refused_with_how_it_is_given(elsewhere: Path, words: list[str]) -> None:
    told = CliRunner().invoke(root, ["login", "http://127.0.0.1:9", *words], input="t\n")
    assert told.exit_code == 2 and not (elsewhere / "profiles.json").exists()
    assert "never given on the command line" in told.stderr and "runyard login URL < token-file" in told.stderr
    assert "secret-word" not in told.output


def test_a_server_that_is_not_there_is_named(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Client.__init__.__kwdefaults__ or {}, "retry_s", 0.0)
    told = CliRunner().invoke(root, ["login", "http://127.0.0.1:9", "--profile", "x"], input="t\n")
    assert told.exit_code == 7 and "http://127.0.0.1:9" in told.stderr


def test_a_wrong_address_is_said_before_the_token_is_asked_for(elsewhere: Path) -> None:
    told = CliRunner().invoke(root, ["login", "myserver"], input="")
    assert told.exit_code == 1 and "is not the address of a Runyard server" in told.stderr


def test_a_profile_is_chosen_by_option_and_by_variable(
    elsewhere: Path, server: RunningServer, token: str, found: Found, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(server, token, "--profile", "team", "-w", "default")
    assert call("profile", "use", "local").exit_code == 0
    assert call("profile", "use", "nothing").exit_code == 1
    assert found("run", "list", "--profile", "team", "--last", "1") is not None
    monkeypatch.setenv("RUNYARD_PROFILE", "team")
    assert found("run", "list", "--last", "1") is not None


def test_signing_out_forgets_the_token(elsewhere: Path, server: RunningServer, token: str, call: Call) -> None:
    sign_in(server, token, "--profile", "team")
    sign_in(server, token, "--profile", "spare")
    assert "Signed out" in call("logout").stdout and list(read_profiles().by_name) == ["team"]
    assert call("logout", "--profile", "nothing").exit_code == 1
    assert call("logout", "--all").exit_code == 0
    assert token not in (elsewhere / "profiles.json").read_text()
    assert "needs no token" in call("logout").stdout


def test_without_an_address_it_is_the_server_of_this_machine(
    elsewhere: Path, server: RunningServer, token: str, call: Call
) -> None:
    assert call("login").exit_code == 0
    sign_in(server, token)
    assert read_profiles().current == "127.0.0.1"
    assert "needs no token" in call("login").stdout and read_profiles().current is None


def test_what_is_missing_is_said_plainly(elsewhere: Path, call: Call) -> None:
    told = call("login", "https://host", "--service-principal")
    assert told.exit_code == 2 and "no service principals" in told.stderr
    assert call("login", "https://host", "--token", "t").exit_code == 2
