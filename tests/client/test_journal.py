"""The journal keeps everything, whoever writes and whatever kills them."""

from __future__ import annotations

import itertools
import math
import os
import random
import signal
import struct
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from runyard.client import journal as journal_module
from runyard.client.journal import Journal, JournalPlace, run_folder
from runyard.client.journal_file import DATA_START, JournalFile, adopt_file
from runyard.client.journal_scan import next_batch
from runyard.client.sending import journals_in
from runyard.errors import LimitExceededError
from runyard.wire.journal import decode_batch, encode_batch, records_of
from runyard.wire.metric import ListRecord, Record, ScalarRecord, TableRecord

LONG = bool(os.environ.get("RUNYARD_LONG"))


@pytest.fixture
def place(tmp_path: Path) -> JournalPlace:
    return JournalPlace(root=tmp_path / "journal", workspace="ws", run_id="run", server="http://nowhere")


@pytest.fixture
def journal(place: JournalPlace) -> Iterator[Journal]:
    made = Journal(place, lambda: None)
    yield made
    made.forget()


def contents(file: JournalFile, max_records: int = 1000) -> list[Record]:
    """Read all that a file holds, in batches as the uploader makes them."""
    records: list[Record] = []
    while (found := next_batch(file, max_records)).length:
        state = file.state
        frames = encode_batch(found.frames, writer="w", seq=0, first=0, record_count=found.record_count)
        records += records_of(decode_batch(frames))
        end = state.acked + found.length
        file.save_state(type(state)(end, end, state.seq + 1, state.first + found.record_count))
    return records


def everything(journal: Journal) -> list[Record]:
    return [record for file in journal.files.values() for record in contents(file)]


def scalar(name: str, value: object, step: int | None = None) -> ScalarRecord:
    return ScalarRecord(name, 1, value, step)  # type: ignore[arg-type]


def test_every_kind_of_value_comes_back_exactly(journal: Journal) -> None:
    values = [0.5, math.nan, math.inf, -math.inf, -0.0, 5e-324, (1 << 53) + 1, -(1 << 63), (1 << 64) - 1, True, None, "text ü"]
    records: list[Record] = [scalar("x", value, step) for step, value in enumerate(values)]
    records += [ListRecord("l", 2, [1, "a", None]), TableRecord("t", 3, {"a": [1.5], "b": ["x"]}), scalar("y", 1.0, -5)]
    for record in records:
        journal.record(record)
    assert repr(everything(journal)) == repr(records)


def test_the_fast_way_takes_known_names_only(journal: Journal) -> None:
    assert not journal.known.log("x", 1.0)
    journal.record(scalar("x", 1.0))
    assert journal.known.log("x", 2.0, 7)
    assert journal.known.log("x", 3)
    assert journal.known.log("x", True, 1)
    assert journal.known.log("x", None)
    assert [(r.value, r.step) for r in everything(journal)] == [(1.0, None), (2.0, 7), (3, None), (True, 1), (None, None)]  # type: ignore[union-attr]


@pytest.mark.parametrize("value", ["text", [1], 1 << 63, object()])
def test_the_fast_way_leaves_what_it_cannot_pack(journal: Journal, value: object) -> None:
    journal.record(scalar("x", 1.0))
    assert not journal.known.log("x", value)
    assert not journal.known.log("x", 1.0, "no step")  # type: ignore[arg-type]
    assert not journal.known.log(["x"], 1.0)  # type: ignore[arg-type]
    assert len(everything(journal)) == 1


def test_numpys_float64_takes_the_fast_way(journal: Journal) -> None:
    import numpy

    journal.record(scalar("x", 1.0))
    assert journal.known.log("x", numpy.float64(2.5), 3)
    assert everything(journal)[1].value == 2.5  # type: ignore[union-attr]


def test_several_values_are_taken_all_or_none(journal: Journal) -> None:
    for name in "abc":
        journal.record(scalar(name, 0.0))
    assert journal.known.log_many({"a": 1.0, "b": 2, "c": None}, 4)
    assert not journal.known.log_many({"a": 1.0, "new": 2.0})
    assert not journal.known.log_many({"a": 1.0, "b": "text"})
    assert [(r.name, r.value, r.step) for r in everything(journal)[3:]] == [("a", 1.0, 4), ("b", 2, 4), ("c", None, 4)]  # type: ignore[union-attr]


def test_numbers_of_one_call_keep_kind_sign_and_step(journal: Journal) -> None:
    numpy = pytest.importorskip("numpy")
    for name in "abcdef":
        journal.record(ScalarRecord(name, 1, 0.5))
    for step in (None, 0, 7, None):
        values = {"a": -0.0, "b": math.nan, "c": True, "d": None, "e": -(1 << 62), "f": numpy.float64(0.25)}
        assert journal.known.log_many(values, step)
    assert not journal.known.log_many({"a": 1.0, "e": 1 << 70})
    assert journal.known.log_many({"e": 1.5, "a": 3})  # other kinds, another order
    found = [(record.name, repr(record.value), record.step) for record in everything(journal)[6:]]  # type: ignore[union-attr]
    once = [("a", "-0.0"), ("b", "nan"), ("c", "True"), ("d", "None"), ("e", repr(-(1 << 62))), ("f", "0.25")]
    expected = [(name, value, step) for step in (None, 0, 7, None) for name, value in once]
    assert found == [*expected, ("e", "1.5", None), ("a", "3", None)]


