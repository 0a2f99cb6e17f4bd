"""A published set of queries over a seeded workspace: filters, orders, text, trees, metrics, roll-ups, and how long each takes.

``python -m benchmarks.run_queries --home FOLDER [--postgres URL]`` (``python -m benchmarks.seed_runs`` fills the folder first)
"""

from __future__ import annotations

import argparse
import statistics
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from benchmarks.seed_runs import WORKSPACE
from runyard.domain.run import RunStatus, RunView
from runyard.storage.backends.sql.opened import open_folder, open_postgres
from runyard.storage.base import Storage
from runyard.wire.run import RunQuery

NOW = datetime(2026, 2, 16, 8, tzinfo=timezone.utc)
TIMES = 5

QUERIES: dict[str, RunQuery] = {
    "newest": RunQuery(),
    "newest, children too": RunQuery(include_children=True),
    "oldest": RunQuery(order_by="created"),
    "page 900": RunQuery(offset=70_000),
    "one experiment": RunQuery(experiment="experiment-07"),
    "children of one run": RunQuery(parent_id="run_000000"),
    "a whole tree": RunQuery(ancestor_id="run_000000"),
    "has children": RunQuery(filter="has:children"),
    "failed": RunQuery(filter="status:failed"),
    "running now": RunQuery(filter="status:running", include_children=True),
    "status by field": RunQuery(status=[RunStatus.FAILED, RunStatus.RUNNING]),
    "one parameter": RunQuery(filter="param.lr <= 1e-3", include_children=True),
    "two parameters": RunQuery(filter="param.lr <= 1e-3 and param.param05 = 10", include_children=True),
    "one seed": RunQuery(filter="param.seed = 77777", include_children=True),
    "a text parameter": RunQuery(filter='param.param07 = "adam"', include_children=True),
    "parameter is missing": RunQuery(filter="param.unknown is null", include_children=True),
    "a tag": RunQuery(filter='tag.team = "vision"', include_children=True),
    "a bare tag": RunQuery(filter="tag:baseline", include_children=True),
    "not, or, brackets": RunQuery(filter='not (status:failed or tag.team = "speech") and param.lr > 0.01', include_children=True),
    "a property": RunQuery(filter='property.author in ("ayse", "bob")', include_children=True),
    "text, common": RunQuery(text="otter", include_children=True),
    "text, rare": RunQuery(filter='"brave fox 4"', include_children=True),
    "text, nowhere": RunQuery(text="zzzz", include_children=True),
    "name like": RunQuery(filter='name like "brave%"', include_children=True),
    "regular expression": RunQuery(filter='id ~ "^run_0+12"', include_children=True),
    "dates and durations": RunQuery(filter='created > "30 days ago" and duration > 5h', include_children=True),
    "longest": RunQuery(order_by="-duration", include_children=True),
    "by parameter": RunQuery(order_by="param.lr", include_children=True),
    "by name": RunQuery(order_by="name", include_children=True),
    "archived": RunQuery(view=RunView.ARCHIVED_ONLY, include_children=True),
    "by metric": RunQuery(order_by="-metric.loss.max", include_children=True),
    "metric and parameter": RunQuery(filter="metric.loss.min < 0.1 and param.lr < 1e-3", include_children=True),
    "roll-up": RunQuery(filter="rollup.loss.min.mean < 0.5"),
    "by roll-up": RunQuery(order_by="-rollup.loss.max.max"),
}


def main() -> None:
    """Read the command line and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--postgres", help="the address of the database, when it is not the SQLite file in the folder")
    options = parser.parse_args()
    storage = open_postgres(options.postgres, options.home) if options.postgres else open_folder(options.home)
    print(f"{'query':24} {'median ms':>9} {'max ms':>7} {'CPU ms':>7} {'found':>7}")
    for name, query in QUERIES.items():
        spent, busy, total = measured(storage, query)
        print(f"{name:24} {statistics.median(spent):9.1f} {max(spent):7.1f} {statistics.median(busy):7.1f} {total:7}")
    storage.close()


def measured(storage: Storage, query: RunQuery) -> tuple[list[float], list[float], int]:
    """Return the milliseconds of each try on the clock and of the processor, and how many runs there are."""
    spent, busy = [], []
    total = 0
    for _ in range(TIMES):
        began, worked = time.perf_counter(), time.process_time()
        total = storage.runs.search(WORKSPACE, query, at=NOW + timedelta(seconds=1)).total
        spent.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - worked) * 1000)
    return spent, busy, total


if __name__ == "__main__":
    main()
