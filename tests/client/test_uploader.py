"""Whatever the server does, every record arrives once, and the program that records is not disturbed."""

from __future__ import annotations

import logging
import os
import random
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runyard.client import sending, uploader
from runyard.client.journal_file import adopt_file
from runyard.client.kept_file import FileToRecord
from runyard.client.recorder import journal_root, send_left_records
from runyard.client.sending import drain, journals_in
from runyard.domain.metric import MetricType
from runyard.wire.metric import FileRecord, ListRecord, ScalarRecord
from tests.client.fake_ingest import FakeIngest, Handler, journal_files

LONG = bool(os.environ.get("RUNYARD_LONG"))
pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def ingest() -> Iterator[FakeIngest]:
    server = FakeIngest().start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploader, "_FIRST_DELAY_S", 0.02)
    monkeypatch.setattr(uploader, "_LONGEST_DELAY_S", 0.05)


def wait_until(condition: Callable[[], bool], timeout_s: float = 60.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def scalar(value: object, name: str = "x") -> ScalarRecord:
    return ScalarRecord(name, 1, value)  # type: ignore[arg-type]


def test_records_arrive_once_and_in_order_and_the_journal_goes(ingest: FakeIngest) -> None:
    recorder = ingest.client().recorders.for_run("run")
    for value in range(5000):
        if not recorder.known.log("x", value):
            recorder.record(scalar(value))
    recorder.record(ListRecord("l", 1, ["a", None]))
    assert recorder.flush(20)
    assert ingest.values() == list(range(5000))
    assert ingest.records()[-1] == ListRecord("l", 1, ["a", None])
    assert recorder.close(20)
    assert journal_files() == []


def test_a_point_is_on_its_way_without_a_flush(ingest: FakeIngest) -> None:
    ingest.client().recorders.for_run("run").record(scalar(1.5))
    wait_until(lambda: ingest.values() == [1.5])


def test_a_recorder_can_be_used_again_after_it_was_closed(ingest: FakeIngest) -> None:
    recorder = ingest.client().recorders.for_run("run")
    for value in range(3):
        recorder.record(scalar(value))
        assert recorder.close(20)
    assert ingest.values() == [0, 1, 2]


def fail_times(count: int, act: Callable[[Handler, bytes], None]) -> Callable[[Handler, bytes], bool]:
    left = [count]

    def behave(handler: Handler, body: bytes) -> bool:
        left[0] -= 1
        if left[0] < 0:
            return False
        act(handler, body)
        return True

    return behave


def cut(handler: Handler, body: bytes) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def store_and_cut(handler: Handler, body: bytes) -> None:
    handler.store(body, answer=False)
    cut(handler, body)


def store_and_lie(handler: Handler, body: bytes) -> None:
    handler.store(body, answer=False)
    handler.refuse(500, "internal", "boom")


BEHAVIOURS: dict[str, Callable[[Handler, bytes], None]] = {
    "answers 500": lambda handler, body: handler.refuse(500, "internal", "boom"),
    "answers garbage": lambda handler, body: handler.answer(200, b"<html>hello</html>"),
    "answers 404 page of a stranger": lambda handler, body: handler.answer(404, b"<html>no</html>"),
    "cuts the connection": cut,
    "cuts the connection after storing": store_and_cut,
    "fails after storing": store_and_lie,
    "is busy": lambda handler, body: handler.refuse(429, "limit_exceeded", "busy", Retry_After="0.1"),
}


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_nothing_is_lost_and_nothing_comes_twice_when_the_server(behaviour: str, ingest: FakeIngest) -> None:
    recorder = ingest.client().recorders.for_run("run")
    for value in range(100):
        recorder.record(scalar(value))
        if value % 20 == 10:
            ingest.behaviour = fail_times(2, BEHAVIOURS[behaviour])
            time.sleep(0.01)
    assert recorder.flush(20)
    recorder.close(20)
    assert ingest.values() == list(range(100))
    assert journal_files() == []


def test_a_busy_server_is_left_alone_for_as_long_as_it_asks(ingest: FakeIngest) -> None:
    times: list[float] = []

    def busy(handler: Handler, body: bytes) -> None:
        times.append(time.monotonic())
        handler.refuse(429, "limit_exceeded", "busy", Retry_After="1.0")

    ingest.behaviour = fail_times(1, busy)
    recorder = ingest.client().recorders.for_run("run")
    recorder.record(scalar(1))
    assert recorder.flush(20)
    assert time.monotonic() - times[0] >= 1.0
    assert ingest.values() == [1]


def test_refused_records_cost_no_other_and_no_request(ingest: FakeIngest, caplog: pytest.LogCaptureFixture) -> None:
    is_recorded = threading.Event()
    ingest.behaviour = lambda handler, body: not is_recorded.wait(30)
    recorder = ingest.client().recorders.for_run("run")
    for value in range(2000):
        recorder.record(scalar("poison" if value % 7 == 3 else value))
    is_recorded.set()
    assert recorder.flush(20)
    assert ingest.values() == [value for value in range(2000) if value % 7 != 3]
    assert ingest.request_count <= 10
    assert caplog.text.count("the server refused a logged value of 'x': Poison.") == 1


def test_a_batch_that_is_refused_whole_is_sent_in_halves(ingest: FakeIngest, caplog: pytest.LogCaptureFixture) -> None:
    def refuse_poison(handler: Handler, body: bytes) -> bool:
        if b"venom" in body:
            handler.refuse(400, "invalid_argument", "venom is not taken")
            return True
        return False

    ingest.behaviour = refuse_poison
    recorder = ingest.client().recorders.for_run("run")
    for value in range(200):
        recorder.record(scalar("venom" if value == 77 else value))
    assert recorder.flush(20)
    assert ingest.values() == [value for value in range(200) if value != 77]
    assert caplog.text.count("refused a logged value") == 1


def test_a_proxy_that_takes_small_requests_only_gets_small_ones(ingest: FakeIngest) -> None:
    def too_large(handler: Handler, body: bytes) -> bool:
        if len(body) > 10_000:
            handler.answer(413, b"<html>413 Request Entity Too Large</html>")
            return True
        return False

    ingest.behaviour = too_large
    recorder = ingest.client().recorders.for_run("run")
    for value in range(2000):
        recorder.record(scalar(value))
    assert recorder.flush(20)
    assert ingest.values() == list(range(2000))


def test_records_of_an_unknown_run_are_kept(ingest: FakeIngest, caplog: pytest.LogCaptureFixture) -> None:
    ingest.behaviour = lambda handler, body: handler.refuse(404, "not_found", "no such run") is None
    recorder = ingest.client().recorders.for_run("run")
    recorder.record(scalar(1))
    assert not recorder.close(20)
    assert len(journal_files()) == 1
    assert "it is kept" in caplog.text


def test_a_slow_server_does_not_slow_the_calls(ingest: FakeIngest) -> None:
    release, answered = threading.Event(), threading.Event()

    def slow(handler: Handler, body: bytes) -> bool:
        release.wait(30)
        answered.set()
        return False

    ingest.behaviour = slow
    recorder = ingest.client().recorders.for_run("run")
    recorder.record(scalar(0))
    wait_until(lambda: ingest.request_count > 0)
    for value in range(1, 2000):
        recorder.record(scalar(value))
    assert not answered.is_set()
    release.set()
    assert recorder.flush(20)
    assert ingest.values() == list(range(2000))


def test_a_server_that_was_down_all_the_time_gets_everything_later(caplog: pytest.LogCaptureFixture) -> None:
    server = FakeIngest().start()
    server.stop()
    recorder = server.client().recorders.for_run("run")
    for value in range(3000):
        recorder.record(scalar(value))
    began = time.monotonic()
    assert not recorder.close(30)
    assert time.monotonic() - began < 15  # although it may take 30
    assert caplog.text.count("runyard sync") == 1
    server.start()
    assert recorder.flush(20)
    assert server.values() == list(range(3000))
    server.stop()


def test_a_server_that_comes_and_goes_gets_everything_once() -> None:
    server = FakeIngest().start()
    recorder = server.client().recorders.for_run("run")
    chance = random.Random(7)
    for value in range(2000):
        recorder.record(scalar(value))
        if value % 200 == 0:
            server.stop()
            time.sleep(chance.random() * 0.02)
            server.start()
            recorder.flush(chance.random() * 0.05)
    assert recorder.flush(20)
    assert server.values() == list(range(2000))
    server.stop()


def test_several_runs_arrive_each_in_its_own(ingest: FakeIngest) -> None:
    pool = ingest.client().recorders
    for number in range(20):
        pool.for_run(f"run{number}").record(scalar(number))
    assert all(pool.flush(f"run{number}", 20) for number in range(20))
    assert [ingest.values(f"run{number}") for number in range(20)] == [[number] for number in range(20)]


def test_files_of_metrics_are_stored_before_they_are_recorded(ingest: FakeIngest, monkeypatch: pytest.MonkeyPatch) -> None:
    client = ingest.client()
    stored: list[str] = []
    monkeypatch.setattr(client.artifacts, "put", lambda run_id, name, content, retry_s: stored.append(name))
    recorder = client.recorders.for_run("run")
    recorder.record_file(FileToRecord(name="image", at_us=1, path="plot.png", content=b"png", type=MetricType.IMAGE))
    assert recorder.flush(20)
    assert recorder.flush(20)
    assert stored == ["plot.png"]
    assert [type(record) for record in ingest.records()] == [FileRecord]


SCRIPT = """
import os, sys, time, signal, threading, multiprocessing
from runyard.client.client import Client
from runyard.client.endpoint import RemoteEndpoint
from runyard.wire.metric import ScalarRecord
client = Client(RemoteEndpoint(sys.argv[1], "token"), "ws", retry_s=0)
recorder = client.recorders.for_run("run")
def log(name, value):
    if not recorder.known.log(name, value):
        recorder.record(ScalarRecord(name, 1, value))
"""


def run_script(body: str, *arguments: str, timeout_s: float = 60.0) -> subprocess.CompletedProcess[str]:
    code = SCRIPT + textwrap.dedent(body)
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=timeout_s, check=False
    )


