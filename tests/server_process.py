"""Start and stop the real server for tests."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

START_DEADLINE_S = 60


@dataclass(frozen=True)
class RunningServer:
    """A server that listens. ``token`` is the owner's."""

    process: subprocess.Popen[bytes]
    home: Path
    url: str
    token: str


def start_server(home: Path, *extra: str) -> RunningServer:
    """Start ``python -m runyard.server`` in ``home`` and return when ``/health`` answers.

    Raises:
        RuntimeError: it ended or did not answer in time; the message holds the end of its log.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "runyard.server", "--home", str(home), *extra],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_DEADLINE_S
    while time.monotonic() < deadline and process.poll() is None:
        url = _healthy_url(home, process.pid)
        if url:
            return RunningServer(process, home, url, (home / "owner-token").read_text().strip())
        time.sleep(0.05)
    process.kill()
    process.wait()
    raise RuntimeError(f"the server did not start; its log ends with:\n{(home / 'server.log').read_text()[-3000:]}")


def stop_server(running: RunningServer, timeout_s: float = 15) -> None:
    """Ask the server to end, and kill it when it does not within ``timeout_s``."""
    running.process.terminate()
    try:
        running.process.wait(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        running.process.kill()
        running.process.wait()


def _healthy_url(home: Path, pid: int) -> str | None:
    try:
        state = json.loads((home / "server.json").read_text())
        if state["pid"] != pid:
            return None
        with urllib.request.urlopen(f"{state['url']}/health", timeout=2) as answer:
            return str(state["url"]) if answer.status == 200 else None
    except (OSError, ValueError, KeyError, urllib.error.URLError):
        return None
