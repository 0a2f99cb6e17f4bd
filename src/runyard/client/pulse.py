"""Says to the server now and then that the program lives that records interactive runs. The runner does so for submitted ones."""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from runyard.client.endpoint import EmbeddedEndpoint
from runyard.client.program_note import FOLDER, ProgramNote
from runyard.domain.run import PULSE_S
from runyard.errors import RunyardError

if TYPE_CHECKING:
    from runyard.client.client import Client

FIRST_S = 1.0
"""A program that ends sooner needs no sign of life."""

_LOG = logging.getLogger("runyard")
_NOTES: dict[Path, ProgramNote] = {}
"""One a home folder, for as long as this process lives: whoever made the runs."""


class Pulse:
    """The signs of life of one client. ``recording`` gives the ids of the runs that it records to at the moment.

    Thread-safe. The thread begins with the first run and ends with the process or the client.
    """

    def __init__(self, client: Client, recording: Callable[[], Iterable[str]]) -> None:
        self._client = client
        self._recording = recording
        self._open: dict[str, None] = {}
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def opened(self, run_ids: list[str]) -> None:
        """Take care of runs from now on. Call it before they are made."""
        endpoint = self._client.endpoint
        if isinstance(endpoint, EmbeddedEndpoint):
            folder = endpoint.home / FOLDER
            _NOTES.setdefault(folder, ProgramNote(folder)).opened(self._client.workspace, run_ids)
        self._open.update(dict.fromkeys(run_ids))
        self.start()

    def ended(self, run_ids: list[str]) -> None:
        """Take care of them no more."""
        known = [run_id for run_id in run_ids if run_id in self._open]
        for run_id in known:
            self._open.pop(run_id, None)
        endpoint = self._client.endpoint
        if known and isinstance(endpoint, EmbeddedEndpoint) and (note := _NOTES.get(endpoint.home / FOLDER)) is not None:
            note.ended(self._client.workspace, known)

    def start(self) -> None:
        """Begin to beat, unless that has begun. Safe in signal handlers."""
        if self._thread is not None or not self._starting.acquire(blocking=False):
            return
        try:
            thread = threading.Thread(target=_work, args=(weakref.ref(self),), name="runyard-pulse", daemon=True)
            thread.start()
            self._thread = thread
        except RuntimeError:  # the interpreter is shutting down
            self._thread = None
        finally:
            self._starting.release()

    def forget(self) -> None:
        """Start anew in a forked child: the runs are the parent's, those that it records to count again."""
        self._open = {}
        self._starting = threading.Lock()
        self._thread = None

    def open_runs(self) -> list[str]:
        """Return the runs that this program takes care of."""
        return list(self._open)

    def beat(self, *, timeout_s: float | None = None) -> bool:
        """Say once that this program lives. False when nobody has heard it: a server that is away hears the next."""
        own = os.environ.get("RUNYARD_RUN_ID")  # its runner speaks for it
        run_ids = [run_id for run_id in dict.fromkeys([*self._open, *self._recording()]) if run_id != own]
        if not run_ids:
            return True
        try:
            self.ended(self._client.runs.heartbeats(run_ids, timeout_s=timeout_s))
        except RunyardError as error:
            _LOG.debug("no sign of life got through: %s", error)
            return False
        return True


def leave_notes() -> None:
    """Take the notes of this process away: it ends by itself."""
    for note in list(_NOTES.values()):
        note.remove()


def forget_notes() -> None:
    """Let go of the parent's notes in a forked child."""
    for note in list(_NOTES.values()):
        note.forget()


def _work(reference: weakref.ref[Pulse]) -> None:
    if (pulse := reference()) is not None:
        pulse._client.transport.get_ready()
    del pulse
    time.sleep(FIRST_S)
    while (pulse := reference()) is not None:
        pulse.beat()
        del pulse
        time.sleep(PULSE_S)
