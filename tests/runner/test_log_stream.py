"""Log lines reach the server while the script runs, and all of them by the end."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from runyard.client.growing_file import CHUNK_BYTES
from runyard.errors import InvalidArgumentError, StorageError
from runyard.runner import log_stream
from runyard.runner.log_stream import LogStream
from tests.client.test_growing_file import Store
from tests.runner.builders import until


def test_a_line_is_on_its_way_within_half_a_second(tmp_path: Path) -> None:
    assert log_stream.INTERVAL_S < 0.5
    store = Store()
    stream = LogStream(store.append)
    stream.follow(tmp_path / "log.txt", "log.txt")
    (tmp_path / "log.txt").write_text("one\n")
    until(lambda: store.data == b"one\n", "the line")
    stream.close()


def test_closing_sends_the_rest_of_every_file(tmp_path: Path) -> None:
    stores = {"a.txt": Store(), "b.txt": Store()}
    stream = LogStream(lambda name, offset, data: stores[name].append(name, offset, data), interval_s=60)
    for name in stores:
        (tmp_path / name).write_bytes(name.encode() * CHUNK_BYTES)
        stream.follow(tmp_path / name, name)
    stream.close()
    assert all(store.data == (tmp_path / name).read_bytes() for name, store in stores.items())
    assert stream.problems == []


def test_a_full_disk_of_the_server_delays_lines_and_loses_none(tmp_path: Path) -> None:
    store, is_full = Store(), threading.Event()
    is_full.set()

    def append(name: str, offset: int, data: bytes) -> int:
        if is_full.is_set():
            raise StorageError("the disk is full")
        return store.append(name, offset, data)

    stream = LogStream(append, interval_s=0.01)
    (tmp_path / "log.txt").write_text("one\n")
    stream.follow(tmp_path / "log.txt", "log.txt")
    time.sleep(0.05)
    is_full.clear()
    until(lambda: store.data == b"one\n", "the line")
    stream.close()


def test_a_file_that_the_server_refuses_does_not_hold_up_the_others(tmp_path: Path) -> None:
    store = Store()

    def append(name: str, offset: int, data: bytes) -> int:
        if name == "bad.txt":
            raise InvalidArgumentError("too long")
        return store.append(name, offset, data)

    stream = LogStream(append, interval_s=0.01)
    for name in ("bad.txt", "good.txt"):
        (tmp_path / name).write_text("x")
        stream.follow(tmp_path / name, name)
    stream.close()
    assert store.data == b"x"
    assert stream.problems == ["bad.txt could not be sent beyond byte 0: too long"]
