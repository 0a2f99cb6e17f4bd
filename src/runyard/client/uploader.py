"""From the journal to the server, in the background.

``(writer, seq)`` names what is sent. Before a batch leaves for the first time, its end is noted in the file and the disk has
both; so whoever sends it again (this thread, or another process after a crash) sends the very same records under the same number,
and the server keeps one of them.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import queue
import sys
import threading
import time
import weakref
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from runyard.client.http import load_httpx
from runyard.client.journal_file import SUFFIX, DamagedJournalError, JournalFile, JournalHeader, adopt_file
from runyard.client.journal_scan import Scan, next_batch, scan
from runyard.client.transport import RETRY_AFTER
from runyard.errors import RunyardError
from runyard.wire.journal import encode_batch

INTERVAL_S = 0.5
"""A chart shows a point within a second of its logging; half of that is for the way. It also bounds what a power cut takes."""

BATCH_MAX_RECORDS = 65_536
HOLD_S = 60.0
_BEHIND_BYTES = 128 << 10
_FIRST_DELAY_S = 0.5
_LONGEST_DELAY_S = 5.0
_RETRY_AFTER_MAX_S = 300.0
_HELD_STATUSES = frozenset({401, 403, 404})
_RETRIED_STATUSES = frozenset({408, 425, 429})
_LOG = logging.getLogger("runyard")


class BatchSink(Protocol):
    """Where batches go. Thread-safe."""

    @property
    def server(self) -> str:
        """The name of the server, as the headers of journals have it."""

    def send_batch(self, header: JournalHeader, batch: bytes) -> None:
        """Send a batch of one run, one attempt; return when the server has it. Errors are those of :mod:`runyard.errors`."""


class Source(Protocol):
    """Something with files to send."""

    run_id: str

    @property
    def files(self) -> dict[int, JournalFile]:
        """The files in the order in which they are sent. The uploader takes out those that are done."""

    def send_uploads(self) -> None:
        """Store what waits beside the journal; errors are those of :mod:`runyard.errors`."""

    def other_journals(self) -> Iterable[Path]:
        """Return the journals of other processes of the run."""


@dataclass(slots=True)
class DrainReport:
    """What became of journals that dead processes left. ``failures`` has a sentence each; those journals are still there.

    ``is_away``: the server did not answer, so trying again later has sense.
    """

    record_count: int = 0
    file_count: int = 0
    refused: int = 0
    damaged: int = 0
    is_away: bool = False
    failures: list[str] = field(default_factory=list)


def send_next(file: JournalFile, sink: BatchSink, max_records: int = BATCH_MAX_RECORDS) -> int | None:
    """Send the next batch of a file; return the number of records that the server took, or None when there are none now.

    Raises:
        RunyardError: the server did not take it. Calling again sends the same batch.
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
    sink.send_batch(file.header, _batch(file, found))
    count = found.record_count
    file.save_state(dataclasses.replace(state, acked=end, end=end, seq=state.seq + 1, first=state.first + count))
    return count


