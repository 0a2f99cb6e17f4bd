"""Points of a run that is brought in, as batches of a journal. Equal points make equal batches, so a second try repeats them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat
from struct import Struct

import msgspec

from runyard.domain.metric import MetricFamily, MetricType
from runyard.wire.journal import (
    COMMIT,
    FLOAT,
    HAS_STEP,
    SCALAR_INTEGER,
    SeriesDefinition,
    define_frame,
    encode_batch,
    scalars_frame,
    var_frame,
)
from runyard.wire.metric import Record, ScalarRecord
from runyard.wire.record_rule import refusal_of

BATCH_BYTES = 4 << 20
"""A batch is sent when it has so many bytes."""

WRITER = "import"

_FLOAT, _BITS = Struct("<d"), Struct("<q")

SeriesName = tuple[str, MetricFamily, MetricType, str]
"""Name, family, type and description."""


class BatchPacker:
    """Packs points, in the order in which they are given. Each method yields the batches that are full."""

    def __init__(self) -> None:
        self._seq = 0
        self._first = 0
        self._clear()

    def scalars(
        self, series: SeriesName, times_us: list[int], steps: list[int], bits: list[int], flags: Iterable[int]
    ) -> Iterator[bytes]:
        """Add values of 64 bits; ``flags`` as :mod:`runyard.wire.journal` has them."""
        number = self._numbers.get(series)
        if number is None:
            number = self._numbers[series] = len(self._numbers) + 1
            name, family, kind, description = series
            self._add(define_frame(SeriesDefinition(number, name, family, kind, description)), 0)
        packed = b"".join(map(SCALAR_INTEGER.pack, times_us, steps, bits, repeat(number), flags, repeat(COMMIT)))
        self._add(scalars_frame(packed), len(times_us))
        yield from self._full()

    def record(self, record: Record) -> Iterator[bytes]:
        """Add anything else."""
        self._add(var_frame(msgspec.msgpack.encode(record)), 1)
        yield from self._full()

    def rest(self) -> Iterator[bytes]:
        """Yield what is left."""
        if self._frames:
            yield self._batch()

    def _add(self, frame: bytes, records: int) -> None:
        self._frames.append(frame)
        self._bytes += len(frame)
        self._records += records

    def _full(self) -> Iterator[bytes]:
        if self._bytes >= BATCH_BYTES:
            yield self._batch()

    def _batch(self) -> bytes:
        batch = encode_batch(self._frames, writer=WRITER, seq=self._seq, first=self._first, record_count=self._records)
        self._seq += 1
        self._first += self._records
        self._clear()
        return batch

    def _clear(self) -> None:
        self._frames: list[bytes] = []
        self._bytes = 0
        self._records = 0
        self._numbers: dict[SeriesName, int] = {}


def packed_records(records: Iterable[Record], refused: dict[str, str]) -> Iterator[bytes]:
    """Yield batches of records. Those that no server stores are left out; ``refused`` gets a reason by the metric's name."""
    packer = BatchPacker()
    for record in records:
        reason = refusal_of(record)
        if reason is not None:
            refused.setdefault(record.name, reason)
        elif isinstance(record, ScalarRecord) and isinstance(record.value, float):
            yield from packer.scalars(*_float_scalar(record))
        else:
            yield from packer.record(record)
    yield from packer.rest()


def _float_scalar(record: ScalarRecord) -> tuple[SeriesName, list[int], list[int], list[int], list[int]]:
    series = (record.name, MetricFamily.SERIES, MetricType.SCALAR, record.description)
    flags = FLOAT if record.step is None else FLOAT | HAS_STEP
    (bits,) = _BITS.unpack(_FLOAT.pack(record.value))
    return series, [record.at_us], [record.step or 0], [bits], [flags]
