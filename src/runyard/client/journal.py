"""The journal of one run in one process: where every recording call writes before anything else happens.

A journal is a chain of files, each a writer of its own towards the server; they grow from 16 KiB to 16 MiB. A full file is
sealed and the next one made. There is no lock: the append is one step (see :mod:`runyard.client.journal_file`), and of several
threads, or a thread and a signal handler in it, that make the next file at once, one wins and the others throw theirs away.
"""

from __future__ import annotations

import itertools
import logging
import os
import socket
import struct
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec

from runyard.client.journal_check import data_bytes
from runyard.client.journal_file import (
    DATA_START,
    DEFINE_SLOT,
    SLOT_BYTES,
    SUFFIX,
    VAR_SLOT,
    JournalFile,
    JournalHeader,
    create_file,
    create_in_memory,
    entry,
)
from runyard.client.known_series import KnownSeries
from runyard.errors import LimitExceededError
from runyard.wire.journal import (
    RECORD_MAX_BYTES,
    SeriesDefinition,
    pack_scalar,
)
from runyard.wire.metric import Record, ScalarRecord

MAX_BYTES_VARIABLE = "RUNYARD_JOURNAL_MAX_BYTES"
MAX_BYTES = 1 << 30
MEMORY_MAX_BYTES = 64 << 20
"""What may wait in memory when the disk cannot be used: recording must not take the memory that training needs."""

_SIZES = [16 << 10, 128 << 10, 1 << 20, 4 << 20, 16 << 20]
"""Most runs log little, and a program may have thousands of runs open."""

_PAGE = 64 << 10
_RETRY_S = 2.0
_LOG = logging.getLogger("runyard")


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPlace:
    """Whose journal it is, and in which folder it lies. ``server`` names the server that it is for."""

    root: Path
    workspace: str
    run_id: str
    server: str

    @property
    def folder(self) -> Path:
        """The folder of this run's journals, shared by its processes."""
        return run_folder(self.root, self.workspace, self.run_id)


