"""Calls to the server wait for it, follow it, and believe only the right one."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runyard.domain.run import RunSpec, RunStatus
from runyard.errors import (
    ConflictError,
    DiskFullError,
    InvalidTransitionError,
    NotFoundError,
    RunyardError,
    StorageError,
    TransportError,
)
from runyard.runner import control as control_module
from runyard.runner.control import Control
from runyard.runner.settings import RunnerSettings
from runyard.runner.stop import StopSwitch
from tests.runner.builders import make_server, until
from tests.runner.fake_server import RUN_ID, FakeServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeServer]:
    fake = make_server(tmp_path, {"train.py": "pass"})
    yield fake
    fake.down()


def control_of(
    server: FakeServer, stop: StopSwitch | None = None, *, home: Path | None = None, url: str | None = None
) -> Control:
    settings = RunnerSettings(
        url=url or server.url,
        home=home or server.home,
        workspace="default",
        run_id=RUN_ID,
        token="run-token",
        work=server.home / "work",
        node_id="node",
    )
    return Control(settings, stop or StopSwitch())


def test_a_call_waits_for_a_server_that_is_away_and_finds_it_on_another_port(server: FakeServer) -> None:
    control = control_of(server)
    control.run()
    server.down()
    answers: list[RunStatus] = []
    waiting = threading.Thread(target=lambda: answers.append(control.report(RunStatus.PREPARING).status))
    waiting.start()
    time.sleep(0.2)
    assert waiting.is_alive()
    server.up()
    waiting.join(timeout=60)
    assert answers == [RunStatus.PREPARING]
    assert server.statuses == ["Preparing"]


def test_a_stranger_on_the_old_port_is_not_believed(server: FakeServer, tmp_path: Path) -> None:
    stranger = FakeServer(tmp_path / "elsewhere", {}, RunSpec())
    stranger.failures[""] = NotFoundError("no such run")
    stranger.up()
    server.down()
    control = control_of(server, home=server.home, url=stranger.url)
    found: list[str] = []
    asking = threading.Thread(target=lambda: found.append(control.run().id))
    asking.start()
    time.sleep(0.2)
    assert asking.is_alive()
    server.up()
    asking.join(timeout=60)
    stranger.down()
    assert found == [RUN_ID]


@pytest.mark.parametrize("error", [NotFoundError("no"), ConflictError("no"), InvalidTransitionError("no")])
def test_a_refusal_of_the_right_server_is_raised_at_once(server: FakeServer, error: RunyardError) -> None:
    server.failures["status"] = error
    with pytest.raises(type(error)):
        control_of(server).report(RunStatus.PREPARING)


def test_a_failing_server_is_given_time(server: FakeServer) -> None:
    server.failures["artifacts"] = DiskFullError("the disk is full")
    threading.Timer(0.3, server.failures.clear).start()
    control_of(server).put("outputs/a", b"x", replace=False)
    assert server.artifacts == {"outputs/a": b"x"}


def test_a_full_disk_of_this_node_is_said_at_once(server: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    began = time.monotonic()
    with pytest.raises(DiskFullError, match="is full"):
        control_of(server).download([(server.snapshot[0], tmp_path / "target")])
    assert time.monotonic() - began < control_module.FAILING_PATIENCE_S / 4


def test_a_server_that_keeps_failing_is_given_up(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_module, "FAILING_PATIENCE_S", 0.2)
    server.failures["artifact"] = StorageError("broken")
    with pytest.raises(StorageError, match="broken"):
        control_of(server).append("log", 0, b"x")


def test_a_runner_that_was_told_to_stop_does_not_wait_for_long(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_module, "LEAVING_PATIENCE_S", 0.3)
    server.down()
    stop = StopSwitch()
    stop.told_at = time.monotonic()
    with pytest.raises(TransportError):
        control_of(server, stop, url="http://127.0.0.1:1").report(RunStatus.FAILED)


def test_a_heartbeat_does_not_insist_and_follows_the_server(server: FakeServer) -> None:
    control = control_of(server)
    server.down()
    with pytest.raises(TransportError):
        control.heartbeat()
    server.up()

    def beats() -> bool:
        try:
            return not control.heartbeat().stop
        except TransportError:
            return False

    until(beats, "a heartbeat")


def test_what_the_token_may_not_read_is_left_out(server: FakeServer) -> None:
    assert control_of(server).find_workspace() is None
    assert control_of(server).find_experiment("exp") is None
