"""Recording: what ``log`` calls hand over, the journal that keeps it, and who sends it."""

from __future__ import annotations

import atexit
import hashlib
import logging
import os
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from runyard.client.crash import crash, forget_exits, watch_for_crash
from runyard.client.embedded import home_folder
from runyard.client.endpoint import EmbeddedEndpoint, Endpoint
from runyard.client.journal import Journal, JournalPlace, run_folder, workspace_folder
from runyard.client.journal_file import JournalFile, JournalHeader
from runyard.client.kept_file import FileToRecord, KeptFile
from runyard.client.kept_files import KeptFiles
from runyard.client.known_series import KnownSeries
from runyard.client.pulse import Pulse, forget_notes, leave_notes
from runyard.client.run_end import end_by, ends_in, send_ends
from runyard.client.sending import DrainReport, drain, is_refusal, journals_in
from runyard.client.uploader import Marker, Uploader
from runyard.domain.metric import MetricFamily
from runyard.domain.run import RunError
from runyard.errors import ConflictError, RunyardError, TransportError
from runyard.wire.metric import BatchAckBody, Record

if TYPE_CHECKING:
    from runyard.client.client import Client

EXIT_TIMEOUT_S = 1.5
"""A program that ends waits this long for the server to take something; the journal keeps the rest."""

SILENCE_S = 5.0
"""A run that is completed waits this long for a server that takes nothing."""

EXIT_LONGEST_S = 10.0
"""And this long at most when the server goes on taking."""

ARTIFACT_URI_START = "aml://artifactId/ExperimentRun/dcid."
JOURNAL_FOLDER = "journal"
_NAMES_TRIED = 1000
_LOG = logging.getLogger("runyard")


class Recorder(Protocol):
    """Takes what one run records. Thread-safe; no method but ``flush`` and ``close`` waits for anything."""

    @property
    def known(self) -> KnownSeries:
        """The fast way, for numbers of series that were recorded before."""

    def record(self, record: Record) -> None:
        """Take one record. Records arrive in the order in which one thread gave them."""

    def record_file(self, file: FileToRecord) -> None:
        """Take a file that belongs to a metric: it is stored with the run, then recorded."""

    def flush(self, timeout_s: float) -> bool:
        """Wait until the server has everything that was taken before this call. False when ``timeout_s`` was too short."""

    def close(self, timeout_s: float) -> bool:
        """Send what there is. What a server that is away does not take stays in the journal, which is said in a warning.

        False when something stayed. The recorder can be used again afterwards.
        """


