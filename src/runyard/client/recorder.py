"""Recording: what ``log`` calls hand over, and the thread that sends it."""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
import time
import uuid
import weakref
from collections import deque
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Protocol, Union

from runyard.domain.metric import MetricFamily, MetricType
from runyard.errors import ConflictError, RunyardError
from runyard.wire.metric import FileRecord, ListRecord, Record, RecordBatch, ScalarRecord, TableRecord

if TYPE_CHECKING:
    from runyard.client.client import Client

FLUSH_INTERVAL_S = 0.5
"""A chart shows a point within a second of its logging; half of that is for the way."""

BATCH_MAX_RECORDS = 1000
BATCH_MAX_VALUES = 100_000
QUEUE_MAX_ITEMS = 1_000_000
"""About 200 MB of scalars. Past it new records are dropped: recording must not take the memory that training needs."""

EXIT_TIMEOUT_S = 2.0
SUBMITTED_EXIT_TIMEOUT_S = 30.0
"""In a submitted script nobody waits at a prompt, and a server that is being started anew takes some seconds."""

ARTIFACT_URI_START = "aml://artifactId/ExperimentRun/dcid."
_IDLE_S = 10.0
_FIRST_DELAY_S = 0.5
_LONGEST_DELAY_S = 5.0
_RETRIED_STATUSES = frozenset({401, 408, 429})
_NAMES_TRIED = 1000

_LOG = logging.getLogger("runyard")


