"""All requests about one workspace, in one object."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING

from runyard.client.endpoint import Endpoint
from runyard.client.experiment import ExperimentApi
from runyard.client.run import RunApi
from runyard.client.session import SessionApi
from runyard.client.transport import RETRY_S, TIMEOUT_S, Transport
from runyard.client.workspace import WorkspaceApi
from runyard.wire.session import SessionBody

if TYPE_CHECKING:
    from runyard.client.artifact import ArtifactApi
    from runyard.client.bin import BinApi
    from runyard.client.change import ChangeApi
    from runyard.client.compute_target import ComputeTargetApi
    from runyard.client.environment import EnvironmentApi
    from runyard.client.metric import MetricApi
    from runyard.client.recorder import RecorderPool
    from runyard.client.run_import import ImportApi
    from runyard.client.snapshot import SnapshotApi
    from runyard.client.view import ViewApi


class Client:
    """The API of a server, seen from one workspace. Thread-safe; opening one sends nothing.

    What not every program asks for is imported at the first use: its many classes take longer to make than the rest.
    """

    def __init__(self, endpoint: Endpoint, workspace: str, *, retry_s: float = RETRY_S, timeout_s: float = TIMEOUT_S) -> None:
        self.workspace = workspace
        self.transport = Transport(endpoint, retry_s=retry_s, timeout_s=timeout_s)
        self.sessions = SessionApi(self.transport)
        self.workspaces = WorkspaceApi(self.transport)
        self.experiments = ExperimentApi(self.transport, workspace)
        self.runs = RunApi(self.transport, workspace)
        self._session: SessionBody | None = None
        self._recorders: RecorderPool | None = None
        self._recorders_asked = threading.Lock()

    @property
    def endpoint(self) -> Endpoint:
        """Where the server is."""
        return self.transport.endpoint

    @property
    def recorders(self) -> RecorderPool:
        """What programs record to runs: one pool, whichever thread asks first."""
        if self._recorders is None:
            from runyard.client.recorder import RecorderPool

            with self._recorders_asked:
                self._recorders = self._recorders or RecorderPool(self)
        return self._recorders

    @cached_property
    def metrics(self) -> MetricApi:
        """Metrics of runs."""
        from runyard.client.metric import MetricApi

        return MetricApi(self.transport, self.workspace)

    @cached_property
    def changes(self) -> ChangeApi:
        """The change feed."""
        from runyard.client.change import ChangeApi

        return ChangeApi(self.transport, self.workspace)

    @cached_property
    def artifacts(self) -> ArtifactApi:
        """Files of runs."""
        from runyard.client.artifact import ArtifactApi

        return ArtifactApi(self.transport, self.workspace)

    @cached_property
    def snapshots(self) -> SnapshotApi:
        """Snapshots of folders."""
        from runyard.client.snapshot import SnapshotApi

        return SnapshotApi(self.transport, self.workspace)

    @cached_property
    def compute_targets(self) -> ComputeTargetApi:
        """Compute targets."""
        from runyard.client.compute_target import ComputeTargetApi

        return ComputeTargetApi(self.transport, self.workspace)

    @cached_property
    def environments(self) -> EnvironmentApi:
        """Environments."""
        from runyard.client.environment import EnvironmentApi

        return EnvironmentApi(self.transport, self.workspace)

    @cached_property
    def views(self) -> ViewApi:
        """Saved views."""
        from runyard.client.view import ViewApi

        return ViewApi(self.transport, self.workspace)

    @cached_property
    def imports(self) -> ImportApi:
        """Runs that are brought in whole."""
        from runyard.client.run_import import ImportApi

        return ImportApi(self.transport, self.workspace)

    @cached_property
    def bin(self) -> BinApi:
        """The bin."""
        from runyard.client.bin import BinApi

        return BinApi(self.transport, self.workspace)

    def default_workspace(self) -> str | None:
        """Return the workspace that the Studio opens when a link names none. Asked once.

        None for a submitted script: its token knows its own workspace only.
        """
        if self._session is None:
            self._session = self.sessions.get()
        return None if self._session.kind == "run" else self._session.default_workspace
