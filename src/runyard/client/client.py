"""All requests about one workspace, in one object."""

from __future__ import annotations

from runyard.client.artifact import ArtifactApi
from runyard.client.bin import BinApi
from runyard.client.change import ChangeApi
from runyard.client.compute_target import ComputeTargetApi
from runyard.client.endpoint import Endpoint
from runyard.client.environment import EnvironmentApi
from runyard.client.experiment import ExperimentApi
from runyard.client.metric import MetricApi
from runyard.client.recorder import RecorderPool
from runyard.client.run import RunApi
from runyard.client.run_import import ImportApi
from runyard.client.session import SessionApi
from runyard.client.snapshot import SnapshotApi
from runyard.client.transport import RETRY_S, TIMEOUT_S, Transport
from runyard.client.view import ViewApi
from runyard.client.workspace import WorkspaceApi
from runyard.wire.session import SessionBody


class Client:
    """The API of a server, seen from one workspace. Thread-safe; opening one sends nothing."""

    def __init__(self, endpoint: Endpoint, workspace: str, *, retry_s: float = RETRY_S, timeout_s: float = TIMEOUT_S) -> None:
        self.workspace = workspace
        self.transport = Transport(endpoint, retry_s=retry_s, timeout_s=timeout_s)
        self.sessions = SessionApi(self.transport)
        self.workspaces = WorkspaceApi(self.transport)
        self.experiments = ExperimentApi(self.transport, workspace)
        self.runs = RunApi(self.transport, workspace)
        self.metrics = MetricApi(self.transport, workspace)
        self.artifacts = ArtifactApi(self.transport, workspace)
        self.snapshots = SnapshotApi(self.transport, workspace)
        self.compute_targets = ComputeTargetApi(self.transport, workspace)
        self.environments = EnvironmentApi(self.transport, workspace)
        self.views = ViewApi(self.transport, workspace)
        self.imports = ImportApi(self.transport, workspace)
        self.bin = BinApi(self.transport, workspace)
        self.changes = ChangeApi(self.transport, workspace)
        self.recorders = RecorderPool(self)
        self._session: SessionBody | None = None

    @property
    def endpoint(self) -> Endpoint:
        """Where the server is."""
        return self.transport.endpoint

    def default_workspace(self) -> str | None:
        """Return the workspace that the Studio opens when a link names none. Asked once.

        None for a submitted script: its token knows its own workspace only.
        """
        if self._session is None:
            self._session = self.sessions.get()
        return None if self._session.kind == "run" else self._session.default_workspace