class Recorder(Protocol):
    """Takes what one run records. Thread-safe; no method but ``flush`` and ``close`` waits for anything."""

    def record(self, record: Record) -> None:
        """Take one record. Records arrive in the order in which one thread gave them."""

    def record_file(self, file: FileToRecord) -> None:
        """Take a file that belongs to a metric: it is stored with the run, then recorded."""

    def flush(self, timeout_s: float) -> bool:
        """Wait until the server has everything that was taken before this call. False when ``timeout_s`` was too short."""

    def close(self, timeout_s: float) -> bool:
        """Flush and stop. What the server does not have by then is lost: False, and a warning says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileToRecord:
    """A file that a metric points at. ``path`` is the wanted name; a number is added when the run has such a file."""

    name: str
    at_us: int
    path: str
    content: bytes = field(repr=False)
    type: MetricType
    description: str = ""


class RecordSink(Protocol):
    """Where a recorder sends to. Errors are those of :mod:`runyard.errors`."""

    def send_batch(self, batch: RecordBatch) -> None:
        """Send a batch; return when the server has it."""

    def store_file(self, path: str, content: bytes) -> str:
        """Store a file and return the address under which a metric names it."""


class ServerSink:
    """Sends to the server, one attempt a call."""

    def __init__(self, client: Client, run_id: str) -> None:
        self._client = client
        self._run_id = run_id

    def send_batch(self, batch: RecordBatch) -> None:
        """Send a batch; return when the server has it."""
        self._client.metrics.record(self._run_id, batch, retry_s=0)

    def store_file(self, path: str, content: bytes) -> str:
        """Store a file under the first free name and return its address."""
        wanted = PurePosixPath(path)
        for number in range(_NAMES_TRIED):
            name = path if number == 0 else str(wanted.with_name(f"{wanted.stem}_{number}{wanted.suffix}"))
            try:
                self._client.artifacts.put(self._run_id, name, content, retry_s=0)
            except ConflictError:
                continue
            return artifact_uri(self._run_id, name)
        raise ConflictError(f"Run {self._run_id} has {_NAMES_TRIED} files named like {path}. Log under another name.")


class _Marker:
    """Put in the queue by ``flush``; set when all before it is with the server, or was refused by it."""

    __slots__ = ("reached",)

    def __init__(self) -> None:
        self.reached = threading.Event()


_Item = Union[ScalarRecord, ListRecord, TableRecord, FileRecord, FileToRecord, _Marker]
_RECORDS = (ScalarRecord, ListRecord, TableRecord, FileRecord)


class BackgroundRecorder:
    """Keeps records in memory and sends them from a thread of its own.

    The calling thread only appends to a queue. A batch is sent again, with growing pauses, until the server has it; the server
    stores it once, by (run, writer, sequence). A forked child is a writer of its own and starts with an empty queue. The thread
    lives while there is something to send and a little longer.
    """

    def __init__(self, sink: RecordSink, run_id: str) -> None:
        self._sink = sink
        self._run_id = run_id
        self._reset()
        _RECORDERS.add(self)

    def record(self, record: Record) -> None:
        """Take one record."""
        self._take(record)

    def record_file(self, file: FileToRecord) -> None:
        """Take a file that belongs to a metric."""
        self._take(file)

    def flush(self, timeout_s: float) -> bool:
        """Wait until the server has everything that was taken before this call."""
        if self._is_idle():
            return True
        marker = self._mark()
        return marker.reached.wait(timeout_s)

    def close(self, timeout_s: float) -> bool:
        """Flush and stop; what the server does not have by then is lost."""
        done = self.flush(timeout_s)
        self._abandon()
        return done

    def _abandon(self) -> None:
        """Send no more, and say what is lost by that."""
        self._give_up.set()
        self._wake.set()
        lost = len(self._in_hand) + sum(not isinstance(item, _Marker) for item in list(self._queue))
        if lost:
            _LOG.warning("Run %s: the server did not answer in time; %d of the last logged values are lost.", self._run_id, lost)

    def _reset(self) -> None:
        self._writer = uuid.uuid4().hex
        self._next_seq = 0
        self._queue: deque[_Item] = deque()
        self._in_hand: list[Record] = []
        self._busy = False
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._give_up = threading.Event()
        self._thread: threading.Thread | None = None
        self._warned: set[str] = set()

    def _take(self, item: _Item) -> None:
        queue = self._queue
        if len(queue) >= QUEUE_MAX_ITEMS:
            self._warn_once("full", "Run %s: the server has been away for too long; from here on logged values are lost.")
            return
        queue.append(item)
        if len(queue) == BATCH_MAX_RECORDS:
            self._wake.set()
        if self._thread is None:
            self._start_thread()

    def _mark(self) -> _Marker:
        marker = _Marker()
        self._queue.append(marker)
        self._give_up.clear()
        self._wake.set()
        if self._thread is None:
            self._start_thread()
        return marker

    def _is_idle(self) -> bool:
        return not self._queue and not self._busy

    def _start_thread(self) -> None:
        with self._lock:
            if self._thread is not None:
                return
            _register_exit()
            self._give_up.clear()
            thread = threading.Thread(target=self._run, name=f"runyard-recorder-{self._run_id[:16]}", daemon=True)
            self._thread = thread
            try:
                thread.start()
            except RuntimeError:  # the interpreter is shutting down: send from here, each thing once
                self._thread = None
                self._give_up.set()
                self._drain()

    def _run(self) -> None:
        last_work = time.monotonic()
        while True:
            self._wake.wait(FLUSH_INTERVAL_S)
            self._wake.clear()
            if self._drain():
                last_work = time.monotonic()
            elif (self._give_up.is_set() or time.monotonic() - last_work > _IDLE_S) and self._retire():
                return

    def _retire(self) -> bool:
        """Say that no thread runs, unless a record came in between; a record that comes later starts a new thread."""
        with self._lock:
            self._thread = None
            if not self._queue:
                return True
            self._thread = threading.current_thread()
            return False

    def _drain(self) -> bool:
        """Send all that is there; False when there was nothing."""
        worked = False
        while self._queue:
            self._busy = True
            worked = True
            self._handle(self._queue.popleft())
        self._busy = False
        return worked

    def _handle(self, item: _Item) -> None:
        if isinstance(item, _Marker):
            item.reached.set()
        elif isinstance(item, FileToRecord):
            self._store_file(item)
        else:
            self._send([item, *self._more_records(_values(item))])

    def _more_records(self, values: int) -> list[Record]:
        """Take records from the queue until a batch is full or something else comes."""
        records: list[Record] = []
        queue = self._queue
        while queue and len(records) < BATCH_MAX_RECORDS - 1:
            following = queue[0]
            if not isinstance(following, _RECORDS):
                break
            values += _values(following)
            if values > BATCH_MAX_VALUES:
                break
            records.append(following)
            queue.popleft()
        return records

    def _send(self, records: list[Record]) -> None:
        self._in_hand = records
        batch = RecordBatch(self._writer, self._next_seq, records)
        self._next_seq += 1
        self._deliver(lambda: self._sink.send_batch(batch), f"{len(records)} logged values")
        self._in_hand = []

    def _store_file(self, file: FileToRecord) -> None:
        addresses: list[str] = []
        self._deliver(lambda: addresses.append(self._sink.store_file(file.path, file.content)), f"the file {file.path}")
        for address in addresses:
            self._send([FileRecord(file.name, file.at_us, address, file.type, file.description)])

    def _deliver(self, action: _Action, what: str) -> None:
        """Repeat ``action`` until it succeeds, is refused for good, or this recorder is closed."""
        delay_s = _FIRST_DELAY_S
        while True:
            try:
                action()
            except RunyardError as error:
                if _is_refusal(error):
                    self._warn_once(f"refused {error.code}", f"Run %s: the server refused {what}: {error.message}")
                    return
                self._warn_once("away", f"Run %s: what is logged waits in memory until the server is back: {error.message}")
            except Exception as error:  # noqa: BLE001 - the loop of a recorder logs and goes on: it must not end training
                self._warn_once("broken", f"Run %s: {what} could not be sent: {type(error).__name__}: {error}")
                return
            else:
                self._warned.discard("away")
                return
            if self._give_up.wait(delay_s):
                return
            delay_s = min(delay_s * 2, _LONGEST_DELAY_S)

    def _warn_once(self, what: str, message: str) -> None:
        if what not in self._warned:
            self._warned.add(what)
            _LOG.warning("%s", message.replace("%s", self._run_id, 1))


class _Action(Protocol):
    def __call__(self) -> None: ...


class RecorderPool:
    """The recorders of the runs that one client records to: one a run, however many handles a program has."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._recorders: dict[str, Recorder] = {}
        self._families: dict[str, dict[str, MetricFamily]] = {}
        _POOLS.add(self)

    def for_run(self, run_id: str) -> Recorder:
        """Return the recorder of a run, made now when there is none."""
        recorder = self._recorders.get(run_id)
        if recorder is None:
            with self._lock:
                recorder = self._recorders.setdefault(run_id, BackgroundRecorder(ServerSink(self._client, run_id), run_id))
        return recorder

    def families(self, run_id: str) -> dict[str, MetricFamily]:
        """Return the shapes that this process has logged the metrics of a run in; the caller adds to it."""
        return self._families.setdefault(run_id, {})

    def flush(self, run_id: str, timeout_s: float) -> bool:
        """Flush the recorder of a run, if there is one."""
        recorder = self._recorders.get(run_id)
        return recorder is None or recorder.flush(timeout_s)

    def close(self, run_id: str, timeout_s: float) -> bool:
        """Close and forget the recorder of a run, if there is one."""
        with self._lock:
            recorder = self._recorders.pop(run_id, None)
        return recorder is None or recorder.close(timeout_s)

    def _reset_lock(self) -> None:
        self._lock = threading.Lock()


