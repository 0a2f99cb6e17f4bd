from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from runyard.cli.main import root


def call(*arguments: str) -> Result:
    """Run the command line."""
    return CliRunner().invoke(root, arguments)


def state(home: Path) -> dict[str, object]:
    """Return what ``runyard status`` says."""
    found: dict[str, object] = json.loads(call("status", "-o", "json").stdout)
    assert found["home"] == str(home)
    return found


def test_up_status_down(home: Path) -> None:
    assert state(home)["state"] == "not running"
    assert call("status").exit_code == 1

    started = call("up")
    assert started.exit_code == 0, started.output
    running = state(home)
    assert running["state"] == "running"
    assert str(running["url"]) in started.stdout
    with urllib.request.urlopen(f"{running['url']}/health", timeout=5) as answer:
        assert answer.status == 200
    assert "runs already" in call("up").stdout
    assert state(home)["pid"] == running["pid"]

    assert call("down").exit_code == 0
    assert state(home)["state"] == "stopped"
    assert "was not running" in call("down").stdout


def test_a_port_can_be_chosen_and_is_kept(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert call("up", "--port", str(port)).exit_code == 0
    assert state(home)["url"] == f"http://127.0.0.1:{port}"
    call("down")
    call("up")
    assert state(home)["url"] == f"http://127.0.0.1:{port}"


def test_a_port_in_use_is_named_and_nothing_starts(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = call("up", "--port", str(port))
        foreground = call_in_process("server", "--port", str(port))
    assert (refused.exit_code, foreground[0]) == (1, 1)
    for text in (refused.stderr, foreground[1]):
        assert str(port) in text and "--port" in text and "Traceback" not in text
    assert state(home)["state"] == "not running"


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_is_none_is_a_usage_error(home: Path, port: str) -> None:
    assert call("up", "--port", port).exit_code == 2


def test_a_home_that_cannot_be_used_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("RUNYARD_HOME", str(blocked / "home"))
    result = call("up")
    assert (result.exit_code, str(blocked) in result.stderr) == (1, True)
    assert "RUNYARD_HOME" in result.stderr


def call_in_process(*arguments: str) -> tuple[int, str]:
    """Run the command line as a process of its own: ``runyard server`` becomes the server."""
    done = subprocess.run([sys.executable, "-m", "runyard", *arguments], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


def test_without_the_server_extra_the_foreground_server_says_how_to_get_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runyard.client.embedded._SERVER_PACKAGES", ("no_such_package",))
    refused = call("server")
    assert refused.exit_code == 1 and 'pip install "runyard[server]"' in refused.stderr and "runyard login URL" in refused.stderr
