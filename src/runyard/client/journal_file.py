"""One file of a journal: a memory-mapped, append-only log that outlives the process that writes it.

Layout, little-endian: ::

    0       magic b"RYJ2", u32 length, u32 crc32, MessagePack of :class:`JournalHeader`
    3968    two state slots of 64 bytes: acked u64, end u64, seq u64, first u64, turn u64, checked u64, crc32 u32 of the last,
            half full block up to ``checked``, crc32 u32 of all that; the one with the right checksum and the higher turn counts
    4096    slots of 32 bytes, up to ``end`` of the header
    after   checksums of the slots, see :mod:`runyard.client.journal_check`

A slot is a scalar as :mod:`runyard.wire.journal` has it, or it opens a longer entry: ``length i64, zero, zero, crc32 u32,
kind u16, commit u16``, followed by ``length`` bytes and zeros up to a multiple of 32. A slot whose commit word is zero was never
written: there the log ends.

Why this is safe without a lock: ``mmap.write`` copies the bytes and moves the position in one step that no other thread, signal
handler or exception can come between. (An interpreter without the GIL gets a lock around it.) A process that is killed leaves at
most one torn slot, the last, whose commit word or checksum is missing.

The space is reserved on the disk when a file is made, so a full disk shows there as an error and never as a fault in a write.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import sys
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from struct import Struct

import msgspec

from runyard.client.journal_check import BLOCK_BYTES, Marks, bad_blocks, checksums, data_bytes, entry_place, table_bytes
from runyard.wire.journal import COMMIT

with contextlib.suppress(ImportError):  # Windows has none: whether a writer lives is not known, and its journals are left alone
    import fcntl

SUFFIX = ".ryj"
NEW_SUFFIX = ".new"
DAMAGED_SUFFIX = ".damaged"
DATA_START = 4096
SLOT_BYTES = 32
SLOT = Struct("<qqqIHH")
DEFINE_SLOT = 0x0100
VAR_SLOT = 0x0200

_MAGIC = b"RYJ2"
_HEAD = Struct("<4sII")
_STATE = Struct("<QQQQQQII")
_STATE_STARTS = (3968, 4032)
_CAN_LOCK = "fcntl" in sys.modules
_CAN_CHECK = hasattr(os, "pwrite")
_ZEROS = bytes(SLOT_BYTES)
_HAS_GIL = getattr(sys, "_is_gil_enabled", lambda: True)()


class JournalHeader(msgspec.Struct, array_like=True, frozen=True):
    """Whose records a file holds. ``server`` names the server that they are for; there is never a token in it.

    ``end`` is where the room for records ends, counted from the start of the file.
    """

    writer: str
    run_id: str
    workspace: str
    server: str
    pid: int
    created_us: int
    context: str = ""
    end: int = 0


@dataclass(frozen=True, slots=True)
class JournalState:
    """How far a file was sent. Records from ``acked`` to ``end`` are on the way as batch ``seq``; equal: none are.

    ``first`` counts the records before ``acked``.
    """

    acked: int = DATA_START
    end: int = DATA_START
    seq: int = 0
    first: int = 0


class DamagedJournalError(ValueError):
    """A file is no journal, or its header is broken."""


class JournalFile:
    """A mapped file, or plain memory when ``path`` is None.

    ``write`` appends bytes (a multiple of 32) in one step, and raises ``ValueError`` when they do not fit or the file is sealed.
    ``series`` is the journal's: what it needs to know of the names that this file defines.
    """

    __slots__ = (
        "_checked",
        "_fd",
        "_map",
        "_rest",
        "_state",
        "_synced",
        "_synced_at",
        "_turn",
        "_written",
        "damaged",
        "definitions",
        "header",
        "index",
        "marks",
        "path",
        "refused",
        "sealed",
        "series",
        "write",
    )

    def __init__(self, path: Path | None, header: JournalHeader, mapped: mmap.mmap, fd: int, index: int) -> None:
        self.path = path
        self.header = header
        self.index = index
        self.series: dict[str | tuple[str, str], int] = {}
        self.definitions: dict[int, bytes] = {}
        self.sealed = False
        self.refused = 0
        self.damaged = 0
        self.marks: Marks | None = None
        self._checked = DATA_START
        self._rest = 0
        self._map = mapped
        self._fd = fd
        self._turn = 0
        self._synced = DATA_START
        self._synced_at = 0.0
        self._written = len(mapped)
        self._state = JournalState()
        self.write: Callable[[bytes], object] = mapped.write if _HAS_GIL else _locked(mapped.write)

    @property
    def size(self) -> int:
        """The bytes it takes, filled or not."""
        return len(self._map)

    @property
    def state(self) -> JournalState:
        """How far it was sent."""
        return self._state

    @property
    def end(self) -> int:
        """Up to where it may be read: all that is written, or for a sealed file its size."""
        return len(self._map) if self.sealed else self._map.tell()

    def read(self, start: int, stop: int) -> bytes:
        """Return a copy of the bytes in between."""
        return self._map[start:stop]

    def save_state(self, state: JournalState) -> None:
        """Note how far it was sent; it lasts beyond the end of the process, and beyond that of the machine after :meth:`sync`."""
        self._turn += 1
        start = _STATE_STARTS[self._turn % 2]
        numbers = state.acked, state.end, state.seq, state.first, self._turn, self._checked, self._rest
        fields = _STATE.pack(*numbers, 0)[:-4]
        self._map[start : start + _STATE.size] = fields + zlib.crc32(fields).to_bytes(4, "little")
        self._state = state

    def seal(self) -> None:
        """Take nothing more."""
        with contextlib.suppress(ValueError):  # closed already
            if (place := self._map.tell()) < self.size:  # else it is full, or sealed already
                self._written = place
            self._map.seek(0, os.SEEK_END)
        self.sealed = True  # only now: who sees it may take what there is for all there will be

    def sync(self) -> None:
        """Note checksums and wait until the disk has it. Other threads go on meanwhile."""
        self._synced, self._synced_at = self.end, time.monotonic()
        self._note_checksums(self._written if self.sealed else self._synced)  # blank slots after it are no records
        if self._fd >= 0:
            with contextlib.suppress(OSError):
                (os.fdatasync if hasattr(os, "fdatasync") else os.fsync)(self._fd)

    def sync_if_grown(self, pause_s: float) -> None:
        """Sync it if something was written since the last time, and that was ``pause_s`` ago."""
        if self.end != self._synced and time.monotonic() - self._synced_at >= pause_s:
            self.sync()

    def close(self) -> None:
        """Let go of it; the file stays. In a forked child this leaves the parent's alone."""
        with contextlib.suppress(BufferError):
            self._map.close()
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def remove(self) -> None:
        """Delete it: all was sent. With damaged records in it, it is set aside instead, as ``<name>.damaged``."""
        if self.path is not None:
            with contextlib.suppress(OSError):
                if self.damaged:
                    self.path.rename(self.path.with_suffix(DAMAGED_SUFFIX))
                else:
                    self.path.unlink(missing_ok=True)
        self.close()

    def restore(self) -> None:
        """Read the state that an earlier process noted."""
        for start in _STATE_STARTS:
            fields = self._map[start : start + _STATE.size]
            acked, end, seq, first, turn, checked, rest, crc = _STATE.unpack(fields)
            inside = DATA_START <= acked <= end <= len(self._map) and acked % SLOT_BYTES == 0 and end % SLOT_BYTES == 0
            inside = inside and DATA_START <= checked <= len(self._map)
            if inside and turn > self._turn and zlib.crc32(fields[:-4]) == crc:
                self._turn = turn
                self._state = JournalState(acked, end, seq, first)
                self._checked, self._rest = checked, rest

    def verify(self) -> None:
        """Find out where an earlier process's file ends, and which blocks have changed since. Its checksums stay as they are."""
        data = self._map[DATA_START:]
        used = DATA_START + -(-len(data.rstrip(b"\0")) // SLOT_BYTES) * SLOT_BYTES
        marks = Marks(len(self._map), max(used, self._checked), self._checked)
        table = os.pread(self._fd, table_bytes(len(data)), len(self._map)) if _CAN_CHECK else b""
        for start, stop in bad_blocks(data[: self._checked - DATA_START], table, self._rest) if _CAN_CHECK else ():
            marks.bad.update(range(DATA_START + start, DATA_START + stop, SLOT_BYTES))
        self.marks = marks

    def _note_checksums(self, end: int) -> None:
        """Note the checksums of what was written up to ``end``. A file that is not this process's is left as it was found."""
        if self._fd < 0 or self.marks is not None or not _CAN_CHECK or end == self._checked:
            return
        start = (self._checked - DATA_START) // BLOCK_BYTES * BLOCK_BYTES
        entries, rest = checksums(self.read(DATA_START + start, end))
        with contextlib.suppress(OSError):  # without them, changes on the disk are not noticed; nothing else depends on them
            os.pwrite(self._fd, entries, len(self._map) + entry_place(start))
            self._checked, self._rest = end, rest
            self.save_state(self._state)


def create_file(folder: Path, header: JournalHeader, size: int, index: int) -> JournalFile:
    """Make a file of ``size`` bytes, locked for as long as this process lives.

    Raises:
        OSError: the disk is full, or the folder cannot be written to. Nothing is left behind.
    """
    path = folder / f"{header.writer}{SUFFIX}"
    made = path.with_suffix(NEW_SUFFIX)
    fd = open_in(made, os.O_RDWR | os.O_CREAT | os.O_EXCL)
    try:
        _reserve(fd, size)
        _lock(fd)
        end = DATA_START + data_bytes(size - DATA_START)
        mapped = mmap.mmap(fd, end)
        _write_header(mapped, msgspec.structs.replace(header, end=end))
        made.rename(path)
    except BaseException:
        os.close(fd)
        made.unlink(missing_ok=True)
        raise
    return JournalFile(path, header, mapped, fd, index)


def open_in(path: Path, flags: int) -> int:
    """Open a file for its owner only, in a folder that is made when it is not there.

    A sender removes the folder when it has taken the last file out, perhaps just now; so there are two tries.

    Raises:
        OSError: the folder cannot be written to.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, flags | getattr(os, "O_CLOEXEC", 0), 0o600)
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, flags | getattr(os, "O_CLOEXEC", 0), 0o600)


def create_in_memory(header: JournalHeader, size: int, index: int) -> JournalFile:
    """Make a journal that ends with this process, for when there is no disk."""
    mapped = mmap.mmap(-1, size)
    _write_header(mapped, header)
    return JournalFile(None, header, mapped, -1, index)


def adopt_file(path: Path) -> JournalFile | None:
    """Open a file that a dead process left behind, sealed and locked for this process. None while its writer lives.

    Raises:
        DamagedJournalError: it is no journal.
        OSError: it cannot be opened.
    """
    if not _CAN_LOCK:
        return None
    fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        if not _lock(fd) or not path.exists():  # another adopter may have sent and removed it between open and lock
            os.close(fd)
            return None
        header = _parsed_header(path, os.pread(fd, DATA_START, 0))
        size = header.end
        if not DATA_START <= size <= os.fstat(fd).st_size or size % SLOT_BYTES:
            raise DamagedJournalError(f"{path} is no journal: it was cut to {os.fstat(fd).st_size} bytes.")
        file = JournalFile(path, header, mmap.mmap(fd, size), fd, 0)
    except BaseException:
        with contextlib.suppress(OSError):
            os.close(fd)
        raise
    file.restore()
    file.seal()
    file.verify()
    return file


def peek_header(path: Path) -> JournalHeader | None:
    """Return whose records a file holds, or None when it cannot be told."""
    try:
        with path.open("rb") as file:
            return _parsed_header(path, file.read(DATA_START))
    except (OSError, DamagedJournalError):
        return None


def entry(kind: int, payload: bytes) -> bytes:
    """Return a long entry as it stands in the file."""
    head = SLOT.pack(len(payload), 0, 0, zlib.crc32(payload), kind, COMMIT)
    return b"".join((head, payload, _ZEROS[: -len(payload) % SLOT_BYTES]))


def _write_header(mapped: mmap.mmap, header: JournalHeader) -> None:
    packed = msgspec.msgpack.encode(header)
    if _HEAD.size + len(packed) > _STATE_STARTS[0]:
        raise OSError("the names of the run and its workspace are too long for the header of a journal")
    mapped[: _HEAD.size + len(packed)] = _HEAD.pack(_MAGIC, len(packed), zlib.crc32(packed)) + packed
    mapped.seek(DATA_START)


def _parsed_header(path: Path, page: bytes) -> JournalHeader:
    if len(page) < DATA_START:
        raise DamagedJournalError(f"{path} is no journal: it has {len(page)} bytes.")
    magic, length, crc = _HEAD.unpack_from(page)
    packed = page[_HEAD.size : _HEAD.size + length]
    if magic != _MAGIC or zlib.crc32(packed) != crc:
        raise DamagedJournalError(f"{path} is no journal: its header is broken.")
    try:
        return msgspec.msgpack.decode(packed, type=JournalHeader)
    except msgspec.MsgspecError as error:
        raise DamagedJournalError(f"{path} is no journal of this version: {error}.") from error


def _reserve(fd: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(fd, 0, size)
        return
    for start in range(0, size, 1 << 20):
        os.pwrite(fd, bytes(min(1 << 20, size - start)), start)


def _lock(fd: int) -> bool:
    """Hold a lock that ends with this process. False when another process holds it."""
    if not _CAN_LOCK:
        return True
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: better sent twice by two adopters, which the server notices, than never
        return True
    return True


def _locked(write: Callable[[bytes], object]) -> Callable[[bytes], object]:
    lock = threading.RLock()

    def write_locked(data: bytes) -> object:
        with lock:
            return write(data)

    return write_locked
