"""The rows "Run list" of the goals, over HTTP."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from benchmarks import seed
from benchmarks.batches import loss, packed
from benchmarks.clock import cpu_of, ms
from benchmarks.place import Place
from benchmarks.reading import ROOT, series
from benchmarks.row import Baseline, Row, WrongResultError, at_most, at_most_times
from benchmarks.storing import LargeShape

ALL_METRICS = ["loss", *(f"metric{place:02}" for place in range(1, 20))]

QUERIES: list[tuple[str, float, dict[str, Any]]] = [
    ("newest 100 with all columns", 50, {"metrics": ALL_METRICS}),
    ("filter on a metric and a parameter", 150, {"filter": "metric.loss.min < 0.1 and param.lr < 1e-3"}),
    ("filter on a parameter", 150, {"filter": "param.lr < 1e-3"}),
    ("sort by a metric's last", 150, {"order_by": "metric.loss.last"}),
    ("sort by a metric's min", 150, {"order_by": "metric.metric07.min"}),
    ("sort by a metric's max, downwards", 150, {"order_by": "-metric.metric19.max"}),
    ("text search, common word", 150, {"text": "otter"}),
    ("text search, rare words", 150, {"text": "fox 47"}),
    ("a query that matches everything: count and first page", 200, {"filter": 'created > "2 years ago"'}),
]


def rows(place: Place, *, runs: int, is_seeded: bool) -> Iterator[Row]:
    """Yield the rows, for a workspace of so many runs with 20 parameters and 20 metrics each."""
    if not is_seeded:
        rate = seed.seed(place, runs=runs)
        print(f"| seeding through the ingest path | {rate:.0f} runs/s | | | | | |", flush=True)
    yield from query_rows(place, runs)
    yield from _flat_rows(place, runs)
    yield from _large_rows()


def query_rows(place: Place, runs: int) -> Iterator[Row]:
    """Yield a row a query."""
    server_cpu = cpu_of(place.server_pid)
    bare = _bare(runs)
    for what, limit, query in QUERIES:
        yield Row(
            what=f"{what} ({runs:,} runs)",
            unit="ms",
            measure=partial(_search_ms, place, query),
            goal=at_most(limit),
            baseline=Baseline(what="bare SQLite: newest 100 of a table of JSON texts", measure=partial(_bare_ms, bare)),
            cpu_s=server_cpu,
        )


def _search_ms(place: Place, query: dict[str, Any]) -> float:
    found: list[Any] = []

    def search() -> None:
        body = {"include_children": True, "limit": 100, **query}
        found.append(place.http.post(f"{ROOT}/runs/search", json=body, headers={"accept": "application/msgpack"}))

    spent = ms(search)
    if found[0].status_code != 200 or len(found[0].content) < 100:
        raise WrongResultError(f"status {found[0].status_code}: {found[0].text[:200]}")
    return spent


def _bare(runs: int) -> sqlite3.Connection:
    """Return a table of texts as long as a run's record and its 20 metrics."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE r (pk INTEGER PRIMARY KEY, record TEXT)")
    record = json.dumps({f"metric{n}": {"last": 0.1234567, "min": 0.1234567, "max": 0.7654321, "count": 2} for n in range(20)})
    connection.executemany("INSERT INTO r (record) VALUES (?)", ((record,) for _ in range(runs)))
    return connection


def _bare_ms(connection: sqlite3.Connection) -> float:
    return ms(lambda: [json.loads(each[0]) for each in connection.execute("SELECT record FROM r ORDER BY pk DESC LIMIT 100")])


def _flat_rows(place: Place, runs: int) -> Iterator[Row]:
    """Write and read beside all those runs, and on a server that has none."""
    server_cpu = cpu_of(place.server_pid)
    fresh = Place()
    try:
        what = f"beside {runs:,} runs"
        for name, measure in (("write 20 metrics × 1,000 points", _write_ms), ("read one of them", _ReadBack().ms)):
            yield Row(
                what=f"{name}, {what}",
                unit="ms",
                measure=partial(measure, place),
                goal=at_most_times(1.5),
                baseline=Baseline(what="on an empty server", measure=partial(measure, fresh)),
                cpu_s=server_cpu,
                rounds=15,
            )
    finally:
        fresh.close()


def _write_ms(place: Place) -> float:
    (run_id,) = place.new_runs(1)
    batches = packed(ALL_METRICS, loss(1000, len(ALL_METRICS)))
    return ms(lambda: place.send(run_id, batches))


class _ReadBack:
    """Reads a series of a run that was written beside the others."""

    def __init__(self) -> None:
        self._runs: dict[Place, str] = {}

    def ms(self, place: Place) -> float:
        """Return the milliseconds of a read."""
        if place not in self._runs:
            (self._runs[place],) = place.new_runs(1)
            place.send(self._runs[place], packed(ALL_METRICS, loss(1000, len(ALL_METRICS))))
            place.complete([self._runs[place]])
        return ms(lambda: series(place.http, [self._runs[place]], ["loss"]))


def _large_rows() -> Iterator[Row]:
    shape = LargeShape()
    writer = shape.writer()
    what = "large shape, 1,500 metrics × 20 steps a run"
    yield Row(
        what=f"{what}: write a run",
        unit="ms",
        measure=writer.__next__,
        goal=at_most(25),
        cpu_s=time.process_time,
        rounds=15,
    )
    writer.close()
    yield from _size_rows(f"{what}: disk a run", shape.kilobytes())
    yield from _size_rows(f"{what}: disk a run, of random doubles", LargeShape(is_random=True).kilobytes())


def _size_rows(what: str, sizes: dict[str, float]) -> Iterator[Row]:
    yield Row(what=what, unit="kB", measure=lambda: sum(sizes.values()), goal=at_most(250), rounds=1)
    for part, size in sizes.items():
        yield Row(what=f"… of it {part}", unit="kB", measure=lambda size=size: size, rounds=1)  # type: ignore[misc]