def test_ever_new_sets_of_names_are_recorded_too(journal: Journal) -> None:
    names = [f"m{number}" for number in range(25)]
    for name in names:
        journal.record(ScalarRecord(name, 1, 0.5))
    for number in range(2, 20):
        assert journal.known.log_many(dict.fromkeys(names[:number], float(number)))
    found = [record.value for record in everything(journal)[25:]]  # type: ignore[union-attr]
    assert found == [float(number) for number in range(2, 20) for _ in range(number)]


def test_a_journal_goes_on_in_the_next_file(journal: Journal) -> None:
    journal.record(scalar("x", 0))
    for number in range(1, 20_000):
        if not journal.known.log("x", number):
            journal.record(scalar("x", number))
    assert len(journal.files) >= 3
    values = [record.value for record in everything(journal)]  # type: ignore[union-attr]
    is_whole = values == list(range(20_000))
    assert is_whole


def test_a_record_larger_than_a_file_gets_a_file_of_its_size(journal: Journal) -> None:
    long = ListRecord("l", 1, [float(number) for number in range(400_000)])
    journal.record(scalar("x", 1.0))
    journal.record(long)
    journal.record(scalar("x", 2.0))
    assert everything(journal) == [scalar("x", 1.0), long, scalar("x", 2.0)]


def test_descriptions_make_series_of_their_own(journal: Journal) -> None:
    records: list[Record] = [ScalarRecord("x", 1, 1.0, None, "first"), ScalarRecord("x", 2, 2.0, None, "")]
    for record in records:
        journal.record(record)
    assert everything(journal) == records


def test_after_sealing_the_next_record_opens_a_new_file(journal: Journal) -> None:
    journal.record(scalar("x", 1.0))
    journal.seal()
    assert not journal.known.log("x", 2.0)
    journal.record(scalar("x", 2.0))
    assert [record.value for record in everything(journal)] == [1.0, 2.0]  # type: ignore[union-attr]


def test_threads_lose_nothing_and_keep_their_order(journal: Journal) -> None:
    threads, each = 8, 20_000 if LONG else 4_000
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)

    def work(number: int) -> None:
        name = f"t{number}"
        for value in range(each):
            if not journal.known.log(name, value):
                journal.record(scalar(name, value))

    try:
        workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    finally:
        sys.setswitchinterval(switch)
    found: dict[str, list[object]] = {}
    for record in everything(journal):
        found.setdefault(record.name, []).append(record.value)  # type: ignore[union-attr]
    is_whole = found == {f"t{number}": list(range(each)) for number in range(threads)}
    assert is_whole


def test_a_signal_handler_may_record_in_the_middle_of_a_record(journal: Journal) -> None:
    numbers = itertools.count()

    def handle(*_: object) -> None:  # may be interrupted by itself
        number = next(numbers)
        if not journal.known.log("signal", number):
            journal.record(scalar("signal", number))

    before = signal.signal(signal.SIGVTALRM, handle)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.0005, 0.0005)
    try:
        for value in range(60_000):
            if not journal.known.log("main", value):
                journal.record(scalar("main", value))
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    found = everything(journal)
    handled = next(numbers)
    values = {name: [r.value for r in found if isinstance(r, ScalarRecord) and r.name == name] for name in ("main", "signal")}
    in_order = values["main"] == list(range(60_000))
    assert in_order
    all_handled = sorted(map(int, map(str, values["signal"]))) == list(range(handled))
    assert all_handled
    assert handled > 5


def test_a_forked_child_writes_a_journal_of_its_own(journal: Journal, place: JournalPlace) -> None:
    journal.record(scalar("x", "parent"))
    child = os.fork()
    if child == 0:
        journal.forget()
        journal.record(scalar("x", "child"))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    journal.record(scalar("x", "parent again"))
    assert [r.value for r in everything(journal)] == ["parent", "parent again"]  # type: ignore[union-attr]
    adopted = [file for path in journals_in(place.folder) if (file := adopt_file(path)) is not None]
    assert [[r.value for r in contents(file)] for file in adopted] == [["child"]]  # type: ignore[union-attr]


def test_the_journal_of_a_living_process_is_not_adopted(journal: Journal, place: JournalPlace) -> None:
    journal.record(scalar("x", 1.0))
    (path,) = journals_in(place.folder)
    assert adopt_file(path) is None


