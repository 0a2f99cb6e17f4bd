"""From the journals of this process to the server, in the background. How a batch is sent: :mod:`runyard.client.sending`."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
import weakref
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from runyard.client.journal_file import JournalFile
from runyard.client.sending import HELD_STATUSES, BatchSink, Pace, drain, is_refusal, remove_if_empty, send_next, split_refused
from runyard.client.transport import RETRY_AFTER
from runyard.errors import RunyardError

INTERVAL_S = 0.5
"""A chart shows a point within a second of its logging; half of that is for the way. It also bounds what a power cut takes."""

HOLD_S = 60.0
_BEHIND_BYTES = 128 << 10
_FIRST_DELAY_S = 0.5
_LONGEST_DELAY_S = 5.0
_RETRY_AFTER_MAX_S = 300.0
_LOG = logging.getLogger("runyard")


class Source(Protocol):
    """Something with files to send."""

    run_id: str

    @property
    def files(self) -> dict[int, JournalFile]:
        """The files in the order in which they are sent. The uploader takes out those that are done."""

    @property
    def has_uploads(self) -> bool:
        """True while something waits beside the journal."""

    def send_uploads(self) -> None:
        """Store what waits beside the journal; errors are those of :mod:`runyard.errors`."""

    def other_journals(self) -> Iterable[Path]:
        """Return the journals of other processes of the run."""


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

    pace: Pace = field(default_factory=Pace)
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
            if error.status in HELD_STATUSES:
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
        if not source.files and not source.has_uploads:
            self._forget(source)
        return worked

    def _send_first(self, source: Source, channel: _Channel) -> bool:
        """Send a batch of the first file that has one, and drop the files before it that are done."""
        for index, file in list(source.files.items()):
            was_sealed = file.sealed
            count = send_next(file, self._sink, channel.pace.max_records, self._warned)
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
        remove_if_empty(folder)

    def _forget(self, source: Source) -> None:
        self._channels.pop(source, None)
        if not self._channels:
            _ACTIVE.pop(id(self), None)
        if source.files or source.has_uploads:  # something came in between
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
        """Let the disk have what was recorded while nothing is sent: what is sent was synced then."""
        for source in list(self._channels):
            for file in list(source.files.values()):
                file.sync_if_grown(self._interval_s / 2)

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
    uploader = reference()
    if uploader is not None:
        uploader._sink.get_ready()  # takes a moment, which an exit does not count as silence of the server
        uploader.last_sign = time.monotonic()
    del uploader
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
