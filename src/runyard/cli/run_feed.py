"""Which runs changed since a cursor of the change feed."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from runyard.client.client import Client
from runyard.wire.run import RunQuery

IDS_TOGETHER = 200


Row = tuple[str, dict[str, Any]]
"""The id of a run, and what is shown of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedRuns:
    """``runs`` changed and still match; ``removed`` are ids that changed and no longer do. ``cursor`` is where to go on."""

    runs: list[dict[str, Any]]
    removed: list[str]
    cursor: int


def changed_runs(
    client: Client, query: RunQuery, since: int, rows: Callable[[RunQuery], Iterable[Row]], most: int | None = None
) -> ChangedRuns:
    """Return what changed after ``since`` among the runs that a query asks for; everything when ``since`` is 0 or too long ago.

    ``rows`` gives the runs of a query. The cursor is taken before the runs are read: a change in between comes again with the
    next call, and none is lost.
    """
    cursor = client.changes.page().cursor
    ids = None if since == 0 else _changed_ids(client, since)
    if ids is None:
        return ChangedRuns(runs=[shown for _, shown in itertools.islice(rows(query), most)], removed=[], cursor=cursor)
    found: list[Row] = []
    for start in range(0, len(ids), IDS_TOGETHER):
        found += rows(dataclasses.replace(query, filter=among(ids[start : start + IDS_TOGETHER], query.filter)))
    there = {run_id for run_id, _ in found}
    return ChangedRuns(
        runs=[shown for _, shown in found][:most], removed=[each for each in ids if each not in there], cursor=cursor
    )


def among(run_ids: list[str], condition: str | None = None) -> str:
    """Return the filter that finds those of the runs of which the condition is true."""
    listed = ", ".join(f'"{run_id}"' for run_id in run_ids)
    return f"id in ({listed})" + (f" and ({condition})" if condition else "")


def _changed_ids(client: Client, since: int) -> list[str] | None:
    """Return the ids of the runs that changed, in order; None when the feed no longer reaches back that far."""
    found: dict[str, None] = {}
    while True:
        page = client.changes.page(since)
        if page.reset:
            return None
        found.update(dict.fromkeys(each.run_id for each in page.changes if each.run_id))
        if not page.changes or page.cursor <= since:
            return list(found)
        since = page.cursor
