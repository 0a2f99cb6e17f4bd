"""How many runs experiments got each day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.mapping import to_us
from runyard.wire.experiment import RunsByDay

DAY_US = 86_400_000_000

_RUN = t.run.c


def count_runs_by_day(
    connection: Connection, workspace_pk: int, experiment_ids: Sequence[str], since: datetime, days: int
) -> RunsByDay:
    """Return how many top-level runs each experiment got on each of ``days`` days from ``since`` on, those in the bin left out.

    **Shape**: ``days`` numbers for each id that is an experiment of the workspace, the oldest day first.
    """
    own = sa.and_(t.experiment.c.workspace_pk == workspace_pk, t.experiment.c.id.in_(experiment_ids))
    ids = {row.pk: row.id for row in connection.execute(sa.select(t.experiment.c.pk, t.experiment.c.id).where(own))}
    start = to_us(since)
    day = (_RUN.created_at - start) // DAY_US
    query = sa.select(_RUN.experiment_pk, day, sa.func.count()).group_by(_RUN.experiment_pk, day)
    within = sa.and_(_RUN.created_at >= start, _RUN.created_at < start + days * DAY_US)
    found = {name: [0] * days for name in ids.values()}
    rows = query.where(_RUN.experiment_pk.in_(list(ids)), within, _RUN.parent_pk.is_(None), _RUN.deleted_at.is_(None))
    for experiment_pk, at, count in connection.execute(rows):
        found[ids[experiment_pk]][int(at)] = count
    return found