def left_to(server: FakeIngest) -> None:
    assert send_left_records(server.client(), "run", 30).failures == []


def test_a_program_sends_the_rest_when_it_ends(ingest: FakeIngest) -> None:
    ended = run_script("for value in range(20000): log('x', value)", ingest.url)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    is_whole = ingest.values() == list(range(20000))
    assert is_whole
    assert journal_files() == []


def test_a_program_without_a_server_ends_in_time_and_its_records_are_sent_later() -> None:
    server = FakeIngest().start()
    server.stop()
    ended = run_script(
        """
        for value in range(20000): log('x', value)
        import atexit
        began = time.monotonic()
        atexit._run_exitfuncs()
        print(time.monotonic() - began)
        """,
        server.url,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.count("runyard sync") == 1
    assert float(ended.stdout) < 15  # it does not wait the 30 s that a request may take
    server.start()
    left_to(server)
    is_whole = server.values() == list(range(20000))
    assert is_whole
    assert journal_files() == []
    server.stop()


def test_a_program_whose_server_hangs_ends_in_time(ingest: FakeIngest) -> None:
    release = threading.Event()
    ingest.behaviour = lambda handler, body: not release.wait(30)
    ended = run_script(
        """
        log('x', 1)
        time.sleep(0.8)
        import atexit
        began = time.monotonic()
        atexit._run_exitfuncs()
        print(time.monotonic() - began)
        """,
        ingest.url,
    )
    release.set()
    assert ended.returncode == 0
    assert float(ended.stdout) < 15  # it does not wait the 30 s that a request may take
    wait_until(lambda: ingest.values() == [1])
    ingest.behaviour = None
    left_to(ingest)
    assert ingest.values() == [1]
    assert ingest.duplicates == 1


def test_the_next_program_sends_what_a_killed_one_left(ingest: FakeIngest) -> None:
    ended = run_script("for value in range(300): log('x', value)\nos.kill(os.getpid(), signal.SIGKILL)", ingest.url)
    assert ended.returncode == -9
    other = ingest.client().recorders.for_run("other")
    other.record(scalar("new"))
    wait_until(lambda: ingest.values() == list(range(300)))
    wait_until(lambda: ingest.values("other") == ["new"])


def test_flush_waits_for_what_dead_children_left(ingest: FakeIngest) -> None:
    recorder = ingest.client().recorders.for_run("run")
    recorder.record(scalar("parent"))
    child = os.fork()
    if child == 0:
        recorder.record(scalar("child"))
        os._exit(0)  # without any exit function, as a crashed worker ends
    os.waitpid(child, 0)
    assert recorder.flush(20)
    assert sorted(ingest.values()) == ["child", "parent"]  # type: ignore[type-var]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_children_of_multiprocessing_send_what_they_record(method: str, ingest: FakeIngest) -> None:
    ended = run_script(
        f"""
        sys.path.insert(0, {str(Path(__file__).parents[2])!r})
        from tests.client.test_uploader import record_as

        log("parent", 1)
        context = multiprocessing.get_context("{method}")
        children = [context.Process(target=record_as, args=(sys.argv[1], number)) for number in range(3)]
        for child in children:
            child.start()
        for child in children:
            child.join()
        """,
        ingest.url,
    )
    assert ended.returncode == 0, ended.stderr
    left_to(ingest)
    for number in range(3):
        is_whole = ingest.values(name=f"p{number}") == list(range(500))
        assert is_whole


def record_as(url: str, number: int) -> None:
    from runyard.client.client import Client
    from runyard.client.endpoint import RemoteEndpoint

    recorder = Client(RemoteEndpoint(url, "token"), "ws", retry_s=0).recorders.for_run("run")
    for value in range(500):
        recorder.record(ScalarRecord(f"p{number}", 1, value))


def test_eight_processes_record_into_one_run(ingest: FakeIngest) -> None:
    code = SCRIPT + "for value in range(3000): log(sys.argv[2], value)"
    processes = [subprocess.Popen([sys.executable, "-c", code, ingest.url, f"p{number}"]) for number in range(8)]
    assert [process.wait(120) for process in processes] == [0] * 8
    left_to(ingest)
    for number in range(8):
        is_whole = ingest.values(name=f"p{number}") == list(range(3000))
        assert is_whole
    assert journal_files() == []


@pytest.mark.parametrize("round", range(120 if LONG else 4))
def test_killing_writer_and_uploader_at_any_moment_loses_nothing_and_doubles_nothing(
    round: int, ingest: FakeIngest, killed: Counter[str]
) -> None:
    chance = random.Random(round)
    delays = iter(lambda: chance.random() * 0.02, None)
    ingest.behaviour = lambda handler, body: time.sleep(next(delays)) is not None
    code = SCRIPT + textwrap.dedent(
        """
        value = 0
        while True:
            log("x", value)
            value += 1
            if value % 100 == 0:
                recorder.flush(0.001)
                print(value, flush=True)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", code, ingest.url], stdout=subprocess.PIPE)
    assert process.stdout is not None
    for _ in range(chance.randrange(1, 300)):
        process.stdout.readline()
    time.sleep(chance.random() * 0.02)
    process.kill()
    killed["writer with its uploader"] += 1
    returned = process.stdout.read().split()
    process.wait()
    for _ in range(chance.randrange(3)):  # whoever sends the rest is killed, too
        kill_a_sender(ingest, chance.random() * 0.4)
        killed["sender of what was left"] += 1
    left_to(ingest)
    values = ingest.values()
    is_whole = values == list(range(len(values)))
    assert is_whole
    assert len(values) >= int(returned[-1] if returned else 0)
    assert journal_files() == []


def kill_a_sender(server: FakeIngest, after_s: float) -> None:
    code = (
        SCRIPT
        + "from runyard.client.recorder import send_left_records\nprint(1, flush=True)\nsend_left_records(client, 'run', 30)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, server.url], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(after_s)
    process.kill()
    process.communicate()


FILES = """
from runyard.client.kept_file import FileToRecord
from runyard.domain.metric import MetricType
def keep(step, path=None):
    content = f"sound {step}".encode()
    file = FileToRecord(name="s", at_us=step, path=f"s_{step % 3}.wav", content=content, type=MetricType.AUDIO, step=step)
    recorder.record_file(file)
"""


@pytest.mark.parametrize("round", range(40 if LONG else 3))
def test_files_of_a_killed_program_arrive_once_though_their_senders_are_killed(
    round: int, ingest: FakeIngest, killed: Counter[str]
) -> None:
    chance = random.Random(round)
    ingest.behaviour = lambda handler, body: time.sleep(chance.random() * 0.02) is not None
    code = SCRIPT + FILES + "\nfor step in range(10**6):\n    keep(step)\n    print(step, flush=True)"
    process = subprocess.Popen([sys.executable, "-c", code, ingest.url], stdout=subprocess.PIPE)
    assert process.stdout is not None
    returned = [process.stdout.readline() for _ in range(chance.randrange(5, 40))]
    process.kill()
    killed["writer of files"] += 1
    returned += process.stdout.read().splitlines()
    process.wait()
    for _ in range(2):  # whoever sends the rest is killed, too
        kill_a_sender(ingest, chance.random() * 0.4)
        killed["sender of what was left"] += 1
    left_to(ingest)
    records = [record for record in ingest.records() if isinstance(record, FileRecord)]
    steps = [record.step for record in records]
    assert steps == list(range(len(steps)))
    assert len(steps) >= len([line for line in returned if line.strip()])
    for record in records:
        stored = ingest.files["run/" + record.uri.partition("dcid.run/")[2].replace(" ", "%20")]
        assert stored == f"sound {record.step}".encode()
    assert len(ingest.files) == len(records), "a file is there twice"
    assert journal_files() == []


def test_a_file_is_copied_before_the_call_returns_and_waits_for_a_server_that_is_away(tmp_path: Path) -> None:
    server = FakeIngest().start()
    server.stop()
    recorder = server.client().recorders.for_run("run")
    source = tmp_path / "take.wav"
    for take in (b"one", b"two"):
        source.write_bytes(take)
        recorder.record_file(FileToRecord(name="s", at_us=1, path="take.wav", content=source, type=MetricType.AUDIO))
    source.unlink()
    assert not recorder.flush(0.2)
    assert {path.suffix for path in journal_files()} == {".ryf", ".data", ".lock"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in journal_files())
    server.start()
    assert recorder.flush(20)
    assert server.files == {"run/take.wav": b"one", "run/take_1.wav": b"two"}
    assert journal_files() == []
    server.stop()


def test_files_of_a_living_program_are_left_to_it(ingest: FakeIngest) -> None:
    release = threading.Event()
    ingest.behaviour = lambda handler, body: not release.wait(30)
    recorder = ingest.client().recorders.for_run("run")
    recorder.record_file(FileToRecord(name="s", at_us=1, path="a.wav", content=b"a", type=MetricType.AUDIO))
    wait_until(lambda: bool(ingest.files))
    ended = run_script(
        "from runyard.client.recorder import send_left_records\nprint(send_left_records(client, 'run', 0.5).file_count)",
        ingest.url,
    )
    assert ended.stdout.strip() == "0", ended.stderr
    release.set()
    assert recorder.flush(20)
    assert len(ingest.records()) == 1


def test_more_files_than_may_wait_are_refused_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("RUNYARD_JOURNAL_MAX_BYTES", "10")
    server = FakeIngest().start()
    server.stop()
    recorder = server.client().recorders.for_run("run")
    for content in (b"12345678", b"12345678"):
        recorder.record_file(FileToRecord(name="s", at_us=1, path="a.wav", content=content, type=MetricType.AUDIO))
    assert "The file of metric 's' is lost" in caplog.text
    server.start()
    assert recorder.flush(20)
    assert len(server.files) == 1
    server.stop()


def test_a_journal_for_another_server_is_left_alone(ingest: FakeIngest) -> None:
    run_script("log('x', 1)\nos.kill(os.getpid(), signal.SIGKILL)", "http://127.0.0.1:1")
    failures = send_left_records(ingest.client(), "run", 5).failures
    assert len(failures) == 1
    assert "another server, http://127.0.0.1:1" in failures[0]
    assert len(journal_files()) == 1


def leave(count: int, server: FakeIngest) -> None:
    """Have a program log so many values and die; the server takes none of them from itself."""
    server.behaviour = lambda handler, body: cut(handler, body) is None
    run_script(f"for value in range({count}): log('x', value)\nos.kill(os.getpid(), signal.SIGKILL)", server.url)
    server.behaviour = None


def test_two_senders_at_once_send_everything_once(ingest: FakeIngest) -> None:
    leave(5000, ingest)
    root = journal_root(ingest.client().endpoint)

    def send() -> None:
        from runyard.client.recorder import ServerSink

        drain(journals_in(root), ServerSink(ingest.client()))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    is_whole = sorted(ingest.values()) == list(range(5000))  # type: ignore[type-var]
    assert is_whole
    assert ingest.duplicates == 0
    assert not list(Path(root).rglob("*.ryj"))


def test_what_a_process_logged_stays_in_order_while_its_first_file_is_held(
    ingest: FakeIngest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SENDER_WAIT_S", 0.1)
    leave(2000, ingest)
    first, *others = journal_files()
    assert others
    held = adopt_file(first)  # as another sender does that is at work, or the writer itself a moment before it ends
    assert held is not None
    left_to(ingest)
    assert ingest.values() == []
    monkeypatch.setattr(sending, "SENDER_WAIT_S", 20.0)
    threading.Timer(0.2, held.close).start()
    left_to(ingest)  # waits for the other sender
    is_in_order = ingest.values() == list(range(2000))
    assert is_in_order


def test_a_home_that_cannot_be_written_does_not_disturb(
    ingest: FakeIngest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("RUNYARD_HOME", str(tmp_path / "file"))
    recorder = ingest.client().recorders.for_run("run")
    with caplog.at_level(logging.WARNING):
        for value in range(1000):
            recorder.record(scalar(value))
        assert recorder.flush(20)
    assert ingest.values() == list(range(1000))
    assert caplog.text.count("waits in memory") == 1
