"""Measure the rows "Reading" of the goals, and what storing costs, each beside a bare baseline of the same run.

    python benchmarks/metric_store.py [--rounds 5] [--quick] [--postgres URL] [--json FILE]

Batches go into the store itself, as the ingest route does it; reads are what the routes of the server call, with the answer
packed. Every time is the median of the rounds. ``--postgres`` measures the store in an empty PostgreSQL database.
"""

from __future__ import annotations

import argparse
import io
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np

from runyard.domain.run import RunStatus
from runyard.server.services.export import exported
from runyard.storage.backends.sql.opened import open_folder, open_postgres
from runyard.storage.base import RunOrigin, Storage
from runyard.wire.codec import to_msgpack
from runyard.wire.journal import (
    COMMIT,
    FLOAT,
    HAS_STEP,
    SCALAR_DTYPE,
    SeriesDefinition,
    decode_batch,
    define_frame,
    encode_batch,
    scalars_frame,
)
from runyard.wire.metric import MetricSummaryPage, SeriesQuery
from runyard.wire.run import NewRun, RunQuery
from runyard.wire.workspace import EnsureWorkspaceRequest

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
BATCH_POINTS = 20_000
RNG = np.random.default_rng(7)


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    measured: float
    unit: str
    goal: str
    is_met: bool
    baseline: str = ""
    ratio: float | None = None
    cpu: float | None = None


class Bench:
    """A store, and how batches get into it."""

    def __init__(self, storage: Storage, rounds: int) -> None:
        self.storage = storage
        self.rounds = rounds
        self.cpu_ms = 0.0
        storage.workspaces.ensure("w", EnsureWorkspaceRequest(), at=NOW)
        storage.experiments.ensure("w", "e", at=NOW)

    def new_runs(self, count: int) -> list[str]:
        """Make runs, and return their ids."""
        found: list[str] = []
        origin = RunOrigin(status=RunStatus.RUNNING, submitted_by="me")
        while len(found) < count:
            some = [NewRun() for _ in range(min(1000, count - len(found)))]
            found += [run.id for run in self.storage.runs.create("w", "e", some, origin, at=NOW)]
        return found

    def send(self, run_id: str, batches: list[bytes]) -> None:
        """Store packed batches."""
        for batch in batches:
            self.storage.metrics.append("w", run_id, decode_batch(batch), at=NOW)

    def finish(self, run_id: str) -> None:
        """End a run, and make blocks of all that it logged."""
        self.storage.runs.change_status("w", run_id, RunStatus.COMPLETED, reason=None, error=None, at=NOW)
        self.storage.metrics.compact("w", run_id, finish=True)

    def median_ms(self, work: Callable[[], Any]) -> float:
        """Return how long a call takes. ``cpu_ms`` then holds the processor's time, which a busy machine changes less."""
        times, busy = [], []
        for _ in range(self.rounds):
            began, cpu = time.perf_counter(), time.process_time()
            work()
            times.append((time.perf_counter() - began) * 1000)
            busy.append((time.process_time() - cpu) * 1000)
        self.cpu_ms = statistics.median(busy)
        return statistics.median(times)


