from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time

import pytest

from runyard.client import recorder as recorder_module
from runyard.client.recorder import BackgroundRecorder, FileToRecord, flush_all
from runyard.domain.metric import MetricType
from runyard.errors import InvalidArgumentError, NotFoundError, RunyardError, TransportError
from runyard.wire.metric import FileRecord, ListRecord, RecordBatch, ScalarRecord, TableRecord

WAIT_S = 10.0


class Sink:
    """Keeps what is sent; fails as it is told to."""

    def __init__(self) -> None:
        self.batches: list[RecordBatch] = []
        self.attempts: list[RecordBatch] = []
        self.files: list[tuple[str, bytes]] = []
        self.failures: list[Exception] = []
        self.away = threading.Event()

    def send_batch(self, batch: RecordBatch) -> None:
        self.attempts.append(batch)
        if self.away.is_set():
            raise TransportError("no server")
        if self.failures:
            raise self.failures.pop(0)
        self.batches.append(batch)

    def store_file(self, path: str, content: bytes) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.files.append((path, content))
        return f"aml://{path}"

    def names(self) -> list[str]:
        return [record.name for batch in self.batches for record in batch.records]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "FLUSH_INTERVAL_S", 0.02)
    monkeypatch.setattr(recorder_module, "_FIRST_DELAY_S", 0.01)


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def recorder(sink: Sink) -> BackgroundRecorder:
    return BackgroundRecorder(sink, "run1")


def scalar(name: str, value: float = 1.0) -> ScalarRecord:
    return ScalarRecord(name, 1, value)


def test_records_arrive_in_order_and_sequence_numbers_grow_by_one(recorder: BackgroundRecorder, sink: Sink) -> None:
    for number in range(3500):
        recorder.record(scalar(f"m{number}"))
    assert recorder.flush(WAIT_S)
    assert sink.names() == [f"m{number}" for number in range(3500)]
    assert [batch.seq for batch in sink.batches] == list(range(len(sink.batches)))
    assert len({batch.writer for batch in sink.batches}) == 1
    assert max(len(batch.records) for batch in sink.batches) <= recorder_module.BATCH_MAX_RECORDS


def test_records_are_sent_without_a_flush(recorder: BackgroundRecorder, sink: Sink) -> None:
    recorder.record(scalar("a"))
    deadline = time.monotonic() + WAIT_S
    while not sink.batches and time.monotonic() < deadline:
        time.sleep(0.005)
    assert sink.names() == ["a"]


def test_large_records_do_not_share_a_batch(recorder: BackgroundRecorder, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "BATCH_MAX_VALUES", 100)
    for _ in range(3):
        recorder.record(ListRecord("l", 1, [1] * 60))
    recorder.record(TableRecord("t", 1, {"a": [1] * 30, "b": [2] * 30}))
    assert recorder.flush(WAIT_S)
    assert all(len(batch.records) == 1 for batch in sink.batches)


def test_the_caller_never_waits_while_the_server_is_away(recorder: BackgroundRecorder, sink: Sink) -> None:
    sink.away.set()
    started = time.monotonic()
    for number in range(1000):
        recorder.record(scalar(f"m{number}"))
    assert time.monotonic() - started < 1.0
    assert recorder.flush(0.05) is False
    sink.away.clear()
    assert recorder.flush(WAIT_S)
    assert sink.names() == [f"m{number}" for number in range(1000)]


def test_a_batch_is_sent_again_unchanged_until_it_is_taken(recorder: BackgroundRecorder, sink: Sink) -> None:
    sink.failures = [TransportError("a"), RunyardError("internal")]
    recorder.record(scalar("a"))
    assert recorder.flush(WAIT_S)
    assert len(sink.attempts) == 3
    assert sink.attempts[0] is sink.attempts[1] is sink.attempts[2]