class ServerSink:
    """Sends to the server, one attempt a call."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def server(self) -> str:
        """The name by which journals know the server."""
        return server_name(self._client.endpoint)

    def get_ready(self) -> None:
        """Import what requests need."""
        self._client.transport.get_ready()

    def send_batch(self, header: JournalHeader, batch: bytes) -> BatchAckBody:
        """Send a batch; return when the server has it."""
        try:
            return self._client.metrics.record_batch(header.run_id, batch, retry_s=0)
        except TransportError as error:
            if "status" in error.details:  # a stranger has the port that the server had: look where it is now
                self._client.endpoint.refresh()
            raise

    def send_file(self, file: KeptFile) -> None:
        """Store a file of a metric under the first free name, and record its address."""
        about, file.tried, was_tried = file.about, True, file.tried
        uri = self.store_file(about.run_id, about.path, file.content, was_tried=was_tried)
        self._client.metrics.record_batch(about.run_id, about.batch(uri), retry_s=0)

    def store_file(self, run_id: str, path: str, content: bytes | Path, *, was_tried: bool = False) -> str:
        """Store a file under the first free name and return its address.

        With ``was_tried`` an equal file under such a name is this one: the answer to an earlier try was lost.
        """
        wanted = PurePosixPath(path)
        for number in range(_NAMES_TRIED):
            name = path if number == 0 else str(wanted.with_name(f"{wanted.stem}_{number}{wanted.suffix}"))
            try:
                self._client.artifacts.put(run_id, name, content, retry_s=0)
            except ConflictError:
                if was_tried and self._has_equal(run_id, name, content):
                    return artifact_uri(run_id, name)
                continue
            return artifact_uri(run_id, name)
        raise ConflictError(f"Run {run_id} has {_NAMES_TRIED} files named like {path}. Log under another name.")

    def _has_equal(self, run_id: str, name: str, content: bytes | Path) -> bool:
        found = next((each for each in self._client.artifacts.list(run_id, prefix=name) if each.path == name), None)
        return found is not None and found.sha256 is not None and found.sha256 == _sha256(content)


class JournalRecorder:
    """Keeps what one run records in a journal of this process, from where a thread of the pool sends it.

    A killed process loses nothing. A forked child is a writer of its own.
    """

    def __init__(self, place: JournalPlace, sink: ServerSink, uploader: Uploader, on_start: Callable[[], None]) -> None:
        self.run_id = place.run_id
        self._sink = sink
        self._uploader = uploader
        self._on_start = on_start
        self._journal = Journal(place, self._start)
        self._kept = KeptFiles(self._journal)
        self.known = self._journal.known
        self.record = self._journal.record

    @property
    def files(self) -> dict[int, JournalFile]:
        """What is to be sent."""
        return self._journal.files

    @property
    def has_uploads(self) -> bool:
        """True while files of metrics wait."""
        return bool(self._kept)

    def record_file(self, file: FileToRecord) -> None:
        """Take a file that belongs to a metric."""
        if self._kept.add(file):
            self._start()
        else:
            self._journal.lost += 1

    def send_uploads(self) -> None:
        """Store the files that wait, and record their addresses."""
        while (file := self._kept.first()) is not None:
            try:
                self._sink.send_file(file)
            except RunyardError as error:
                if not is_refusal(error):
                    raise
                _LOG.warning("Run %s: the file of metric %r is not stored: %s", self.run_id, file.about.name, error.message)
            self._kept.drop(file)

    def other_journals(self) -> Iterable[Path]:
        """Return the journals of this run that are not this process's."""
        own = {file.path for file in list(self.files.values())} | self._kept.paths()
        return [path for path in journals_in(self._journal.place.folder) if path not in own]

    def flush(self, timeout_s: float) -> bool:
        """Wait until the server has everything that was taken before this call, also by processes that have ended."""
        if not self.files and not self.has_uploads and not any(True for _ in self.other_journals()):
            return True
        return self._uploader.flush(self, self._journal.pending(), timeout_s)

    def close(self, timeout_s: float) -> bool:
        """Send what there is; see :class:`Recorder`."""
        self._journal.seal()
        if not self.files and not self.has_uploads:
            return self._report_lost()
        marker = self.order_rest()
        _wait_while_it_goes_on(marker, lambda: self._uploader.last_sign, SILENCE_S, timeout_s)
        if not marker.ok:
            self.warn_of_rest()
        return self._report_lost() and marker.ok

    def order_rest(self) -> Marker:
        """Ask for all that is left to be sent now, without waiting."""
        self._journal.seal()
        return self._uploader.order(self, self._journal.pending(), once=True)

    def warn_of_rest(self) -> None:
        """Say where the rest is."""
        in_memory = any(file.path is None for file in list(self.files.values())) or self._kept.has_in_memory
        _LOG.warning(
            "Run %s: the server has not taken everything that was logged. The rest is kept in %s; the next start sends it, or "
            "`runyard sync`.%s",
            self.run_id,
            self._journal.place.folder,
            " What waits in memory is lost." if in_memory else "",
        )

    def forget(self) -> None:
        """Start anew in a forked child."""
        self._journal.forget()
        self._kept.forget()

    def _start(self) -> None:
        self._on_start()
        self._uploader.add(self)

    def _report_lost(self) -> bool:
        lost, self._journal.lost = self._journal.lost, 0
        if lost:
            _LOG.warning("Run %s: %d logged values are lost, because there was no room to keep them.", self.run_id, lost)
        return not lost