def packed(names: list[str], values: np.ndarray, *, batch_points: int = BATCH_POINTS, jitter: bool = True) -> list[bytes]:
    """Return batches of ``values`` (steps × names): at each step all names in one call, or (``jitter``) by calls 1 µs apart."""
    steps, width = values.shape
    scalars = np.zeros(steps * width, np.dtype(SCALAR_DTYPE))
    scalars["step"] = np.repeat(np.arange(steps), width)
    at = 1_700_000_000_000_000 + np.cumsum(RNG.integers(900, 1_100, steps))
    scalars["time_us"] = np.repeat(at, width) + np.tile(np.arange(width) * jitter, steps)
    scalars["value"] = values.reshape(-1)
    scalars["series"] = np.tile(np.arange(1, width + 1), steps)
    scalars["flags"], scalars["commit"] = FLOAT | HAS_STEP, COMMIT
    defines = [define_frame(SeriesDefinition(n, name)) for n, name in enumerate(names, 1)]
    rows = max(1, batch_points // width) * width
    return [
        encode_batch(
            [*defines, scalars_frame(scalars[start : start + rows].tobytes())],
            writer="w",
            seq=start // rows,
            first=start,
            record_count=len(scalars[start : start + rows]),
        )
        for start in range(0, len(scalars), rows)
    ]


def loss(points: int, width: int = 1) -> np.ndarray:
    """Return curves as training gives them: float32 numbers that fall, with noise."""
    curve = 2.0 / np.sqrt(1 + np.arange(points))[:, None] + RNG.normal(0, 0.02, (points, width))
    return curve.astype(np.float32).astype(np.float64)


def ingest_rows(bench: Bench, points: int, home: Path) -> list[Row]:
    """Measure until durable and in blocks, against rows in a table of bare SQLite in the same batches."""
    values = loss(points // 20, 20)
    batches = packed([f"m{n}" for n in range(20)], values)
    (run_id,) = bench.new_runs(1)
    before = _size(home)
    began = time.perf_counter()
    bench.send(run_id, batches)
    durable = time.perf_counter() - began
    bench.finish(run_id)
    whole = time.perf_counter() - began
    _checkpoint(home)
    size = (_size(home) - before) / values.size
    blocks = _block_bytes(bench, run_id) / values.size
    bare = _bare_sqlite(home / "bare.db", batches)
    rate = values.size / durable
    return [
        Row("ingest until durable and readable", rate / 1e6, "M points/s", "≥ 0.5", rate >= 5e5,
            f"{values.size / bare / 1e6:.2f} M points/s (SQLite, a row a point)", bare / durable),
        Row("… and until all of it is in blocks", values.size / whole / 1e6, "M points/s", "(none)", True),
        Row("bytes a point in blocks (step, time, float32-born value)", blocks, "bytes", "≤ 6", blocks <= 6),
        Row("growth of the database file a point, tail freed for reuse", size, "bytes", "(none)", True),
    ]  # fmt: skip


def _bare_sqlite(path: Path, batches: list[bytes]) -> float:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE p (s INT, k INT, t INT, v REAL, PRIMARY KEY (s, k)) WITHOUT ROWID")
    some = batches[:10]
    began = time.perf_counter()
    for batch in some:
        decoded = decode_batch(batch)
        for part in decoded.parts:
            rows = np.frombuffer(decoded.payload, np.dtype(SCALAR_DTYPE), part.count, part.offset)  # type: ignore[union-attr]
            table = zip(*(rows[name].tolist() for name in ("series", "step", "time_us", "value")), strict=True)
            with connection:
                connection.executemany("INSERT INTO p VALUES (?, ?, ?, ?)", table)
    spent = time.perf_counter() - began
    connection.close()
    return spent * len(batches) / len(some)


def long_rows(bench: Bench, points: int) -> list[Row]:
    """One series of many points, drawn as 1000: the whole, and zooms."""
    values = RNG.normal(size=points)
    values[points * 3 // 4 + 321] = 99.0
    (run_id,) = bench.new_runs(1)
    bench.send(run_id, packed(["x"], values[:, None], batch_points=500_000))
    bench.finish(run_id)
    rows = []
    for label, low, high in (
        ("whole", 0, points - 1),
        ("10 %", points * 7 // 10, points * 8 // 10),
        ("1 %", 5_000, 5_000 + points // 100),
    ):
        query = SeriesQuery(run_ids=[run_id], names=["x"], start=low, stop=high, max_points=1000)
        (window,) = bench.storage.metrics.windows("w", query)
        inside = values[low : high + 1]
        exact = (window.values.min(), window.values.max()) == (inside.min(), inside.max())
        spent = bench.median_ms(lambda query=query: bench.storage.metrics.windows("w", query))  # type: ignore[misc]
        cpu = bench.cpu_ms
        scan = bench.median_ms(lambda inside=inside: (inside.min(), inside.max()))  # type: ignore[misc]
        what = f"{points / 1e6:g} M points as 1000, {label}, exact extremes: {'yes' if exact else 'NO'}"
        rows.append(
            Row(what, spent, "ms", "≤ 20", spent <= 20 and exact, f"{scan:.2f} ms (numpy min, max in memory)", spent / scan, cpu)
        )
    return [*rows, _export_row(bench, run_id, points)]


def _export_row(bench: Bench, run_id: str, points: int) -> Row:
    import pyarrow as pa
    import pyarrow.parquet as pq

    def export() -> None:
        for _ in exported(bench.storage.metrics.export("w", [run_id], None), "parquet"):
            pass

    spent = bench.median_ms(export) / 1000
    table = pa.table({"step": np.arange(points), "value": RNG.normal(size=points)})
    bare = bench.median_ms(lambda: pq.write_table(table, io.BytesIO(), compression="zstd")) / 1000
    rate = points / spent / 1e6
    return Row(
        "export to Parquet", rate, "M points/s", "≥ 5", rate >= 5, f"{points / bare / 1e6:.1f} M/s (pyarrow alone)", spent / bare
    )


def many_runs_row(bench: Bench) -> Row:
    """One metric of 200 runs × 2000 points, in one request."""
    runs = bench.new_runs(200)
    for run_id in runs:
        bench.send(run_id, packed([f"m{n}" for n in range(5)], loss(2000, 5)))
        bench.finish(run_id)
    query = SeriesQuery(run_ids=runs, names=["m2"], max_points=1000)
    spent = bench.median_ms(lambda: bench.storage.metrics.windows("w", query))
    return Row("200 runs × 2000 points of one metric, one request", spent, "ms", "≤ 100", spent <= 100, cpu=bench.cpu_ms)


def many_names_rows(bench: Bench) -> list[Row]:
    """The figures of a run with 10,000 names."""
    (run_id,) = bench.new_runs(1)
    names = [f"layer{n // 10}/weight{n % 10}" for n in range(10_000)]
    bench.send(run_id, packed(names, loss(5, 10_000), batch_points=50_000))
    bench.finish(run_id)

    def read() -> None:
        to_msgpack(MetricSummaryPage(metrics=bench.storage.metrics.summaries("w", [run_id], None)[run_id]))

    spent = bench.median_ms(read)
    cpu = bench.cpu_ms
    one = bench.median_ms(lambda: bench.storage.metrics.windows("w", SeriesQuery(run_ids=[run_id], names=[names[777]])))
    return [
        Row("last values of 10,000 names, packed", spent, "ms", "≤ 50", spent <= 50, cpu=cpu),
        Row("one of 10,000 series of a run", one, "ms", "(none)", True),
    ]


def large_shape_row(bench: Bench, runs: int) -> list[Row]:
    """1500 metrics × 20 steps a run."""
    names = [f"n{n}" for n in range(1500)]
    batches = packed(names, RNG.normal(size=(20, 1500)), batch_points=30_000, jitter=False)
    ids = bench.new_runs(runs)
    times, busy = [], []
    for run_id in ids:
        began, cpu = time.perf_counter(), time.process_time()
        bench.send(run_id, batches)
        bench.finish(run_id)
        times.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - cpu) * 1000)
    size = statistics.median(_block_bytes(bench, run_id) for run_id in ids) / 1000
    spent = statistics.median(times)
    return [
        Row("large shape, 1500 metrics × 20 steps: write a run", spent, "ms", "≤ 25", spent <= 25, cpu=statistics.median(busy)),
        Row("large shape: blocks of a run (random doubles)", size, "kB", "≤ 250", size <= 250),
    ]


def ranking_rows(bench: Bench, runs: int) -> list[Row]:
    """The best 50 of many runs with 20 metrics each."""
    names = [f"metric{n}" for n in range(20)]
    for run_id in bench.new_runs(runs):
        bench.send(run_id, packed(names, RNG.normal(size=(1, 20))))
        bench.finish(run_id)
    began = time.perf_counter()
    bench.storage.metrics.build_pages()
    built = (time.perf_counter() - began) * 1000 / runs
    query = RunQuery(experiment="e", order_by="-metric.metric7.max", limit=50)
    spent = bench.median_ms(lambda: bench.storage.runs.search("w", query, at=NOW))
    cpu = bench.cpu_ms
    plain = bench.median_ms(lambda: bench.storage.runs.search("w", RunQuery(experiment="e", limit=50), at=NOW))
    return [
        Row(f"best 50 of {runs} runs by a metric, with their records", spent, "ms", "≤ 150 at 100,000", spent <= 150,
            f"{plain:.1f} ms (newest 50)", spent / plain, cpu),
        Row("pages of summaries: building, a run", built, "ms", "(none)", True),
    ]  # fmt: skip


def _block_bytes(bench: Bench, run_id: str) -> float:
    import sqlalchemy as sa

    from runyard.storage.backends.sql import tables as t

    database = bench.storage.metrics._database  # type: ignore[attr-defined]
    c = t.metric_block.c
    with database.read() as connection:
        pk = connection.execute(sa.select(t.run.c.pk).where(t.run.c.id == run_id)).scalar_one()
        size = sa.func.sum(sa.func.length(c.data) + sa.func.length(c.directory) + 80)
        blocks = connection.execute(sa.select(size).where(c.run_pk == pk)).scalar() or 0
        s = t.run_summary.c
        return float(blocks) + float(connection.execute(sa.select(sa.func.length(s.blob)).where(s.run_pk == pk)).scalar() or 0)


def _size(home: Path) -> int:
    return sum(path.stat().st_size for path in home.glob("runyard.db"))


def _checkpoint(home: Path) -> None:
    if (home / "runyard.db").exists():
        connection = sqlite3.connect(home / "runyard.db", timeout=30)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()


def main() -> None:
    """Print the table; the exit code is 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="a tenth of the points")
    parser.add_argument("--postgres", help="the URL of an empty database")
    parser.add_argument("--json", help="write the rows to this file")
    options = parser.parse_args()
    scale = 10 if options.quick else 1
    with tempfile.TemporaryDirectory(prefix="runyard-bench-") as folder:
        home = Path(folder)
        storage = open_postgres(options.postgres, home) if options.postgres else open_folder(home)
        bench = Bench(storage, options.rounds)
        rows = []
        for part in (
            lambda: ingest_rows(bench, 4_000_000 // scale, home),
            lambda: long_rows(bench, 10_000_000 // scale),
            lambda: [many_runs_row(bench)],
            lambda: many_names_rows(bench),
            lambda: large_shape_row(bench, 20),
            lambda: ranking_rows(bench, 2_000 // scale),
        ):
            for row in part():
                rows.append(row)
                mark = "met " if row.is_met else "MISS"
                ratio = "" if row.ratio is None else f"{row.ratio:8.2f} × {row.baseline}"
                cpu = "" if row.cpu is None else f"{row.cpu:.1f} ms CPU"
                print(f"{mark} {row.what:<62} {row.measured:9.2f} {row.unit:<10} {cpu:<15} {row.goal:<17}{ratio}", flush=True)
        storage.close()
    if options.json:
        Path(options.json).write_text(json.dumps([asdict(row) for row in rows], indent=2))
    sys.exit(0 if all(row.is_met for row in rows) else 1)


if __name__ == "__main__":
    main()
