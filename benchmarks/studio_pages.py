"""Pages of the Studio beside its charts of one run: comparing, a long log, and what an open page costs while little happens."""

from __future__ import annotations

import threading
import time
import urllib.request
from collections.abc import Iterator

from benchmarks.batches import loss, packed
from benchmarks.place import WORKSPACE, Place
from benchmarks.row import Row, WrongResultError, at_most
from benchmarks.studio_charts import WAIT_S, Bench, opened, scroll_rows
from runyard import Run

COMPARED_RUNS = 10
COMPARED_NAMES = 100
LOG = "azureml-logs/70_driver_log.txt"
LOG_PART_BYTES = 8 << 20
RUNNING_RUNS = 50
IDLE_S = 10
RECEIVED = """performance.getEntriesByType('resource')
  .map((each) => each.transferSize || each.encodedBodySize).reduce((sum, size) => sum + size, 0)"""


def rows(place: Place, *, scale: int = 1) -> Iterator[Row]:
    """Yield the rows; ``scale`` 10 takes a tenth of the data."""
    with opened(place) as bench:
        yield from _compare_rows(bench)
        yield from _log_rows(bench, 1_000_000 // scale)
        yield from _idle_rows(bench)


def _compare_rows(bench: Bench) -> Iterator[Row]:
    """A hundred charts of ten runs, scrolled."""
    names = [f"metric{n:03}" for n in range(COMPARED_NAMES)]
    for seed in range(COMPARED_RUNS):
        bench.logged("hundred", packed(names, loss(500, COMPARED_NAMES, seed)))
    bench.place.wait_for_compactor()
    bench.open("/compare?exp=hundred")
    bench.chart(f"Line chart of metric000: {COMPARED_RUNS} lines")
    bench.page.wait_for_timeout(1000)
    what = f"comparing: scrolling {COMPARED_NAMES} charts of {COMPARED_RUNS} runs, 60 px a frame"
    yield from scroll_rows(bench, what, 9_000, 150, floor=55)


def _log_rows(bench: Bench, lines: int) -> Iterator[Row]:
    """A long log: opened at its end, and searched."""
    run = bench.run("log")
    text = b"".join(b"2026-01-01 00:00:00 INFO step %d loss=%.4f\n" % (n, 1 / (n + 1)) for n in range(lines))
    for start in range(0, len(text), LOG_PART_BYTES):
        bench.place.client.artifacts.append(run.id, LOG, start, text[start : start + LOG_PART_BYTES])
    run.complete()
    page = bench.page

    def shown() -> float:
        bench.open("/runs")
        page.get_by_role("heading").first.wait_for()
        began = time.perf_counter()
        bench.open(f"/runs/{run.id}/outputs/{LOG}")
        page.get_by_text(f"step {lines - 1} ").wait_for(timeout=WAIT_S * 1000)
        return (time.perf_counter() - began) * 1000

    def found() -> float:
        field = page.get_by_role("searchbox", name="Find in log")
        field.fill("")
        began = time.perf_counter()
        field.fill(f"step {lines // 2} ")
        page.get_by_text("1 of 1", exact=True).wait_for(timeout=WAIT_S * 1000)
        page.get_by_role("log").get_by_text(f"step {lines // 2} ").wait_for(timeout=WAIT_S * 1000)
        return (time.perf_counter() - began) * 1000

    yield Row(
        what=f"log of {lines:,} lines: opened at its end, the page with it", unit="ms", measure=shown, goal=at_most(800), rounds=3
    )
    yield Row(what="… a line in its middle found and shown", unit="ms", measure=found, goal=at_most(1000), rounds=3)


def _idle_rows(bench: Bench) -> Iterator[Row]:
    """The run list open while many runs log a little: what the page and the change feed receive."""
    runs = [bench.run("idle") for _ in range(RUNNING_RUNS)]
    bench.open("/runs")
    bench.page.get_by_text("idle").first.wait_for(timeout=WAIT_S * 1000)
    bench.page.wait_for_timeout(2000)

    def traffic() -> float:
        bench.page.evaluate("performance.clearResourceTimings()")
        stream = _StreamSize(bench)
        _log_once_each(runs)
        received = bench.page.evaluate(RECEIVED)
        return float(received + stream.size()) / IDLE_S / 1000

    yield Row(
        what=f"run list with {RUNNING_RUNS} running runs: received", unit="kB/s", measure=traffic, goal=at_most(2), rounds=2
    )
    for run in runs:
        run.complete()


def _log_once_each(runs: list[Run]) -> None:
    """Log one value in each run, evenly over the time."""
    for run in runs:
        run.log("loss", 0.5)
        run.flush()
        time.sleep(IDLE_S / len(runs))


class _StreamSize:
    """Counts what a reader of the change feed gets that asks as the Studio does.

    The browser's own reader is a worker's, whose bytes its page does not see.
    """

    def __init__(self, bench: Bench) -> None:
        endpoint = bench.place.client.endpoint
        headers = {"Authorization": f"Bearer {endpoint.token}"}
        base = f"{endpoint.url}/api/v1/workspaces/{WORKSPACE}/changes"
        self._answer = urllib.request.urlopen(
            urllib.request.Request(f"{base}/stream?short=true", headers=headers), timeout=IDLE_S * 3
        )
        self._size = 0
        self._until = time.monotonic() + IDLE_S
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def size(self) -> int:
        """Return the bytes until now, and end."""
        self._reader.join(IDLE_S * 3)
        if self._reader.is_alive():
            raise WrongResultError("the change feed did not end in time")
        self._answer.close()
        return self._size

    def _read(self) -> None:
        while time.monotonic() < self._until and (part := self._answer.read1(1 << 16)):
            self._size += len(part)
