"""What an engine must do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

JobHandle = dict[str, Any]
"""What an engine needs to find a job again after a restart: plain JSON data."""


NODE_VARIABLE = "RUNYARD_NODE_INDEX"
NODE_COUNT_VARIABLE = "RUNYARD_NODE_COUNT"
GPU_VARIABLE = "RUNYARD_GPUS"
"""The GPUs of a job: those of a node with commas between them, and semicolons between the nodes."""


class JobState(str, Enum):
    """What an engine knows of a job. Whether the script did well is the runner's to say."""

    ALIVE = "alive"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """One job to start: a runner on each of ``node_count`` nodes.

    ``name`` is unique and safe as a file name; ``environment`` is added to the engine's own, with :data:`NODE_VARIABLE` for the
    runner's node, counted from 0, and :data:`NODE_COUNT_VARIABLE`. The job lives for as long as the runner of node 0.
    ``gpus`` are the GPUs of each node, by their ids; it is empty for a job that has asked for none, which is not limited.
    """

    name: str
    work_folder: Path
    environment: dict[str, str] = field(repr=False)
    node_count: int = 1
    gpus: Sequence[Sequence[str]] = ()


class Engine(Protocol):
    """Starts, watches and stops jobs on one kind of machine.

    Thread safety: calls come from one thread at a time, but for :meth:`gpus` and :meth:`node_name`. None of them waits for a job
    to end.
    """

    def gpus(self) -> Sequence[str]:
        """Return the ids of the GPUs that jobs can have; empty when there are none. Can be called in any thread."""

    def node_name(self) -> str:
        """Return the name of the machine that jobs run on. Can be called in any thread."""

    def start(self, spec: JobSpec) -> JobHandle:
        """Start a runner that outlives this process. Its handle has the ids of the job's GPUs as ``gpus``.

        Raises:
            ComputeError: it could not be started; nothing runs.
        """

    def find(self, name: str) -> JobHandle | None:
        """Return the handle of a job by its name; None when nothing of it lives.

        For jobs whose handle was lost, because the server was killed while it started them.
        """

    def watch(self, handles: dict[str, JobHandle]) -> dict[str, JobState]:
        """Return the state of each job, by its name. One call serves all jobs."""

    def lost_nodes(self, handle: JobHandle) -> list[int]:
        """Return the numbers of a job's nodes, but node 0, whose runner is known to be gone, having ended well or not."""

    def stop(self, handle: JobHandle) -> None:
        """Tell the runners of a job to stop, with SIGTERM. They ask the server why, stop their script and report."""

    def clean_up(self, name: str, handle: JobHandle | None) -> None:
        """Kill whatever is left of a job, a runner that does not answer among it. Nothing happens when nothing is left."""
