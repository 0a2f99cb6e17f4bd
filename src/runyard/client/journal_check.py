"""Checksums of a journal at rest: what a disk has changed since it was written is noticed, and costs few records.

The recording call computes none. Whoever syncs a file, twice a second, notes the checksum of each block of 512 bytes that has
filled since; they stand behind the slots of the file, four bytes each. The last block is mostly half full: its checksum stands in
the state of the file and is noted anew each time.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from struct import Struct

BLOCK_BYTES = 512
_ENTRY_BYTES = 4


@dataclass(slots=True)
class Marks:
    """What is known of a file that is read after its writer has ended. Positions are bytes from the start of the file.

    ``size`` is the end of its slots, ``used`` of what was ever written, ``checked`` of what has checksums. ``bad`` are the slots
    in blocks whose checksum is wrong: any of their scalars may have another value than was logged.
    """

    size: int
    used: int
    checked: int
    bad: set[int] = field(default_factory=set)


def table_bytes(data_bytes: int) -> int:
    """Return the room that the checksums of so many bytes take."""
    return -(-data_bytes // BLOCK_BYTES) * _ENTRY_BYTES


def data_bytes(room: int) -> int:
    """Return how many bytes fit into ``room`` together with their checksums: whole blocks."""
    return room // (BLOCK_BYTES + _ENTRY_BYTES) * BLOCK_BYTES


def entry_place(offset: int) -> int:
    """Return where the checksum of the block at ``offset`` stands, counted from the start of the table."""
    return offset // BLOCK_BYTES * _ENTRY_BYTES


def checksums(data: bytes) -> tuple[bytes, int]:
    """Return the entries of the whole blocks in ``data``, and the checksum of the rest of it."""
    whole = len(data) - len(data) % BLOCK_BYTES
    view = memoryview(data)
    found = [zlib.crc32(view[start : start + BLOCK_BYTES]) for start in range(0, whole, BLOCK_BYTES)]
    return Struct(f"<{len(found)}I").pack(*found), zlib.crc32(view[whole:])


def bad_blocks(data: bytes, table: bytes, rest: int) -> list[tuple[int, int]]:
    """Return the ranges of ``data`` whose checksums differ from those that were noted."""
    entries, found_rest = checksums(data)
    bad = [
        (place // _ENTRY_BYTES * BLOCK_BYTES, (place // _ENTRY_BYTES + 1) * BLOCK_BYTES)
        for place in range(0, len(entries), _ENTRY_BYTES)
        if entries[place : place + _ENTRY_BYTES] != table[place : place + _ENTRY_BYTES]
    ]
    if found_rest != rest:
        bad.append((len(data) - len(data) % BLOCK_BYTES, len(data)))
    return bad
