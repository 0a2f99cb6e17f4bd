"""Blocks: immutable, compressed points of some series of one run, with a directory of their own.

The data of a block is a row of frames. A frame is one compressed column: a series of :data:`OWN_FRAME_POINTS` points or more has
frames of its own, smaller ones share frames, :data:`SHARED_FRAME_SERIES` series in each, or more with :data:`SHARED_FRAME_POINTS`
points together. Columns that are equal, such as the steps and times of metrics that were logged in one call, are stored once. A
reader takes the directory and then only the frames that it needs.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from struct import Struct
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from pcodec import ChunkConfig, DeltaSpec, standalone

from runyard.storage.backends.sql.metric_points import FLOAT, INTEGER, TYPE_MASK, Ints, Points, joined

BLOCK_POINTS = 8192
"""Points of a series in a full block."""

OWN_FRAME_POINTS = 256
SHARED_FRAME_SERIES = 64
SHARED_FRAME_POINTS = 4096
"""Very small series share a frame up to so many points: a frame of a thousand takes twice as long a point to pack."""

FRAMES_HELD = 24
"""Decoded frames that a block keeps: readers go through its series in order, and these share few frames at a time."""

_PLAIN_DIRECTORY_SERIES = 8
_COMPRESSION = 4
"""pcodec's level: 8, its default, takes three times as long for one per cent less."""

_VALUES = ChunkConfig(compression_level=_COMPRESSION)
_RISING = ChunkConfig(compression_level=_COMPRESSION, delta_spec=DeltaSpec.try_consecutive(1))

_FIELDS: list[tuple[str, Any]] = [
    ("lo", np.int64),
    ("count", np.int32),
    ("steps_frame", np.int32),
    ("steps_at", np.int32),
    ("times_frame", np.int32),
    ("times_at", np.int32),
    ("values_frame", np.int32),
    ("values_at", np.int32),
    ("extra_frame", np.int32),
    ("extra_at", np.int32),
    ("places_frame", np.int32),
    ("places_at", np.int32),
    ("flags", np.uint8),
]
_WIDTHS = [np.dtype(kind).itemsize for _, kind in _FIELDS]
_ROW_BYTES = sum(_WIDTHS)
_PLACES = {
    name: (sum(_WIDTHS[:place]), kind, Struct({8: "<q", 4: "<i", 1: "<B"}[_WIDTHS[place]]))
    for place, (name, kind) in enumerate(_FIELDS)
}
"""Of each field of the directory: how many bytes an entry has before it, its type, and what reads one of its numbers."""

_NONE = -1
_MIXED_FLAGS = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """Points of one series in a block; ``lo`` is the index in the series of the first.

    ``places`` is the index of each point, for a selection of points (a level of the pyramid).
    """

    key: int
    lo: int
    points: Points
    places: Ints | None = None


@dataclass(frozen=True, slots=True)
class EncodedBlock:
    """A block ready to store. The bounds are over the steps (or indices) and times of all its points."""

    directory: bytes
    data: bytes
    points: int
    lo_x: int
    hi_x: int
    lo_time: int
    hi_time: int


@dataclass(slots=True)
class _Shared:
    """A frame that is being filled by several small series."""

    frame: int = _NONE
    parts: list[Any] = field(default_factory=list)
    length: int = 0


class _Builder:
    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self._shared: dict[str, _Shared] = {}
        self._seen: dict[tuple[str, bytes], tuple[int, int]] = {}

    def add(self, column: str, values: npt.NDArray[Any], *, unique: bool = False) -> tuple[int, int]:
        """Store a column; return its frame and its place in it. Equal columns are stored once when ``unique``."""
        if unique:
            key = (column, values.tobytes())
            if key not in self._seen:
                self._seen[key] = self.add(column, values)
            return self._seen[key]
        if len(values) >= OWN_FRAME_POINTS:
            self.frames.append(_compressed(column, values))
            return len(self.frames) - 1, 0
        return self._share(column, values, len(values))

    def add_extra(self, item: Any) -> tuple[int, int]:
        """Store what is no column; return its frame and its place in it."""
        return self._share("extra", item, 1)

    def finish(self) -> list[bytes]:
        """Close the frames that are still open."""
        for column in list(self._shared):
            self._close(column)
        return self.frames

    def _share(self, column: str, item: Any, length: int) -> tuple[int, int]:
        shared = self._shared.get(column)
        if shared is None:
            shared = self._shared[column] = _Shared(len(self.frames))
            self.frames.append(b"")
        place = shared.frame, shared.length
        shared.parts.append(item)
        shared.length += length
        if len(shared.parts) >= SHARED_FRAME_SERIES:
            self._close(column)
        return place

    def _close(self, column: str) -> None:
        shared = self._shared.pop(column)
        if column == "extra":
            self.frames[shared.frame] = zlib.compress(msgspec.msgpack.encode(shared.parts), 1)
        else:
            self.frames[shared.frame] = _compressed(column, np.concatenate(shared.parts))


