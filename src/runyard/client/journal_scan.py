"""From the bytes of a journal to the frames of a batch, without unpacking a scalar."""

from __future__ import annotations

import sys
import zlib
from dataclasses import dataclass, field
from struct import Struct

import msgspec

from runyard.client.journal_check import Marks
from runyard.client.journal_file import DATA_START, DEFINE_SLOT, SLOT, SLOT_BYTES, VAR_SLOT, JournalFile
from runyard.wire.journal import COMMIT, SCALAR_FLAGS, SeriesDefinition, define_frame, scalars_frame, var_frame

READ_BYTES = 2 << 20
"""A batch takes at most this much of a journal, unless a single record is longer."""

_SCALAR_TAILS = frozenset(flags | COMMIT << 16 for flags in SCALAR_FLAGS)
_DEFINE_TAIL = DEFINE_SLOT | COMMIT << 16
_VAR_TAIL = VAR_SLOT | COMMIT << 16
_WINDOW = 4096


@dataclass(slots=True)
class Scan:
    """What a stretch of a journal holds.

    ``length`` bytes were understood. ``is_end``: what follows was never written. ``missing``: that many bytes are needed to read
    the next record. ``damaged`` counts records that were left out because their bytes have changed.
    """

    length: int = 0
    record_count: int = 0
    damaged: int = 0
    missing: int = 0
    is_end: bool = False
    used: set[int] = field(default_factory=set)
    frames: list[bytes] = field(default_factory=list)


