"""Metrics in SQL: batches go into the tail, the compactor makes blocks of it, readers see both as one."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.change import ChangeTopic
from runyard.domain.metric import MetricFamily, MetricSeries, MetricSummary
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.compactor import Compactor, TailBook
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.mapping import add_change, run_row, to_us, workspace_pk
from runyard.storage.backends.sql.metric_batch import batch_of
from runyard.storage.backends.sql.metric_key import KeyBook
from runyard.storage.backends.sql.metric_listed import figures, listed
from runyard.storage.backends.sql.metric_payload import METRIC_TYPES, encode_payload
from runyard.storage.backends.sql.metric_points import Points, SeriesHead, to_series
from runyard.storage.backends.sql.metric_read import MetricReader, RunView, Shown
from runyard.storage.backends.sql.metric_summary import Summary
from runyard.storage.backends.sql.metric_tail import note_batch
from runyard.storage.backends.sql.metric_window import read_windows
from runyard.storage.metric_base import MetricColumn, MetricFigures, MetricWindow
from runyard.wire.journal import JournalBatch
from runyard.wire.metric import REFUSED_LISTED_MAX, BatchAckBody, RecordBatch
from runyard.wire.metric_query import SeriesQuery

EXPORT_POINTS = 1 << 20
_IN_MAX = 500

# Statements are made once: to make one takes longer than to run it.
_NEW_TAIL = t.metric_tail.insert()
_ASKED = sa.and_(t.run.c.workspace_pk == sa.bindparam("workspace"), t.run.c.id.in_(sa.bindparam("runs", expanding=True)))
_RUN_KEYS = sa.select(t.run.c.id, t.run.c.pk).where(_ASKED)
_TAIL_END = (
    sa.select(sa.func.max(t.metric_tail.c.pk)).where(t.metric_tail.c.run_pk == t.run.c.pk).correlate(t.run).scalar_subquery()
)
_VERSIONS = (
    sa.select(t.run.c.pk, sa.func.coalesce(t.run_summary.c.version, 0), sa.func.coalesce(_TAIL_END, 0))
    .select_from(t.run.outerjoin(t.run_summary, t.run_summary.c.run_pk == t.run.c.pk))
    .where(_ASKED)
)


class SqlMetricStore:
    """See :class:`runyard.storage.metric_base.MetricStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.book = KeyBook(database)
        self.reader = MetricReader(self.book)
        self._tails = TailBook(database)
        self._compactor = Compactor(database, self.book, self._tails)

    def append(self, workspace: str, run_id: str, batch: RecordBatch | JournalBatch, *, at: datetime) -> BatchAckBody:
        """Store a batch once; records that cannot be stored are left out and named."""
        columns = batch_of(batch)
        keys = self.book.ids([(name.name, name.family) for name in columns.names])
        payload = encode_payload(columns, keys)
        points = len(columns.points)

        def work(connection: Connection) -> int | None:
            row = run_row(connection, workspace, run_id, t.run.c.pk, t.run.c.workspace_pk, t.run.c.root_id)
            if not note_batch(connection, row.pk, columns.writer, columns.seq):
                return None
            connection.execute(_NEW_TAIL, {"run_pk": row.pk, "points": points, "payload": payload})
            add_change(connection, row.workspace_pk, ChangeTopic.METRIC, run_id=run_id, root_id=row.root_id)
            return int(row.pk)

        run_pk = self._database.write(work)
        if run_pk is None:
            return BatchAckBody(seq=columns.seq, stored=False)
        self._tails.note(run_pk, points=points, size_bytes=len(payload), series=len(keys), at_us=to_us(at))
        refused = columns.refused
        return BatchAckBody(seq=columns.seq, stored=True, refused_count=len(refused), refused=refused[:REFUSED_LISTED_MAX])

    def series(self, workspace: str, run_ids: list[str], names: list[str] | None) -> list[MetricSeries]:
        """Return whole series, by run in the order given and then by first logging; ``names`` None means all."""
        found: list[MetricSeries] = []
        with self._database.read() as connection:
            wanted = self.reader.wanted(connection, names)
            for run_id, view in self._views(connection, workspace, run_ids):
                for shown in self.reader.shown(connection, view.summary, wanted):
                    points = view.points(shown.key, 0, view.count(shown.key))
                    found.append(to_series(series_head(run_id, view, shown), points, _count(view, shown)))
        return found

    def windows(self, workspace: str, query: SeriesQuery) -> list[MetricWindow]:
        """Return what a query asks for, as columns; by run in the order given and then by first logging."""
        with self._database.read() as connection:
            wanted = self.reader.wanted(connection, query.names or None)
            found = (
                (series_head(run_id, view, shown), view, shown, _count(view, shown))
                for run_id, view in self._views(connection, workspace, query.run_ids)
                for shown in self.reader.shown(connection, view.summary, wanted)
            )
            return read_windows(found, query)

    def version(self, workspace: str, run_ids: list[str]) -> Hashable:
        """Return what is another one whenever :meth:`windows` of these runs might give something else.

        Points come as rows of the tail, with rising numbers, and leave it together with a new version of the run's summary.
        """
        found: list[tuple[int, ...]] = []
        with self._database.read() as connection:
            pk = workspace_pk(connection, workspace)
            for start in range(0, len(run_ids), _IN_MAX):
                asked = {"workspace": pk, "runs": run_ids[start : start + _IN_MAX]}
                found += [tuple(row) for row in connection.execute(_VERSIONS, asked)]
        return tuple(sorted(found))

    def summaries(self, workspace: str, run_ids: list[str], names: list[str] | None) -> dict[str, list[MetricSummary]]:
        """Return the summaries of the runs' metrics, in order of first logging. Runs without any are left out."""
        with self._database.read() as connection:
            wanted = self.reader.wanted(connection, names)
            views = list(self._views(connection, workspace, run_ids))
            # Runs that log alike have one list of names, as an object: what is shown of them is found once.
            names_of = {id(view.summary.keys): view.summary for _, view in views}
            shown = {keys: self.reader.shown(connection, summary, wanted) for keys, summary in names_of.items()}
        found = [(run_id, view.summary, shown[id(view.summary.keys)]) for run_id, view in views]
        some = [each for each in found if each[2]]
        made = listed([(summary, series) for _, summary, series in some])
        return {run_id: own for (run_id, _, _), own in zip(some, made, strict=True)}

    def figures(self, workspace: str, run_id: str) -> MetricFigures:
        """Return the summaries of all metrics of a run as columns."""
        with self._database.read() as connection:
            for _, view in self._views(connection, workspace, [run_id]):
                return figures(view.summary, self.reader.names(connection, view.summary))
        return figures(Summary(), [])

    def export(
        self, workspace: str, run_ids: list[str], names: list[str] | None, *, whole: bool = False
    ) -> Iterator[MetricColumn]:
        """Yield all points of series as columns, a part at a time. Small series of a run are seen by one transaction."""
        for run_id in run_ids:
            heads = self._exported(workspace, run_id, names)
            left = [(head, key, 0) for head, key in heads if whole or head.family is MetricFamily.SERIES]
            while left:
                yield from self._export_parts(workspace, run_id, left)

    def descendants_with_metrics(self, workspace: str, run_id: str, run_type: str | None) -> list[str]:
        """Return the run and its descendants that have metrics, newest first, of ``run_type`` only when it is given."""
        run = t.run.c
        with self._database.read() as connection:
            top = run_row(connection, workspace, run_id, run.pk).pk
            tree = sa.select(run.pk).where(run.pk == top).cte("tree", recursive=True)
            below = t.run.alias("below")
            tree = tree.union_all(sa.select(below.c.pk).where(below.c.parent_pk == tree.c.pk))
            has_metrics = sa.or_(
                sa.exists().where(t.metric_tail.c.run_pk == run.pk), sa.exists().where(t.run_summary.c.run_pk == run.pk)
            )
            query = sa.select(run.id).where(run.pk.in_(sa.select(tree.c.pk)), has_metrics)
            if run_type is not None:
                query = query.where(run.type == run_type)
            return list(connection.execute(query.order_by(run.created_at.desc(), run.pk.desc())).scalars())

    def tidy(self, *, at: datetime) -> int:
        """Do the upkeep that is due; return for how many runs something was done."""
        return self._compactor.tick(to_us(at))

    def wait_for_work(self, timeout_s: float) -> None:
        """Wait until some run's metrics need upkeep soon, or the time is over."""
        self._tails.is_full.wait(timeout_s)

    def compact(self, workspace: str, run_id: str, *, finish: bool = False) -> None:
        """Do the upkeep of one run now; with ``finish`` as if the run had ended."""
        with self._database.read() as connection:
            run_pk = run_row(connection, workspace, run_id, t.run.c.pk).pk
        self._compactor.compact(run_pk, finish=finish)

    def build_pages(self) -> None:
        """Bring all runs that have ended into the pages by which runs are ranked."""
        self._compactor.build_pages()

    def _views(self, connection: Connection, workspace: str, run_ids: list[str]) -> Iterator[tuple[str, RunView]]:
        keys = _run_keys(connection, workspace, run_ids)
        views = self.reader.views(connection, list(keys.values()))
        for run_id in run_ids:
            if run_id in keys and keys[run_id] in views:
                yield run_id, views[keys[run_id]]

    def _exported(self, workspace: str, run_id: str, names: list[str] | None) -> list[tuple[SeriesHead, int]]:
        """Return the series of a run, by the names that they were logged under, and their keys."""
        with self._database.read() as connection:
            wanted = self.reader.wanted(connection, names)
            for _, view in self._views(connection, workspace, [run_id]):
                shown = self.reader.shown(connection, view.summary, wanted)
                own = self.book.names(connection, [each.key for each in shown])
                return [
                    (replace(series_head(run_id, view, each), name=name), each.key)
                    for each, (name, _) in zip(shown, own, strict=True)
                ]
        return []

    def _export_parts(self, workspace: str, run_id: str, left: list[tuple[SeriesHead, int, int]]) -> list[MetricColumn]:
        """Take the first series, from a point on, and those behind it that fit into one part with it, off the list."""
        found: list[MetricColumn] = []
        room = EXPORT_POINTS
        with self._database.read() as connection:
            _, view = next(self._views(connection, workspace, [run_id]))
            while left:
                head, key, start = left[0]
                count = view.count(key)
                if found and (head.family is not MetricFamily.SERIES or count > room):
                    break
                stop = min(count, start + EXPORT_POINTS)
                found.append(_column(head, view.points(key, start, stop), start))
                room -= stop - start
                left[:1] = [(head, key, stop)] if stop < count else []
        return found


def series_head(run_id: str, view: RunView, shown: Shown) -> SeriesHead:
    """Return what a run's summary knows of a series beside its figures."""
    kind = METRIC_TYPES[int(view.summary.fields["type"][shown.slot])]
    description = view.summary.descriptions.get(shown.slot, "")
    return SeriesHead(run_id=run_id, name=shown.name, family=shown.family, type=kind, description=description)


def _count(view: RunView, shown: Shown) -> int:
    return int(view.summary.fields["count"][shown.slot])


def _run_keys(connection: Connection, workspace: str, run_ids: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    pk = workspace_pk(connection, workspace)
    for start in range(0, len(run_ids), _IN_MAX):
        some = run_ids[start : start + _IN_MAX]
        found.update({row.id: row.pk for row in connection.execute(_RUN_KEYS, {"workspace": pk, "runs": some})})
    return found


def _column(head: SeriesHead, points: Points, start: int) -> MetricColumn:
    return MetricColumn(
        run_id=head.run_id,
        name=head.name,
        family=head.family,
        type=head.type,
        description=head.description,
        steps=points.x(start),
        times_us=points.times,
        values=points.numbers(),
        stepped=points.stepped,
        kinds=points.kinds,
        bits=points.bits,
        objects=points.objects,
    )
