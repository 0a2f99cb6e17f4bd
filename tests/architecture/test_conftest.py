"""The promises that tests/conftest.py makes to all other tests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest


def test_a_test_cannot_reach_beyond_loopback() -> None:
    with socket.socket() as outside, pytest.raises(PermissionError, match=r"192\.0\.2\.1"):
        outside.connect(("192.0.2.1", 80))


def test_a_test_may_use_loopback() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        socket.create_connection(listening.getsockname(), timeout=60).close()


def test_the_users_own_home_is_out_of_reach(home: Path) -> None:
    assert os.environ["RUNYARD_HOME"] == str(home)
    assert not str(home).startswith(str(Path.home() / ".runyard"))


@pytest.mark.parametrize(("ending", "told"), [("", "sent\n"), ("tests.conftest.send_nothing_at_exit()", "")])
def test_the_end_of_the_tests_sends_nothing(ending: str, told: str) -> None:
    code = "import tests.conftest; from runyard.client import recorder; recorder.flush_all = lambda *_: print('sent')\n"
    code += f"recorder._register_exit()\n{ending}"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, told), done.stderr
