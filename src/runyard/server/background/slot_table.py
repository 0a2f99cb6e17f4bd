"""Who has which place on a compute target, and what the others wait for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runyard.domain.run import RunRecord
from runyard.server.services.submission import gpus_of, gpus_per_node, node_count
from runyard.storage.run_base import JobRecord

_NAMED = 3
"""How many runs a reason names; the others are counted."""


@dataclass(frozen=True, slots=True)
class Granted:
    """A run may start. ``gpus`` are the GPUs of each of its nodes, empty for a run that asked for none."""

    gpus: list[list[str]]


@dataclass(frozen=True, slots=True)
class Refused:
    """A run has to wait: ``reason`` is a sentence."""

    reason: str


class SlotTable:
    """The places of one compute target, filled anew in each round of the dispatcher.

    Each level of the run tree has ``slots`` places, so that a parent that waits for its children holds none of theirs. GPUs are
    there once for all levels. They are given in the order of the queue: behind a run that waits for GPUs, no later run of its
    level gets one, or a run that needs many would wait for ever. Runs of a deeper level do, for its parent may wait for them.
    """

    def __init__(self, target: str, slots: int, gpus: Sequence[str], held: Sequence[JobRecord]) -> None:
        self._target = target
        self._slots = slots
        self._gpus = list(gpus)
        self._levels: dict[int, list[RunRecord]] = {}
        self._places: dict[int, int] = {}
        self._used: dict[str, RunRecord] = {}
        self._first: dict[int, RunRecord] = {}
        for job in held:
            self._hold(job, gpus_of(job))

    def ask(self, job: JobRecord) -> Granted | Refused:
        """Give a run its place if it can have one. Ask for the runs in the order of the queue."""
        asked = self._ask(job)
        if isinstance(asked, Granted):
            self._hold(job, [gpu for node in asked.gpus for gpu in node])
            return asked
        place = self._places[job.depth] = self._places.get(job.depth, 0) + 1
        return Refused(f"Waiting for compute target {self._target!r}: number {place} in the queue. {asked.reason}")

    def give_back(self, job: JobRecord) -> None:
        """Take the place away again from a run that has not started."""
        self._levels[job.depth] = [run for run in self._levels[job.depth] if run.id != job.run.id]
        self._used = {gpu: run for gpu, run in self._used.items() if run.id != job.run.id}

    def _hold(self, job: JobRecord, gpus: Sequence[str]) -> None:
        self._levels.setdefault(job.depth, []).append(job.run)
        self._used.update(dict.fromkeys(gpus, job.run))

    def _ask(self, job: JobRecord) -> Granted | Refused:
        wanted = gpus_per_node(job.run) * node_count(job.run)
        if wanted > len(self._gpus):
            return Refused(f"It asks for {_gpus(wanted)}, and the target has {len(self._gpus)}.")
        running = self._levels.get(job.depth, [])
        if len(running) >= self._slots:
            if wanted:
                self._first.setdefault(job.depth, job.run)
            who = "runs" if job.depth == 0 else "child runs"
            return Refused(f"All {len(running)} places for {who} are taken, by {_names(running, job.run)}.")
        if not wanted:
            return Granted([])
        free = [gpu for gpu in self._gpus if gpu not in self._used]
        first = self._first.get(job.depth)
        if first is not None:
            return Refused(f"It waits for {_gpus(wanted)}, and {_names([first], job.run)} is before it and needs GPUs too.")
        if wanted > len(free):
            self._first[job.depth] = job.run
            return Refused(f"It waits for {wanted} of {_gpus(len(self._gpus))}: {self._users(job.run)}.")
        share = gpus_per_node(job.run)
        return Granted([free[node * share : (node + 1) * share] for node in range(node_count(job.run))])

    def _users(self, asking: RunRecord) -> str:
        """Return which GPUs are used by whom."""
        by_run: dict[str, list[str]] = {}
        for gpu in self._gpus:
            if gpu in self._used:
                by_run.setdefault(self._used[gpu].id, []).append(gpu)
        runs = {run.id: run for run in self._used.values()}
        parts = [
            f"{', '.join(ids)} {'is' if len(ids) == 1 else 'are'} used by {_names([runs[run]], asking)}"
            for run, ids in by_run.items()
        ]
        return "; ".join(parts)


def _gpus(count: int) -> str:
    return "1 GPU" if count == 1 else f"{count} GPUs"


def _names(runs: Sequence[RunRecord], asking: RunRecord) -> str:
    """Return the names of runs; those of other workspaces are not for the eyes of this one."""
    shown = [run.id for run in runs if run.workspace == asking.workspace][:_NAMED]
    rest = len(runs) - len(shown)
    if not shown:
        return "a run of another workspace" if rest == 1 else f"{rest} runs of other workspaces"
    return ", ".join(shown) + (f" and {rest} more" if rest else "")
