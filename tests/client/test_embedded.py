from __future__ import annotations

import json
import os
import signal
import socket
import stat
import sys
import threading
from pathlib import Path

import pytest

from runyard.client import embedded
from runyard.client.client import Client
from runyard.client.endpoint import EmbeddedEndpoint, RemoteEndpoint
from runyard.errors import ConfigurationError, ServerStartError, TransportError


def test_the_home_folder_is_that_of_the_environment_else_in_the_users_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RUNYARD_HOME", str(tmp_path / "elsewhere"))
    assert embedded.home_folder() == tmp_path / "elsewhere"
    monkeypatch.delenv("RUNYARD_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert embedded.home_folder() == tmp_path / ".runyard"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', '{"pid": "x", "port": 1, "url": ""}'])
def test_a_server_file_that_is_not_whole_counts_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "server.json").write_text(content)
    assert embedded.read_server_info(tmp_path) is None


def test_a_process_that_has_the_port_but_is_another_server_is_not_healthy(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        info = server_info(stranger.getsockname()[1])
        assert embedded.is_healthy(info, timeout_s=0.1) is False


def test_a_missing_owner_token_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(TransportError, match="runyard up"):
        embedded.read_owner_token(tmp_path)


def test_a_python_too_old_for_the_server_is_told_apart_from_missing_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "SERVER_PYTHON", (9, 9))
    with pytest.raises(ServerStartError, match=r"server needs Python 9\.9 or newer, and .* is 3\.\d+\. .*runyard login URL"):
        embedded.start(tmp_path / "home")


def test_a_missing_server_extra_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(embedded, "_SERVER_PACKAGES", ("msgspec", "no_such_package"))
    with pytest.raises(ServerStartError, match=r'no_such_package.*pip install "runyard\[server\]"'):
        embedded.start(tmp_path / "home")


def test_the_home_of_another_user_is_named_as_such(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def closed(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "exists", closed)
    with pytest.raises(ConfigurationError, match=r"is closed to you: .* Set RUNYARD_HOME .* runyard login URL"):
        embedded.status(tmp_path)


def test_a_port_in_use_is_an_error_before_anything_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerStartError, match=rf"Port {port} cannot be used .*--port"):
            embedded.start(tmp_path / "home", port)


def test_a_port_out_of_range_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ServerStartError, match="Port 99999 cannot be used"):
        embedded.start(tmp_path / "home", 99999)


def test_a_home_that_cannot_be_made_is_an_error_that_names_the_variable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="RUNYARD_HOME"):
        embedded.start(tmp_path / "file" / "home")


def test_a_server_that_ends_at_its_start_shows_the_last_lines_of_its_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho 'the database is broken' >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(ServerStartError, match=r"exit code 3.*server\.log.*\n  the database is broken"):
        embedded.start(tmp_path / "home")


def test_a_server_that_a_killed_program_had_started_is_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its starter's lock is free, it has not taken the home's lock yet: the second start ends, and the first one serves."""
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    answers = iter([None, server_info(1)])
    monkeypatch.setattr(embedded, "_wait_for_another", lambda home: next(answers))
    assert embedded.start(tmp_path / "home") == server_info(1)


def test_stopping_where_nothing_runs_is_no_error(tmp_path: Path) -> None:
    assert embedded.stop(tmp_path / "nowhere") is False
    (tmp_path / "home").mkdir()
    assert embedded.stop(tmp_path / "home") is False
    assert embedded.was_stopped(tmp_path / "home")


def test_a_stale_server_file_of_a_dead_process_is_seen_through(tmp_path: Path) -> None:
    (tmp_path / "server.json").write_text(json.dumps(vars_of(server_info(1, pid=2**22 - 3))))
    found = embedded.status(tmp_path)
    assert (found.info, found.healthy) == (None, False)
    assert embedded.stop(tmp_path) is False


def test_a_guest_follows_the_server_but_never_starts_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "ensure_running", lambda home: pytest.fail("a guest started a server"))
    guest = EmbeddedEndpoint(tmp_path, "run-token", "http://127.0.0.1:1")
    assert (guest.url, guest.token, guest.owns_server) == ("http://127.0.0.1:1", "run-token", False)
    guest.refresh()
    assert guest.url == "http://127.0.0.1:1"
    with pytest.raises(TransportError, match="No Runyard server runs"):
        EmbeddedEndpoint(tmp_path, "run-token").url  # noqa: B018


def test_a_remote_address_must_be_one(tmp_path: Path) -> None:
    assert RemoteEndpoint("https://host/base/", "t").url == "https://host/base"
    with pytest.raises(ConfigurationError, match="not the address"):
        RemoteEndpoint("host:8600", "t")


@pytest.mark.slow
def test_the_life_of_an_embedded_server(home: Path) -> None:
    """One test, since each start costs seconds: start by two at once, restart after a kill, stop, stay stopped, start again."""
    infos: list[embedded.ServerInfo] = []
    starters = [threading.Thread(target=lambda: infos.append(embedded.ensure_running(home))) for _ in range(3)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert len(infos) == 3
    assert len({info.pid for info in infos}) == 1
    assert stat.S_IMODE((home / "owner-token").stat().st_mode) == 0o600

    client = Client(EmbeddedEndpoint(home), "default")
    assert client.sessions.get().kind == "owner"

    os.kill(infos[0].pid, signal.SIGKILL)
    assert client.sessions.get().kind == "owner"
    second = embedded.read_server_info(home)
    assert second is not None
    assert second.pid != infos[0].pid

    assert embedded.stop(home) is True
    assert embedded.status(home) == embedded.ServerStatus(home=home, info=None, healthy=False, stopped=True)
    with pytest.raises(TransportError, match="was stopped"):
        client.sessions.get()

    assert Client(EmbeddedEndpoint(home), "default").sessions.get().kind == "owner"
    assert not embedded.was_stopped(home)
    assert client.sessions.get().kind == "owner"


def server_info(port: int, pid: int = 1) -> embedded.ServerInfo:
    return embedded.ServerInfo(
        pid=pid, port=port, url=f"http://127.0.0.1:{port}", server_id="s", version="1", started_at="2026-01-01T00:00:00Z"
    )


def vars_of(info: embedded.ServerInfo) -> dict[str, object]:
    return {name: getattr(info, name) for name in info.__slots__}
