"""What a script has recorded reaches the server, however the script ends."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from runyard.runner.recording import RunRecording
from runyard.runner.stop import StopSwitch
from tests.client.fake_ingest import FakeIngest, journal_files

SCRIPT = """
import os, sys, signal
from runyard.client.client import Client
from runyard.client.endpoint import RemoteEndpoint
from runyard.wire.metric import ScalarRecord
recorder = Client(RemoteEndpoint(sys.argv[1], "token"), "ws", retry_s=0).recorders.for_run("run")
for value in range(100):
    recorder.record(ScalarRecord("x", 1, value))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.usefixtures("home")
def test_the_runner_sends_what_a_killed_script_left_and_its_own_system_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNYARD_SYSTEM_METRICS", "0.1")
    server = FakeIngest().start()
    script = subprocess.Popen([sys.executable, "-c", SCRIPT, server.url])
    recording = RunRecording(server.client(), "run")
    recording.start(script.pid)
    script.wait(30)
    recording.close(StopSwitch())
    assert server.values(name="x") == list(range(100))
    assert journal_files() == []
    server.stop()


@pytest.mark.usefixtures("home")
def test_the_runner_waits_for_a_server_that_is_being_started_anew() -> None:
    server = FakeIngest().start()
    server.stop()
    subprocess.run([sys.executable, "-c", SCRIPT, server.url], check=False)
    restart = threading.Timer(0.5, server.start)
    restart.start()
    RunRecording(server.client(), "run").close(StopSwitch())
    restart.join()
    assert server.values(name="x") == list(range(100))
    server.stop()
