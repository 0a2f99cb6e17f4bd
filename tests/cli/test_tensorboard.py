from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from runyard import Experiment, Workspace

Call = Callable[..., Result]


@pytest.mark.slow
def test_tensorboard_is_started_on_a_run_until_ctrl_c(workspace: Workspace, project: Path, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    run = Experiment(workspace, "boards").start_logging(snapshot_directory=None)
    (tmp_path / "events.out.tfevents.1").write_bytes(b"")
    run.upload_file("logs/first/events.out.tfevents.1", str(tmp_path / "events.out.tfevents.1"))
    run.complete()
    command = [sys.executable, "-m", "runyard", "run", "monitor-tensorboard", "-r", run.id, "--port", "0"]
    started = subprocess.Popen([*command, "--local-directory", str(tmp_path / "tb")], stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    try:
        url = started.stdout.readline().strip()
        with urllib.request.urlopen(url, timeout=60) as answer:
            assert answer.status == 200
        os.kill(started.pid, signal.SIGINT)
        assert started.wait(timeout=60) == 130
    finally:
        started.kill()
        started.wait()
        started.stdout.close()
    assert list((tmp_path / "tb").rglob("events.out.tfevents.1"))


def test_without_tensorboard_it_says_what_to_install(
    two_runs: tuple[str, str], call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name, *_: None)
    told = call("run", "monitor-tensorboard", "-r", two_runs[0])
    assert told.exit_code == 1 and "runyard[tensorboard]" in told.stderr
