"""How many runs there are: kept by the database itself, because to count a hundred thousand takes longer than to show a page."""

from __future__ import annotations

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
    kept, experiment = t.run_count.c, t.experiment.c
    conditions: list[sa.ColumnElement[bool]] = [kept.view.in_(_VIEWS[query.view])]
    if query.experiment is not None:
        find = any_experiment_row if query.view is RunView.DELETED else experiment_row
        conditions.append(kept.experiment_pk == find(connection, workspace, query.experiment).pk)
    else:
        own = sa.select(experiment.pk).where(experiment.workspace_pk == workspace_pk)
        if query.view is RunView.ACTIVE_ONLY:
            own = own.where(experiment.archived_at.is_(None))
        conditions.append(kept.experiment_pk.in_(own))
    if not query.include_children and query.view is not RunView.DELETED:
        conditions.append(kept.is_child == 0)
    total = sa.select(sa.func.coalesce(sa.func.sum(kept.runs), 0)).where(*conditions)
    return int(connection.execute(total).scalar_one())
