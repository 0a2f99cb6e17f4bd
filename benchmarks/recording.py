"""Measure the rows "Recording" of the goals, each beside a bare baseline of the same run.

    python benchmarks/recording.py [--rounds 5] [--quick] [--json FILE]

Every figure is the median of the rounds. The baseline of a call is ``list.append`` of a tuple, timed the same way, call by call.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import runyard

NS = 1_000


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


def main() -> None:
    """Print the table; the exit code is 1 when a goal is missed."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="runyard-bench-") as home:
        os.environ["RUNYARD_HOME"] = home
        try:
            rows = _measured(options.rounds, 20_000 if options.quick else 200_000)
        finally:
            _runyard("down")
    _print(rows)
    if options.json:
        Path(options.json).write_text(json.dumps([asdict(row) for row in rows], indent=2))
    sys.exit(0 if all(row.is_met for row in rows) else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="a tenth of the points")
    parser.add_argument("--json", help="write the rows to this file")
    return parser.parse_args()


def _measured(rounds: int, points: int) -> list[Row]:
    experiment = runyard.Experiment(runyard.Workspace.from_config(), "bench")
    return [
        *_call_rows(experiment, rounds, points // 2),
        _many_row(experiment, rounds),
        _loss_row(),
        _rate_row(experiment, rounds, points),
        _processes_row(experiment, points // 4),
        _exit_row(up=True),
        _exit_row(up=False),
        _cpu_row(),
        _import_row(rounds),
    ]


def _call_rows(experiment: runyard.Experiment, rounds: int, count: int) -> list[Row]:
    run = experiment.start_logging(outputs=None)
    run.log("x", 0.5)
    kept: list[tuple[str, float, None]] = []
    name, value = "x", float(os.getpid())  # not constants: the compiler would build their tuple once
    p50, p99, base, loop, loop_base = [], [], [], [], []
    for _ in range(rounds):
        kept.clear()
        times = _each(lambda: kept.append((name, value, None)), count)
        base.append(_percentile(times, 50))
        times = _each(lambda: run.log(name, value), count)
        p50.append(_percentile(times, 50))
        p99.append(_percentile(times, 99))
        kept.clear()
        began = time.perf_counter_ns()
        for _ in range(count):
            kept.append((name, value, None))
        loop_base.append((time.perf_counter_ns() - began) / count)
        began = time.perf_counter_ns()
        for _ in range(count):
            run.log(name, value)
        loop.append((time.perf_counter_ns() - began) / count)
    run.complete()
    median, append, tail = statistics.median(p50), statistics.median(base), statistics.median(p99)
    in_loop, bare = statistics.median(loop), statistics.median(loop_base)
    return [
        Row("run.log, p50 on the calling thread", median / NS, "µs", "≤ 2", median <= 2 * NS),
        Row(
            "run.log, p50 against list.append, timed alike",
            median / NS, "µs", "≤ 5 ×", median <= 5 * append, f"{append / NS:.3f} µs", median / append,
        ),
        Row(
            "run.log in a plain loop, mean",
            in_loop / NS, "µs", "(none)", True, f"{bare / NS:.3f} µs", in_loop / bare,
        ),
        Row("run.log, p99", tail / NS, "µs", "≤ 20", tail <= 20 * NS),
    ]  # fmt: skip


def _many_row(experiment: runyard.Experiment, rounds: int) -> Row:
    run = experiment.start_logging(outputs=None)
    values = {f"m{number}": number / 7 for number in range(100)}
    run.log_dict(values)
    found = [_percentile(_each(lambda: run.log_dict(values), 1000), 50) for _ in range(rounds)]
    kept: list[tuple[str, float]] = []
    base = [_percentile(_each(lambda: kept.extend(values.items()), 1000), 50) for _ in range(rounds)]
    run.complete()
    median, bare = statistics.median(found), statistics.median(base)
    return Row("100 scalars in one call, p50", median / NS, "µs", "≤ 40", median <= 40 * NS, f"{bare / NS:.2f} µs", median / bare)


def _loss_row() -> Row:
    code = """
    run = experiment.start_logging(outputs=None)
    print(run.id, flush=True)
    for step in range(10_000): run.log("x", step, step=step)
    os.kill(os.getpid(), signal.SIGKILL)
    """
    run_id = _script(code).stdout.split()[0]
    _script("run = experiment.start_logging(outputs=None); run.log('y', 1); run.complete()")
    _sync()
    found = _count(run_id)
    return Row("lost by SIGKILL right after the last call, of 10,000", 10_000 - found, "points", "0", found == 10_000)


def _rate_row(experiment: runyard.Experiment, rounds: int, points: int) -> Row:
    rates, raw = [], []
    for _ in range(rounds):
        run = experiment.start_logging(outputs=None)
        began = time.perf_counter()
        for _ in range(points):
            run.log("x", 0.5)
        run.flush()
        rates.append(points / (time.perf_counter() - began))
        assert len(run.get_metrics()["x"]) == points
        run.complete()
        raw.append(points / _raw_write_s(points))
    median, bare = statistics.median(rates), statistics.median(raw)
    return Row(
        f"one process, until on the server ({points:,} points)",
        median, "points/s", "≥ 500,000", median >= 500_000, f"{bare:,.0f} points/s raw file", median / bare,
    )  # fmt: skip


def _processes_row(experiment: runyard.Experiment, points: int) -> Row:
    run = experiment.start_logging(outputs=None)
    code = """
    run = runyard.Run(experiment, sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    for step in range(int(sys.argv[3])): run.log(sys.argv[2], step, step=step)
    run.flush()
    """
    processes = [_start(code, run.id, f"p{number}", str(points)) for number in range(8)]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    began = time.perf_counter()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.wait()
    rate = 8 * points / (time.perf_counter() - began)
    metrics = run.get_metrics()
    is_whole = all(metrics.get(f"p{number}") == list(range(points)) for number in range(8))
    run.complete()
    lost = "" if is_whole else ", SOME LOST"
    return Row(f"8 processes into one run ({points:,} each{lost})", rate, "points/s", "≥ 500,000", is_whole and rate >= 500_000)


def _exit_row(*, up: bool) -> Row:
    command = Path(sys.executable).with_name("runyard")
    away = "" if up else f"import subprocess; subprocess.run([{str(command)!r}, 'down'], capture_output=True)"
    code = f"""
    run = experiment.start_logging(outputs=None)
    run.log("x", 0.5)
    {away}
    for step in range(100_000): run.log("x", 0.5)
    print(time.time(), flush=True)
    """
    ended = _script(code)
    seconds = ended.ended_at - float(ended.stdout.split()[-1])
    if not up:
        _runyard("up")
        _sync()
    limit = 1.0 if up else 2.0
    what = "up" if up else "gone"
    return Row(f"exit with 100,000 fresh points, server {what}", seconds, "s", f"≤ {limit:.0f}", seconds <= limit)


def _cpu_row() -> Row:
    code = """
    import resource
    run = experiment.start_logging(outputs=None)
    run.log("x", 0.5)
    time.sleep(1.5)
    def used(): u = resource.getrusage(resource.RUSAGE_SELF); return u.ru_utime + u.ru_stime
    def paced(act):
        before, began = used(), time.monotonic()
        for tick in range(500):
            for _ in range(10): act()
            time.sleep(max(0.0, began + (tick + 1) * 0.01 - time.monotonic()))
        return (used() - before) / (time.monotonic() - began)
    idle = paced(lambda: None)
    print(paced(lambda: run.log("x", 0.5)) - idle)
    """
    percent = 100 * float(_script(code).stdout.split()[-1])
    return Row("CPU at 1,000 calls/s, over the same loop without them", percent, "% of a core", "≤ 1", percent <= 1)


def _import_row(rounds: int) -> Row:
    def seconds(code: str) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - began

    bare = statistics.median(seconds("pass") for _ in range(rounds))
    whole = statistics.median(seconds("import runyard; runyard.Run; runyard.Workspace") for _ in range(rounds)) - bare
    return Row("import runyard, names included", whole, "s", "≤ 0.25", whole <= 0.25, f"{bare:.3f} s bare Python")


@dataclass(frozen=True)
class _Ended:
    stdout: str
    ended_at: float


_PRELUDE = """
import os, signal, sys, time
import runyard
workspace = runyard.Workspace.from_config()
experiment = runyard.Experiment(workspace, "bench")
"""


def _start(code: str, *arguments: str) -> subprocess.Popen[str]:
    whole = _PRELUDE + textwrap.dedent(code)
    return subprocess.Popen([sys.executable, "-c", whole, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _script(code: str, *arguments: str) -> _Ended:
    process = _start(code, *arguments)
    assert process.stdout is not None
    text = process.stdout.read()
    process.wait()
    return _Ended(text, time.time())


def _runyard(*arguments: str) -> None:
    subprocess.run([str(Path(sys.executable).with_name("runyard")), *arguments], capture_output=True, check=False)


def _sync() -> None:
    _runyard("sync")


def _count(run_id: str) -> int:
    code = "run = runyard.Run(experiment, sys.argv[1]); print(len(run.get_metrics().get('x', [])))"
    return int(_script(code, run_id).stdout.split()[-1])


def _raw_write_s(points: int) -> float:
    """Return how long it takes to write as many bytes to a file, one write a point, and to sync it."""
    record = bytes(32)
    with tempfile.TemporaryFile(buffering=1 << 16, dir=os.environ["RUNYARD_HOME"]) as sink:
        began = time.perf_counter()
        for _ in range(points):
            sink.write(record)
        sink.flush()
        os.fsync(sink.fileno())
        return time.perf_counter() - began


def _each(act: Callable[[], object], count: int) -> list[int]:
    """Return how long each call took, in nanoseconds."""
    clock = time.perf_counter_ns
    times = [0] * count
    for number in range(count):
        began = clock()
        act()
        times[number] = clock() - began
    return times


def _percentile(times: list[int], percent: int) -> float:
    return float(sorted(times)[len(times) * percent // 100])


def _print(rows: list[Row]) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"\n{os.cpu_count()} cores, Python {sys.version.split()[0]}, {used.ru_utime:.0f} s of CPU\n")
    print("| what | measured | goal | | baseline | ratio |\n| --- | --- | --- | --- | --- | --- |")
    for row in rows:
        figure = f"{row.measured:,.0f}" if row.measured >= 1000 or row.unit == "points" else f"{row.measured:.2f}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        print(
            f"| {row.what} | {figure} {row.unit} | {row.goal} | {'met' if row.is_met else 'MISSED'} | {row.baseline} | {ratio} |"
        )


if __name__ == "__main__":
    main()
