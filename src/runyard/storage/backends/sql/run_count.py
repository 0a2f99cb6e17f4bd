"""How many runs there are: kept by the database itself, because to count a hundred thousand takes longer than to show a page."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.run import RunView
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.experiment_row import any_experiment_row, experiment_row
from runyard.wire.run import RunQuery

_VIEWS = {
    RunView.ACTIVE_ONLY: (t.ACTIVE,),
    RunView.ARCHIVED_ONLY: (t.ARCHIVED,),
    RunView.ALL: (t.ACTIVE, t.ARCHIVED),
    RunView.DELETED: (t.DELETED,),
}


def kept_count(connection: Connection, workspace: str, query: RunQuery, workspace_pk: int) -> int | None:
    """Return how many runs a query finds that asks for a view of a workspace or experiment, None for one that asks for more."""
    is_narrow = query.parent_id or query.ancestor_id or query.status or query.type or query.target or query.submitted_by
    if is_narrow or query.filter or query.text or query.tags or query.properties:
        return None
    experiment_pk = None
    if query.experiment is not None:
        find = any_experiment_row if query.view is RunView.DELETED else experiment_row
        experiment_pk = find(connection, workspace, query.experiment).pk
    total = _total(query.view, query.experiment is not None, query.include_children)
    return int(connection.execute(total, {"workspace": workspace_pk, "experiment": experiment_pk}).scalar_one())


@cache
def _total(view: RunView, is_of_experiment: bool, with_children: bool) -> sa.Select[Any]:
    """Return a query made once: to make it takes longer than to run it."""
    kept, experiment = t.run_count.c, t.experiment.c
    conditions: list[sa.ColumnElement[bool]] = [kept.view.in_(_VIEWS[view])]
    if is_of_experiment:
        conditions.append(kept.experiment_pk == sa.bindparam("experiment"))
    else:
        own = sa.select(experiment.pk).where(experiment.workspace_pk == sa.bindparam("workspace"))
        if view is RunView.ACTIVE_ONLY:
            own = own.where(experiment.archived_at.is_(None))
        conditions.append(kept.experiment_pk.in_(own))
    if not with_children and view is not RunView.DELETED:
        conditions.append(kept.is_child == 0)
    return sa.select(sa.func.coalesce(sa.func.sum(kept.runs), 0)).where(*conditions)