def _compressed(column: str, values: npt.NDArray[Any]) -> bytes:
    config = _RISING if column in ("steps", "times", "places") else _VALUES
    packed: bytes = standalone.simple_compress(np.ascontiguousarray(values), config)
    return packed


def encode_block(entries: list[Entry], *, with_bounds: bool = True) -> EncodedBlock:
    """Return the block of these entries, whose order is that of the block's keyset. Without bounds they are all 0."""
    if not with_bounds:
        los = np.array([entry.lo for entry in entries], np.int64)
        counts = np.array([len(entry.points.flags) for entry in entries], np.int64)
        if are_plain(counts):
            block = encode_plain(los, counts, joined([entry.points for entry in entries]))
            if block is not None:
                return block
    return _encode_one_by_one(entries, with_bounds=with_bounds)


def _encode_one_by_one(entries: list[Entry], *, with_bounds: bool) -> EncodedBlock:
    builder = _Builder()
    fields = {name: np.zeros(len(entries), kind) for name, kind in _FIELDS}
    bounds = _Bounds() if with_bounds else None
    for slot, entry in enumerate(entries):
        for name, value in _stored(builder, entry).items():
            fields[name][slot] = value
        if bounds is not None:
            bounds.add(entry)
    frames = builder.finish()
    return EncodedBlock(
        _encode_directory(fields, frames),
        b"".join(frames),
        sum(len(entry.points) for entry in entries),
        *((bounds.lo_x, bounds.hi_x, bounds.lo_time, bounds.hi_time) if bounds is not None else (0, 0, 0, 0)),
    )


def are_plain(counts: Ints) -> bool:
    """Return whether series of so many points are small, and so many or so alike that their columns are packed together."""
    alike = len(counts) > SHARED_FRAME_SERIES or len(set(counts.tolist())) == 1
    return alike and int(counts.min()) > 0 and int(counts.max()) < OWN_FRAME_POINTS