def test_a_cap_is_said_once_and_what_is_lost_is_counted(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("RUNYARD_JOURNAL_MAX_BYTES", str(200 << 10))
    for value in range(10_000):
        if not journal.known.log("x", value):
            journal.record(scalar("x", value))
    kept = [record.value for record in everything(journal)]  # type: ignore[union-attr]
    is_prefix = kept == list(range(len(kept)))
    assert is_prefix
    assert len(kept) + journal.lost == 10_000
    assert journal.lost > 0
    assert caplog.text.count("has reached 204,800 bytes") == 1


def test_a_full_disk_is_said_once_and_memory_takes_over(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, place: JournalPlace
) -> None:
    def full(fd: int, offset: int, length: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    for value in range(1000):
        if not journal.known.log("x", value):
            journal.record(scalar("x", value))
    assert [record.value for record in everything(journal)] == list(range(1000))  # type: ignore[union-attr]
    assert caplog.text.count("No space left on device") == 1
    assert list(place.folder.iterdir()) == []


def test_memory_has_a_limit_too(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> JournalFile:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(journal_module, "create_file", denied)
    monkeypatch.setattr(journal_module, "MEMORY_MAX_BYTES", 32 << 10)
    monkeypatch.setattr(journal_module, "_PAGE", 4 << 10)
    for value in range(2000):
        journal.record(scalar("x", value))
    assert len(everything(journal)) + journal.lost == 2000
    assert 0 < journal.lost < 2000


def test_names_of_runs_cannot_leave_the_folder(tmp_path: Path) -> None:
    assert run_folder(tmp_path, "..", "a/../b").relative_to(tmp_path).parts == ("%2e%2e", "a%2f..%2fb")


WRITER = """
import sys
from pathlib import Path
from runyard.client.journal import Journal, JournalPlace
from runyard.wire.metric import ScalarRecord, ListRecord
journal = Journal(JournalPlace(root=Path(sys.argv[1]), workspace="ws", run_id="run", server="s"), lambda: None)
number = 0
while True:
    if number % 50 == 49:
        journal.record(ListRecord("list", 1, [number] * (number % 700)))
    elif not journal.known.log("x", number):
        journal.record(ScalarRecord("x", 1, number))
    number += 1
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


@pytest.mark.parametrize("round", range(120 if LONG else 3))
def test_a_killed_writer_loses_no_record_whose_call_had_returned(tmp_path: Path, round: int, killed: Counter[str]) -> None:
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    for _ in range(random.randrange(1, 6000)):
        process.stdout.readline()
    process.kill()
    killed["writer of a journal"] += 1
    returned = process.stdout.read().rsplit(b"\n", 1)[0].rsplit(b"\n", 1)[-1]
    process.wait()
    found = [record for path in journals_in(tmp_path) if (file := adopt_file(path)) is not None for record in contents(file)]
    numbers = [record.value if isinstance(record, ScalarRecord) else record.values[:1] for record in found]  # type: ignore[union-attr]
    expected = [[n] * bool(n % 700) if n % 50 == 49 else n for n in range(len(found))]
    is_whole = numbers == expected
    assert is_whole
    if returned:
        assert len(found) >= int(returned)


@pytest.mark.parametrize("seed", range(300 if LONG else 60))
def test_a_spoiled_journal_never_crashes_its_reader(place: JournalPlace, journal: Journal, seed: int) -> None:
    chance = random.Random(seed)
    for value in range(150):
        journal.record(scalar(f"n{value % 5}", value) if value % 7 else ListRecord("l", 1, [value] * (value % 20)))
    journal.forget()
    (path,) = journals_in(place.folder)
    data = bytearray(path.read_bytes())
    for _ in range(chance.randrange(1, 20)):
        start = chance.randrange(0 if seed % 3 else DATA_START, len(data))
        if chance.random() < 0.5:
            data[start] ^= 1 << chance.randrange(8)
        else:
            data[start : start + 40] = struct.pack("<5Q", *(chance.getrandbits(64) for _ in range(5)))[: len(data) - start]
    path.write_bytes(data[: len(data) if seed % 2 else chance.randrange(len(data))])
    try:
        file = adopt_file(path)
    except ValueError:
        return
    assert file is not None
    contents(file)
    file.close()


def test_a_name_without_bytes_is_refused_and_does_not_fill_the_disk(journal: Journal, place: JournalPlace) -> None:
    with pytest.raises(UnicodeEncodeError):
        journal.record(scalar("\ud800", 1.0))
    assert not place.folder.exists() or len(list(place.folder.iterdir())) <= 1


def test_a_record_that_no_server_takes_is_refused_at_once(journal: Journal) -> None:
    with pytest.raises(LimitExceededError, match="the limit of one record"):
        journal.record(ListRecord("l", 1, ["x" * 1_000_000] * 33))


def test_a_clock_that_jumps_changes_the_times_and_nothing_else(
    place: JournalPlace, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_us = 1_700_000_000_000_000
    jumps_us = [0, 3_600_000_000, -86_400_000_000, 1, 10_000_000_000_000, -20_000_000_000_000]
    expected = []
    for value in range(3000):  # several files
        now_us += jumps_us[value % len(jumps_us)]
        monkeypatch.setattr("runyard.client.known_series.now_ns", lambda at=now_us: at * 1000 + 999)
        if not journal.known.log("x", float(value)):
            journal.record(ScalarRecord("x", now_us, float(value)))
        expected.append((now_us, float(value)))
    files = list(journal.files.values())
    assert len(files) > 1
    found = [record for file in files for record in contents(file)]
    assert [(record.at_us, record.value) for record in found] == expected  # type: ignore[union-attr]
