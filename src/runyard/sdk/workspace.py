"""The user's handle of a workspace."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runyard.client.client import Client
from runyard.domain.workspace import DEFAULT_WORKSPACE, WorkspaceRecord, require_workspace_name
from runyard.errors import ConfigurationError, ConflictError, InvalidArgumentError, NotFoundError
from runyard.sdk.connection import endpoint_for, named_profile
from runyard.sdk.datastore import Datastore
from runyard.sdk.experiment import Experiment
from runyard.sdk.not_offered import OF_WORKSPACE, without
from runyard.sdk.portal import portal_url
from runyard.sdk.run import Run, hydrated
from runyard.sdk.run_details import instant
from runyard.sdk.run_query import run_query
from runyard.sdk.workspace_config import WorkspaceConfig, find_config, write_config
from runyard.wire.workspace import EnsureWorkspaceRequest

if TYPE_CHECKING:
    from runyard.client.archive.run_export import ExportReport
    from runyard.client.archive.run_import import ImportReport
    from runyard.sdk.compute_target import ComputeTarget, ComputeTargets
    from runyard.sdk.environment import Environment


@without(OF_WORKSPACE)
class Workspace:
    """The place that holds experiments, runs and compute targets.

    ``Workspace.from_config()`` is the usual way in. A workspace of the embedded server is created when it is not there yet; one
    of a server elsewhere must exist.
    """

    DEFAULT_CPU_CLUSTER_NAME = "cpu-cluster"
    DEFAULT_GPU_CLUSTER_NAME = "gpu-cluster"

    def __init__(
        self,
        subscription_id: str | None = None,
        resource_group: str | None = None,
        workspace_name: str = DEFAULT_WORKSPACE,
        auth: Any = None,
        _location: str | None = None,
        _disable_service_check: bool = False,
        _workspace_id: str | None = None,
        sku: str = "basic",
        tags: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        config = WorkspaceConfig(
            workspace_name=require_workspace_name(workspace_name),
            subscription_id=subscription_id,
            resource_group=resource_group,
        )
        self._open(config)

    @staticmethod
    def from_config(
        path: str | Path | None = None, auth: Any = None, _logger: Any = None, _file_name: str | None = None
    ) -> Workspace:
        """Return the workspace that the ``config.json`` of a folder, or of one above it, names.

        ``path`` is the folder, the current one by default, or the file. In each folder ``.runyard/``, ``.azureml/``,
        ``aml_config/`` and the folder itself are looked into. With none found it is the embedded default: a local workspace whose
        server starts by itself.

        Raises:
            ConfigurationError: a file is found that cannot be used, or ``path`` names something that is not there.
            ServerStartError: the embedded server does not start.
        """
        return Workspace._from_config(Path(path) if path is not None else None, _file_name)

    @staticmethod
    def _from_config(path: Path | None, file_name: str | None = None, profile: str | None = None) -> Workspace:
        start = path if path is not None else Path.cwd()
        config = find_config(start, file_name)
        if config is None and path is not None and start.suffix == ".json":
            raise ConfigurationError(f"{start} is not there. Write it with ws.write_config().", path=str(start))
        if config is None:
            used = named_profile(os.environ, profile)
            name = os.environ.get("RUNYARD_WORKSPACE") or (used.workspace if used else None) or DEFAULT_WORKSPACE
            config = WorkspaceConfig(workspace_name=name)
        return Workspace._from(config, profile)

    @staticmethod
    def get(
        name: str,
        auth: Any = None,
        subscription_id: str | None = None,
        resource_group: str | None = None,
        location: str | None = None,
        cloud: str = "AzureCloud",
        id: str | None = None,
    ) -> Workspace:
        """Return a workspace that exists.

        Raises:
            NotFoundError: there is none of that name.
        """
        client = Client(endpoint_for(), require_workspace_name(name))
        return Workspace._around(client, client.workspaces.get(name))

    @staticmethod
    def list(
        subscription_id: str | None = None, auth: Any = None, resource_group: str | None = None
    ) -> dict[str, list[Workspace]]:
        """Return the workspaces of the server by name, each in a list of one."""
        endpoint = endpoint_for()
        records = Client(endpoint, DEFAULT_WORKSPACE).workspaces.list()
        return {record.name: [Workspace._around(Client(endpoint, record.name), record)] for record in records}

    @staticmethod
    def create(
        name: str,
        auth: Any = None,
        subscription_id: str | None = None,
        resource_group: str | None = None,
        location: str | None = None,
        create_resource_group: bool = True,
        sku: str = "basic",
        tags: dict[str, Any] | None = None,
        friendly_name: str | None = None,
        storage_account: str | None = None,
        key_vault: str | None = None,
        app_insights: str | None = None,
        container_registry: str | None = None,
        adb_workspace: str | None = None,
        cmk_keyvault: str | None = None,
        resource_cmk_uri: str | None = None,
        hbi_workspace: bool = False,
        default_cpu_compute_target: Any = None,
        default_gpu_compute_target: Any = None,
        exist_ok: bool = False,
        show_output: bool = True,
        **kwargs: Any,
    ) -> Workspace:
        """Create a workspace on the server. What concerns cloud resources is accepted and without effect.

        Raises:
            ConflictError: there is one of that name, and ``exist_ok`` is false.
        """
        client = Client(endpoint_for(), require_workspace_name(name))
        if not exist_ok and _find(client) is not None:
            raise ConflictError(f"Workspace {name!r} is there already. Use Workspace.get({name!r}), or exist_ok=True.", name=name)
        request = EnsureWorkspaceRequest(
            description=friendly_name,
            location=location,
            resource_group=resource_group,
            subscription_id=subscription_id,
            tags={key: None if value is None else str(value) for key, value in (tags or {}).items()},
        )
        return Workspace._around(client, client.workspaces.ensure(name, request))

    @classmethod
    def _from(cls, config: WorkspaceConfig, profile: str | None = None) -> Workspace:
        made = cls.__new__(cls)
        made._open(config, profile)
        return made

    @classmethod
    def _around(cls, client: Client, record: WorkspaceRecord | None = None) -> Workspace:
        """Return a handle over a client that is there, without asking the server."""
        made = cls.__new__(cls)
        made._client = client
        made._record = record
        made._config = WorkspaceConfig(workspace_name=client.workspace)
        return made

    def _open(self, config: WorkspaceConfig, profile: str | None = None) -> None:
        endpoint = endpoint_for(config.url, config.home, profile=profile)
        self._config = config
        self._client = Client(endpoint, config.workspace_name)
        self._record: WorkspaceRecord | None = None
        if endpoint.owns_server:
            request = EnsureWorkspaceRequest(resource_group=config.resource_group, subscription_id=config.subscription_id)
            self._record = self._client.workspaces.ensure(config.workspace_name, request)
        else:
            self._record = self._client.workspaces.get(config.workspace_name)

    @property
    def name(self) -> str:
        """The name."""
        return self._client.workspace

    @property
    def location(self) -> str | None:
        """Where the server is, as its workspace says."""
        return self._known().location

    @property
    def resource_group(self) -> str | None:
        """The resource group that the workspace was given."""
        return self._known().resource_group or self._config.resource_group

    @property
    def subscription_id(self) -> str | None:
        """The subscription that the workspace was given."""
        return self._known().subscription_id or self._config.subscription_id

    @property
    def sku(self) -> str:
        """Always ``basic``."""
        return "basic"

    @property
    def tags(self) -> dict[str, str | None]:
        """The tags."""
        return dict(self._known().tags)

    @property
    def experiments(self) -> dict[str, Experiment]:
        """The active experiments by name."""
        return {experiment.name: experiment for experiment in Experiment.list(self)}

    @property
    def compute_targets(self) -> ComputeTargets:
        """The compute targets by name."""
        from runyard.sdk.compute_target import ComputeTargets  # late: most programs never ask

        return ComputeTargets(self)

    @property
    def environments(self) -> dict[str, Environment]:
        """The registered environments by name."""
        from runyard.sdk.environment import Environment  # late: most programs never ask

        return Environment.list(self)

    @property
    def datastores(self) -> dict[str, Datastore]:
        """The datastores by name."""
        default = self.get_default_datastore()
        return {default.name: default}

    def get_runs(
        self,
        filter: str | None = None,
        order_by: str | Sequence[str] | None = None,
        include_children: bool = False,
        view: str = "ActiveOnly",
    ) -> Iterator[Run]:
        """Yield the runs of all experiments, newest first; the arguments are those of :meth:`Experiment.get_runs`."""
        query = run_query(filter=filter, order_by=order_by, include_children=include_children, view=view)
        return (hydrated(self, record) for record in self._client.runs.iterate(query))

    def get_run(self, run_id: str) -> Run:
        """Return the run of that id, whatever its experiment.

        Raises:
            NotFoundError: the workspace has none.
        """
        return Run.get(self, run_id)

    def export_runs(
        self,
        path: str | Path,
        runs: Sequence[Run | str] | None = None,
        *,
        filter: str | None = None,
        children: bool = True,
        dry_run: bool = False,
    ) -> ExportReport:
        """Write runs that have ended as open files: to a folder, or to a zip or tar file when ``path`` ends so.

        ``runs`` are runs or their ids; ``filter`` is as in :meth:`get_runs`; with neither it is every run. A run's ancestors come
        with it, and its descendants when ``children``. A folder that an earlier try has left unfinished is gone on with.
        ``dry_run`` only says which runs it would be.

        Raises:
            ConflictError: something else is at ``path``.
            NotSupportedError: pyarrow is not installed beside the server.
        """
        from runyard.client.archive.run_export import export_runs  # late: most programs never ask

        ids = [run if isinstance(run, str) else run.id for run in runs or ()]
        query = run_query(filter=filter, include_children=True, view="All") if filter is not None or runs is None else None
        return export_runs(self._client, Path(path), query=query, run_ids=ids, children=children, dry_run=dry_run)

    def import_runs(
        self,
        path: str | Path,
        source: str = "runyard",
        *,
        as_copy: bool = False,
        experiment: str | None = None,
        dry_run: bool = False,
    ) -> ImportReport:
        """Bring in runs that :meth:`export_runs` wrote, or another tool: ``source`` is ``mlflow``, ``wandb`` or ``tensorboard``.

        Each run appears whole or not at all, with its own id, times and authors; who brought it in is in its events. Those that
        were brought in before are skipped, so a second try goes on. ``as_copy`` gives all of them new ids. ``experiment`` puts
        them into another experiment. ``dry_run`` reads and checks everything, and sends nothing.

        A run whose id another run has is passed over and reported, so a back-up brings back what is gone.

        Raises:
            ConflictError: the parent of a run is not there. Those before it were brought in.
            ArchiveError: what is at ``path`` is damaged, or cannot be read.
        """
        from runyard.client.archive.open_source import open_source  # late: most programs never ask
        from runyard.client.archive.run_import import import_runs

        with open_source(Path(path), source) as found:
            return import_runs(
                self._client,
                found,
                as_copy=as_copy,
                experiment_name=experiment,
                dry_run=dry_run,
            )

    def get_default_datastore(self) -> Datastore:
        """Return the default datastore."""
        return Datastore.get_default(self)

    def get_default_compute_target(self, type: str) -> ComputeTarget:
        """Return the target ``cpu-cluster`` or ``gpu-cluster`` where the server has it, else ``local``."""
        from runyard.domain.compute_target import LOCAL_TARGET

        names = {"CPU": self.DEFAULT_CPU_CLUSTER_NAME, "GPU": self.DEFAULT_GPU_CLUSTER_NAME}
        if type not in names:
            raise InvalidArgumentError(f"type={type!r} is unknown. Use 'CPU' or 'GPU'.")
        targets = self.compute_targets
        return targets.get(names[type]) or targets[LOCAL_TARGET]

    def get_portal_url(self) -> str:
        """Return a link to the workspace in the Studio; see :meth:`Run.get_portal_url`."""
        return portal_url(self._client, "/")

    def get_details(self) -> dict[str, Any]:
        """Return what is known of the workspace, in camelCase. What only a cloud has is None."""
        record = self._client.workspaces.get(self.name)
        self._record = record
        return {
            "id": f"/workspaces/{record.name}",
            "name": record.name,
            "location": record.location,
            "type": "Runyard/workspaces",
            "tags": dict(record.tags),
            "sku": self.sku,
            "workspaceid": record.name,
            "description": record.description,
            "friendlyName": record.description or record.name,
            "creationTime": instant(record.created_at),
            "resourceGroup": self.resource_group,
            "subscriptionId": self.subscription_id,
            "containerRegistry": None,
            "keyVault": None,
            "applicationInsights": None,
            "storageAccount": None,
            "identity": None,
            "hbiWorkspace": False,
            "imageBuildCompute": None,
            "discoveryUrl": self._client.endpoint.url,
            "provisioningState": "Succeeded",
            "notebookInfo": None,
        }

    def write_config(self, path: str | Path | None = None, file_name: str | None = None) -> None:
        """Write ``.runyard/config.json`` into a folder, the current one by default, for :meth:`from_config` to find."""
        written = write_config(self._written_config(), Path(path or "."), file_name)
        print(f"Wrote the config file {file_name or written.name} to: {written}")

    def __repr__(self) -> str:
        return (
            f"Workspace.create(name={self.name!r}, subscription_id={self.subscription_id!r}, "
            f"resource_group={self.resource_group!r})"
        )

    def _written_config(self) -> WorkspaceConfig:
        return dataclasses.replace(
            self._config, workspace_name=self.name, subscription_id=self.subscription_id, resource_group=self.resource_group
        )

    def _experiment(self, name: str) -> Experiment:
        """Return a handle of an experiment that exists, without asking the server."""
        return Experiment._handle(self, name)

    def _known(self) -> WorkspaceRecord:
        if self._record is None:
            self._record = self._client.workspaces.get(self.name)
        return self._record


def _find(client: Client) -> WorkspaceRecord | None:
    try:
        return client.workspaces.get(client.workspace)
    except NotFoundError:
        return None
