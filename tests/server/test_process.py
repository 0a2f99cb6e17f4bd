"""The server as a process: one a folder, found again, stopped cleanly."""

from __future__ import annotations

import fcntl
import json
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from runyard.server import process as server_process


class Process:
    def __init__(self, home: Path, *arguments: str) -> None:
        self.home = home
        self.process = subprocess.Popen(
            [sys.executable, "-m", "runyard.server", "--home", str(home), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_until_up(self) -> dict[str, Any]:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.output()
            try:
                facts: dict[str, Any] = json.loads((self.home / "server.json").read_text())
                if facts["pid"] == self.process.pid and httpx.get(facts["url"] + "/health").status_code == 200:
                    return facts
            except (OSError, httpx.TransportError):
                pass
            time.sleep(0.02)
        raise AssertionError("the server did not come up")

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=60)

    def output(self) -> str:
        return self.process.communicate(timeout=30)[0]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Any]:
    started: list[Process] = []

    def start(*arguments: str, home: Path = tmp_path / "home") -> Process:
        started.append(Process(home, *arguments))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()
        if each.process.stdout:
            each.process.stdout.close()


def test_it_comes_up_private_comes_back_on_its_port_and_goes_cleanly(start: Any) -> None:
    first = start()
    facts = first.wait_until_up()
    assert facts["url"] == f"http://127.0.0.1:{facts['port']}"
    for name in ("server.json", "owner-token"):
        assert stat.S_IMODE((first.home / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(first.home.stat().st_mode) == 0o700
    assert first.stop() == 0
    assert not (first.home / "server.json").exists()
    again = start()
    assert again.wait_until_up()["port"] == facts["port"]
    assert again.wait_until_up()["server_id"] == facts["server_id"]


def test_a_second_server_for_the_same_folder_is_refused(start: Any) -> None:
    start().wait_until_up()
    second = start()
    assert second.process.wait(timeout=60) == 1
    text = second.output()
    assert "Another server has" in text and "Traceback" not in text


def test_a_lock_that_somebody_has_for_a_moment_only_is_no_other_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_process, "LOCK_PATIENCE_S", 60.0)
    with (tmp_path / "server.lock").open("w") as looking:  # as a program does that looks whether a server runs
        fcntl.flock(looking, fcntl.LOCK_EX)
        threading.Timer(0.1, fcntl.flock, [looking, fcntl.LOCK_UN]).start()
        with server_process._only_server(tmp_path):
            pass


def test_a_port_in_use_is_a_clear_error(start: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start("--port", str(taken.getsockname()[1]))
        assert process.process.wait(timeout=60) == 1
        text = process.output()
        assert "is in use" in text and "--port" in text and "Traceback" not in text


def test_last_times_port_is_given_up_when_somebody_else_has_it(start: Any, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "port").write_text(str(taken.getsockname()[1]))
        assert start().wait_until_up()["port"] != taken.getsockname()[1]


def test_a_home_that_cannot_be_written_is_a_clear_error(start: Any) -> None:
    process = start(home=Path("/proc/runyard"))  # not even root can make a folder there
    assert process.process.wait(timeout=60) == 1
    assert "cannot be used" in process.output()


def test_a_home_that_is_a_file_is_a_clear_error(start: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    process = start(home=tmp_path / "file")
    assert process.process.wait(timeout=60) == 1
    text = process.output()
    assert "cannot be used" in text and "RUNYARD_HOME" in text and "Traceback" not in text


def test_a_killed_server_loses_nothing_that_it_acknowledged(start: Any) -> None:
    process = start()
    facts = process.wait_until_up()
    headers = {"authorization": f"Bearer {(process.home / 'owner-token').read_text().strip()}"}
    root = "/api/v1/workspaces/default"
    httpx.put(f"{facts['url']}{root}/experiments/e", headers=headers, timeout=60).raise_for_status()
    httpx.post(
        f"{facts['url']}{root}/experiments/e/runs", headers=headers, timeout=60, json={"runs": [{"id": "r"}]}
    ).raise_for_status()
    chunk = f"{facts['url']}{root}/runs/r/artifact-chunks/log.txt"
    httpx.post(chunk, params={"offset": 0}, headers=headers, timeout=60, content=b"line\n").raise_for_status()
    process.stop(signal.SIGKILL)
    fresh = start().wait_until_up()
    assert httpx.get(f"{fresh['url']}{root}/runs/r", headers=headers, timeout=60).json()["status"] == "Running"
    assert httpx.get(f"{fresh['url']}{root}/runs/r/artifacts/log.txt", headers=headers, timeout=60).content == b"line\n"


def test_an_open_event_stream_hears_changes_and_does_not_hold_up_the_stop(start: Any) -> None:
    process = start()
    facts = process.wait_until_up()
    headers = {"authorization": f"Bearer {(process.home / 'owner-token').read_text().strip()}"}
    root = f"{facts['url']}/api/v1/workspaces/default"
    with httpx.stream("GET", f"{root}/changes/stream", headers=headers, timeout=60) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry:")
        httpx.put(f"{root}/experiments/live", headers=headers, timeout=60).raise_for_status()
        while not (line := next(lines)).startswith("data:"):
            pass
        assert json.loads(line.removeprefix("data:"))["experiment"] == "live"
        began = time.monotonic()
        process.stop()
        assert time.monotonic() - began < 30  # the stream itself is read for 60 s
