"""The rows "Reading" of the goals, at an HTTP client of a real server."""

from __future__ import annotations

import io
import itertools
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt

import runyard
from benchmarks.batches import loss, packed
from benchmarks.clock import cpu_of, ms, percentile
from benchmarks.place import WORKSPACE, Place
from benchmarks.row import Baseline, Row, WrongResultError, at_least, at_most
from runyard.wire.series import SERIES_FRAME, decode_frame

ROOT = f"/api/v1/workspaces/{WORKSPACE}"
IDLE_RUNS = 50
IDLE_S = 20.0
DASHBOARDS = 20
WRITERS = 4
LIVE_METRICS = 10
LIVE_S = 6.0


def rows(place: Place, *, points: int) -> Iterator[Row]:
    """Yield the rows; ``points`` is how long the long series is."""
    server_cpu = cpu_of(place.server_pid)
    yield from _long_rows(place, points, server_cpu)
    yield _many_runs_row(place, server_cpu)
    yield _many_names_row(place, server_cpu)
    yield Row(what="a new point in an open chart, after log", unit="s", measure=_NewPoint(place).seconds, goal=at_most(1))
    yield Row(
        what=f"idle live page with {IDLE_RUNS} running runs: bytes of its event stream",
        unit="KB/s",
        measure=lambda: _idle_rate(place),
        goal=at_most(2),
        rounds=1,
    )
    yield Row(
        what=f"{DASHBOARDS} dashboards poll {LIVE_METRICS} live metrics while {WRITERS} writers log at full speed: p99 of a read",
        unit="ms",
        measure=lambda: _polled_p99(place, writers=WRITERS),
        goal=at_most(100),
        baseline=Baseline(what="nobody writes", measure=lambda: _polled_p99(place, writers=0)),
        rounds=3,
    )


def series(http: httpx.Client, run_ids: list[str], names: list[str], **query: Any) -> list[tuple[Any, dict[str, Any]]]:
    """Return series as the Studio asks for them: in one request, as a binary frame."""
    body = {"run_ids": run_ids, "names": names, "max_points": 1000, **query}
    answer = http.post(f"{ROOT}/metrics/series", json=body, headers={"accept": SERIES_FRAME})
    answer.raise_for_status()
    return decode_frame(answer.content)