def split_refused(file: JournalFile) -> bool:
    """After the server refused a batch: make it half as long, so that the good records in it arrive.

    True when it was a single record, which is now left out.
    """
    state = file.state
    data = file.read(state.acked, state.end)
    whole = scan(data, sys.maxsize, dict(file.definitions))
    if whole.record_count > 1:
        half = scan(data, whole.record_count // 2, dict(file.definitions))
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
    for path in paths:
        if time.monotonic() >= until:
            report.failures.append(f"{path}: not sent, the time was up.")
            continue
        try:
            file = adopt_file(path)
            if file is not None and file.header.server != sink.server:
                file.close()
                report.failures.append(f"{path}: it is for another server, {file.header.server}.")
            elif file is not None:
                _drain_file(file, sink, until, report)
        except FileNotFoundError:
            continue
        except DamagedJournalError as error:
            report.failures.append(str(error))
        except RunyardError as error:  # before OSError: a lost connection is both
            report.failures.append(f"{path}: {error.message}")
            if error.status not in _HELD_STATUSES:
                report.is_away = True
                break
        except OSError as error:
            report.failures.append(f"{path}: {error.strerror or error}")
    return report


def journals_in(folder: Path) -> list[Path]:
    """Return the journals below a folder, oldest first."""
    return sorted(folder.rglob(f"*{SUFFIX}"), key=lambda path: path.name)


def _drain_file(file: JournalFile, sink: BatchSink, until: float, report: DrainReport) -> None:
    pace = _Pace()
    try:
        while True:
            try:
                count = send_next(file, sink, pace.max_records)
            except RunyardError as error:
                if not is_refusal(error):
                    raise
                pace.shrink()
                report.refused += split_refused(file)
                continue
            if count is None:
                break
            pace.grow()
            report.record_count += count
            if time.monotonic() >= until:
                report.failures.append(f"{file.path}: not sent to its end, the time was up.")
                return
        report.file_count += 1
        report.damaged += file.damaged
        folder = file.path.parent if file.path is not None else None
        file.remove()
        _remove_if_empty(folder)
    finally:
        file.close()


@dataclass(slots=True)
class _Pace:
    """How many records the next batch may have: fewer after a refusal, and more again when it goes well."""

    max_records: int = BATCH_MAX_RECORDS

    def shrink(self) -> None:
        self.max_records = max(1, self.max_records // 2)

    def grow(self) -> None:
        self.max_records = min(BATCH_MAX_RECORDS, self.max_records * 2)


class Marker:
    """A caller that waits for what was recorded before. With ``once`` it waits for one attempt only."""

    def __init__(self, source: Source, targets: dict[JournalFile, int], once: bool) -> None:
        self.source = source
        self.targets = targets
        self.once = once
        self.done = threading.Event()
        self.ok = False

    def is_reached(self) -> bool:
        files = list(self.source.files.values())
        return all(file not in files or file.state.acked >= end for file, end in self.targets.items())

    def finish(self, ok: bool) -> None:
        self.ok = ok
        self.done.set()


@dataclass(slots=True)
class _Channel:
    """How sending goes for one source."""

    pace: _Pace = field(default_factory=_Pace)
    not_before: float = 0.0
    refused: int = 0


class Uploader:
    """One thread that sends the journals of one client, batch by batch in turn.

    The thread begins with the first journal and ends with the process or when nobody refers to the uploader any more.
    """

    def __init__(self, sink: BatchSink, *, interval_s: float = INTERVAL_S) -> None:
        self._sink = sink
        self._interval_s = interval_s
        self.reset()

    def reset(self) -> None:
        """Start anew, as a forked child does: the thread stayed with the parent."""
        self._channels: dict[Source, _Channel] = {}
        _ACTIVE.pop(id(self), None)
        self._orders: queue.SimpleQueue[Marker | None] = queue.SimpleQueue()
        self._waiting: list[Marker] = []
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self.last_sign = 0.0
        self._delay_s = _FIRST_DELAY_S
        self._not_before = 0.0
        self._busy_until = 0.0
        self._synced_at = 0.0
        self._warned: set[str] = set()

    def add(self, source: Source) -> None:
        """Send the files of a source from now on. Safe in signal handlers."""
        self._channels.setdefault(source, _Channel())
        _ACTIVE[id(self)] = self
        self._ensure_thread()

    def flush(self, source: Source, targets: dict[JournalFile, int], timeout_s: float, *, once: bool = False) -> bool:
        """Wait until all was sent up to ``targets``, and what dead processes of the run left. False: not in ``timeout_s``.

        With ``once`` it also gives up after an attempt that failed.
        """
        marker = self.order(source, targets, once=once)
        marker.done.wait(timeout_s)
        return marker.ok

    def order(self, source: Source, targets: dict[JournalFile, int], *, once: bool) -> Marker:
        """Ask for what :meth:`flush` waits for, without waiting."""
        marker = Marker(source, targets, once)
        self._orders.put(marker)
        self._ensure_thread()
        return marker

    def turn(self) -> bool:
        """Do what there is to do now. True when there is more to do at once, false when it can wait for the next interval."""
        self._take_orders()
        if self._must_wait():
            return False
        worked = False
        try:
            self._serve_others()
            for source, channel in list(self._channels.items()):
                if self._serve(source, channel):
                    worked |= bool(self._waiting) or _is_behind(source)
        except RunyardError as error:
            self._put_off(error)
        else:
            self._finish_orders()
        self._sync_sometimes()
        return worked

    def _must_wait(self) -> bool:
        """True while the server has asked for a pause, or after a failure, unless somebody waits for one more attempt."""
        now = time.monotonic()
        if now < self._busy_until:
            self._give_up_single_attempts()
            return True
        return now < self._not_before and not any(marker.once for marker in self._waiting)

    def _give_up_single_attempts(self) -> None:
        for marker in [marker for marker in self._waiting if marker.once]:
            self._waiting.remove(marker)
            marker.finish(False)

    def _take_orders(self) -> None:
        while not self._orders.empty():
            marker = self._orders.get()
            if marker is not None:
                self._waiting.append(marker)

    def _serve(self, source: Source, channel: _Channel) -> bool:
        """Send one batch of a source. Errors that concern this source alone end here."""
        if time.monotonic() < channel.not_before:
            return False
        try:
            source.send_uploads()
            worked = self._send_first(source, channel)
        except RunyardError as error:
            if error.status in _HELD_STATUSES:
                self._hold(source, channel, error)
            elif is_refusal(error):
                self._refused(source, channel, error)
                return True
            else:
                raise
            return False
        except Exception as error:  # noqa: BLE001 - the loop of the uploader logs and goes on: it must not end training
            self._warn_once("broken", f"Run {source.run_id}: {type(error).__name__} while sending what was logged: {error}")
            channel.not_before = time.monotonic() + HOLD_S
            return False
        if not source.files:
            self._forget(source)
        return worked

    def _send_first(self, source: Source, channel: _Channel) -> bool:
        """Send a batch of the first file that has one, and drop the files before it that are done."""
        for index, file in list(source.files.items()):
            was_sealed = file.sealed
            count = send_next(file, self._sink, channel.pace.max_records)
            if count is not None:
                channel.pace.grow()
                self._went_well()
                return True
            if not was_sealed:
                return False
            del source.files[index]
            self._drop(file)
        return False

    def _drop(self, file: JournalFile) -> None:
        folder = file.path.parent if file.path is not None else None
        file.remove()
        _remove_if_empty(folder)

    def _forget(self, source: Source) -> None:
        self._channels.pop(source, None)
        if not self._channels:
            _ACTIVE.pop(id(self), None)
        if source.files:  # a file was opened in between
            self.add(source)

    def _serve_others(self) -> None:
        """Send what dead processes of the runs left that somebody waits for."""
        for marker in self._waiting:
            report = drain(marker.source.other_journals(), self._sink)
            if report.failures:
                self._warn_once("others", f"Run {marker.source.run_id}: {report.failures[0]}")

    def _finish_orders(self) -> None:
        held = [source for source, channel in self._channels.items() if time.monotonic() < channel.not_before]
        for marker in list(self._waiting):
            reached = marker.is_reached()
            if reached or marker.source in held:
                self._waiting.remove(marker)
                marker.finish(reached)

    def _put_off(self, error: RunyardError) -> None:
        """The server is away or busy: wait, longer each time, and as long as it asks for."""
        self._warn_once("away", f"The server does not take what is logged; it waits in the journal. {error.message}")
        asked_s = error.details.get(RETRY_AFTER)
        now = time.monotonic()
        if isinstance(asked_s, (int, float)):
            self._busy_until = now + min(float(asked_s), _RETRY_AFTER_MAX_S)
        self._not_before = now + self._delay_s
        self._delay_s = min(self._delay_s * 2, _LONGEST_DELAY_S)
        self._give_up_single_attempts()

    def _went_well(self) -> None:
        self.last_sign = time.monotonic()
        self._delay_s = _FIRST_DELAY_S
        self._not_before = 0.0
        self._warned.discard("away")

    def _hold(self, source: Source, channel: _Channel, error: RunyardError) -> None:
        channel.not_before = time.monotonic() + HOLD_S
        self._warn_once(
            f"held {source.run_id}", f"Run {source.run_id}: the server does not take what is logged; it is kept. {error.message}"
        )

    def _refused(self, source: Source, channel: _Channel, error: RunyardError) -> None:
        channel.pace.shrink()
        file = next(iter(source.files.values()), None)
        if file is not None and file.state.end > file.state.acked and split_refused(file):
            channel.refused += 1
            self._warn_once(f"refused {error.code}", f"Run {source.run_id}: the server refused a logged value: {error.message}")

    def _sync_sometimes(self) -> None:
        """Let the disk have what was recorded while nothing is sent."""
        now = time.monotonic()
        if now - self._synced_at < self._interval_s:
            return
        self._synced_at = now
        for source in list(self._channels):
            for file in list(source.files.values()):
                file.sync_if_grown()

    def _warn_once(self, what: str, message: str) -> None:
        if what not in self._warned:
            self._warned.add(what)
            _LOG.warning("%s", message)

    def _ensure_thread(self) -> None:
        if self._thread is not None or not self._starting.acquire(blocking=False):
            return
        try:
            if self._thread is None:
                thread = threading.Thread(
                    target=_work, args=(weakref.ref(self), self._orders, self._interval_s), name="runyard-uploader", daemon=True
                )
                self._thread = thread
                thread.start()
        except RuntimeError:  # the interpreter is shutting down: the journal keeps it for the next start
            self._thread = None
        finally:
            self._starting.release()


_ACTIVE: dict[int, Uploader] = {}
"""Uploaders with something to send: nobody else may hold on to them any more."""


def _work(reference: weakref.ref[Uploader], orders: queue.SimpleQueue[Marker | None], interval_s: float) -> None:
    load_httpx()  # takes a moment, which an exit does not count as silence of the server
    uploader = reference()
    if uploader is not None:
        uploader.last_sign = time.monotonic()
    while True:
        uploader = reference()
        if uploader is None:
            return
        worked = uploader.turn()
        waiting = bool(uploader._waiting)
        del uploader
        if not worked:
            _wait_for_order(orders, 0.05 if waiting else interval_s)


def _wait_for_order(orders: queue.SimpleQueue[Marker | None], timeout_s: float) -> None:
    with contextlib.suppress(queue.Empty):
        orders.put(orders.get(timeout=timeout_s))


def _is_behind(source: Source) -> bool:
    """True when more waits than what a call now and then records in one interval."""
    files = list(source.files.values())
    return len(files) > 1 or any(file.sealed or file.end - file.state.acked > _BEHIND_BYTES for file in files)


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


def _remove_if_empty(folder: Path | None) -> None:
    if folder is not None:
        with contextlib.suppress(OSError):
            folder.rmdir()


def is_refusal(error: RunyardError) -> bool:
    """True when the server will never take what was sent; false when it is away, busy, or does not know the caller or the run."""
    if RETRY_AFTER in error.details:
        return False
    return 400 <= error.status < 500 and error.status not in _RETRIED_STATUSES and error.status not in _HELD_STATUSES
