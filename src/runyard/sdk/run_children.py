"""Child runs."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from runyard.domain.roll_up import RollUp
from runyard.domain.run import CHILDREN_MAX_PER_REQUEST, RunRecord, RunView, require_run_id
from runyard.errors import ConflictError, InvalidArgumentError
from runyard.sdk.run_handle import RunHandle
from runyard.sdk.run_query import run_query
from runyard.wire.run import CreateRunsRequest, NewRun, RunQuery

if TYPE_CHECKING:
    from runyard.client.client import Client
    from runyard.sdk.run import Run

BATCH_NUMBER_TAG = "azureml.batch_child_number"


class RunChildren(RunHandle):
    """The part of a run that makes and finds its children."""

    def child_run(self, name: str | None = None, run_id: str | None = None, outputs: str | None = None) -> Run:
        """Create a child, in status Running. Complete it, or use it as a ``with`` block, which does.

        ``outputs`` names a folder that is uploaded when the child completes.
        """
        new = NewRun(
            id=require_run_id(run_id) if run_id is not None else str(uuid.uuid4()),
            display_name=f"{self.name}>{name}" if name else None,
        )
        child = self._adopted([new], outputs)[0]
        require_not_ended(child._record)
        return child

    def create_children(
        self, count: int | None = None, tag_key: str | None = None, tag_values: Sequence[Any] | None = None
    ) -> list[Run]:
        """Create many children with one request, in status Running.

        Give either ``count``, or ``tag_key`` and ``tag_values``: then there is a child a value, with that tag.
        """
        by_count = count is not None and tag_key is None and tag_values is None
        by_tags = count is None and tag_key is not None and tag_values is not None
        if not by_count and not by_tags:
            raise InvalidArgumentError(
                "create_children takes either count, or tag_key and tag_values: create_children(count=5) or "
                "create_children(tag_key='fold', tag_values=[1, 2, 3])."
            )
        if by_count:
            if not isinstance(count, int) or isinstance(count, bool) or count < 0:
                raise InvalidArgumentError(f"count={count!r} is not a number of children. Use 1 or more.")
            tags: list[dict[str, str | None]] = [{BATCH_NUMBER_TAG: str(number)} for number in range(count)]
        else:
            assert tag_key is not None and tag_values is not None
            if isinstance(tag_values, str):
                raise InvalidArgumentError(f"tag_values={tag_values!r} is a text. Give a list, such as [{tag_values!r}].")
            tags = [{tag_key: None if value is None else str(value)} for value in tag_values]
        return self._adopted([NewRun(id=str(uuid.uuid4()), tags=tag) for tag in tags], None)

    def submit_child(self, config: Any, tags: dict[str, Any] | None = None, **kwargs: Any) -> Run:
        """Submit a script as a child of this run and return at once. It may use another target, environment and arguments."""
        return self._experiment._submit(config, tags=tags, parent_id=self.id, **kwargs)

    def get_children(
        self,
        recursive: bool = False,
        tags: Any = None,
        properties: Any = None,
        type: str | None = None,
        status: Any = None,
        _rehydrate_runs: bool = True,
        filter: str | None = None,
        order_by: str | Sequence[str] | None = None,
    ) -> Iterator[Run]:
        """Yield the children, newest first; with ``recursive`` all descendants. The filters are those of ``get_runs``."""
        conditions = {"type": type, "tags": tags, "properties": properties, "status": status, "filter": filter}
        query = run_query(**conditions, order_by=order_by, **self._kinship(recursive))
        return (self._hydrated(record) for record in self._client.runs.iterate(query))

    def get_roll_ups(self, *figures: str) -> dict[str, RollUp]:
        """Return mean, minimum, maximum and count of figures of metrics over the children, kept by the server.

        A figure is a field of the query language such as ``metric.loss.min``. Runs without children have none.

        Raises:
            InvalidArgumentError: a text is no figure of a metric.
        """
        query = RunQuery(filter=f'id = "{self.id}"', include_children=True, view=RunView.ALL, roll_ups=list(figures), limit=1)
        return self._client.runs.search(query).roll_ups.get(self.id, {})

    def _kinship(self, recursive: bool) -> dict[str, Any]:
        return {"ancestor_id": self.id} if recursive else {"parent_id": self.id}

    def _adopted(self, new: list[NewRun], outputs: str | None) -> list[Run]:
        children: list[Run] = []
        for start in range(0, len(new), CHILDREN_MAX_PER_REQUEST):
            request = CreateRunsRequest(runs=new[start : start + CHILDREN_MAX_PER_REQUEST], parent_id=self.id)
            records = {record.id: record for record in create_open(self._client, self._experiment.name, request)}
            children += [self._started_child(records[run.id or ""], outputs) for run in request.runs]
        return children

    def _started_child(self, record: Any, outputs: str | None) -> Run:
        """Return the handle of a child that this program has made and will complete."""
        raise NotImplementedError


def create_open(client: Client, experiment: str, request: CreateRunsRequest) -> list[RunRecord]:
    """Create interactive runs that this program takes care of until they end; the server sees when it is killed."""
    run_ids = [run.id for run in request.runs if run.id is not None]
    client.recorders.opened(run_ids)
    try:
        records = client.runs.create(experiment, request)
    except BaseException:
        client.recorders.ended(run_ids)
        raise
    client.recorders.ended([record.id for record in records if record.status.is_terminal])
    return records


def require_not_ended(record: RunRecord) -> None:
    """Raise :class:`ConflictError` when the run that was to be new had been there, and has ended.

    One that goes on is no error: the server makes a run once, however often the request for it arrives.
    """
    if record.status.is_terminal:
        raise ConflictError(
            f"There is a run {record.id} already, and it is {record.status.value}. Use another run_id, or leave it out; "
            f"Run.get(workspace, {record.id!r}) opens that run.",
            run_id=record.id,
        )
