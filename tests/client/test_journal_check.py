"""What a disk changes in a journal after its writer has ended is noticed, named, and costs few records."""

from __future__ import annotations

import random
from pathlib import Path
from types import SimpleNamespace

import pytest

from runyard.client.journal import Journal, JournalPlace
from runyard.client.journal_check import BLOCK_BYTES, bad_blocks, checksums, data_bytes, table_bytes
from runyard.client.journal_file import DATA_START, SLOT_BYTES, JournalFile, adopt_file
from runyard.client.journal_scan import next_batch
from runyard.client.sending import drain, journals_in
from runyard.wire.journal import decode_batch, records_of
from runyard.wire.metric import BatchAckBody, ListRecord, Record, ScalarRecord

COUNT = 300
DAMAGED_AT_MOST = BLOCK_BYTES // SLOT_BYTES


class Kept:
    """A server that keeps what comes."""

    server = "s"

    def __init__(self) -> None:
        self.records: list[Record] = []

    def send_batch(self, header: object, batch: bytes) -> BatchAckBody:
        self.records += records_of(decode_batch(batch))
        return BatchAckBody(seq=0, stored=True)

    def send_file(self, file: object) -> None:
        raise AssertionError(f"no file is in these journals: {file}")

    def get_ready(self) -> None:
        """There is nothing to get ready."""


@pytest.fixture
def place(tmp_path: Path) -> JournalPlace:
    return JournalPlace(root=tmp_path, workspace="w", run_id="r", server="s")


def written(place: JournalPlace, *, sync: bool = True) -> tuple[Path, list[float]]:
    """Write a journal as a process that ends without sending, and return its file and the values in it."""
    journal = Journal(place, lambda: None)
    values = [value / 8 for value in range(COUNT)]
    for value in values:
        if not journal.known.log("x", value):
            journal.record(ScalarRecord("x", 1, value))
    if sync:
        for file in journal.files.values():
            file.sync()
    journal.forget()
    (path,) = journals_in(place.folder)
    return path, values


def flip(path: Path, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)


def sent(path: Path) -> tuple[list[float], int]:
    server = Kept()
    report = drain([path], server)
    assert report.failures == []
    return [float(str(record.value)) for record in server.records if isinstance(record, ScalarRecord)], report.damaged


def test_an_unchanged_journal_arrives_whole_and_goes(place: JournalPlace) -> None:
    path, values = written(place)
    assert sent(path) == (values, 0)
    assert not place.folder.exists()


def test_a_journal_that_its_program_closed_while_the_server_was_away_has_no_damage(place: JournalPlace) -> None:
    journal = Journal(place, lambda: None)
    journal.record(ScalarRecord("x", 1, 0.5))
    journal.seal()
    for file in journal.files.values():
        file.sync()
        file.sync()
    journal.forget()
    (path,) = journals_in(place.folder)
    assert sent(path) == ([0.5], 0)
    assert not place.folder.exists()


def test_any_flipped_bit_of_any_scalar_is_noticed_and_no_wrong_value_is_sent(place: JournalPlace) -> None:
    chance = random.Random(5)
    for _ in range(150):
        path, values = written(place)
        first = DATA_START + 4 * SLOT_BYTES  # behind the definition, which has a test of its own
        flip(path, chance.randrange(first * 8, (first + (COUNT - 1) * SLOT_BYTES) * 8))
        got, damaged = sent(path)
        assert 0 < damaged <= DAMAGED_AT_MOST
        assert len(got) == COUNT - damaged
        rest = iter(values)
        assert all(value in rest for value in got), "a wrong value, or the order has changed"
        (aside,) = place.folder.iterdir()
        assert aside.suffix == ".damaged"
        aside.unlink()


def test_a_definition_that_has_changed_is_noticed(place: JournalPlace) -> None:
    path, _ = written(place)
    flip(path, (DATA_START + SLOT_BYTES) * 8 + 13)
    got, damaged = sent(path)
    assert got == [] and damaged >= COUNT


