"""The promises that tests/conftest.py makes to all other tests."""

from __future__ import annotations

import atexit
import os
import socket
from pathlib import Path

import pytest
from tests.conftest import send_nothing_at_exit

from runyard.client import recorder


def test_a_test_cannot_reach_beyond_loopback() -> None:
    with socket.socket() as outside, pytest.raises(PermissionError, match=r"192\.0\.2\.1"):
        outside.connect(("192.0.2.1", 80))


def test_a_test_may_use_loopback() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        socket.create_connection(listening.getsockname(), timeout=5).close()


def test_the_users_own_home_is_out_of_reach(home: Path) -> None:
    assert os.environ["RUNYARD_HOME"] == str(home)
    assert not str(home).startswith(str(Path.home() / ".runyard"))


def test_the_end_of_the_tests_sends_nothing() -> None:
    recorder._register_exit()
    before = atexit._ncallbacks()
    try:
        send_nothing_at_exit()
        assert atexit._ncallbacks() < before
    finally:
        atexit.register(recorder._leave)