def test_a_warning_is_printed_once_while_the_server_is_away(
    recorder: BackgroundRecorder, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    sink.failures = [TransportError("no server")] * 5
    with caplog.at_level(logging.WARNING, "runyard"):
        recorder.record(scalar("a"))
        assert recorder.flush(WAIT_S)
    assert [record.message for record in caplog.records] == [
        "Run run1: what is logged waits in memory until the server is back: no server"
    ]


def test_what_the_server_refuses_is_dropped_with_a_warning_and_the_rest_goes_on(
    recorder: BackgroundRecorder, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    sink.failures = [InvalidArgumentError("a is a table")]
    with caplog.at_level(logging.WARNING, "runyard"):
        recorder.record(scalar("a"))
        assert recorder.flush(WAIT_S)
        recorder.record(scalar("b"))
        assert recorder.flush(WAIT_S)
    assert sink.names() == ["b"]
    assert "refused 1 logged values: a is a table" in caplog.text


def test_an_error_of_any_other_kind_does_not_end_the_thread(recorder: BackgroundRecorder, sink: Sink) -> None:
    sink.failures = [ValueError("cannot be encoded")]
    recorder.record(scalar("a"))
    assert recorder.flush(WAIT_S)
    recorder.record(scalar("b"))
    assert recorder.flush(WAIT_S)
    assert sink.names() == ["b"]


def test_a_file_is_stored_before_its_record_and_after_what_came_before(recorder: BackgroundRecorder, sink: Sink) -> None:
    recorder.record(scalar("a"))
    recorder.record_file(FileToRecord(name="img", at_us=5, path="img.png", content=b"png", type=MetricType.IMAGE))
    recorder.record(scalar("b"))
    assert recorder.flush(WAIT_S)
    assert sink.names() == ["a", "img", "b"]
    record = sink.batches[1].records[0]
    assert isinstance(record, FileRecord)
    assert (record.uri, sink.files) == ("aml://img.png", [("img.png", b"png")])


def test_a_file_that_is_refused_leaves_no_record(recorder: BackgroundRecorder, sink: Sink) -> None:
    sink.failures = [NotFoundError("no run")]
    recorder.record_file(FileToRecord(name="img", at_us=5, path="img.png", content=b"png", type=MetricType.IMAGE))
    assert recorder.flush(WAIT_S)
    assert sink.batches == []


def test_closing_says_what_is_lost_and_does_not_wait_longer_than_asked(
    recorder: BackgroundRecorder, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    sink.away.set()
    for number in range(5):
        recorder.record(scalar(f"m{number}"))
    started = time.monotonic()
    with caplog.at_level(logging.WARNING, "runyard"):
        assert recorder.close(0.1) is False
    assert time.monotonic() - started < 2.0
    assert "logged values are lost" in caplog.text


def test_a_closed_recorder_takes_records_again(recorder: BackgroundRecorder, sink: Sink) -> None:
    recorder.record(scalar("a"))
    assert recorder.close(WAIT_S)
    recorder.record(scalar("b"))
    assert recorder.flush(WAIT_S)
    assert sink.names() == ["a", "b"]


def test_many_threads_lose_nothing(recorder: BackgroundRecorder, sink: Sink) -> None:
    def work(worker: int) -> None:
        for number in range(500):
            recorder.record(scalar(f"{worker}.{number}"))

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert recorder.flush(WAIT_S)
    names = sink.names()
    assert len(names) == 4000
    for worker in range(8):
        own = [name for name in names if name.startswith(f"{worker}.")]
        assert own == [f"{worker}.{number}" for number in range(500)]


def test_an_idle_thread_ends_and_a_later_record_is_still_sent(
    recorder: BackgroundRecorder, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "_IDLE_S", 0.0)
    recorder.record(scalar("a"))
    assert recorder.flush(WAIT_S)
    deadline = time.monotonic() + WAIT_S
    while recorder._thread is not None and time.monotonic() < deadline:
        time.sleep(0.005)
    assert recorder._thread is None
    recorder.record(scalar("b"))
    assert recorder.flush(WAIT_S)
    assert sink.names() == ["a", "b"]


def test_memory_is_bounded_while_the_server_is_away(
    recorder: BackgroundRecorder, sink: Sink, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(recorder_module, "QUEUE_MAX_ITEMS", 10)
    sink.away.set()
    with caplog.at_level(logging.WARNING, "runyard"):
        for number in range(3000):
            recorder.record(scalar(f"m{number}"))
    assert len(recorder._queue) <= 10
    assert "logged values are lost" in caplog.text
    recorder.close(0.0)


def test_the_exit_of_the_process_waits_for_all_recorders_together(sink: Sink) -> None:
    sink.away.set()
    stuck = [BackgroundRecorder(sink, f"run{number}") for number in range(5)]
    for each in stuck:
        each.record(scalar("a"))
    started = time.monotonic()
    flush_all(0.2)
    assert time.monotonic() - started < 2.0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_is_a_writer_of_its_own_and_sends_nothing_of_its_parent(recorder: BackgroundRecorder, sink: Sink) -> None:
    sink.away.set()
    recorder.record(scalar("parents"))
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        sink.away.clear()
        sink.batches.clear()
        recorder.record(scalar("childs"))
        done = recorder.flush(WAIT_S)
        os.write(write, f"{done} {sink.names()} {sink.batches[0].writer} {sink.batches[0].seq}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    done, names, writer, seq = os.read(read, 1000).decode().split(" ")
    assert (done, names, seq) == ("True", "['childs']", "0")
    assert writer != recorder._writer
    sink.away.clear()
    assert recorder.flush(WAIT_S)
    assert sink.names() == ["parents"]


ENDLESS = """
import time
from runyard.client.recorder import BackgroundRecorder
from runyard.wire.metric import ScalarRecord

class Silent:
    def send_batch(self, batch):
        time.sleep(600)

recorder = BackgroundRecorder(Silent(), "run1")
for number in range(100_000):
    recorder.record(ScalarRecord("x", 1, number))
print(time.time(), flush=True)
"""


def test_a_program_leaves_within_two_seconds_when_the_server_does_not_answer() -> None:
    done = subprocess.run([sys.executable, "-c", ENDLESS], capture_output=True, text=True, check=True, timeout=60)
    left_after_s = time.time() - float(done.stdout)
    assert left_after_s < recorder_module.EXIT_TIMEOUT_S + 1.5
    assert "100000 of the last logged values are lost" in done.stderr
