"""The rows "Recording" of the goals."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import runyard
from benchmarks.clock import cpu_of, cpu_of_children, each_ns, percentile, seconds
from benchmarks.place import Place, plain_environment
from benchmarks.row import Baseline, Row, WrongResultError, at_least, at_most, at_most_times
from benchmarks.storing import bytes_a_point

PROCESSES = 8
_NS = 1000


def rows(place: Place, *, points: int) -> Iterator[Row]:
    """Yield the rows; ``points`` is how many a process logs where that matters."""
    experiment = runyard.Experiment(runyard.Workspace.from_config(), "bench")
    yield from _call_rows(experiment, points // 4)
    yield from _many_rows(experiment)
    yield Row(
        what="lost by SIGKILL right after the last call, of 10,000",
        unit="points",
        measure=lambda: _lost(place),
        goal=at_most(0),
        rounds=1,
    )
    yield _rate_row(experiment, points)
    yield _processes_row(place, experiment, points)
    yield Row(
        what="bytes a scalar point on disk (step, time, float32-born value)",
        unit="bytes",
        measure=lambda: bytes_a_point(points),
        goal=at_most(6),
        baseline=Baseline(what="a row a point in bare SQLite", measure=lambda: _sqlite_bytes(points // 4)),
        rounds=1,
    )
    for is_up, limit in ((True, 1.0), (False, 2.0)):
        yield Row(
            what=f"exit of the process after 100,000 fresh points, server {'up' if is_up else 'gone'}",
            unit="s",
            measure=lambda is_up=is_up: _exit_s(place, is_up=is_up),  # type: ignore[misc]
            goal=at_most(limit),
            baseline=Baseline(what="exit of a program that logged nothing", measure=_bare_exit_s),
        )
    yield Row(
        what="CPU at 1,000 calls/s, over the same loop without them",
        unit="% of a core",
        measure=lambda: _cpu_percent(place),
        goal=at_most(1),
        rounds=3,
    )
    yield Row(
        what="import runyard, Run and Workspace used",
        unit="s",
        measure=lambda: _program_s("import runyard; runyard.Run; runyard.Workspace") - _program_s("pass"),
        goal=at_most(0.25),
        baseline=Baseline(what="import httpx", measure=lambda: _program_s("import httpx") - _program_s("pass")),
        cpu_s=cpu_of_children,
        rounds=9,
    )


def _call_rows(experiment: runyard.Experiment, count: int) -> Iterator[Row]:
    run = experiment.start_logging(outputs=None, snapshot_directory=None)
    kept: list[tuple[str, float, None]] = []
    name, value = "x", float(os.getpid())  # not constants: the compiler would build their tuple once
    run.log(name, value)

    def logged(percent: float) -> float:
        return percentile(each_ns(lambda: run.log(name, value), count), percent) / _NS

    def appended(percent: float) -> float:
        kept.clear()
        return percentile(each_ns(lambda: kept.append((name, value, None)), count), percent) / _NS

    append = Baseline(what="list.append of a tuple, timed alike", measure=lambda: appended(50))
    yield Row(what="run.log, p50 on the calling thread", unit="µs", measure=lambda: logged(50), goal=at_most(2), baseline=append)
    yield Row(what="run.log, p99", unit="µs", measure=lambda: logged(99), goal=at_most(20),
              baseline=Baseline(what="list.append, p99", measure=lambda: appended(99)))  # fmt: skip
    yield Row(what="run.log against list.append", unit="µs", measure=lambda: logged(50), goal=at_most_times(5), baseline=append)
    run.complete()


def _many_rows(experiment: runyard.Experiment) -> Iterator[Row]:
    run = experiment.start_logging(outputs=None, snapshot_directory=None)
    values = {f"m{number}": number / 7 for number in range(100)}
    run.log_dict(values)
    kept: list[tuple[str, float]] = []
    yield Row(
        what="100 scalars in one call, p50",
        unit="µs",
        measure=lambda: percentile(each_ns(lambda: run.log_dict(values), 1000), 50) / _NS,
        goal=at_most(40),
        baseline=Baseline(
            what="list.extend of the pairs",
            measure=lambda: percentile(each_ns(lambda: kept.extend(values.items()), 1000), 50) / _NS,
        ),
    )
    run.complete()


def _lost(place: Place) -> float:
    code = """
    run = experiment.start_logging(outputs=None, snapshot_directory=None)
    print(run.id, flush=True)
    for step in range(10_000): run.log("x", step, step=step)
    os.kill(os.getpid(), signal.SIGKILL)
    """
    run_id = place.script(code).stdout.split()[0]
    place.command("sync")
    count = "print(len(runyard.Run(experiment, sys.argv[1]).get_metrics().get('x', [])))"
    return 10_000 - int(place.script(count, run_id).stdout.split()[-1])


def _rate_row(experiment: runyard.Experiment, points: int) -> Row:
    def rate() -> float:
        run = experiment.start_logging(outputs=None, snapshot_directory=None)
        began = time.perf_counter()
        for _ in range(points):
            run.log("x", 0.5)
        run.flush()
        spent = time.perf_counter() - began
        if len(run.get_metrics()["x"]) != points:
            raise WrongResultError("SOME LOST")
        run.complete()
        return points / spent

    return Row(
        what=f"one process, until durable and queryable on the server ({points:,} points)",
        unit="points/s",
        measure=rate,
        goal=at_least(500_000),
        baseline=Baseline(what="the same bytes into a file, synced", measure=lambda: points / _raw_write_s(points)),
    )


def _processes_row(place: Place, experiment: runyard.Experiment, points: int) -> Row:
    code = """
    run = runyard.Run(experiment, sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    for step in range(int(sys.argv[3])): run.log(sys.argv[2], step, step=step)
    run.flush()
    print(time.time(), flush=True)
    """

    def rate() -> float:
        run = experiment.start_logging(outputs=None, snapshot_directory=None)
        processes = [place.start(code, run.id, f"p{number}", str(points)) for number in range(PROCESSES)]
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()
        began = time.time()
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        spent = max(float(process.communicate()[0].split()[-1]) for process in processes) - began
        metrics = run.get_metrics()
        if any(metrics.get(f"p{number}") != list(range(points)) for number in range(PROCESSES)):
            raise WrongResultError("SOME LOST")
        run.complete()
        return PROCESSES * points / spent

    return Row(
        what=f"{PROCESSES} processes into one server ({points:,} points each), none lost",
        unit="points/s",
        measure=rate,
        goal=at_least(500_000),
        baseline=Baseline(what=f"{PROCESSES} processes write the same bytes, synced", measure=lambda: _raw_processes(points)),
        cpu_s=cpu_of(place.server_pid),
        rounds=3,
    )


def _exit_s(place: Place, *, is_up: bool) -> float:
    command = str(Path(sys.executable).with_name("runyard"))
    away = "" if is_up else f"import subprocess; subprocess.run([{command!r}, 'down'], capture_output=True)"
    code = f"""
    run = experiment.start_logging(outputs=None, snapshot_directory=None)
    run.log("x", 0.5)
    {away}
    for step in range(100_000): run.log("x", 0.5)
    print(time.time(), flush=True)
    """
    ended = place.script(code)
    if not is_up:
        place.command("up")
        place.command("sync")
    return ended.ended_at - float(ended.stdout.split()[-1])


def _bare_exit_s() -> float:
    program = "import time; print(time.time(), flush=True)"
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    return time.time() - float(printed)


def _cpu_percent(place: Place) -> float:
    code = """
    import resource
    run = experiment.start_logging(outputs=None, snapshot_directory=None)
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
    return 100 * float(place.script(code).stdout.split()[-1])


def _program_s(code: str) -> float:
    return seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True, env=plain_environment()))


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


_RAW = """
import os, sys, tempfile, time
sink = tempfile.TemporaryFile(buffering=1 << 16)
print("ready", flush=True)
sys.stdin.readline()
record = bytes(32)
for _ in range(int(sys.argv[1])): sink.write(record)
sink.flush()
os.fsync(sink.fileno())
print(time.time(), flush=True)
"""


def _raw_processes(points: int) -> float:
    started = [
        subprocess.Popen([sys.executable, "-c", _RAW, str(points)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    for process in started:
        assert process.stdout is not None
        process.stdout.readline()
    began = time.time()
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return PROCESSES * points / (max(float(process.communicate()[0].split()[-1]) for process in started) - began)


def _sqlite_bytes(points: int) -> float:
    import sqlite3

    from benchmarks.batches import START_US, loss

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bare.db"
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE p (s INT, k INT, t INT, v REAL, PRIMARY KEY (s, k)) WITHOUT ROWID")
        values = loss(points).reshape(-1).tolist()
        with connection:
            connection.executemany(
                "INSERT INTO p VALUES (1, ?, ?, ?)", ((step, START_US + step * 1000, value) for step, value in enumerate(values))
            )
        connection.close()
        return path.stat().st_size / points