def _long_rows(place: Place, points: int, server_cpu: Callable[[], float]) -> Iterator[Row]:
    values = np.random.default_rng(7).normal(size=points)
    values[points * 3 // 4 + 321] = 99.0
    (run_id,) = place.new_runs(1)
    place.send(run_id, packed(["x"], values[:, None], batch_points=500_000))
    place.complete([run_id])
    windows = {
        "the whole": (0, points - 1),
        "a zoom of 10 %": (points * 7 // 10, points * 8 // 10),
        "a zoom of 0.1 %": (5_000, 5_000 + points // 1000),
    }
    for label, (low, high) in windows.items():
        yield Row(
            what=f"one series of {points / 1e6:g} M points as 1,000, {label}, exact extremes",
            unit="ms",
            measure=partial(_window_ms, place, run_id, itertools.count(low), high, values),
            goal=at_most(20),
            baseline=Baseline(
                what="numpy: extremes of 500 buckets, in memory", measure=partial(_scan_ms, values[low : high + 1])
            ),
            cpu_s=server_cpu,
            rounds=15,
        )
    yield Row(
        what="export to Parquet",
        unit="M points/s",
        measure=lambda: points / 1e3 / ms(lambda: _export(place, run_id, points)),
        goal=at_least(5),
        baseline=Baseline(what="pyarrow writes the same table", measure=lambda: points / 1e3 / ms(lambda: _parquet(values))),
        cpu_s=server_cpu,
    )


def _window_ms(place: Place, run_id: str, lows: Iterator[int], high: int, values: npt.NDArray[np.float64]) -> float:
    """Return how long a window takes that was never asked for before: the server keeps the answers to equal questions."""
    found: list[Any] = []
    low = next(lows)
    inside = values[low : high + 1]
    spent = ms(lambda: found.extend(series(place.http, [run_id], ["x"], start=low, stop=high)))
    shown = np.frombuffer(found[0][1]["values"])
    if len(shown) > 1000 or (shown.min(), shown.max()) != (inside.min(), inside.max()):
        raise WrongResultError(f"{len(shown)} points, not the exact extremes")
    return spent


def _scan_ms(values: npt.NDArray[np.float64]) -> float:
    whole = values[: len(values) // 500 * 500].reshape(500, -1)
    return ms(lambda: (whole.min(axis=1), whole.max(axis=1)))


def _export(place: Place, run_id: str, points: int) -> None:
    size = 0
    with place.http.stream("POST", f"{ROOT}/metrics/export", json={"run_ids": [run_id]}) as answer:
        answer.raise_for_status()
        for part in answer.iter_raw():
            size += len(part)
    if size < points:
        raise WrongResultError(f"only {size} bytes came")


def _parquet(values: npt.NDArray[np.float64]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    count = len(values)
    table = pa.table({"step": np.arange(count), "time": np.arange(count) * 1000, "value": values})
    encodings = {"step": "DELTA_BINARY_PACKED", "time": "DELTA_BINARY_PACKED", "value": "BYTE_STREAM_SPLIT"}
    pq.write_table(table, io.BytesIO(), compression="zstd", use_dictionary=False, column_encoding=encodings)


def _many_runs_row(place: Place, server_cpu: Callable[[], float]) -> Row:
    names = [f"m{n}" for n in range(5)]
    runs = place.new_runs(200)
    batches = packed(names, loss(2000, 5))
    bare = sqlite3.connect(":memory:", check_same_thread=False)
    bare.execute("CREATE TABLE p (r INT, s INT, t INT, v REAL, PRIMARY KEY (r, s)) WITHOUT ROWID")
    for number, run_id in enumerate(runs):
        place.send(run_id, batches)
        bare.executemany("INSERT INTO p VALUES (?, ?, ?, 0.5)", ((number, step, step) for step in range(2000)))
    place.complete(runs)

    sizes = itertools.count(1000, -1)  # another question each time: the server keeps the answers to equal ones

    def read() -> None:
        if len(series(place.http, runs, ["m2"], max_points=next(sizes))) != 200:
            raise WrongResultError("series are missing")

    return Row(
        what="one metric of 200 runs × 2,000 points, one request",
        unit="ms",
        measure=lambda: ms(read),
        goal=at_most(100),
        baseline=Baseline(
            what="bare SQLite in memory, a row a point, this metric only",
            measure=lambda: ms(bare.execute("SELECT r, s, t, v FROM p").fetchall),
        ),
        cpu_s=server_cpu,
    )


def _many_names_row(place: Place, server_cpu: Callable[[], float]) -> Row:
    names = [f"layer{n // 10}/weight{n % 10}" for n in range(10_000)]
    (run_id,) = place.new_runs(1)
    place.send(run_id, packed(names, loss(5, 10_000), batch_points=50_000))
    place.complete([run_id])
    bare = dict.fromkeys(names, 0.5)

    def read() -> None:
        answer = place.http.get(f"{ROOT}/runs/{run_id}/metrics", headers={"accept": "application/msgpack"})
        if answer.status_code != 200 or len(answer.content) < 10 * len(names):
            raise WrongResultError(f"status {answer.status_code}")

    return Row(
        what="all metrics' last values of a run with 10,000 names (and first, min, max, mean, count)",
        unit="ms",
        measure=lambda: ms(read),
        goal=at_most(50),
        baseline=Baseline(
            what="json.loads(json.dumps()) of a dict of them", measure=lambda: ms(lambda: json.loads(json.dumps(bare)))
        ),
        cpu_s=server_cpu,
    )


class _NewPoint:
    """Follows the event stream as an open chart does, and asks for what is new when a run has metrics."""

    def __init__(self, place: Place) -> None:
        self._place = place
        experiment = runyard.Experiment(runyard.Workspace.from_config(), "bench")
        self._run = experiment.start_logging(outputs=None, snapshot_directory=None)
        self._run.log("live", 0.0)
        self._run.flush()
        self._count = 1

    def seconds(self) -> float:
        """Return how long after ``log`` the point is in the answer to the chart's request."""
        place, run_id = self._place, self._run.id
        with place.http.stream("GET", f"{ROOT}/changes/stream") as stream:
            lines = stream.iter_lines()
            while not next(lines).startswith("id:"):
                pass
            began = time.perf_counter()
            self._run.log("live", 1.0)
            for text in lines:
                if not (text.startswith("data:") and run_id in text):
                    continue
                with httpx.Client(base_url=place.http.base_url, headers=place.http.headers, trust_env=False) as other:
                    found = series(other, [run_id], ["live"], since={run_id: {"live": self._count}})
                if found and found[0][0].count > self._count:
                    self._count += 1
                    return time.perf_counter() - began
        raise WrongResultError("the stream ended")


def _idle_rate(place: Place) -> float:
    """Return the KB/s of the stream while runs live and only their system metrics come. What the Studio fetches is not in it."""
    code = f"""
    runs = [experiment.start_logging(outputs=None, snapshot_directory=None) for _ in range({IDLE_RUNS})]
    for run in runs: run.log("x", 0.5)
    runs[-1].flush()
    print("ready", flush=True)
    sys.stdin.readline()
    os._exit(0)
    """
    process = place.start(code)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(2)
    sizes: list[int] = []
    threading.Thread(target=_count_bytes, args=(place, sizes), daemon=True).start()
    time.sleep(IDLE_S)
    size = sum(sizes)
    process.communicate("go\n")
    return size / IDLE_S / 1000


def _count_bytes(place: Place, sizes: list[int]) -> None:
    with (
        httpx.Client(base_url=place.http.base_url, headers=place.http.headers, trust_env=False, timeout=60) as http,
        suppress(httpx.HTTPError),  # the server ends before this thread does
        http.stream("GET", f"{ROOT}/changes/stream") as stream,
    ):
        for part in stream.iter_raw():
            sizes.append(len(part))


def _polled_p99(place: Place, *, writers: int) -> float:
    """Return p99 in milliseconds of the polls of all dashboards, each once a second."""
    (run_id,) = place.new_runs(1)
    names = [f"live{n}" for n in range(LIVE_METRICS)]
    place.send(run_id, packed(names, loss(100, LIVE_METRICS)))
    code = f"""
    run = runyard.Run(experiment, {run_id!r})
    print("ready", flush=True)
    sys.stdin.readline()
    until = time.monotonic() + {LIVE_S + 2}
    while time.monotonic() < until:
        for number in range(1000): run.log("live%d" % (number % {LIVE_METRICS}), 0.5)
    os._exit(0)
    """
    processes = [place.start(code) for _ in range(writers)]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    times: list[float] = []
    until = time.monotonic() + LIVE_S
    threads = [threading.Thread(target=_poll, args=(place, run_id, names, number, until, times)) for number in range(DASHBOARDS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for process in processes:
        process.communicate()
    return percentile(times, 99)


def _poll(place: Place, run_id: str, names: list[str], number: int, until: float, times: list[float]) -> None:
    time.sleep(number / DASHBOARDS)  # not all at the same moment
    with httpx.Client(base_url=place.http.base_url, headers=place.http.headers, trust_env=False, timeout=60) as http:
        while time.monotonic() < until:
            spent = ms(lambda: series(http, [run_id], names))
            times.append(spent)
            time.sleep(max(0.0, 1 - spent / 1000))
