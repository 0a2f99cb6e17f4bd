"""The user's handle of an experiment."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runyard.client.git import git_properties
from runyard.domain.experiment import ExperimentRecord, ExperimentView, require_experiment_name
from runyard.domain.redaction import Redactor, argument_secrets, secret_values
from runyard.domain.run import require_run_id
from runyard.errors import ConflictError, InvalidArgumentError, SnapshotError
from runyard.sdk.html import Link, table
from runyard.sdk.interactive import OUTPUTS
from runyard.sdk.labels import label_filter, tag_text, tag_texts
from runyard.sdk.not_offered import OF_EXPERIMENT, without
from runyard.sdk.portal import portal_url
from runyard.sdk.run import Run, hydrated, started_run
from runyard.sdk.run_children import create_open, require_not_ended
from runyard.sdk.run_files import SNAPSHOT_PROPERTY
from runyard.sdk.run_query import run_query
from runyard.sdk.wording import kind_of
from runyard.wire.run import CreateRunsRequest, NewRun

if TYPE_CHECKING:
    import pandas as pd

    from runyard.client.archive.run_export import ExportReport
    from runyard.sdk.submission_plan import SubmissionPlan
    from runyard.sdk.workspace import Workspace


@without(OF_EXPERIMENT)
class Experiment:
    """A named series of runs. The constructor creates it when the workspace has none of that name."""

    def __init__(self, workspace: Workspace, name: str, _id: str | None = None, **kwargs: Any) -> None:
        if not hasattr(workspace, "_client"):
            raise InvalidArgumentError(
                f"Experiment(workspace, name) takes a Workspace first, not {kind_of(workspace)}. Use Workspace.from_config()."
            )
        self._workspace = workspace
        self._name = require_experiment_name(name)
        self._record: ExperimentRecord | None = workspace._client.experiments.ensure(name)

    @classmethod
    def _handle(cls, workspace: Workspace, name: str, record: ExperimentRecord | None = None) -> Experiment:
        """Return a handle of an experiment that exists, without asking the server."""
        made = cls.__new__(cls)
        made._workspace, made._name, made._record = workspace, name, record
        return made

    @staticmethod
    def list(
        workspace: Workspace, experiment_name: str | None = None, view_type: str = "ActiveOnly", tags: Any = None
    ) -> list[Experiment]:
        """Return the experiments of a workspace, the one with the newest run first.

        ``view_type`` is ``ActiveOnly``, ``ArchivedOnly``, ``All`` or ``Deleted`` (the bin). ``tags`` filters as in ``get_runs``.
        """
        try:
            view = ExperimentView(view_type)
        except ValueError:
            known = ", ".join(view.value for view in ExperimentView)
            raise InvalidArgumentError(f"view_type={view_type!r} is unknown. Use one of {known}.") from None
        wanted = label_filter("tags", tags)
        return [
            Experiment._handle(workspace, record.name, record)
            for record in workspace._client.experiments.iterate(view=view)
            if experiment_name in (None, record.name) and _has_tags(record, wanted)
        ]

    @staticmethod
    def delete(workspace: Workspace, experiment_id: str) -> None:
        """Put the experiment of that id, or of that name, and its runs into the bin. :meth:`restore` brings them back.

        Raises:
            NotFoundError: there is none.
            ConflictError: one of its runs has not ended.
        """
        api = workspace._client.experiments
        found = next((each for each in api.iterate(view=ExperimentView.ALL) if each.id == experiment_id), None)
        name = experiment_id if found is None else found.name
        if found is not None and api.get(name).id != experiment_id:
            raise ConflictError(
                f"Experiment {name!r} with the id {experiment_id} is archived, and a newer one has its name. "
                "Delete that one first.",
                experiment=name,
            )
        api.delete(name)

    @staticmethod
    def restore(workspace: Workspace, name: str) -> Experiment:
        """Bring back the experiment of that name that was deleted last, or of that id, with the runs that went with it.

        Raises:
            NotFoundError: none of that name is in the bin.
            ConflictError: another active one has its name by now.
        """
        record = workspace._client.experiments.restore(name)
        return Experiment._handle(workspace, record.name, record)

    @property
    def workspace(self) -> Workspace:
        """The workspace that it belongs to."""
        return self._workspace

    @property
    def workspace_object(self) -> Workspace:
        """The same as :attr:`workspace`; the old name."""
        return self._workspace

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    @property
    def id(self) -> str:
        """The id, which an archived experiment and a new one of its name do not share."""
        return self._known().id

    @property
    def tags(self) -> dict[str, str | None]:
        """The tags as they were last known."""
        return dict(self._known().tags)

    @property
    def archived_time(self) -> datetime | None:
        """When it was archived, or None."""
        return self._known().archived_at

    @property
    def portal_url(self) -> str:
        """A link to the experiment's page in the Studio."""
        return self.get_portal_url()

    def get_portal_url(self) -> str:
        """Return a link to the experiment's page in the Studio; see :meth:`Run.get_portal_url`."""
        return portal_url(self._workspace._client, f"/experiments/{self.name}")

    def start_logging(
        self,
        outputs: str | bool | None = None,
        snapshot_directory: str | Path | None = ".",
        name: str | None = None,
        run_id: str | None = None,
        display_name: str | None = None,
        *,
        arguments: Sequence[Any] | None = None,
    ) -> Run:
        """Start an interactive run, in status Running. Complete it, or use it as a ``with`` block, which does.

        ``outputs`` is the folder that is uploaded when it completes, ``./outputs`` by default; False for none.
        ``snapshot_directory`` is stored with the run; None for no snapshot. ``arguments`` is a command line, such as
        ``sys.argv[1:]`` or ``["--lr", 0.1]``: its options are the run's parameters, by which lists can be filtered and sorted.

        Raises:
            SnapshotError: the folder cannot be read, or is too large.
        """
        properties = git_properties(Path(snapshot_directory or "."))
        snapshot_id = None
        if snapshot_directory is not None:
            snapshot_id = self._snapshot(Path(snapshot_directory))
            properties[SNAPSHOT_PROPERTY] = snapshot_id
        new = NewRun(
            id=require_run_id(run_id) if run_id is not None else str(uuid.uuid4()),
            display_name=display_name or name,
            properties=properties,
            arguments=_shown_arguments(arguments or ()),
        )
        request = CreateRunsRequest(runs=[new], snapshot_id=snapshot_id)
        record = create_open(self._workspace._client, self.name, request)[0]
        require_not_ended(record)
        return started_run(self, record, _outputs_folder(outputs))

    def submit(self, config: Any, tags: dict[str, Any] | None = None, **kwargs: Any) -> Run:
        """Submit a :class:`ScriptRunConfig` and return its run at once; the run goes on by itself.

        Raises:
            InvalidArgumentError: ``config`` is nothing that can be submitted.
        """
        return self._submit(config, tags=tags, **kwargs)

    def plan(self, config: Any) -> SubmissionPlan:
        """Return what submitting ``config`` would do: what would be sent, in which environment, where. Sends and starts nothing.

        Raises:
            RunyardError: what submitting would raise.
        """
        from runyard.sdk.submission_plan import plan_submission  # late: most programs never ask

        return plan_submission(config, self)

    def get_runs(
        self,
        type: str | None = None,
        tags: Any = None,
        properties: Any = None,
        include_children: bool = False,
        status: Any = None,
        filter: str | None = None,
        order_by: str | Sequence[str] | None = None,
        view: str = "ActiveOnly",
    ) -> Iterator[Run]:
        """Yield the runs, newest first, a page at a time as they are asked for.

        ``tags`` and ``properties`` are a text, which asks for the key, or a dict, which asks for every pair. ``type`` matches the
        run's type or its property ``azureml.runsource``. Only top-level runs come, unless ``include_children``.
        ``filter`` is a text of the query language, such as ``"metric.loss.min < 0.2 and created > -7d"``; ``order_by`` one of its
        fields, with ``-`` before it for downwards, or several, as a list or with commas between them: what is equal in the first
        is ordered by the second. ``view`` is ``ActiveOnly``, ``ArchivedOnly``, ``All`` or ``Deleted``.
        All conditions must hold.

        Raises:
            InvalidArgumentError: a condition cannot be read; the message points at the character at fault.
        """
        query = run_query(
            type=type,
            tags=tags,
            properties=properties,
            status=status,
            experiment=self.name,
            include_children=include_children,
            filter=filter,
            order_by=order_by,
            view=view,
        )
        return (hydrated(self._workspace, record) for record in self._workspace._client.runs.iterate(query))

    def best_run(
        self,
        metric: str,
        goal: str = "minimize",
        *,
        figure: str | None = None,
        filter: str | None = None,
        include_children: bool = True,
    ) -> Run:
        """Return the run with the best value of a metric; the server finds it with one query.

        ``goal`` is ``minimize`` or ``maximize``. ``figure`` says which value of a run counts: ``min``, ``max``, ``last``,
        ``first`` or ``mean``; by default its least or greatest. ``filter`` keeps runs, as in :meth:`get_runs`.

        Raises:
            InvalidArgumentError: there is no such goal or figure.
            NotFoundError: no run has that metric as a number.
        """
        from runyard.sdk.best_run import best_run_query, ranked_figure, require_ranked  # late: most programs never ask

        figure = ranked_figure(goal, figure)
        query = best_run_query(self.name, metric, goal, figure, filter=filter, include_children=include_children)
        page = self._workspace._client.runs.search(query)
        return hydrated(self._workspace, require_ranked(page, self.name, metric, figure))

    def to_dataframe(
        self,
        metrics: Sequence[str] | None = None,
        *,
        figures: Sequence[str] = ("last",),
        filter: str | None = None,
        order_by: str | Sequence[str] | None = None,
        include_children: bool = False,
        status: Any = None,
    ) -> pd.DataFrame:
        """Return the runs as a pandas ``DataFrame``, a row a run, newest first unless ``order_by`` says otherwise.

        Columns are named as in the query language: ``id``, ``name``, ``status``, ``created``, ``duration`` (seconds), …,
        ``param.lr``, ``tag.quality``, ``property.author``, and for each metric ``metric.loss`` (its last value) or
        ``metric.loss.min`` and the like for other ``figures``: ``last``, ``min``, ``max``, ``first``, ``mean``, ``count``.
        ``metrics`` names the metrics; None means all. A thousand runs travel in one request.

        Raises:
            NotSupportedError: pandas is not installed.
            InvalidArgumentError: a condition or a figure cannot be read.
        """
        from runyard.sdk.data_frame import runs_frame  # late: most programs never ask

        query = run_query(
            experiment=self.name, filter=filter, order_by=order_by, include_children=include_children, status=status
        )
        return runs_frame(self._workspace._client, query, metrics, figures)

    def export(
        self, path: str | Path, *, filter: str | None = None, children: bool = True, dry_run: bool = False
    ) -> ExportReport:
        """Write the runs that have ended as open files; see :meth:`Workspace.export_runs`."""
        from runyard.client.archive.run_export import export_runs  # late: most programs never ask

        query = run_query(experiment=self.name, filter=filter, include_children=True, view="All")
        return export_runs(self._workspace._client, Path(path), query=query, children=children, dry_run=dry_run)

    def archive(self) -> None:
        """Hide the experiment and its runs from lists; nothing is deleted."""
        self._update(archived=True)

    def reactivate(self, new_name: str | None = None) -> None:
        """Show an archived experiment again.

        Raises:
            InvalidArgumentError: a new name is given; experiments keep theirs.
            ConflictError: there is an active experiment of that name.
        """
        if new_name is not None:
            raise InvalidArgumentError("An experiment keeps its name. Call reactivate() without new_name.")
        self._update(archived=False)

    def refresh(self) -> None:
        """Ask the server for what is known of the experiment."""
        self._record = self._workspace._client.experiments.get(self.name)

    def tag(self, key: str, value: Any = None) -> None:
        """Set a tag. Without a value it is a bare mark, whose value is None."""
        self._update(set_tags={key: tag_text(key, value)})

    def set_tags(self, tags: dict[str, Any]) -> None:
        """Set several tags; those that are not named stay."""
        self._update(set_tags=tag_texts(tags))

    def remove_tags(self, tags: Any) -> None:
        """Remove the tags of these names."""
        keys = [tags] if isinstance(tags, str) else [str(key) for key in tags]
        self._update(remove_tags=keys)

    def __repr__(self) -> str:
        return f"Experiment(Name: {self.name},\nWorkspace: {self._workspace.name})"

    def _repr_html_(self) -> str:
        link = Link(self.get_portal_url(), "Link to the experiment in the Studio")
        return table({"Name": self.name, "Workspace": self._workspace.name, "Report Page": link})

    def _submit(self, config: Any, tags: dict[str, Any] | None = None, parent_id: str | None = None, **kwargs: Any) -> Run:
        handler = getattr(config, "_submit", None)
        if handler is None:
            raise InvalidArgumentError(
                f"A {type(config).__name__} cannot be submitted. Use ScriptRunConfig(source_directory='.', script='train.py')."
            )
        run: Run = handler(self, tags, parent_id, **kwargs)
        return run

    def _snapshot(self, folder: Path) -> str:
        from runyard.client.snapshot_builder import take_snapshot  # late: not every program starts a run

        try:
            return take_snapshot(self._workspace._client.snapshots, folder).id
        except SnapshotError as error:
            message = f"{error.message} To start a run without a snapshot, pass snapshot_directory=None."
            raise type(error)(message, **error.details) from error

    def _update(self, **changes: Any) -> None:
        from runyard.wire.experiment import UpdateExperimentRequest  # late: few programs change one

        self._record = self._workspace._client.experiments.update(self.name, UpdateExperimentRequest(**changes))

    def _known(self) -> ExperimentRecord:
        if self._record is None:
            self.refresh()
        assert self._record is not None
        return self._record


def _shown_arguments(arguments: Sequence[Any]) -> list[str]:
    texts = [str(argument) for argument in arguments]
    return Redactor([*secret_values(os.environ), *argument_secrets(texts)]).texts(texts)


def _outputs_folder(outputs: str | bool | os.PathLike[str] | None) -> Path | None:
    if outputs is False:
        return None
    return Path(OUTPUTS) if outputs is None or outputs is True else Path(outputs)


def _has_tags(record: ExperimentRecord, wanted: dict[str, str | None]) -> bool:
    return all(key in record.tags and value in (None, record.tags[key]) for key, value in wanted.items())