def encode_plain(los: Ints, counts: Ints, points: Points) -> EncodedBlock | None:
    """Return the block, without bounds, of small series that are floats, all at once; None when they are anything else.

    Series i has ``counts[i]`` of the points, one after the other, from its index ``los[i]`` on.
    """
    flags = points.flags
    if points.objects or int(flags[0]) & TYPE_MASK != FLOAT or not (flags == flags[0]).all():
        return None
    starts = np.cumsum(counts) - counts
    fields = {name: np.zeros(len(counts), kind) for name, kind in _FIELDS}
    fields["lo"][:] = los
    fields["count"][:] = counts
    fields["flags"][:] = flags[0]
    fields["extra_frame"][:] = fields["places_frame"][:] = _NONE
    frames: list[bytes] = []
    columns = {"steps": points.steps, "times": points.times, "values": points.bits.view(np.float64)}
    together = max(SHARED_FRAME_SERIES, SHARED_FRAME_POINTS // int(counts.max()))
    for name, column in columns.items():
        first = int(counts[0])
        if name != "values" and (counts == first).all() and (column.reshape(-1, first) == column[:first]).all():
            fields[f"{name}_frame"][:] = len(frames)
            frames.append(_compressed(name, column[:first]))
            continue
        groups = np.arange(len(counts)) // together
        opens = starts[::together]
        fields[f"{name}_frame"][:] = groups + len(frames)
        fields[f"{name}_at"][:] = starts - opens[groups]
        edges = [*opens.tolist(), len(column)]
        frames += [_compressed(name, column[low:high]) for low, high in itertools.pairwise(edges)]
    return EncodedBlock(_encode_directory(fields, frames), b"".join(frames), len(flags), 0, 0, 0, 0)


def _stored(builder: _Builder, entry: Entry) -> dict[str, int]:
    points = entry.points
    found = {"lo": entry.lo, "count": len(points)}
    found["extra_frame"] = found["places_frame"] = _NONE
    if not len(points):
        return found
    flag = int(points.flags[0])
    uniform = bool((points.flags == flag).all())
    found["flags"] = flag if uniform else _MIXED_FLAGS
    found["steps_frame"], found["steps_at"] = builder.add("steps", points.steps, unique=True)
    found["times_frame"], found["times_at"] = builder.add("times", points.times, unique=True)
    kind = flag & TYPE_MASK if uniform else 0
    if kind == FLOAT:
        place = builder.add("floats", points.bits.view(np.float64))
    else:
        place = builder.add("integers" if kind == INTEGER else "bits", points.bits)
    found["values_frame"], found["values_at"] = place
    if not uniform or points.objects:
        extra = [None if uniform else points.flags.tobytes(), points.objects]
        found["extra_frame"], found["extra_at"] = builder.add_extra(extra)
    if entry.places is not None:
        found["places_frame"], found["places_at"] = builder.add("places", entry.places)
    return found


class _Bounds:
    def __init__(self) -> None:
        self.lo_x = self.lo_time = (1 << 63) - 1
        self.hi_x = self.hi_time = -(1 << 63)

    def add(self, entry: Entry) -> None:
        points = entry.points
        if not len(points):
            return
        x = points.x(entry.lo)
        self.lo_x, self.hi_x = min(self.lo_x, int(x.min())), max(self.hi_x, int(x.max()))
        times = points.times
        self.lo_time, self.hi_time = min(self.lo_time, int(times.min())), max(self.hi_time, int(times.max()))


def _encode_directory(fields: dict[str, npt.NDArray[Any]], frames: list[bytes]) -> bytes:
    count = len(fields["lo"])
    lengths = np.array([len(frame) for frame in frames], np.uint32)
    body = b"".join([fields[name].tobytes() for name, _ in _FIELDS] + [lengths.tobytes()])
    packed = count > _PLAIN_DIRECTORY_SERIES
    if packed:
        body = zlib.compress(body, 1)
    return bytes([1, packed]) + count.to_bytes(4, "little") + b"\0\0" + body


class Block:
    """A stored block. ``fetch(start, length)`` gives bytes of its data; the frames that were decoded last are kept."""

    def __init__(self, directory: bytes, data_bytes: int, fetch: Callable[[int, int], bytes]) -> None:
        self._count = int.from_bytes(directory[2:6], "little")
        self._body = zlib.decompress(directory[8:]) if directory[1] else directory[8:]
        self._columns: dict[str, npt.NDArray[Any]] = {}
        self._lengths = np.frombuffer(self._body, np.uint32, -1, _ROW_BYTES * self._count).tolist()
        self._ends = list(itertools.accumulate(self._lengths))
        self._data_bytes = data_bytes
        self._fetch = fetch
        self._whole: bytes | None = None
        self._frames: dict[int, Any] = {}

    def __len__(self) -> int:
        return self._count

    @property
    def lo(self) -> Ints:
        """The index in its series of each entry's first point."""
        return self._field("lo")

    @property
    def counts(self) -> npt.NDArray[np.int32]:
        """The number of points of each entry."""
        return self._field("count")

    def load_all(self) -> None:
        """Fetch all data at once, because most of it will be asked for."""
        if self._whole is None:
            self._whole = self._fetch(0, self._data_bytes)

    def points(self, slot: int) -> Points:
        """Return the points of an entry."""
        count = self._number("count", slot)
        flag = self._number("flags", slot)
        steps = self._column(slot, "steps", count)
        times = self._column(slot, "times", count)
        bits = self._column(slot, "values", count).view(np.int64)
        objects: list[Any] = []
        flags = np.full(count, flag, np.uint8)
        extra = self._number("extra_frame", slot)
        if extra != _NONE:
            raw, objects = self._frame(extra, True)[self._number("extra_at", slot)]
            if raw is not None:
                flags = np.frombuffer(raw, np.uint8)
        return Points(flags, steps, times, bits, objects)

    def places(self, slot: int) -> Ints:
        """Return the index of each point of an entry."""
        return self._column(slot, "places", self._number("count", slot))

    def _field(self, name: str) -> npt.NDArray[Any]:
        column = self._columns.get(name)
        if column is None:
            start, kind, _ = _PLACES[name]
            column = self._columns[name] = np.frombuffer(self._body, kind, self._count, start * self._count)
        return column

    def _number(self, name: str, slot: int) -> int:
        """Return one number of the directory: most readers want eight of them, and thirteen columns take longer to make."""
        start, _, number = _PLACES[name]
        return int(number.unpack_from(self._body, start * self._count + number.size * slot)[0])

    def _column(self, slot: int, name: str, count: int) -> npt.NDArray[Any]:
        if not count:
            return np.zeros(0, np.int64)
        frame = self._frame(self._number(f"{name}_frame", slot), False)
        at = self._number(f"{name}_at", slot)
        found: npt.NDArray[Any] = frame[at : at + count]
        return found

    def _frame(self, number: int, extra: bool) -> Any:
        found = self._frames.get(number)
        if found is None:
            length = self._lengths[number]
            start = self._ends[number] - length
            data = self._fetch(start, length) if self._whole is None else self._whole[start : start + length]
            found = msgspec.msgpack.decode(zlib.decompress(data)) if extra else standalone.simple_decompress(data)
            while len(self._frames) >= FRAMES_HELD:
                del self._frames[next(iter(self._frames))]
            self._frames[number] = found
        return found


def entries_of(block: Block, keys: Iterable[int], *, selection: bool = False) -> list[Entry]:
    """Return all entries of a block; ``keys`` is its keyset."""
    block.load_all()
    return [
        Entry(key, int(block.lo[slot]), block.points(slot), block.places(slot) if selection else None)
        for slot, key in enumerate(keys)
    ]
