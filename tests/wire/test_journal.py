"""The binary batch: nothing changes on the way, and nothing broken is taken."""

from __future__ import annotations

import math
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runyard.domain.metric import MetricType
from runyard.errors import InvalidArgumentError
from runyard.wire import journal
from runyard.wire.journal import (
    COMMIT,
    FLOAT,
    HAS_STEP,
    SCALAR_BYTES,
    SCALAR_DTYPE,
    ScalarRun,
    SeriesDefinition,
    decode_batch,
    define_frame,
    encode_batch,
    encode_records,
    pack_scalar,
    records_of,
    scalars_frame,
    scalars_of,
    var_frame,
)
from runyard.wire.metric import FileRecord, ListRecord, Record, ScalarRecord, TableRecord

INT64 = st.integers(-(1 << 63), (1 << 63) - 1)
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
VALUES = st.one_of(st.none(), st.booleans(), st.floats(), INT64, st.integers(1 << 63, (1 << 64) - 1), st.text(max_size=20))
SCALARS = st.builds(ScalarRecord, NAMES, INT64, VALUES, st.none() | INT64, st.text(max_size=5))
RECORDS = st.one_of(
    SCALARS,
    st.builds(ListRecord, NAMES, INT64, st.lists(VALUES, max_size=5)),
    st.builds(TableRecord, NAMES, INT64, st.dictionaries(NAMES, st.lists(VALUES, min_size=1, max_size=1), max_size=3)),
    st.builds(FileRecord, NAMES, INT64, NAMES, st.sampled_from(MetricType)),
)


def exactly(records: list[Record]) -> str:
    """Tell −0.0 from 0.0, 1 from 1.0 and True; NaN equals itself."""
    return repr(records)


@given(st.lists(RECORDS, max_size=30), st.integers(0, (1 << 64) - 1), st.text(max_size=10))
def test_a_batch_gives_back_every_record_exactly_and_in_order(records: list[Record], seq: int, context: str) -> None:
    batch = decode_batch(encode_records(records, writer="wörker", seq=seq, first=7, context=context))
    assert exactly(records_of(batch)) == exactly(records)
    assert (batch.writer, batch.context, batch.seq, batch.first, batch.record_count) == ("wörker", context, seq, 7, len(records))


@given(st.lists(RECORDS, max_size=8), st.data())
def test_a_flipped_bit_is_noticed(records: list[Record], data: st.DataObject) -> None:
    whole = encode_records(records, writer="w", seq=3)
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    changed = bytearray(whole)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(InvalidArgumentError):
        decode_batch(bytes(changed))


@pytest.mark.parametrize("extra", [b"", b"\0", b"\0" * 8])
def test_a_batch_that_was_cut_or_prolonged_is_noticed(extra: bytes) -> None:
    whole = encode_records([ScalarRecord("loss", 1, 0.5), ScalarRecord("note", 2, "text")], writer="w", seq=0)
    for length in range(len(whole)) if not extra else [len(whole)]:
        with pytest.raises(InvalidArgumentError):
            decode_batch(whole[:length] + extra)


@settings(max_examples=300)
@given(st.binary(max_size=200), st.booleans())
def test_rubbish_with_a_right_checksum_is_refused_and_never_crashes(rubbish: bytes, framed: bool) -> None:
    if framed:
        data = encode_batch([rubbish], writer="w", seq=0, first=0, record_count=1)
    else:
        data = struct.pack("<4sI", b"RYB1", zlib.crc32(rubbish)) + rubbish
    try:
        records_of(decode_batch(data))
    except InvalidArgumentError:
        return
    assert framed


@given(st.lists(st.tuples(st.integers(0, 40), st.binary(max_size=80)), max_size=6))
def test_frames_of_rubbish_are_refused_and_never_crash(frames: list[tuple[int, bytes]]) -> None:
    bodies = [struct.pack("<HHI", kind % 5, 0, len(body)) + body + bytes(-len(body) % 8) for kind, body in frames]
    with pytest.raises(InvalidArgumentError):
        records_of(decode_batch(encode_batch(bodies, writer="w", seq=0, first=0, record_count=99)))


def test_numpy_reads_the_scalars_in_place() -> None:
    values = [1.5, -0.0, math.inf, math.nan, 5e-324]
    batch = decode_batch(encode_records([ScalarRecord("x", 10 + i, v, i) for i, v in enumerate(values)], writer="w", seq=0))
    (run,) = batch.parts
    assert isinstance(run, ScalarRun)
    dtype = np.dtype(SCALAR_DTYPE)
    assert dtype.itemsize == SCALAR_BYTES
    rows = np.frombuffer(batch.payload, dtype, run.count, run.offset)
    assert rows["value"].tobytes() == np.array(values).tobytes()
    assert rows["step"].tolist() == [0, 1, 2, 3, 4]
    assert rows["time_us"].tolist() == [10, 11, 12, 13, 14]
    assert set(rows["flags"].tolist()) == {FLOAT | HAS_STEP}
    assert set(rows["commit"].tolist()) == {COMMIT}
    assert [batch.definitions[number].name for number in rows["series"].tolist()] == ["x"] * 5