class RecorderPool:
    """The recorders of the runs that one client records to: one a run, however many handles a program has."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._sink = ServerSink(client)
        self._uploader = Uploader(self._sink)
        self._pulse = Pulse(client, self._run_ids)
        self._recorders: dict[str, JournalRecorder] = {}
        self._families: dict[str, dict[str, MetricFamily]] = {}
        self._swept = False
        _POOLS.add(self)

    def for_run(self, run_id: str) -> Recorder:
        """Return the recorder of a run, made now when there is none."""
        recorder = self._recorders.get(run_id)
        if recorder is None:
            made = JournalRecorder(journal_place(self._client, run_id), self._sink, self._uploader, self._on_start)
            recorder = self._recorders.setdefault(run_id, made)
        return recorder

    def opened(self, run_ids: list[str]) -> None:
        """Say that this program takes care of runs that it is about to make: the server is told that it lives until they end."""
        _register_exit()
        watch_for_crash()
        self._pulse.opened(run_ids)

    def ended(self, run_ids: list[str]) -> None:
        """Say that this program takes care of runs no more."""
        self._pulse.ended(run_ids)

    def fail_open(self, error: RunError, timeout_s: float) -> None:
        """Mark the runs that this program takes care of as failed, by the exception that ends it."""
        until = time.monotonic() + timeout_s
        is_there = self._pulse.beat(timeout_s=timeout_s)  # it also tells which of them others have ended
        for run_id in self._pulse.open_runs():
            end_by(
                self._client, journal_place(self._client, run_id), error, timeout_s=until - time.monotonic() if is_there else 0
            )

    def families(self, run_id: str) -> dict[str, MetricFamily]:
        """Return the shapes that this process has logged the metrics of a run in; the caller adds to it."""
        return self._families.setdefault(run_id, {})

    def flush(self, run_id: str, timeout_s: float) -> bool:
        """Flush the recorder of a run; where this program has logged nothing to it, send what a program that died left of it."""
        recorder = self._recorders.get(run_id)
        if recorder is not None:
            return recorder.flush(timeout_s)
        if may_send_for_others(self._client.endpoint):
            self._send_left(journal_place(self._client, run_id).folder, time.monotonic() + timeout_s)
        return True

    def close(self, run_id: str, timeout_s: float) -> bool:
        """Close the recorder of a run, if there is one. Recording again opens it again."""
        recorder = self._recorders.get(run_id)
        return recorder is None or recorder.close(timeout_s)

    def open_recorders(self) -> list[JournalRecorder]:
        """Return the recorders with something to send."""
        return [recorder for recorder in list(self._recorders.values()) if recorder.files or recorder.has_uploads]

    @property
    def last_sign(self) -> float:
        """When sending went on last, as ``time.monotonic()`` tells it."""
        return self._uploader.last_sign

    def forget(self) -> None:
        """Start anew in a forked child, which has nothing to send yet."""
        self._uploader.reset()
        self._pulse.forget()
        for recorder in list(self._recorders.values()):
            recorder.forget()

    def _run_ids(self) -> list[str]:
        return [recorder.run_id for recorder in self.open_recorders()]

    def _on_start(self) -> None:
        _register_exit()
        self._pulse.start()
        if not self._swept:
            self._swept = True
            if may_send_for_others(self._client.endpoint):
                threading.Thread(target=self._sweep, name="runyard-sync", daemon=True).start()

    def _sweep(self) -> None:
        """Send what earlier programs left of this workspace."""
        self._send_left(workspace_folder(journal_root(self._client.endpoint), self._client.workspace))

    def _send_left(self, folder: Path, until: float = float("inf")) -> None:
        report = drain(journals_in(folder), self._sink, until=until)
        if not report.is_away:
            send_ends(ends_in(folder), self._client, self._sink.server)
        if report.record_count:
            _LOG.info("%d logged values of earlier programs were sent.", report.record_count)


def journal_root(endpoint: Endpoint) -> Path:
    """Return the folder that holds the journals of all runs on this machine."""
    return (endpoint.home if isinstance(endpoint, EmbeddedEndpoint) else home_folder()) / JOURNAL_FOLDER


def journal_place(client: Client, run_id: str) -> JournalPlace:
    """Return where a run's journals lie."""
    endpoint = client.endpoint
    return JournalPlace(root=journal_root(endpoint), workspace=client.workspace, run_id=run_id, server=server_name(endpoint))