def scan(data: bytes, max_records: int, definitions: dict[int, bytes], *, start: int = 0, marks: Marks | None = None) -> Scan:
    """Read whole entries from the start of ``data``; definitions go to ``definitions``, records become frames.

    ``marks`` tells of a file that ``data`` stands in from ``start`` on what of it cannot be trusted.
    """
    found = Scan()
    tails = _column(data, 7)
    bad = _bad_slots(marks, start, len(tails))
    slot, slots = 0, len(tails)
    while slot < slots and found.record_count < max_records:
        tail = tails[slot]
        if tail in _SCALAR_TAILS:
            stop = _run_end(tails, slot, min(slots, slot + max_records - found.record_count))
            _take_scalars(data[slot * SLOT_BYTES : stop * SLOT_BYTES], definitions, found, {each - slot for each in bad})
            slot = stop
        elif tail in (_DEFINE_TAIL, _VAR_TAIL):
            length = SLOT.unpack_from(data, slot * SLOT_BYTES)[0]
            stop = slot + 1 + -(-length // SLOT_BYTES)
            if length >= 0 and stop > slots and not _is_beyond(marks, start + stop * SLOT_BYTES):
                found.missing = (stop - slot) * SLOT_BYTES
                break
            if length < 0 or (marks is not None and not _is_whole(data[slot * SLOT_BYTES : stop * SLOT_BYTES])):
                found.damaged += 1
                slot += 1  # its length may be what has changed: the next entry is looked for slot by slot
                continue
            _take_entry(data[slot * SLOT_BYTES : stop * SLOT_BYTES], tail == _VAR_TAIL, definitions, found)
            slot = stop
        elif _is_end(marks, start + slot * SLOT_BYTES):
            found.is_end = True
            break
        else:
            found.damaged += 1
            slot += 1
    found.length = slot * SLOT_BYTES
    return found


def next_batch(file: JournalFile, max_records: int) -> Scan:
    """Return what to send next of a file: the stretch that is on its way already, else all that there is up to a limit.

    The frames open with the definitions of all series that the stretch uses.
    """
    state = file.state
    _learn_definitions(file)
    stop = state.end if state.end > state.acked else file.end
    limit = max_records if state.end == state.acked else sys.maxsize
    length = READ_BYTES if state.end == state.acked else stop - state.acked
    while True:
        found = scan_part(file, state.acked, min(stop, state.acked + length), limit)
        if found.length or not found.missing or state.acked + length >= stop:
            break
        length = found.missing
    found.frames[:0] = [define_frame(_definition(file.definitions[series])) for series in sorted(found.used)]
    return found


def scan_part(file: JournalFile, start: int, stop: int, max_records: int = sys.maxsize) -> Scan:
    """Read the entries between two places of a file."""
    return scan(file.read(start, stop), max_records, file.definitions, start=start, marks=file.marks)


def _learn_definitions(file: JournalFile) -> None:
    """Read the definitions before the part of an adopted file that is still to be sent."""
    if file.definitions or file.state.acked == DATA_START:
        return
    position = DATA_START
    while position < file.state.acked:
        stop = min(position + READ_BYTES, file.state.acked)
        found = scan_part(file, position, stop)
        if not found.length and found.missing:
            found = scan_part(file, position, min(position + found.missing, file.state.acked))
        if not found.length:
            return
        position += found.length


def _bad_slots(marks: Marks | None, start: int, slots: int) -> set[int]:
    """Return which slots of a stretch stand in blocks that have changed."""
    if marks is None or not marks.bad:
        return set()
    return {(place - start) // SLOT_BYTES for place in marks.bad if start <= place < start + slots * SLOT_BYTES}


def _is_end(marks: Marks | None, place: int) -> bool:
    """True when a slot that is no entry is where the log ends: never written, or torn by the kill that ended it."""
    return marks is None or place >= marks.used or (place >= marks.checked and place + SLOT_BYTES >= marks.used)


def _take_scalars(block: bytes, definitions: dict[int, bytes], found: Scan, bad: set[int]) -> None:
    series = _column(block, 6)
    used = set(series)
    if bad or not used <= definitions.keys():
        kept = [slot for slot, number in enumerate(series) if number in definitions and slot not in bad]
        found.damaged += len(series) - len(kept)
        block = b"".join(block[slot * SLOT_BYTES : (slot + 1) * SLOT_BYTES] for slot in kept)
        used = {series[slot] for slot in kept}
    found.used |= used
    found.record_count += len(block) // SLOT_BYTES
    if block:
        found.frames.append(scalars_frame(block))


def _take_entry(data: bytes, is_record: bool, definitions: dict[int, bytes], found: Scan) -> None:
    length, _, _, crc, _, _ = SLOT.unpack_from(data)
    payload = data[SLOT_BYTES : SLOT_BYTES + length]
    if zlib.crc32(payload) != crc:
        found.damaged += 1
    elif is_record:
        found.frames.append(var_frame(payload))
        found.record_count += 1
    else:
        definitions[_definition(payload).series] = payload


def _is_whole(data: bytes) -> bool:
    length, _, _, crc, _, _ = SLOT.unpack_from(data)
    return length <= len(data) - SLOT_BYTES and zlib.crc32(data[SLOT_BYTES : SLOT_BYTES + length]) == int(crc)


def _is_beyond(marks: Marks | None, place: int) -> bool:
    return marks is not None and place > marks.size


def _definition(payload: bytes) -> SeriesDefinition:
    return msgspec.msgpack.decode(payload, type=SeriesDefinition)


def _run_end(tails: list[int], start: int, stop: int) -> int:
    """Return where the scalars that begin at ``start`` end."""
    position = start
    while position < stop:
        window = tails[position : min(stop, position + _WINDOW)]
        if _SCALAR_TAILS.issuperset(window):
            position += len(window)
            continue
        return position + next(index for index, tail in enumerate(window) if tail not in _SCALAR_TAILS)
    return stop


_WORDS = [Struct(f"<{4 * index}xI{28 - 4 * index}x") for index in range(8)]


def _column(data: bytes, index: int) -> list[int]:
    """Return one 32-bit word of every slot."""
    if sys.byteorder == "little":
        return memoryview(data).cast("I")[index::8].tolist()
    return [word for (word,) in _WORDS[index].iter_unpack(data)]
