"""The binary batch: what a journal holds and the ingest route takes, without JSON and without a step between.

All numbers are little-endian. A batch is ::

    magic    4 bytes   b"RYB1"
    crc32    u32       of everything that follows
    version  u16       1
    context  u16       length in bytes of the context text
    writer   u16       length in bytes of the writer's name
    (zero)   u16
    payload  u32       length in bytes of the frames
    records  u32       number of records in the frames: scalars and VAR frames, not definitions
    seq      u64       number of this batch, from 0, one more each time: (run, writer, seq) names the batch for ever
    first    u64       number of records in all earlier batches of this writer
    writer text, context text, zeros up to a multiple of 8
    frames

A frame is ``kind u16, zero u16, body length u32``, the body, and zeros up to a multiple of 8. Kinds:

``DEFINE``  MessagePack of :class:`SeriesDefinition`. It stands before the first scalar that uses its number. Numbers hold within
            one batch: every batch defines all that it uses.
``SCALARS`` one or more scalars of 32 bytes each, see :data:`SCALAR_DTYPE`.
``VAR``     MessagePack of one :data:`runyard.wire.metric.Record`: texts, lists, tables, files, integers beyond 64 bits.

The order of the frames, and of the scalars in them, is the order of recording.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Union

import msgspec

from runyard.domain.metric import MetricFamily, MetricType, MetricValue
from runyard.errors import InvalidArgumentError
from runyard.wire.metric import Record, ScalarRecord

CONTENT_TYPE = "application/x-runyard-batch"
MAGIC = b"RYB1"
VERSION = 1

DEFINE = 1
SCALARS = 2
VAR = 3

SCALAR_BYTES = 32
SCALAR_DTYPE = [
    ("time_us", "<i8"),
    ("step", "<i8"),
    ("value", "<f8"),
    ("series", "<u4"),
    ("flags", "<u2"),
    ("commit", "<u2"),
]
"""A scalar as a numpy dtype: ``numpy.frombuffer(batch.payload, numpy.dtype(SCALAR_DTYPE), count, offset)``.

