"""The runner's calls to the server. They don't give up: a run must not end because the server restarts.

The embedded server may come back on another port, and its old port may be taken by a stranger. So an answer such as "no such run"
is believed only when it comes from the server that the home folder names.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from runyard.client import embedded
from runyard.client.client import Client
from runyard.client.endpoint import EmbeddedEndpoint, Endpoint, RemoteEndpoint
from runyard.domain.experiment import ExperimentRecord
from runyard.domain.node_group import NodeReport
from runyard.domain.run import RunError, RunRecord, RunStatus
from runyard.domain.snapshot import SnapshotFile
from runyard.domain.workspace import WorkspaceRecord
from runyard.errors import (
    AuthenticationError,
    DiskFullError,
    NotFoundError,
    NotSupportedError,
    PermissionDeniedError,
    RunyardError,
    TransportError,
)
from runyard.runner.settings import RunnerSettings
from runyard.runner.stop import StopSwitch
from runyard.wire.node import NodeBoardBody
from runyard.wire.run import HeartbeatBody, ReportStatusRequest, UpdateRunRequest

UNREACHABLE_PATIENCE_S = 24 * 3600.0
"""How long a call waits for a server that is away: a night and a day, so that somebody has seen it."""

FAILING_PATIENCE_S = 120.0
"""How long a call waits for a server that answers "I have failed", such as with a full disk."""

LEAVING_PATIENCE_S = 30.0
"""How long calls go on once the runner was told to stop: whoever said so kills it soon."""

FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 5.0

log = logging.getLogger(__name__)

T = TypeVar("T")


class Control:
    """The server, for one run. Thread-safe."""

    def __init__(self, settings: RunnerSettings, stop: StopSwitch) -> None:
        """Begin without sending anything."""
        self._home = settings.home
        self._run_id = settings.run_id
        self._workspace = settings.workspace
        self._client = Client(_endpoint_of(settings), settings.workspace, retry_s=0)
        self._stop = stop
        self._away = threading.Event()

    @property
    def client(self) -> Client:
        """For calls that may fail without harm to the run."""
        return self._client

    def run(self) -> RunRecord:
        """Return the run as it is now."""
        return self._insist("read the run", lambda: self._client.runs.get(self._run_id))

    def report(self, status: RunStatus, *, reason: str | None = None, error: RunError | None = None) -> RunRecord:
        """Say that the run has reached a status. A failing server is given as much time as an absent one.

        Raises:
            InvalidTransitionError: the run has gone elsewhere meanwhile.
        """
        request = ReportStatusRequest(status=status, reason=reason, error=error)
        return self._insist(
            f"report {status.value}",
            lambda: self._client.runs.report_status(self._run_id, request),
            failing_s=UNREACHABLE_PATIENCE_S,
        )

    def heartbeat(self) -> HeartbeatBody:
        """Say once that the runner lives; unlike all others this call does not insist."""
        try:
            answer = self._client.runs.heartbeat(self._run_id)
        except TransportError:
            self._look_again()
            raise
        self._note_answer()
        return answer

    def exchange(self, node: int, report: NodeReport) -> NodeBoardBody:
        """Say how this node of a distributed run is, and return how all are. It insists."""
        return self._insist("talk to the other nodes", lambda: self._client.runs.exchange_node_report(self._run_id, node, report))

    def snapshot(self) -> list[SnapshotFile]:
        """Return the files of the run's snapshot."""
        return self._insist("read the snapshot", lambda: self._client.snapshots.of_run(self._run_id)).files

    def download(self, files: Sequence[tuple[SnapshotFile, Path]]) -> None:
        """Store files of the snapshot: several that fit into one pack, or one of any size."""
        what = files[0][0].path if len(files) == 1 else f"{len(files)} files of the snapshot"
        self._insist(f"download {what}", lambda: self._client.snapshots.download_files(self._run_id, files))

    def append(self, name: str, offset: int, data: bytes) -> int:
        """Append to a growing file of the run; return its size now.

        Raises:
            ConflictError: the file ends before ``offset``.
        """
        return self._insist(f"send {name}", lambda: self._client.artifacts.append(self._run_id, name, offset, data))

    def put(self, name: str, content: bytes | Path, *, replace: bool) -> None:
        """Store a file of the run.

        Raises:
            ConflictError: the run has another file of that name, and ``replace`` is false.
        """
        self._insist(f"store {name}", lambda: self._client.artifacts.put(self._run_id, name, content, replace=replace))

    def add_properties(self, properties: Mapping[str, str]) -> None:
        """Add properties to the run. One attempt: they are facts for people, and hold nothing up."""
        request = UpdateRunRequest(add_properties=dict(properties))
        self._found("answer to new properties", lambda: self._client.runs.update(self._run_id, request))

    def find_workspace(self) -> WorkspaceRecord | None:
        """Return the run's workspace, or None when the run's token may not read it. One attempt."""
        return self._found("workspace", lambda: self._client.workspaces.get(self._workspace))

    def find_experiment(self, name: str) -> ExperimentRecord | None:
        """Return the run's experiment, or None when the run's token may not read it. One attempt."""
        return self._found("experiment", lambda: self._client.experiments.get(name))

    def _found(self, what: str, call: Callable[[], T]) -> T | None:
        try:
            return call()
        except RunyardError as error:
            log.info("the %s cannot be read: %s", what, error)
            return None

    def _insist(self, what: str, call: Callable[[], T], *, failing_s: float | None = None) -> T:
        began = time.monotonic()
        delay_s = FIRST_DELAY_S
        while True:
            try:
                answer = call()
            except RunyardError as error:
                if time.monotonic() + delay_s > self._give_up_at(began, error, failing_s):
                    raise
                self._note_trouble(what, error)
            else:
                self._note_answer()
                return answer
            time.sleep(delay_s)
            delay_s = min(delay_s * 2, LONGEST_DELAY_S)
            self._look_again()

    def _give_up_at(self, began: float, error: RunyardError, failing_s: float | None) -> float:
        """Return the time until which another try has sense."""
        if isinstance(error, TransportError) or (_denies(error) and not self._is_our_server()):
            patience_s = UNREACHABLE_PATIENCE_S
        elif type(error).status >= 500 and not isinstance(error, NotSupportedError) and not _is_of_this_node(error):
            patience_s = FAILING_PATIENCE_S if failing_s is None else failing_s
        else:
            return began
        leave_at = float("inf") if self._stop.told_at is None else self._stop.told_at + LEAVING_PATIENCE_S
        return min(began + patience_s, leave_at)

    def _is_our_server(self) -> bool:
        if self._home is None:
            return True
        info = embedded.read_server_info(self._home)
        return info is not None and info.url == self._client.endpoint.url and embedded.is_healthy(info)

    def _look_again(self) -> None:
        with contextlib.suppress(TransportError):  # nothing to see yet: the next call says so
            self._client.endpoint.refresh()

    def _note_trouble(self, what: str, error: RunyardError) -> None:
        if not self._away.is_set():
            self._away.set()
            log.warning("could not %s: %s Trying again, for up to a day.", what, error)

    def _note_answer(self) -> None:
        if self._away.is_set():
            self._away.clear()
            log.info("the server answers again")


def _endpoint_of(settings: RunnerSettings) -> Endpoint:
    if settings.home is None:
        return RemoteEndpoint(settings.url, settings.token)
    return EmbeddedEndpoint(settings.home, token=settings.token, url=settings.url)


def _is_of_this_node(error: RunyardError) -> bool:
    """True when this node's own disk is full: no answer of the server, and waiting does not make room."""
    return isinstance(error, DiskFullError) and "request_id" not in error.details


def _denies(error: RunyardError) -> bool:
    return isinstance(error, (AuthenticationError, PermissionDeniedError, NotFoundError))
