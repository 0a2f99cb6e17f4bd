"""Starts queued runs, and ends runs whose runner is lost."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import datetime, timedelta

from runyard.compute.base import JobState
from runyard.domain.run import RunStatus
from runyard.errors import RunyardError
from runyard.server.background.slot_table import Refused, SlotTable
from runyard.server.context import ServerContext
from runyard.server.services.submission import (
    end_lost_job,
    forget_left_secrets,
    queue_again,
    say_lost_nodes,
    start_job,
)
from runyard.storage.run_base import JobRecord

logger = logging.getLogger(__name__)

QUEUE_LOOK = 250
"""How many waiting runs of each level of the run tree are looked at in a round."""

SWEEP_INTERVAL = timedelta(minutes=1)
_BEATING = {RunStatus.STARTING, RunStatus.PREPARING, RunStatus.RUNNING, RunStatus.FINALIZING}

JUMP = timedelta(seconds=30)
"""A round is due every second. When the clock has moved further between two of them, or backwards, it was set or stood still."""


class Dispatcher:
    """One thread for all compute targets of a server."""

    def __init__(self, context: ServerContext) -> None:
        self._context = context
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._told: dict[str, datetime] = {}
        self._lost: set[str] = set()
        self._noted_at: dict[str, datetime] = {}
        self._since: datetime = context.clock()
        self._swept_at = self._since
        self._looked_at = self._since
        self._thread = threading.Thread(target=self._run, name="runyard-dispatcher", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def wake(self) -> None:
        """Look at the queue now."""
        self._wake.set()

    def stop(self) -> None:
        """End the thread; jobs go on."""
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.tick()
            except Exception:
                logger.exception("the dispatcher stumbled and goes on")
            self._wake.wait(self._context.settings.dispatch_interval_s)
            self._wake.clear()

    def tick(self) -> None:
        """Do one round: watch what runs, then start what waits."""
        self._note_jump()
        for target in self._context.engines:
            held = self._watch(target)
            self._start_waiting(target, held)
        if self._context.clock() - self._swept_at > SWEEP_INTERVAL:
            self._swept_at = self._context.clock()
            forget_left_secrets(self._context)

    def _note_jump(self) -> None:
        """Count anew when the clock has jumped, or the machine slept, since the last round: nobody could report meanwhile."""
        now = self._context.clock()
        if not timedelta(0) <= now - self._looked_at <= JUMP:
            logger.warning("the clock went from %s to %s between two rounds", self._looked_at.isoformat(), now.isoformat())
            self._since = self._swept_at = now
            self._told = dict.fromkeys(self._told, now)
            self._noted_at = {}
        self._looked_at = now

    def _watch(self, target: str) -> list[JobRecord]:
        """Look after the jobs of a target; return those that hold a slot."""
        engine = self._context.engines[target]
        held = [self._found_again(target, job) for job in self._context.storage.runs.held_jobs(target)]
        states = engine.watch({job.run.id: job.handle for job in held if job.handle is not None})
        alive = []
        for job in held:
            if states.get(job.run.id) is JobState.ALIVE:
                self._tell_of_cancel(target, job)
                self._note_silence(job)
                self._note_lost_nodes(target, job)
                alive.append(job)
            elif job.handle is None and job.run.status is RunStatus.STARTING:
                queue_again(self._context, job)
            else:
                is_hopeless = self._is_silent(job, self._context.settings.lost_patience_s)
                end_lost_job(self._context, job, is_new=job.run.id not in self._lost, is_hopeless=is_hopeless)
                self._lost.add(job.run.id)
        return alive

    def _found_again(self, target: str, job: JobRecord) -> JobRecord:
        """Return a job with its handle, also where a server was killed between starting it and noting its handle."""
        if job.handle is not None:
            return job
        handle = self._context.engines[target].find(job.run.id)
        if handle is not None:
            self._context.storage.runs.set_job_handle(job.run, handle)
        return replace(job, handle=handle)

    def _tell_of_cancel(self, target: str, job: JobRecord) -> None:
        """Have the runner of a cancelled run ask the server now, rather than at its next heartbeat; kill one that hangs."""
        if job.run.status is not RunStatus.CANCEL_REQUESTED or job.handle is None:
            return
        now = self._context.clock()
        patience = timedelta(seconds=self._context.settings.cancel_patience_s)
        told_at = self._told.get(job.run.id)
        if told_at is None:
            self._told[job.run.id] = now
            self._context.engines[target].stop(job.handle)
        elif now - told_at > patience and self._is_silent(job, patience.total_seconds()):
            logger.warning("run %s was cancelled and its runner does not answer: it is killed", job.run.id)
            self._context.engines[target].clean_up(job.run.id, job.handle)

    def _note_silence(self, job: JobRecord) -> None:
        if job.run.status not in _BEATING or not self._is_silent(job, self._context.settings.heartbeat_timeout_s):
            return
        try:
            self._context.storage.runs.change_status(
                job.run.workspace,
                job.run.id,
                RunStatus.NOT_RESPONDING,
                reason="no heartbeat from the runner; it may be hung, or cannot reach this server",
                error=None,
                at=self._context.clock(),
            )
        except RunyardError as error:
            logger.info("run %s moved on by itself: %s", job.run.id, error)

    def _note_lost_nodes(self, target: str, job: JobRecord) -> None:
        """Say on the board, in the place of nodes whose runner was killed, that they are gone: node 0 then ends the run."""
        lost = [] if job.handle is None else self._context.engines[target].lost_nodes(job.handle)
        if lost:
            say_lost_nodes(self._context, job.run, lost)

    def _is_silent(self, job: JobRecord, for_s: float) -> bool:
        # While this server was down nobody could report, so silence counts from its start at the earliest. A time to come is one
        # from before the clock was set back.
        now = self._context.clock()
        last = max(job.run.heartbeat_at or job.run.created_at, self._since)
        return now - (last if last <= now else self._since) > timedelta(seconds=for_s)

    def _start_waiting(self, target: str, held: list[JobRecord]) -> None:
        queued = self._context.storage.runs.queued_jobs(target, limit=QUEUE_LOOK)
        if not queued:
            return
        slots = SlotTable(target, self._context.settings.local_slots, self._context.engines[target].gpus(), held)
        waiting: dict[str, str] = {}
        is_due = self._is_note_due(target)
        for job in queued:
            if self._stop.is_set():
                return
            answer = slots.ask(job)
            if isinstance(answer, Refused):
                if is_due or job.run.status_reason is None:
                    waiting[job.run.id] = answer.reason
            elif not start_job(self._context, job, answer.gpus):
                slots.give_back(job)
        if waiting:
            self._context.storage.runs.note_waiting(waiting, target, at=self._context.clock())

    def _is_note_due(self, target: str) -> bool:
        """True when all runs that wait are to be told why, since every place changes; one without a reason is told at once."""
        now = self._context.clock()
        interval = timedelta(seconds=self._context.settings.queue_note_interval_s)
        is_due = now - self._noted_at.get(target, self._since - interval) >= interval
        if is_due:
            self._noted_at[target] = now
        return is_due