def test_numpy_reads_integers_through_a_view() -> None:
    records: list[Record] = [ScalarRecord("n", 1, (1 << 53) + 1), ScalarRecord("n", 2, -(1 << 63)), ScalarRecord("n", 3, True)]
    batch = decode_batch(encode_records(records, writer="w", seq=0))
    (run,) = batch.parts
    assert isinstance(run, ScalarRun)
    rows = np.frombuffer(batch.payload, np.dtype(SCALAR_DTYPE), run.count, run.offset)
    assert np.ascontiguousarray(rows["value"]).view("<i8").tolist() == [(1 << 53) + 1, -(1 << 63), 1]


def test_order_between_scalars_and_other_records_is_kept() -> None:
    records: list[Record] = [ScalarRecord("x", 1, 1.0), ScalarRecord("x", 2, "text"), ScalarRecord("x", 3, 2.0)]
    assert records_of(decode_batch(encode_records(records, writer="w", seq=0))) == records


def test_a_scalar_without_definition_or_with_unknown_flags_is_refused() -> None:
    good = pack_scalar(1, 5, 1.0, None)
    define = define_frame(SeriesDefinition(1, "x"))
    for scalar, frames in (
        (good, []),
        (good[:-4] + struct.pack("<HH", 0x20, COMMIT), [define]),
        (good[:-4] + struct.pack("<HH", FLOAT, 0), [define]),
    ):
        batch = decode_batch(encode_batch([*frames, scalars_frame(scalar)], writer="w", seq=0, first=0, record_count=1))
        with pytest.raises(InvalidArgumentError):
            records_of(batch)


def test_a_number_cannot_stand_for_two_series() -> None:
    frames = [define_frame(SeriesDefinition(1, "x")), define_frame(SeriesDefinition(1, "y"))]
    with pytest.raises(InvalidArgumentError, match="twice"):
        decode_batch(encode_batch(frames, writer="w", seq=0, first=0, record_count=0))


def test_a_wrong_count_of_records_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="holds 0 records and says 1"):
        decode_batch(encode_batch([], writer="w", seq=0, first=0, record_count=1))


def test_a_later_version_is_refused_by_name() -> None:
    whole = encode_batch([var_frame(b"\xc0")], writer="w", seq=0, first=0, record_count=1)
    body = struct.pack("<H", 2) + whole[10:]
    with pytest.raises(InvalidArgumentError, match="version 2"):
        decode_batch(struct.pack("<4sI", b"RYB1", zlib.crc32(body)) + body)


@pytest.mark.parametrize("writer", ["", "x" * 201])
def test_a_writer_without_a_usable_name_is_refused(writer: str) -> None:
    with pytest.raises(InvalidArgumentError):
        encode_records([], writer=writer, seq=0)


def test_scalars_are_yielded_lazily_with_their_description() -> None:
    batch = decode_batch(encode_records([ScalarRecord("x", 1, 2.0, 3, "why")], writer="w", seq=0))
    (run,) = batch.parts
    assert isinstance(run, ScalarRun)
    assert next(scalars_of(batch, run)) == ScalarRecord("x", 1, 2.0, 3, "why")


def test_definitions_that_many_batches_begin_with_are_read_once_and_never_changed() -> None:
    defines = [define_frame(SeriesDefinition(n, f"m{n}")) for n in range(1, 100)]
    again, more = define_frame(SeriesDefinition(99, "m99")), define_frame(SeriesDefinition(500, "new"))
    scalar = scalars_frame(pack_scalar(1, 10, 0.5, 3))

    def read(frames: list[bytes]) -> dict[int, str]:
        batch = decode_batch(encode_batch(frames, writer="w", seq=0, first=0, record_count=frames.count(scalar)))
        return {number: each.name for number, each in batch.definitions.items()}

    whole = {n: f"m{n}" for n in range(1, 100)}
    assert read([*defines, scalar]) == whole
    assert read([*defines, scalar, more, scalar]) == whole | {500: "new"}
    assert read([*defines, more, scalar]) == whole | {500: "new"}
    assert read([*defines, again, scalar]) == whole
    assert read(defines[:50]) == {n: f"m{n}" for n in range(1, 51)}
    with pytest.raises(InvalidArgumentError, match="twice"):
        read([*defines, scalar, define_frame(SeriesDefinition(7, "another"))])
    assert read([*defines, scalar]) == whole


def test_the_definitions_that_are_remembered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_KNOWN", {})
    monkeypatch.setattr(journal, "_KNOWN_MAX", 500)
    for first in range(0, 5000, 100):
        defines = [define_frame(SeriesDefinition(n, f"m{n}")) for n in range(first, first + 100)]
        assert len(decode_batch(encode_batch(defines, writer="w", seq=0, first=0, record_count=0)).definitions) == 100
        assert sum(len(held) for _, held in journal._KNOWN.values()) <= 500
