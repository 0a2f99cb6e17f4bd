"""Gives interactive runs an end whose program was killed, and says which ones nobody has heard of for long.

A program on this machine that is killed leaves its note behind (:mod:`runyard.client.program_note`); its runs become
NotResponding and then have failed, as submitted ones do whose runner is gone. Of a program elsewhere only its silence is known:
that is said, and the status stays. A run that any program still speaks for is left alone, whoever made it.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from datetime import datetime, timedelta

from runyard.client.program_note import LostProgram, lost_programs
from runyard.domain.run import PULSE_S, RunError, RunRecord, RunStatus
from runyard.errors import RunyardError
from runyard.server.context import ServerContext

logger = logging.getLogger(__name__)

INTERVAL_S = 5.0

GONE_S = 2.5 * PULSE_S
"""After so long without a sign of life nobody else speaks for the run of a killed program."""

SILENT_S = 300.0
"""After so long a run says that nobody has heard of its program."""

_AT_ONCE = 1000
_OPEN = {RunStatus.RUNNING, RunStatus.NOT_RESPONDING}


class LostProgramsThread:
    """One thread that looks after the interactive runs of a server."""

    def __init__(self, context: ServerContext) -> None:
        self._context = context
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="runyard-lost-programs", daemon=True)
        self._since = self._looked_at = context.clock()

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread, when it has done what it is doing."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL_S):
            try:
                self.turn()
            except Exception:
                logger.exception("looking for lost programs stumbled and goes on")

    def turn(self) -> None:
        """Look once."""
        now = self._context.clock()
        if not timedelta(0) <= now - self._looked_at <= timedelta(seconds=GONE_S):
            self._since = now  # this machine slept, or its clock was set: no program could speak meanwhile
        self._looked_at = now
        for program in lost_programs(self._context.settings.home):
            if self._is_settled(program, now):
                program.path.unlink(missing_ok=True)
        self._note_silence(now)

    def _is_settled(self, program: LostProgram, now: datetime) -> bool:
        """Look after the runs that a killed program had open; true when none of them needs that any more."""
        wanted: dict[str, list[str]] = {}
        for workspace, run_id in program.open_runs:
            wanted.setdefault(workspace, []).append(run_id)
        is_settled = True
        for workspace, run_ids in wanted.items():
            for start in range(0, len(run_ids), _AT_ONCE):
                for run in self._found(workspace, run_ids[start : start + _AT_ONCE]):
                    if run.status in _OPEN and run.type is None:
                        is_settled = False
                        self._judge(run, program, now)
        return is_settled

    def _found(self, workspace: str, run_ids: list[str]) -> list[RunRecord]:
        try:
            return self._context.storage.runs.find_many(workspace, run_ids)
        except RunyardError as error:
            logger.info("the runs of a killed program in workspace %s are not there: %s", workspace, error)
            return []

    def _judge(self, run: RunRecord, program: LostProgram, now: datetime) -> None:
        silent_s = (now - self._last_sign(run, now)).total_seconds()
        patience_s = self._context.settings.lost_patience_s
        if silent_s > GONE_S + patience_s and run.status is RunStatus.NOT_RESPONDING:
            message = (
                f"The program that recorded this run was killed before it had completed it: process {program.pid} on "
                f"{program.node} is gone (kill -9, out of memory, a closed terminal, or the machine was restarted). "
                "What it had logged is stored."
            )
            self._move(run, RunStatus.FAILED, None, RunError(code="SystemError", message=message), now)
        elif silent_s > GONE_S and run.status is RunStatus.RUNNING:
            reason = (
                f"The program that recorded this run was killed: process {program.pid} on {program.node} is gone. "
                f"The run fails in {patience_s:g} s, unless another program goes on with it."
            )
            self._move(run, RunStatus.NOT_RESPONDING, reason, None, now)

    def _last_sign(self, run: RunRecord, now: datetime) -> datetime:
        # While this server was down nobody could speak. A time to come is one from before the clock was set back.
        last = max(run.heartbeat_at or run.created_at, self._since)
        return last if last <= now else self._since

    def _note_silence(self, now: datetime) -> None:
        limit = timedelta(seconds=SILENT_S)
        if now - self._since <= limit:
            return
        runs = self._context.storage.runs
        for run in runs.silent_runs(now - limit, limit=_AT_ONCE):
            assert run.heartbeat_at is not None
            reason = (
                f"No sign of life since {run.heartbeat_at:%Y-%m-%d %H:%M:%S} UTC: the program that records this run has ended "
                "without completing it, was killed, or cannot reach this server."
            )
            runs.note_silence(run, reason, before=now - limit)

    def _move(self, run: RunRecord, status: RunStatus, reason: str | None, error: RunError | None, now: datetime) -> None:
        with contextlib.suppress(RunyardError):  # it has moved on by itself
            self._context.storage.runs.change_status(run.workspace, run.id, status, reason=reason, error=error, at=now)
