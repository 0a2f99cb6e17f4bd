"""What every handle of a run holds: who it is, what was last known of it, and the way to the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runyard.client.client import Client
from runyard.domain.run import RunRecord, require_run_id
from runyard.errors import InvalidArgumentError
from runyard.sdk.portal import portal_url
from runyard.wire.run import UpdateRunRequest

if TYPE_CHECKING:
    from runyard.sdk.experiment import Experiment
    from runyard.sdk.run import Run


NOT_ASKED = 0
"""The version of a record that was made here, from the id alone. Those of the server begin with 1."""


class RunHandle:
    """The identity of a run, and the last state that the server gave of it. Thread-safe."""

    def __init__(self, experiment: Experiment, run_id: str, record: RunRecord | None = None) -> None:
        require_run_id(run_id)
        self._experiment = experiment
        self._client: Client = experiment.workspace._client
        self._record = record if record is not None else self._client.runs.get(run_id)
        if self._record.experiment != experiment.name:
            raise InvalidArgumentError(
                f"Run {run_id} belongs to the experiment {self._record.experiment!r}, not to {experiment.name!r}. "
                f"Use Run.get(workspace, {run_id!r}).",
                run_id=run_id,
            )

    @property
    def experiment(self) -> Experiment:
        """The experiment that the run belongs to."""
        return self._experiment

    @property
    def id(self) -> str:
        """The id, unique in the workspace."""
        return self._record.id

    @property
    def name(self) -> str:
        """The name that lists show; a new one is given with ``display_name``."""
        return self._known().display_name

    @property
    def display_name(self) -> str:
        """The name that lists show. It can be set."""
        return self._known().display_name

    @display_name.setter
    def display_name(self, name: str) -> None:
        self._update(UpdateRunRequest(display_name=name))

    @property
    def description(self) -> str | None:
        """What the run is about, in Markdown. It can be set; an empty text or None removes it."""
        return self._refreshed().description

    @description.setter
    def description(self, text: str | None) -> None:
        self._update(UpdateRunRequest(description=text or ""))

    @property
    def colour(self) -> str | None:
        """What charts draw the run in, such as ``#3506bd``. It can be set; None, as at first, lets it follow from the id."""
        return self._refreshed().colour

    @colour.setter
    def colour(self, colour: str | None) -> None:
        self._update(UpdateRunRequest(colour=colour or ""))

    @property
    def number(self) -> int:
        """The running number within the experiment."""
        return self._known().number

    @property
    def type(self) -> str | None:
        """``azureml.scriptrun`` for a submitted script; None for an interactive run."""
        return self._known().type

    @property
    def status(self) -> str:
        """The status now, as ``get_status`` gives it."""
        return self.get_status()

    @property
    def tags(self) -> dict[str, str | None]:
        """The tags as they were last known; ``get_tags`` asks anew."""
        return dict(self._known().tags)

    @property
    def properties(self) -> dict[str, str]:
        """The properties as they were last known; ``get_properties`` asks anew."""
        return dict(self._known().properties)

    @property
    def parent(self) -> Run | None:
        """The run that this one is a child of, or None."""
        parent_id = self._known().parent_id
        return None if parent_id is None else self._hydrated(self._client.runs.get(parent_id))

    @property
    def portal_url(self) -> str:
        """A link to the run's page in the Studio."""
        return self.get_portal_url()

    def get_portal_url(self) -> str:
        """Return a link to the run's page in the Studio.

        For the owner of an embedded server it signs the browser in, once and for a short time; so it is made anew by each call.
        """
        return portal_url(self._client, f"/runs/{self.id}")

    def get_status(self) -> str:
        """Return the status now. The end of a run is remembered; anything else is asked from the server."""
        if not self._record.status.is_terminal:
            self._refreshed()
        return self._record.status.value

    def _known(self) -> RunRecord:
        """Return what was last known; a handle that was made from a name alone asks the server first."""
        return self._record if self._record.version > NOT_ASKED else self._refreshed()

    def _refreshed(self) -> RunRecord:
        self._remember(self._client.runs.get(self.id))
        return self._record

    def _update(self, request: UpdateRunRequest) -> None:
        self._remember(self._client.runs.update(self.id, request))

    def _remember(self, record: RunRecord) -> None:
        """Keep the newer of two copies: threads may bring them in any order."""
        if record.version >= self._record.version:
            self._record = record

    def _hydrated(self, record: RunRecord) -> Run:
        """Return a handle of the class that belongs to the run's type."""
        raise NotImplementedError

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, RunHandle) and other.id == self.id and other._record.workspace == self._record.workspace

    def __hash__(self) -> int:
        return hash((self._record.workspace, self.id))
