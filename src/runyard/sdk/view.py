"""The user's handle of a saved view."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from runyard.domain.view import ViewRecord, ViewSharing
from runyard.errors import ConflictError, InvalidArgumentError, NotFoundError
from runyard.sdk.run import Run, hydrated
from runyard.sdk.run_query import run_query
from runyard.wire.run import RunQuery
from runyard.wire.view import CreateViewRequest, UpdateViewRequest

if TYPE_CHECKING:
    from runyard.sdk.workspace import Workspace


class View:
    """Columns, filter, order, charts and chosen runs of a run list, under a name. The Studio shows the same views."""

    def __init__(self, workspace: Workspace, record: ViewRecord) -> None:
        self._workspace = workspace
        self._record = record

    @staticmethod
    def create(
        workspace: Workspace,
        name: str,
        *,
        filter: str = "",
        columns: Sequence[str] = (),
        order_by: str = "-created",
        run_ids: Sequence[str] = (),
        sharing: str = "private",
    ) -> View:
        """Save a view of one's own. ``filter``, ``columns`` and ``order_by`` are texts of the query language.

        ``sharing`` is ``private``, ``view`` (everybody may look at it) or ``edit`` (everybody may change it).

        Raises:
            InvalidArgumentError: one of them cannot be read.
        """
        request = CreateViewRequest(
            name=name,
            filter=filter,
            columns=list(columns),
            order_by=order_by,
            run_ids=list(run_ids),
            sharing=_sharing(sharing),
        )
        return View(workspace, workspace._client.views.create(request))

    @staticmethod
    def list(workspace: Workspace) -> list[View]:
        """Return one's own views and those that are shared, by name."""
        return [View(workspace, record) for record in workspace._client.views.list()]

    @staticmethod
    def get(workspace: Workspace, name_or_id: str) -> View:
        """Return the view of that id or name; of several with the name one's own.

        Raises:
            NotFoundError: there is none that one may see.
            ConflictError: several have that name.
        """
        views = workspace._client.views.list()
        found = [each for each in views if each.id == name_or_id] or [each for each in views if each.name == name_or_id]
        if not found:
            known = ", ".join(repr(each.name) for each in views[:10]) or "none"
            raise NotFoundError(f"There is no view {name_or_id!r} that you may see. There are: {known}.", view=name_or_id)
        if len(found) > 1:
            ids = ", ".join(f"{each.id} ({each.owner}'s)" for each in found)
            raise ConflictError(f"{len(found)} views have the name {name_or_id!r}. Give the id of one: {ids}.", view=name_or_id)
        return View(workspace, found[0])

    @property
    def record(self) -> ViewRecord:
        """The view as it was last read."""
        return self._record

    @property
    def name(self) -> str:
        """The name."""
        return self._record.name

    def update(self, **changes: Any) -> None:
        """Change name, filter, columns, order_by, run_ids or sharing; what is not named stays.

        Raises:
            ConflictError: somebody has changed the view since it was read.
            PermissionDeniedError: it is somebody else's and may only be looked at.
        """
        if "sharing" in changes:
            changes["sharing"] = _sharing(changes["sharing"])
        self._record = self._workspace._client.views.update(self._record, UpdateViewRequest(**changes))

    def share(self, sharing: str = "view") -> None:
        """Let everybody in the workspace look at the view (``view``), change it (``edit``), or nobody (``private``)."""
        self.update(sharing=sharing)

    def delete(self) -> None:
        """Remove the view. The runs that it shows stay."""
        self._workspace._client.views.delete(self._record)

    def get_runs(self) -> Iterator[Run]:
        """Yield the runs that the view shows, in its order: those that it names, else those that its filter finds."""
        found = self._workspace._client.runs.iterate(view_query(self._record))
        return (hydrated(self._workspace, record) for record in found)

    def __repr__(self) -> str:
        return f"View(Name: {self.name},\nOwner: {self._record.owner},\nSharing: {self._record.sharing.value})"


def view_query(view: ViewRecord) -> RunQuery:
    """Return the query for the runs that a view shows."""
    if not view.run_ids:
        return run_query(filter=view.filter or None, order_by=view.order_by)
    ids = ", ".join(f'"{run_id}"' for run_id in view.run_ids)
    condition = f"id in ({ids})" + (f" and ({view.filter})" if view.filter else "")
    return run_query(filter=condition, order_by=view.order_by, include_children=True)


def _sharing(name: str) -> ViewSharing:
    try:
        return ViewSharing(name)
    except ValueError:
        known = ", ".join(each.value for each in ViewSharing)
        raise InvalidArgumentError(f"sharing={name!r} is unknown. Use one of {known}.") from None
