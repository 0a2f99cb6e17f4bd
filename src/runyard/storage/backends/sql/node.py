"""What the nodes of distributed runs say, in SQL."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.node_group import NodeReport
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.mapping import instant, run_row, to_text, to_us

SAME_AGAIN_S = 3
"""A node that says the same again is noted this often: each note is a write."""


class SqlNodeStore:
    """See :class:`runyard.storage.base.NodeStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, workspace: str, run_id: str, node: int, report: NodeReport, *, at: datetime) -> None:
        """Keep what a node says, in place of what it said before."""
        text = to_text(report)
        with self._database.read() as connection:
            pk = int(run_row(connection, workspace, run_id, t.run.c.pk).pk)
            known = connection.execute(sa.select(t.run_node).where(t.run_node.c.run_pk == pk, t.run_node.c.node == node)).first()
        if known is not None and known.report == text and at - instant(known.at) < timedelta(seconds=SAME_AGAIN_S):
            return

        def work(connection: Connection) -> None:
            place = (t.run_node.c.run_pk == pk) & (t.run_node.c.node == node)
            values = {"report": text, "at": to_us(at)}
            if connection.execute(t.run_node.update().where(place).values(**values)).rowcount == 0:
                connection.execute(t.run_node.insert().values(run_pk=pk, node=node, **values))

        self._database.write(work)

    def all(self, workspace: str, run_id: str) -> dict[int, tuple[NodeReport, datetime]]:
        """Return what each node said last, and when."""
        with self._database.read() as connection:
            pk = run_row(connection, workspace, run_id, t.run.c.pk).pk
            rows = connection.execute(sa.select(t.run_node).where(t.run_node.c.run_pk == pk).order_by(t.run_node.c.node))
            return {row.node: (msgspec.json.decode(row.report, type=NodeReport), instant(row.at)) for row in rows}
