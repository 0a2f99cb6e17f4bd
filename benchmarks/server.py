"""The rows "Server" of the goals."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.batches import loss, packed
from benchmarks.clock import cpu_of, cpu_of_children, seconds
from benchmarks.place import Place, plain_environment
from benchmarks.reading import ROOT
from benchmarks.row import Baseline, Row, at_most
from runyard.client import embedded

LISTENERS = 100
EVENTS_A_SECOND = 10
LISTENED_S = 10.0


def rows() -> Iterator[Row]:
    """Yield the rows."""
    with tempfile.TemporaryDirectory(prefix="runyard-bench-") as folder:
        home = Path(folder)
        _started_s(home)  # the first start makes the database
        yield Row(
            what="from command to healthy",
            unit="s",
            measure=lambda: _started_s(home),
            goal=at_most(2),
            baseline=Baseline(what="import fastapi, sqlalchemy, uvicorn, numpy", measure=_libraries_s),
            cpu_s=cpu_of_children,
        )
    place = Place()
    try:
        time.sleep(3)
        process = psutil.Process(place.server_pid)
        yield Row(what="idle memory (resident)", unit="MB", measure=lambda: process.memory_info().rss / 1e6, goal=at_most(150))
        yield Row(what="processes", unit="", measure=lambda: 1 + len(process.children(recursive=True)), goal=at_most(1), rounds=1)
        yield Row(
            what=f"{LISTENERS} SSE listeners × {EVENTS_A_SECOND} events/s: CPU of the server",
            unit="% of a core",
            measure=lambda: _listened_percent(place, LISTENERS),
            goal=at_most(10),
            baseline=Baseline(what="the same events, nobody listens", measure=lambda: _listened_percent(place, 0)),
            rounds=1,
        )
    finally:
        place.close()


def _started_s(home: Path) -> float:
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "runyard.server", "--home", str(home)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=plain_environment(),
    )
    while True:
        info = embedded.read_server_info(home)
        if info is not None and info.pid == process.pid and embedded.is_healthy(info):
            break
        time.sleep(0.01)
    spent = time.perf_counter() - began
    process.terminate()
    process.wait()
    return spent


def _libraries_s() -> float:
    command = [sys.executable, "-c", "import fastapi, sqlalchemy, uvicorn, numpy"]
    return seconds(lambda: subprocess.run(command, check=True, env=plain_environment()))


def _listened_percent(place: Place, listeners: int) -> float:
    """Return the server's CPU while events come; with listeners, each of them gets every event."""
    (run_id,) = place.new_runs(1)
    code = f"""
import httpx, threading
def listen():
    with httpx.stream("GET", {str(place.http.base_url)!r} + {ROOT!r} + "/changes/stream",
                      headers={{"authorization": {place.http.headers["authorization"]!r}}}, timeout=60, trust_env=False) as s:
        for part in s.iter_raw(): pass
threads = [threading.Thread(target=listen, daemon=True) for _ in range({listeners})]
for t in threads: t.start()
print("ready", flush=True)
input()
"""
    listener = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert listener.stdin is not None and listener.stdout is not None
    listener.stdout.readline()
    time.sleep(2)
    batches = packed(["x"], loss(int(LISTENED_S * EVENTS_A_SECOND)), batch_points=1)
    used = cpu_of(place.server_pid)
    before, began = used(), time.monotonic()
    for number, batch in enumerate(batches):
        place.client.metrics.record_batch(run_id, batch)
        time.sleep(max(0.0, began + (number + 1) / EVENTS_A_SECOND - time.monotonic()))
    spent = 100 * (used() - before) / (time.monotonic() - began)
    listener.kill()
    listener.wait()
    return spent
