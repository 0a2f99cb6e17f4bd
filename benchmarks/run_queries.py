"""A published set of queries over a seeded workspace, each with its goal: filters, orders, text, trees, metrics, roll-ups.

``python -m benchmarks.run_queries --home FOLDER [--postgres URL]``, at the store, without HTTP.
``python -m benchmarks.seed`` fills the folder first; ``python -m benchmarks.to_postgres`` copies it into a PostgreSQL database.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import psycopg

from runyard.domain.run import RunStatus, RunView
from runyard.storage.backends.sql.opened import open_folder, open_postgres
from runyard.storage.base import Storage
from runyard.wire.run import RunQuery

WORKSPACE = "default"
NOW = datetime(2026, 2, 16, 8, tzinfo=timezone.utc)
TIMES = 5
EVERYTHING_MS, FILTER_MS = 200, 150
"""Goals: for a query that most runs meet, count and first page; for any other."""


def _all(**asked: object) -> RunQuery:
    return RunQuery(include_children=True, **asked)  # type: ignore[arg-type]


EVERYTHING: dict[str, RunQuery] = {
    "newest": RunQuery(),
    "newest, children too": _all(),
    "oldest": RunQuery(order_by="created"),
    "page 600": _all(offset=60_000),
    "all by a moment": _all(filter='created > "2 years ago"'),
    "longest": _all(order_by="-duration"),
    "by name": _all(order_by="name"),
    "by parameter": _all(order_by="param.lr"),
    "parameter, then metric": _all(order_by="-param.param07, metric.loss.min"),
    "metric, then name": _all(order_by="-metric.loss, name"),
    "experiment, then metric": _all(order_by="experiment, -metric.loss.max"),
    "parameter is missing": _all(filter="param.unknown is null"),
    "a property": _all(filter='property.azureml.git.branch in ("main", "dev")'),
}
"""What all runs meet, or most of them."""

SOME: dict[str, RunQuery] = {
    "one experiment": RunQuery(experiment="experiment-07"),
    "children of one run": RunQuery(parent_id="run_000000"),
    "a whole tree": RunQuery(ancestor_id="run_000000"),
    "has children": RunQuery(filter="has:children"),
    "failed": RunQuery(filter="status:failed"),
    "running now": _all(filter="status:running"),
    "status by field": RunQuery(status=[RunStatus.FAILED, RunStatus.RUNNING]),
    "archived": _all(view=RunView.ARCHIVED_ONLY),
    "dates and durations": _all(filter='created > "30 days ago" and duration > 3s'),
    "one parameter": _all(filter="param.lr <= 1e-3"),
    "two parameters": _all(filter="param.lr <= 1e-3 and param.param05 = 10"),
    "one seed": _all(filter="param.seed = 77777"),
    "a text parameter": _all(filter='param.param07 = "adam"'),
    "a tag": _all(filter='tag.team = "vision"'),
    "a bare tag": _all(filter="tag:baseline"),
    "not, or, brackets": _all(filter='not (status:failed or tag.team = "speech") and param.lr > 0.01'),
    "text, common": _all(text="otter"),
    "text, rare": _all(filter='"brave fox 4"'),
    "text, nowhere": _all(text="zzzz"),
    "name like": _all(filter='name like "brave%"'),
    "regular expression": _all(filter='id ~ "^run_0+12"'),
    "metric, last": _all(filter="metric.loss < 0.1"),
    "metric, min and max": _all(filter="metric.loss.min < 0.1 and metric.metric07.max > 0.9"),
    "metric and parameter": _all(filter="metric.loss.min < 0.1 and param.lr < 1e-3"),
    "metric or text parameter": _all(filter='metric.loss.max > 0.99 or param.param07 = "adam"'),
    "by a metric's last": _all(order_by="metric.loss"),
    "by a metric's min": _all(order_by="metric.metric07.min"),
    "by a metric's max": _all(order_by="-metric.metric19.max"),
    "parameter, by a metric": _all(filter="param.lr <= 1e-3", order_by="metric.loss.min"),
    "roll-up": RunQuery(filter="rollup.loss.min.mean < 0.5"),
    "by roll-up": RunQuery(order_by="-rollup.loss.max.max"),
    "tree with a filter": RunQuery(filter="param.lr < 2e-5", keep_ancestors=True),
}
"""What a part of the runs meet, and orders by metrics."""

QUERIES = {**EVERYTHING, **SOME}


def main() -> None:
    """Read the command line and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--postgres", help="the address of the database, when it is not the SQLite file in the folder")
    parser.add_argument("--only", nargs="*", choices=list(QUERIES), metavar="QUERY")
    options = parser.parse_args()
    storage = open_postgres(options.postgres, options.home) if options.postgres else open_folder(options.home)
    database_cpu = _PostgresClock(options.postgres).used if options.postgres else lambda: 0.0
    print(f"{'query':24} {'goal':>5} {'median ms':>9} {'least ms':>8} {'CPU ms':>7} {'of database':>11} {'found':>7}")
    for name, query in QUERIES.items():
        if options.only and name not in options.only:
            continue
        spent, busy, other, total = measured(storage, query, database_cpu)
        goal = EVERYTHING_MS if name in EVERYTHING else FILTER_MS
        figures = (
            f"{statistics.median(spent):9.1f} {min(spent):8.1f} {statistics.median(busy):7.1f} {statistics.median(other):11.1f}"
        )
        print(f"{name:24} {goal:5} {figures} {total:7}", flush=True)
    storage.close()


def measured(
    storage: Storage, query: RunQuery, database_cpu: Callable[[], float]
) -> tuple[list[float], list[float], list[float], int]:
    """Return the milliseconds of each try on the clock, of this process and of the database's, and how many runs there are."""
    spent, busy, other = [], [], []
    total = storage.runs.search(WORKSPACE, query, at=datetime.now(timezone.utc)).total
    for _ in range(TIMES):
        began, worked, database = time.perf_counter(), time.process_time(), database_cpu()
        storage.runs.search(WORKSPACE, query, at=datetime.now(timezone.utc))
        spent.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - worked) * 1000)
        other.append((database_cpu() - database) * 1000)
    return spent, busy, other, total


class _PostgresClock:
    """The processor time of the database's sessions, when they run on this machine; parallel workers are not counted."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)

    def used(self) -> float:
        """Return seconds."""
        rows = self._connection.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()").fetchall()
        clocks = [Path(f"/proc/{pid}/schedstat") for (pid,) in rows if pid != self._connection.info.backend_pid]
        return sum(int(clock.read_text().split()[0]) for clock in clocks if clock.exists()) / 1e9


if __name__ == "__main__":
    main()
