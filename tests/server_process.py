"""Start and stop the real server for tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from tests.fresh_database import put_database

START_DEADLINE_S = 60


@dataclass(frozen=True)
class RunningServer:
    """A server that listens. ``token`` is the owner's."""

    process: subprocess.Popen[bytes]
    home: Path
    url: str
    token: str


CHANGED = """\
import functools, sys
import runyard.server.__main__ as started
started.Settings = functools.partial(started.Settings, **{settings!r})
sys.exit(started.main())
"""


def start_server(home: Path, *extra: str, **settings: float) -> RunningServer:
    """Start ``python -m runyard.server`` in ``home`` and return when ``/health`` answers.

    ``settings`` are those of ``Settings`` that no command line sets, such as how patient the server is.

    Raises:
        RuntimeError: it ended or did not answer in time; the message holds the end of its log.
    """
    if "RUNYARD_DATABASE_URL" not in os.environ:
        put_database(home)
    home.mkdir(parents=True, exist_ok=True)
    program = ["-c", CHANGED.format(settings=settings)] if settings else ["-m", "runyard.server"]
    with (home / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, *program, "--home", str(home), *extra],
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