def server_name(endpoint: Endpoint) -> str:
    """Return what tells one server from another: the home folder of an embedded one, whose port changes, else the address."""
    return f"home:{endpoint.home}" if isinstance(endpoint, EmbeddedEndpoint) else endpoint.url


def may_send_for_others(endpoint: Endpoint) -> bool:
    """False inside a submitted run, whose token reaches its own tree only."""
    return endpoint.owns_server or (not isinstance(endpoint, EmbeddedEndpoint) and not os.environ.get("RUNYARD_RUN_TOKEN"))


def send_left_records(client: Client, run_id: str, timeout_s: float) -> DrainReport:
    """Send what the dead processes of a run left."""
    place = journal_place(client, run_id)
    folder = run_folder(place.root, place.workspace, run_id)
    return drain(journals_in(folder), ServerSink(client), until=time.monotonic() + timeout_s)


def _sha256(content: bytes | Path) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    digest = hashlib.sha256()
    with content.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def artifact_uri(run_id: str, path: str) -> str:
    """Return the address of a file of a run, as metrics name it."""
    return f"{ARTIFACT_URI_START}{run_id}/{path}"


def flush_all(timeout_s: float) -> None:
    """Send what every recorder of this process has; the journals keep what is late.

    It ends when for ``timeout_s`` no server has taken anything.
    """
    pools = [pool for pool in list(_POOLS) if pool.open_recorders()]
    began = time.monotonic()
    waiting = [(recorder, recorder.order_rest()) for pool in pools for recorder in pool.open_recorders()]
    for recorder, marker in waiting:
        _wait_while_it_goes_on(
            marker,
            lambda: max((pool.last_sign for pool in pools), default=0.0),
            timeout_s,
            began + EXIT_LONGEST_S - time.monotonic(),
        )
        if not marker.ok:
            recorder.warn_of_rest()


def _wait_while_it_goes_on(marker: Marker, last_sign: Callable[[], float], silence_s: float, longest_s: float) -> None:
    """Wait for a marker, until the server has taken nothing for ``silence_s`` or the time is up."""
    began = time.monotonic()
    while not marker.done.wait(0.05):
        now = time.monotonic()
        if now > max(began, last_sign()) + silence_s or now > began + longest_s:
            return


_POOLS: weakref.WeakSet[RecorderPool] = weakref.WeakSet()
_EXIT_REGISTERED_IN: set[int] = set()


def _register_exit() -> None:
    """Flush when this process ends. A child of ``multiprocessing`` ends without ``atexit``, but runs its finalizers."""
    if os.getpid() in _EXIT_REGISTERED_IN:
        return
    if not _EXIT_REGISTERED_IN:
        atexit.register(_leave)
    _EXIT_REGISTERED_IN.add(os.getpid())
    multiprocessing = sys.modules.get("multiprocessing.util")
    process = sys.modules.get("multiprocessing.process")
    if multiprocessing is not None and process is not None and process.parent_process() is not None:
        multiprocessing.Finalize(None, _leave, exitpriority=100)


def _leave() -> None:
    flush_all(EXIT_TIMEOUT_S)
    error = crash()
    if error is not None:
        for pool in list(_POOLS):
            pool.fail_open(error, EXIT_TIMEOUT_S)
    leave_notes()


def _after_fork() -> None:
    forget_notes()
    forget_exits()
    for pool in list(_POOLS):
        pool.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