def test_a_record_of_its_own_length_that_is_whole_is_sent_from_a_damaged_block(place: JournalPlace) -> None:
    journal = Journal(place, lambda: None)
    journal.record(ListRecord("l", 1, [1, 2, 3]))
    journal.record(ScalarRecord("x", 1, 1.0))
    journal.record(ListRecord("l", 1, [4, 5, 6]))
    for file in journal.files.values():
        file.sync()
    journal.forget()
    (path,) = journals_in(place.folder)
    data = path.read_bytes()
    flip(path, data.index(bytes.fromhex("000000000000f03f")) * 8)  # the 1.0
    server = Kept()
    report = drain([path], server)
    assert server.records == [ListRecord("l", 1, [1, 2, 3]), ListRecord("l", 1, [4, 5, 6])]
    assert report.damaged == 1


def test_what_was_written_after_the_last_sync_is_sent_too(place: JournalPlace) -> None:
    path, values = written(place, sync=False)
    assert sent(path) == (values, 0)


def test_a_commit_word_that_has_changed_does_not_hide_what_follows(place: JournalPlace) -> None:
    path, values = written(place, sync=False)  # nothing but the word itself tells of it
    at = 100
    flip(path, (DATA_START + (4 + at) * SLOT_BYTES - 1) * 8)
    got, damaged = sent(path)
    assert damaged == 1 and len(got) == COUNT - 1
    assert set(got) < set(values)


def test_checksums_are_noted_while_a_file_grows(place: JournalPlace) -> None:
    journal = Journal(place, lambda: None)
    chance = random.Random(1)
    count = 0
    for _ in range(40):
        for _ in range(chance.randrange(60)):
            journal.record(ScalarRecord("x", 1, float(count)))
            count += 1
        for file in journal.files.values():
            file.sync()
    journal.forget()
    paths = journals_in(place.folder)
    assert len(paths) > 1
    server = Kept()
    assert drain(paths, server).damaged == 0
    assert [record.value for record in server.records if isinstance(record, ScalarRecord)] == [float(n) for n in range(count)]


def test_whoever_sends_a_damaged_file_later_sees_the_damage_too(place: JournalPlace) -> None:
    path, _ = written(place)
    flip(path, (DATA_START + (COUNT - 1) * SLOT_BYTES) * 8)
    for _ in range(3):  # senders that are killed before they get anywhere
        file = adopt_file(path)
        assert isinstance(file, JournalFile)
        file.save_state(file.state)
        file.sync()
        assert next_batch(file, 10_000).damaged
        file.close()
    assert sent(path)[1]


def test_the_table_of_checksums_fits_behind_the_data() -> None:
    for room in range(0, 20_000, 7):
        assert data_bytes(room) + table_bytes(data_bytes(room)) <= room
    data = bytes(range(256)) * 5
    entries, rest = checksums(data)
    assert bad_blocks(data, entries, rest) == []
    assert bad_blocks(data[:700] + b"?" + data[701:], entries, rest) == [(512, 1024)]
    assert bad_blocks(data[:-1] + b"?", entries, rest) == [(1024, 1280)]


def test_a_file_is_synced_again_only_after_a_pause_and_when_it_has_grown(
    place: JournalPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("runyard.client.journal_file.time", SimpleNamespace(monotonic=lambda: now[0]))
    journal = Journal(place, lambda: None)
    journal.record(ScalarRecord("x", 1, 0.5))
    (file,) = journal.files.values()
    synced: list[float] = []
    monkeypatch.setattr("runyard.client.journal_file.os.fdatasync", lambda fd: synced.append(now[0]))
    file.sync()
    assert journal.known.log("x", 4.0)
    for now[0] in (100.1, 100.3, 100.6):
        file.sync_if_grown(0.25)
    assert synced == [100.0, 100.3]
    journal.forget()