def artifact_uri(run_id: str, path: str) -> str:
    """Return the address of a file of a run, as metrics name it."""
    return f"{ARTIFACT_URI_START}{run_id}/{path}"


def flush_all(timeout_s: float) -> None:
    """Close every recorder of this process, in ``timeout_s`` together."""
    deadline = time.monotonic() + timeout_s
    waiting = [(recorder, recorder._mark()) for recorder in list(_RECORDERS) if not recorder._is_idle()]
    for _, marker in waiting:
        marker.reached.wait(max(0.0, deadline - time.monotonic()))
    for recorder, marker in waiting:
        if not marker.reached.is_set():
            recorder._abandon()


_RECORDERS: weakref.WeakSet[BackgroundRecorder] = weakref.WeakSet()
_POOLS: weakref.WeakSet[RecorderPool] = weakref.WeakSet()
_EXIT_REGISTERED_IN: set[int] = set()


def _register_exit() -> None:
    """Flush when this process ends. A child of ``multiprocessing`` ends without ``atexit``, but runs its finalizers."""
    if os.getpid() in _EXIT_REGISTERED_IN:
        return
    if not _EXIT_REGISTERED_IN:
        atexit.register(_flush_at_exit)
    _EXIT_REGISTERED_IN.add(os.getpid())
    multiprocessing = sys.modules.get("multiprocessing.util")
    process = sys.modules.get("multiprocessing.process")
    if multiprocessing is not None and process is not None and process.parent_process() is not None:
        multiprocessing.Finalize(None, _flush_at_exit, exitpriority=100)


def _flush_at_exit() -> None:
    flush_all(SUBMITTED_EXIT_TIMEOUT_S if os.environ.get("RUNYARD_RUN_ID") else EXIT_TIMEOUT_S)


def _after_fork() -> None:
    for recorder in list(_RECORDERS):
        recorder._reset()
    for pool in list(_POOLS):
        pool._reset_lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _is_refusal(error: RunyardError) -> bool:
    return 400 <= error.status < 500 and error.status not in _RETRIED_STATUSES


def _values(record: Record) -> int:
    if isinstance(record, ListRecord):
        return len(record.values)
    if isinstance(record, TableRecord):
        return sum(len(column) for column in record.columns.values())
    if isinstance(record, ScalarRecord) and isinstance(record.value, str):
        return 1 + len(record.value) // 16
    return 1
