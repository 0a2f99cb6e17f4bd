"""An engine that starts nothing and remembers everything."""

from __future__ import annotations

from runyard.compute.base import JobHandle, JobSpec, JobState
from runyard.errors import ComputeError


class FakeEngine:
    """See :class:`runyard.compute.base.Engine`.

    ``gone`` holds the names of jobs whose runner has ended, ``gone_nodes`` the nodes of a job by its name.
    """

    def __init__(self) -> None:
        self.started: list[JobSpec] = []
        self.stopped: list[str] = []
        self.cleaned: list[str] = []
        self.gone: set[str] = set()
        self.gone_nodes: dict[str, list[int]] = {}
        self.refuses: str | None = None
        self.gpu_ids: list[str] = []

    def gpus(self) -> list[str]:
        """Return ``gpu_ids``."""
        return self.gpu_ids

    def node_name(self) -> str:
        """Return the name of a machine that is not there."""
        return "nowhere"

    def start(self, spec: JobSpec) -> JobHandle:
        """Remember the job, or fail with the text in ``refuses``."""
        if self.refuses is not None:
            raise ComputeError(self.refuses)
        self.started.append(spec)
        return self._handle(spec)

    def find(self, name: str) -> JobHandle | None:
        """Find what was started and is not gone."""
        found = [spec for spec in self.started if spec.name == name and name not in self.gone]
        return self._handle(found[-1]) if found else None

    def _handle(self, spec: JobSpec) -> JobHandle:
        return {"name": spec.name, "gpus": [gpu for node in spec.gpus for gpu in node]}

    def watch(self, handles: dict[str, JobHandle]) -> dict[str, JobState]:
        """Say what ``gone`` says."""
        return {name: JobState.GONE if name in self.gone else JobState.ALIVE for name in handles}

    def lost_nodes(self, handle: JobHandle) -> list[int]:
        """Say what ``gone_nodes`` says."""
        return self.gone_nodes.get(handle["name"], [])

    def stop(self, handle: JobHandle) -> None:
        """Remember that it was asked for."""
        self.stopped.append(handle["name"])

    def clean_up(self, name: str, handle: JobHandle | None) -> None:
        """Remember that it was asked for."""
        self.cleaned.append(name)
        self.gone.add(name)