class Journal:
    """Takes records and keeps them in files until they are sent.

    Thread-safe, and safe in signal handlers; no method waits for a lock or a network. A forked child calls :meth:`forget` and
    goes on with files of its own. ``on_file`` is called after each new file.
    """

    _current: Any
    files: dict[int, JournalFile]
    writer: str
    lost: int

    def __init__(self, place: JournalPlace, on_file: Callable[[], None]) -> None:
        self.place = place
        self.files = {}
        self._on_file = on_file
        self._warned: set[str] = set()
        self.known = KnownSeries()
        self.forget()

    def record(self, record: Record) -> None:
        """Take one record of any kind.

        Raises:
            LimitExceededError: it is larger than a server takes.
        """
        if isinstance(record, ScalarRecord) and not isinstance(record.value, str):
            try:
                self._append(
                    lambda file: self._scalar_bytes(file, record), _KEY_BYTES + 4 * len(record.name + record.description)
                )
                return
            except struct.error:  # beyond 64 bits
                pass
        packed = msgspec.msgpack.encode(record)
        if len(packed) > RECORD_MAX_BYTES:
            raise LimitExceededError(
                f"What was logged as {record.name!r} takes {len(packed)} bytes; the limit of one record is {RECORD_MAX_BYTES}. "
                "Log it in parts, or write it to a file in ./outputs.",
                name=record.name,
            )
        data = entry(VAR_SLOT, packed)
        self._append(lambda file: data, len(data))

    def seal(self) -> None:
        """Close what is open, so that it is removed once it is sent. A later record opens a new file."""
        file = self._current
        if isinstance(file, JournalFile):
            self._current = _CLOSED
            self.known.forget()
            file.seal()

    def forget(self) -> None:
        """Leave all files to the process that this one was forked from."""
        self._current = _CLOSED
        self.known.forget()
        for file in self.files.values():
            file.close()
        self.files = {}
        self.writer = f"{time.time_ns() // 1000:014x}{uuid.uuid4().hex[:16]}"  # so that names are in order of time
        self._next = itertools.count()
        self._series = itertools.count(1)
        self._retry_at = 0.0
        self.lost = 0

    def pending(self) -> dict[JournalFile, int]:
        """Return the files with records to send, and up to where."""
        return {file: file.end for file in list(self.files.values())}

    def _scalar_bytes(self, file: Any, record: ScalarRecord) -> bytes:
        key = (record.name, record.description) if record.description else record.name
        number = file.series.get(key)
        if number is None:
            made = next(self._series)
            definition = SeriesDefinition(made, record.name, description=record.description)
            file.write(entry(DEFINE_SLOT, msgspec.msgpack.encode(definition)))
            number = file.series.setdefault(key, made)
        if not record.description:
            self.known.add(record.name, file.write, number)
        return pack_scalar(number, record.at_us, record.value, record.step)  # type: ignore[arg-type]

    def _append(self, content: Callable[[Any], bytes], size: int) -> None:
        while True:
            file = self._current
            try:
                file.write(content(file))
                return
            except UnicodeError:  # a kind of ValueError, which says nothing of the file
                raise
            except ValueError:
                if not self._go_on(file, size):
                    self.lost += 1
                    return

    def _go_on(self, full: Any, size: int) -> bool:
        """Make sure that the current file is another one than ``full``. False when there is no room for one."""
        if self._current is not full:
            return True
        if time.monotonic() < self._retry_at:
            return False
        index = full.index + 1
        if index not in self.files:
            made = self._new_file(index, size)
            if made is None:
                self._retry_at = time.monotonic() + _RETRY_S
                return False
            if self.files.setdefault(index, made) is not made:
                made.remove()
        if isinstance(full, JournalFile):
            full.seal()
        if self._current is full:
            self._current = self.files.get(index, self._current)
        self._on_file()
        return True

    def _new_file(self, index: int, needed: int) -> JournalFile | None:
        size = _SIZES[min(index, len(_SIZES) - 1)]
        while data_bytes(size - DATA_START) < needed:
            size = -(-(max(size, DATA_START + needed) + 1) // _PAGE) * _PAGE
        header = self._header()
        if self._bytes_on_disk() + size > max_bytes():
            self.warn_once(
                "cap",
                f"its journal in {self.place.folder} has reached {max_bytes():,} bytes, because the server has been away for "
                f"long. What is logged from here on is lost until it is back. {MAX_BYTES_VARIABLE} sets the limit.",
            )
            return None
        try:
            return create_file(self.place.folder, header, size, index)
        except OSError as error:
            return self._new_in_memory(header, size, index, error)

    def _new_in_memory(self, header: JournalHeader, size: int, index: int, error: OSError) -> JournalFile | None:
        self.warn_once(
            "disk",
            f"its journal in {self.place.folder} cannot be written ({error.strerror or error}). What is logged waits in memory "
            "until it is sent, and is lost if this program is killed.",
        )
        in_memory = sum(file.size for file in list(self.files.values()) if file.path is None)
        if in_memory + size > MEMORY_MAX_BYTES:
            self.warn_once("memory", f"{in_memory:,} bytes wait in memory. What is logged from here on is lost.")
            return None
        try:
            return create_in_memory(header, size, index)
        except OSError:
            return None

    def _header(self) -> JournalHeader:
        place = self.place
        writer = f"{self.writer}-{next(self._next):05d}"
        now_us = time.time_ns() // 1000
        return JournalHeader(writer, place.run_id, place.workspace, place.server, os.getpid(), now_us, process_context())

    def _bytes_on_disk(self) -> int:
        try:
            with os.scandir(self.place.folder) as found:
                return sum(each.stat().st_size for each in found if each.name.endswith(SUFFIX))
        except OSError:
            return 0

    def warn_once(self, what: str, message: str) -> None:
        """Say something of this run, the first time only."""
        if what not in self._warned:
            self._warned.add(what)
            _LOG.warning("Run %s: %s", self.place.run_id, message)


def run_folder(root: Path, workspace: str, run_id: str) -> Path:
    """Return the folder of a run's journals under ``root``."""
    return workspace_folder(root, workspace) / _as_file_name(run_id)


def workspace_folder(root: Path, workspace: str) -> Path:
    """Return the folder of the journals of a workspace under ``root``."""
    return root / _as_file_name(workspace)


def _as_file_name(text: str) -> str:
    safe = "".join(char if (char.isalnum() and char.isascii()) or char in "-_." else f"%{ord(char):x}" for char in text)
    return safe if safe.strip(".") else safe.replace(".", "%2e")


def process_context() -> str:
    """Return what tells the processes of one run apart: the rank that the launcher gave, and the machine."""
    rank = next((os.environ[name] for name in _RANK_VARIABLES if os.environ.get(name)), "")
    return f"rank={rank[:20]} host={socket.gethostname()[:200]}" if rank else ""


def max_bytes() -> int:
    """Return how much of one run may wait on the disk."""
    try:
        return int(os.environ.get(MAX_BYTES_VARIABLE, ""))
    except ValueError:
        return MAX_BYTES


def _refuse(data: bytes) -> object:
    raise ValueError("no file is open")


_CLOSED = SimpleNamespace(write=_refuse, series={}, index=-1)
"""Stands where there is no file: the first record opens one."""

_RANK_VARIABLES = ("RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID")
_KEY_BYTES = 256 + 4 * SLOT_BYTES