``flags & TYPE_MASK`` tells how to read the eight bytes of ``value``: ``FLOAT`` as float64, ``INTEGER`` as int64 (view the
column as ``<i8``), ``BOOLEAN`` as int64 0 or 1, ``NOTHING`` (None) as zero. ``step`` counts only when ``flags & HAS_STEP``; else
it is zero. ``time_us`` is microseconds since 1970, UTC. ``commit`` is always :data:`COMMIT`.
"""

SCALAR_FLOAT = Struct("<qqdIHH")
SCALAR_INTEGER = Struct("<qqqIHH")

FLOAT = 1
INTEGER = 2
BOOLEAN = 3
NOTHING = 4
TYPE_MASK = 0x0F
HAS_STEP = 0x10
COMMIT = 0xA5C3
"""Written last of each scalar. A zero there is a place that was never written."""

SCALAR_FLAGS = frozenset(kind | step for kind in (FLOAT, INTEGER, BOOLEAN, NOTHING) for step in (0, HAS_STEP))
"""Every value that ``flags`` of a scalar may have."""

INTEGER_MIN, INTEGER_MAX = -(1 << 63), (1 << 63) - 1
BATCH_MAX_BYTES = 32 << 20
RECORD_MAX_BYTES = BATCH_MAX_BYTES - (1 << 20)
"""A record must fit into a batch, with what stands around it."""

WRITER_MAX_BYTES = 200
CONTEXT_MAX_BYTES = 1000

_START = Struct("<4sI")
_HEADER = Struct("<HHHHIIQQ")
_FRAME = Struct("<HHI")
_PREFIX_BYTES = _START.size + _HEADER.size


class SeriesDefinition(msgspec.Struct, array_like=True, frozen=True):
    """What a series number stands for within one batch or one journal. Scalars have the family and type of ``log``."""

    series: int
    name: str
    family: MetricFamily = MetricFamily.SERIES
    type: MetricType = MetricType.SCALAR
    description: str = ""


@dataclass(frozen=True, slots=True)
class ScalarRun:
    """``count`` scalars side by side, from ``offset`` on in the payload."""

    offset: int
    count: int


@dataclass(frozen=True, slots=True)
class UnreadableRecord:
    """A frame that holds one record of a kind that is not known here."""

    reason: str


Part = Union[ScalarRun, Record, UnreadableRecord]
"""One element of a batch in order: a run of scalars or a single other record."""


@dataclass(frozen=True, slots=True)
class JournalBatch:
    """A batch as it came, whole and checked; scalars are still bytes.

    Guarantees: the checksum was right, the frames are well formed, the count of records is right. Records are not checked, and
    the bytes of the scalars by :func:`scalars_of` only: a reader that looks at them by itself must refuse unknown flags and
    series. Batches that begin with the same definitions share one object ``definitions``.
    """

    writer: str
    context: str
    seq: int
    first: int
    record_count: int
    payload: bytes
    definitions: Mapping[int, SeriesDefinition]
    parts: list[Part]


def encode_batch(frames: Sequence[bytes], *, writer: str, seq: int, first: int, record_count: int, context: str = "") -> bytes:
    """Return a batch around finished frames."""
    names = writer.encode(), context.encode()
    if not 0 < len(names[0]) <= WRITER_MAX_BYTES or len(names[1]) > CONTEXT_MAX_BYTES:
        raise InvalidArgumentError("The name of a writer has 1 to 200 bytes and its context at most 1000.")
    payload_bytes = sum(map(len, frames))
    header = _HEADER.pack(VERSION, len(names[1]), len(names[0]), 0, payload_bytes, record_count, seq, first)
    body = b"".join((header, *names, _zeros(_PREFIX_BYTES + len(names[0]) + len(names[1])), *frames))
    return _START.pack(MAGIC, zlib.crc32(body)) + body


def define_frame(definition: SeriesDefinition) -> bytes:
    """Return the frame that gives a series its number."""
    return _frame(DEFINE, msgspec.msgpack.encode(definition))


def scalars_frame(scalars: bytes) -> bytes:
    """Return the frame around packed scalars."""
    return _frame(SCALARS, scalars)


def var_frame(record: bytes) -> bytes:
    """Return the frame around one record that is MessagePack already."""
    return _frame(VAR, record)


def pack_scalar(series: int, at_us: int, value: bool | int | float | None, step: int | None) -> bytes:
    """Return the 32 bytes of a scalar.

    Raises:
        struct.error: a number does not fit in 64 bits.
    """
    given = 0 if step is None else HAS_STEP
    if isinstance(value, float):
        return SCALAR_FLOAT.pack(at_us, step or 0, value, series, FLOAT | given, COMMIT)
    kind = NOTHING if value is None else BOOLEAN if isinstance(value, bool) else INTEGER
    return SCALAR_INTEGER.pack(at_us, step or 0, value or 0, series, kind | given, COMMIT)


def encode_records(records: Iterable[Record], *, writer: str, seq: int, first: int = 0, context: str = "") -> bytes:
    """Return a batch of records. The slow, plain way: for tests, and for programs that keep no journal."""
    frames: list[bytes] = []
    numbers: dict[tuple[str, str], int] = {}
    run: list[bytes] = []
    count = 0
    for record in records:
        count += 1
        if isinstance(record, ScalarRecord) and _fits(record):
            key = record.name, record.description
            if key not in numbers:
                numbers[key] = len(numbers) + 1
                frames.append(define_frame(SeriesDefinition(numbers[key], record.name, description=record.description)))
            run.append(pack_scalar(numbers[key], record.at_us, record.value, record.step))  # type: ignore[arg-type]
            continue
        _close_run(frames, run)
        frames.append(var_frame(msgspec.msgpack.encode(record)))
    _close_run(frames, run)
    return encode_batch(frames, writer=writer, seq=seq, first=first, record_count=count, context=context)


def decode_batch(data: bytes) -> JournalBatch:
    """Return a checked batch.

    Raises:
        InvalidArgumentError: the bytes are no batch, were cut or changed on the way, or are of a later version.
    """
    if len(data) < _PREFIX_BYTES:
        raise _broken("it is too short")
    magic, crc = _START.unpack_from(data)
    if magic != MAGIC:
        raise _broken("it does not begin with RYB1")
    if zlib.crc32(memoryview(data)[_START.size :]) != crc:
        raise _broken("its checksum is wrong")
    version, context_bytes, writer_bytes, _, payload_bytes, records, seq, first = _HEADER.unpack_from(data, _START.size)
    if version != VERSION:
        raise _broken(f"it has version {version}, and this server reads version {VERSION}")
    end = _PREFIX_BYTES + writer_bytes + context_bytes
    start = end + len(_zeros(end))
    if len(data) != start + payload_bytes or not 0 < writer_bytes <= WRITER_MAX_BYTES or context_bytes > CONTEXT_MAX_BYTES:
        raise _broken("its lengths do not add up")
    writer = _text(data[_PREFIX_BYTES : _PREFIX_BYTES + writer_bytes])
    context = _text(data[_PREFIX_BYTES + writer_bytes : end])
    payload = data[start:]
    definitions, parts, found = _parts_of(payload)
    if found != records:
        raise _broken(f"it holds {found} records and says {records}")
    return JournalBatch(writer, context, seq, first, records, payload, definitions, parts)


def scalars_of(batch: JournalBatch, run: ScalarRun) -> Iterator[ScalarRecord]:
    """Yield the records of a run of scalars.

    Raises:
        InvalidArgumentError: a scalar has unknown flags or a series without definition.
    """
    stop = run.offset + run.count * SCALAR_BYTES
    block = memoryview(batch.payload)[run.offset : stop]
    floats = SCALAR_FLOAT.iter_unpack(block)
    integers = SCALAR_INTEGER.iter_unpack(block)
    for (at_us, step, real, series, flags, commit), (_, _, whole, _, _, _) in zip(floats, integers, strict=True):
        definition = batch.definitions.get(series)
        if definition is None or commit != COMMIT or flags not in SCALAR_FLAGS:
            raise _broken(f"a scalar of series {series} has flags {flags:#x}, and cannot be read")
        value = _value(flags & TYPE_MASK, real, whole)
        yield ScalarRecord(definition.name, at_us, value, step if flags & HAS_STEP else None, definition.description)


def records_of(batch: JournalBatch) -> list[Record]:
    """Return all records of a batch in order.

    Raises:
        InvalidArgumentError: as :func:`scalars_of`, and for a record that is unreadable.
    """
    records: list[Record] = []
    for part in batch.parts:
        if isinstance(part, ScalarRun):
            records.extend(scalars_of(batch, part))
        elif isinstance(part, UnreadableRecord):
            raise _broken(part.reason)
        else:
            records.append(part)
    return records


def _parts_of(payload: bytes) -> tuple[Mapping[int, SeriesDefinition], list[Part], int]:
    definitions, offset = _first_definitions(payload)
    parts: list[Part] = []
    found = 0
    more: dict[int, SeriesDefinition] = {}
    for kind, start, length in _frames(payload, offset):
        if kind == SCALARS:
            count, rest = divmod(length, SCALAR_BYTES)
            if rest:
                raise _broken("a frame of scalars is no multiple of 32 bytes")
            parts.append(ScalarRun(start, count))
            found += count
        elif kind == VAR:
            parts.append(_record(payload[start : start + length]))
            found += 1
        elif kind == DEFINE:
            more = more or dict(definitions)
            _define(more, payload[start : start + length])
        else:
            raise _broken(f"a frame has the unknown kind {kind}")
    return more or definitions, parts, found


def _frames(payload: bytes, offset: int) -> Iterator[tuple[int, int, int]]:
    """Yield kind, start and length of each frame from an offset on."""
    end, front, unpack = len(payload), _FRAME.size, _FRAME.unpack_from
    while offset < end:
        if offset + front > end:
            raise _broken("a frame is cut")
        kind, _, length = unpack(payload, offset)
        start = offset + front
        offset = start + length + -length % 8
        if offset > end:
            raise _broken("a frame is cut")
        yield kind, start, length


def _first_definitions(payload: bytes) -> tuple[Mapping[int, SeriesDefinition], int]:
    """Return the definitions that a payload begins with, and where they end.

    A program that logs ten thousand names defines them in each batch: what they came to is remembered.
    """
    known = _KNOWN.get(payload[:_KNOWN_BY_BYTES])
    if known is not None and payload.startswith(known[0]):
        return known[1], len(known[0])
    definitions: dict[int, SeriesDefinition] = {}
    end = 0
    for kind, start, length in _frames(payload, 0):
        if kind != DEFINE:
            break
        _define(definitions, payload[start : start + length])
        end = start + length + -length % 8
    if len(definitions) >= _KNOWN_FROM:
        if sum(len(held) for _, held in list(_KNOWN.values())) + len(definitions) > _KNOWN_MAX:
            _KNOWN.clear()
        _KNOWN[payload[:_KNOWN_BY_BYTES]] = payload[:end], definitions
    return definitions, end


def _define(definitions: dict[int, SeriesDefinition], data: bytes) -> None:
    definition = _definition(data)
    known = definitions.setdefault(definition.series, definition)
    if known is not definition and known != definition:
        raise _broken(f"it defines series {definition.series} twice")


def _value(kind: int, real: float, whole: int) -> MetricValue:
    if kind == FLOAT:
        return real
    if kind == INTEGER:
        return whole
    return None if kind == NOTHING else bool(whole)


def _fits(record: ScalarRecord) -> bool:
    value = record.value
    numbers = (record.at_us, record.step or 0, value if isinstance(value, int) else 0)
    return not isinstance(value, str) and all(INTEGER_MIN <= number <= INTEGER_MAX for number in numbers)


def _close_run(frames: list[bytes], run: list[bytes]) -> None:
    if run:
        frames.append(scalars_frame(b"".join(run)))
        run.clear()


def _frame(kind: int, body: bytes) -> bytes:
    return b"".join((_FRAME.pack(kind, 0, len(body)), body, _zeros(len(body))))


def _zeros(length: int) -> bytes:
    return _PADDING[-length % 8]


_PADDING = [b"\0" * length for length in range(8)]
_RECORD: msgspec.msgpack.Decoder[Record] = msgspec.msgpack.Decoder(Record)
_DEFINITION = msgspec.msgpack.Decoder(SeriesDefinition)
_KNOWN: dict[bytes, tuple[bytes, dict[int, SeriesDefinition]]] = {}
"""The definitions that batches began with, by their first bytes: the bytes, and what they mean. Nothing in it is changed."""
_KNOWN_BY_BYTES = 64
_KNOWN_FROM = 32
_KNOWN_MAX = 40_000
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def _record(data: bytes) -> Record | UnreadableRecord:
    try:
        return _RECORD.decode(data)
    except _UNREADABLE as error:
        return UnreadableRecord(f"a record cannot be read ({error})")


def _definition(data: bytes) -> SeriesDefinition:
    try:
        return _DEFINITION.decode(data)
    except _UNREADABLE as error:
        raise _broken(f"a frame cannot be read ({error})") from error


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise _broken("a name in it is not UTF-8") from error


def _broken(reason: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"The body is no batch of records: {reason}.")
