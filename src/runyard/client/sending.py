"""From a journal to the server: one batch, or all of the journals that dead processes left.

``(writer, seq)`` names what is sent. Before a batch leaves for the first time, its end is noted in the file and the disk has
both; so whoever sends it again (the uploader, or another process after a crash) sends the very same records under the same
number, and the server keeps one of them.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from runyard.client.journal_file import SUFFIX, DamagedJournalError, JournalFile, JournalHeader, adopt_file, peek_header
from runyard.client.journal_scan import Scan, next_batch, scan_part
from runyard.client.kept_file import ABOUT_SUFFIX, KeptFile, WriterLock, forget_writer, left_file, read_about
from runyard.client.transport import RETRY_AFTER
from runyard.errors import RunyardError
from runyard.wire.journal import encode_batch
from runyard.wire.metric import BatchAckBody

BATCH_MAX_RECORDS = 65_536
HELD_STATUSES = frozenset({401, 403, 404})
"""The server does not know the caller or the run: what was recorded is kept, and tried again later."""

SENDER_WAIT_S = 5.0
"""So long a sender waits for another one that has the journal of a dead process, before it leaves that to it."""

_LOOK_AGAIN_S = 0.05
_RETRIED_STATUSES = frozenset({408, 425, 429})
_TOO_LARGE = 413
_LOG = logging.getLogger("runyard")


class BatchSink(Protocol):
    """Where batches go. Thread-safe."""

    @property
    def server(self) -> str:
        """The name of the server, as the headers of journals have it."""

    def get_ready(self) -> None:
        """Do what the first request would take a moment for."""

    def send_batch(self, header: JournalHeader, batch: bytes) -> BatchAckBody:
        """Send a batch of one run, one attempt; return when the server has it. Errors are those of :mod:`runyard.errors`."""

    def send_file(self, file: KeptFile) -> None:
        """Store a file of a metric and record it, one attempt; errors as above."""


@dataclass(slots=True)
class DrainReport:
    """What became of journals that dead processes left. ``failures`` has a sentence each; those journals are still there.

    ``is_away``: the server did not answer, so trying again later has sense. ``told``: why records were refused.
    """

    record_count: int = 0
    file_count: int = 0
    refused: int = 0
    damaged: int = 0
    is_away: bool = False
    failures: list[str] = field(default_factory=list)
    told: set[str] = field(default_factory=set)


def send_next(file: JournalFile, sink: BatchSink, max_records: int, told: set[str]) -> int | None:
    """Send the next batch of a file; return the number of records that the server took, or None when there are none now.

    Records that the server refused, while it took the others, are counted in ``file.refused``. The log names the first that is
    refused for a reason; ``told`` keeps which reasons it knows.

    Raises:
        RunyardError: the server did not take the batch. Calling again sends the same one.
    """
    found = next_batch(file, max_records)
    state = file.state
    if not found.length and state.end == state.acked:
        return None
    end = max(state.acked + found.length, state.end)
    if found.damaged:
        file.damaged += found.damaged
        _LOG.warning("Journal %s of run %s: %d records are damaged.", file.path, file.header.run_id, found.damaged)
    if not found.record_count:
        file.save_state(dataclasses.replace(state, acked=end, end=end))
        return 0
    if state.end == state.acked:
        file.save_state(dataclasses.replace(state, end=end))
        file.sync()
    ack = sink.send_batch(file.header, _batch(file, found))
    count = found.record_count
    file.save_state(dataclasses.replace(state, acked=end, end=end, seq=state.seq + 1, first=state.first + count))
    _note_refused(file, ack, told)
    return count - ack.refused_count


def split_refused(file: JournalFile) -> bool:
    """After the server refused a batch: make it half as long, so that the good records in it arrive.

    True when it was a single record, which is now left out.
    """
    state = file.state
    whole = scan_part(file, state.acked, state.end)
    if whole.record_count > 1:
        half = scan_part(file, state.acked, state.end, whole.record_count // 2)
        file.save_state(dataclasses.replace(state, end=state.acked + half.length))
        return False
    file.save_state(dataclasses.replace(state, acked=state.end))
    file.refused += 1
    return True


def drain(paths: Iterable[Path], sink: BatchSink, *, until: float = float("inf")) -> DrainReport:
    """Send the journals at ``paths`` whose processes have ended, and remove them. Those of living processes are left alone.

    ``until`` is a time of ``time.monotonic()``; what is not sent by then stays for the next time. It also stays where the server
    cannot be reached or knows no such run.
    """
    report = DrainReport()
    stopped: set[str] = set()  # what a process logged without steps stays in order: no file of it before the one before
    for path in paths:
        if time.monotonic() >= until:
            report.failures.append(f"{path}: not sent, the time was up.")
        elif _chain(path) not in stopped and not _drain_path(path, sink, until, report):
            stopped.add(_chain(path))
        if report.is_away:
            break
    return report


def journals_in(folder: Path) -> list[Path]:
    """Return the journals below a folder, and the files of metrics that wait beside them, oldest first."""
    found = (path for suffix in (SUFFIX, ABOUT_SUFFIX) for path in folder.rglob(f"*{suffix}"))
    return sorted(found, key=lambda path: path.name)


def workspace_of(path: Path) -> str:
    """Return the workspace of one of :func:`journals_in`; empty when it cannot be told."""
    if path.suffix == ABOUT_SUFFIX:
        with contextlib.suppress(DamagedJournalError, OSError):
            return read_about(path).workspace
        return ""
    header = peek_header(path)
    return header.workspace if header else ""


def _chain(path: Path) -> str:
    """Return what the files of one process for one run have in common."""
    return path.stem.rpartition("-")[0]


def _drain_path(path: Path, sink: BatchSink, until: float, report: DrainReport) -> bool:
    """Send a journal, or a file that waits beside one; false when it is still there."""
    try:
        if path.suffix == ABOUT_SUFFIX:
            return _drain_kept(path, sink, report)
        file = adopt_file(path) or _adopt_after_sender(path, until)
        if file is None:
            return not path.exists()
        if file.header.server != sink.server:
            file.close()
            report.failures.append(f"{path}: it is for another server, {file.header.server}.")
            return False
        return _drain_file(file, sink, until, report)
    except FileNotFoundError:
        return True
    except DamagedJournalError as error:
        report.failures.append(str(error))
        return True
    except RunyardError as error:  # before OSError: a lost connection is both
        report.failures.append(f"{path}: {error.message}")
        report.is_away = error.status not in HELD_STATUSES
    except OSError as error:
        report.failures.append(f"{path}: {error.strerror or error}")
    return False


def _drain_kept(path: Path, sink: BatchSink, report: DrainReport) -> bool:
    about = read_about(path)
    lock = WriterLock(path.parent, about.writer)
    if not lock.take_over():
        return not path.exists()
    is_last = False
    try:
        if about.server != sink.server:
            report.failures.append(f"{path}: it is for another server, {about.server}.")
            return False
        if path.exists():  # another sender may have sent it between the look and the lock
            file = left_file(path, about)
            try:
                sink.send_file(file)
                report.record_count += 1
            except RunyardError as error:
                if not is_refusal(error):
                    raise
                report.refused += 1
                _LOG.warning("Run %s: the file of metric %r is not stored: %s", about.run_id, about.name, error.message)
            file.remove()
            report.file_count += 1
        is_last = forget_writer(path.parent, about.writer)
        return True
    finally:
        lock.let_go(remove=is_last)
        remove_if_empty(path.parent)


def _adopt_after_sender(path: Path, until: float) -> JournalFile | None:
    """Open a file that another sender has at the moment, once that one lets go of it. None while its writer lives."""
    header = peek_header(path)
    deadline = min(until, time.monotonic() + SENDER_WAIT_S)
    while header is not None and not _is_alive(header.pid) and time.monotonic() < deadline and path.exists():
        time.sleep(_LOOK_AGAIN_S)
        file = adopt_file(path)
        if file is not None:
            return file
    return None


def _is_alive(pid: int) -> bool:
    if os.name == "nt":  # there, signal 0 is no question
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _drain_file(file: JournalFile, sink: BatchSink, until: float, report: DrainReport) -> bool:
    pace = Pace()
    try:
        while True:
            try:
                count = send_next(file, sink, pace.max_records, report.told)
            except RunyardError as error:
                if not is_refusal(error):
                    raise
                pace.shrink()
                split_refused(file)
                continue
            if count is None:
                break
            pace.grow()
            report.record_count += count
            if time.monotonic() >= until:
                report.failures.append(f"{file.path}: not sent to its end, the time was up.")
                return False
        report.file_count += 1
        folder = file.path.parent if file.path is not None else None
        file.remove()
        remove_if_empty(folder)
        return True
    finally:
        report.refused += file.refused
        report.damaged += file.damaged
        file.close()


@dataclass(slots=True)
class Pace:
    """How many records the next batch may have: fewer after a refusal, and more again when it goes well."""

    max_records: int = BATCH_MAX_RECORDS

    def shrink(self) -> None:
        self.max_records = max(1, self.max_records // 2)

    def grow(self) -> None:
        self.max_records = min(BATCH_MAX_RECORDS, self.max_records * 2)


def is_refusal(error: RunyardError) -> bool:
    """True when the server will never take what was sent; false when it is away, busy, or does not know the caller or the run."""
    if RETRY_AFTER in error.details:
        return False
    if error.details.get("status") == _TOO_LARGE:  # a proxy's own limit: fewer records may pass
        return True
    return 400 <= error.status < 500 and error.status not in _RETRIED_STATUSES and error.status not in HELD_STATUSES


def is_away(error: RunyardError) -> bool:
    """True when the server may take the same request later: it does not answer, is busy or fails."""
    return RETRY_AFTER in error.details or error.status >= 500 or error.status in _RETRIED_STATUSES


def remove_if_empty(folder: Path | None) -> None:
    """Remove the folder of a run whose journals are gone."""
    if folder is not None:
        with contextlib.suppress(OSError):
            folder.rmdir()


def _note_refused(file: JournalFile, ack: BatchAckBody, told: set[str]) -> None:
    file.refused += ack.refused_count
    for each in ack.refused:
        reason = f"refused {file.header.run_id} {each.message}"
        if reason not in told:
            told.add(reason)
            _LOG.warning("Run %s: the server refused a logged value of %r: %s", file.header.run_id, each.name, each.message)


def _batch(file: JournalFile, found: Scan) -> bytes:
    header, state = file.header, file.state
    return encode_batch(
        found.frames,
        writer=header.writer,
        seq=state.seq,
        first=state.first,
        record_count=found.record_count,
        context=header.context,
    )
