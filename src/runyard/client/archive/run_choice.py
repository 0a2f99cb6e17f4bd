"""Which runs an export takes, in an order in which parents come first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from runyard.client.client import Client
from runyard.domain.run import RunRecord, RunView
from runyard.wire.run import RunQuery

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class _Seen:
    parent_id: str | None
    root_id: str
    created_at: datetime
    status: str
    has_ended: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """The runs to export as (id, parent's id), the children that each has among them, and why others are left out."""

    runs: list[tuple[str, str | None]]
    children: dict[str, list[str]]
    left_out: dict[str, str]


def chosen_runs(client: Client, query: RunQuery | None, run_ids: Sequence[str], children: bool) -> Choice:
    """Return the runs of a query and of ids, their ancestors, and with ``children`` their descendants, that have ended.

    Raises:
        NotFoundError: there is no run of one of the ids.
    """
    seen: dict[str, _Seen] = {}
    for run in _asked(client, query, run_ids):
        if run.id not in seen:
            _note(seen, run)
            for below in _below(client, run) if children else ():
                _note(seen, below)
    for run_id in list(seen):
        parent = seen[run_id].parent_id
        while parent is not None and parent not in seen:
            _note(seen, client.runs.get(parent))
            parent = seen[parent].parent_id
    return _ordered(seen)


def _asked(client: Client, query: RunQuery | None, run_ids: Sequence[str]) -> Iterator[RunRecord]:
    for run_id in run_ids:
        yield client.runs.get(run_id)
    if query is not None:
        yield from client.runs.iterate(replace(query, limit=_PAGE))


def _below(client: Client, run: RunRecord) -> Iterator[RunRecord]:
    if run.child_count:
        yield from client.runs.iterate(RunQuery(ancestor_id=run.id, view=RunView.ALL, limit=_PAGE))


def _note(seen: dict[str, _Seen], run: RunRecord) -> None:
    seen[run.id] = _Seen(run.parent_id, run.root_id, run.created_at, run.status.value, run.status.is_terminal)


def _ordered(seen: dict[str, _Seen]) -> Choice:
    depths: dict[str, int] = {}

    def depth(run_id: str) -> int:
        above = []
        while run_id not in depths and seen[run_id].parent_id is not None:
            above.append(run_id)
            run_id = seen[run_id].parent_id  # type: ignore[assignment]
        base = depths.setdefault(run_id, 0)
        for place, each in enumerate(reversed(above), start=1):
            depths[each] = base + place
        return base + len(above)

    choice = Choice([], {}, {})
    for run_id in sorted(seen, key=lambda each: (depth(each), seen[each].created_at, each)):
        run = seen[run_id]
        if not run.has_ended:
            choice.left_out[run_id] = f"it is {run.status} and has not ended"
        elif run.parent_id in choice.left_out:
            choice.left_out[run_id] = f"its parent {run.parent_id} has not ended"
        else:
            choice.runs.append((run_id, run.parent_id))
            if run.parent_id is not None:
                choice.children.setdefault(run.parent_id, []).append(run_id)
    return choice
