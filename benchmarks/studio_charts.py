"""Charts of the Studio in a real Chromium, on a real server with what went through the real ingest route.

Part of ``python -m benchmarks --only studio``. Wall times are taken in the page; CPU is the main thread's, from the browser's own
clock, which a busy machine changes less.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from functools import partial

import numpy as np
from playwright.sync_api import Locator, Page

from benchmarks.batches import loss, packed
from benchmarks.clock import seconds
from benchmarks.place import WORKSPACE, Place
from benchmarks.row import Row, WrongResultError, at_least, at_most
from benchmarks.studio_page import chromium
from runyard import Experiment, Run, Workspace
from runyard.sdk.portal import portal_url

ZOOMS = (0.3, 0.35, 0.4, 0.45, 0.3, 0.4)
LIVE_CHARTS = 12
LIVE_S = 6
MOVES = 60
WAIT_S = 60
FRAMES = """() => {
  window.frames_ = []; let last = performance.now();
  const tick = (now) => { window.frames_.push(now - last); last = now; window.framing_ = requestAnimationFrame(tick); };
  window.framing_ = requestAnimationFrame(tick);
}"""
BUSY_WATCH = """(name) => {
  const card = document.querySelector(`article[aria-label="${name}"]`);
  window.zooms_ = []; let began = null;
  new MutationObserver(() => {
    if (card.getAttribute('aria-busy') === 'true') { began ??= performance.now(); return; }
    if (began === null) return;
    const from = began; began = null;
    requestAnimationFrame(() => requestAnimationFrame(() => window.zooms_.push(performance.now() - from)));
  }).observe(card, { attributes: true, attributeFilter: ['aria-busy'] });
}"""
SCROLL = """([pixels, steps]) => new Promise((done) => {
  const main = document.querySelector('#main'); let step = 0;
  const tick = () => {
    main.scrollBy(0, pixels / steps); step += 1;
    if (step < steps) requestAnimationFrame(tick); else done();
  };
  requestAnimationFrame(tick);
})"""


class Bench:
    """A server, and a page of a browser on it."""

    def __init__(self, place: Place, page: Page) -> None:
        self.place = place
        self.page = page
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def run(self, experiment: str) -> Run:
        """Return a new run."""
        return Experiment(Workspace(WORKSPACE), experiment).start_logging(outputs=None, snapshot_directory=None)

    def logged(self, experiment: str, batches: list[bytes]) -> Run:
        """Return a new run that has logged packed batches and ended."""
        run = self.run(experiment)
        self.place.send(run.id, batches)
        run.complete()
        return run

    def open(self, path: str) -> None:
        """Show a page of the Studio."""
        joint = "&" if "?" in path else "?"
        self.page.goto(f"{self.place.client.endpoint.url}{path}{joint}workspace={WORKSPACE}")

    def chart(self, label: str) -> Locator:
        """Return the chart with this label once it is drawn."""
        found = self.page.get_by_role("img", name=label)
        found.wait_for(timeout=WAIT_S * 1000)
        return found

    def wait(self, expression: str) -> None:
        """Return once ``expression`` is true in the page.

        Raises:
            WrongResultError: it is not in time.
        """
        deadline = time.monotonic() + WAIT_S
        while not self.page.evaluate(expression):
            if time.monotonic() > deadline:
                raise WrongResultError(f"still not true after {WAIT_S} s: {expression}")
            self.page.wait_for_timeout(10)

    def cpu_ms(self) -> float:
        """Return how long the page's main thread has worked."""
        metrics = {each["name"]: each["value"] for each in self._session.send("Performance.getMetrics")["metrics"]}
        return float(metrics["TaskDuration"]) * 1000

    def scrolled(self, pixels: int, steps: int) -> tuple[float, float, float]:
        """Scroll; return frames a second, the 95th percentile of a frame in ms, and CPU ms a frame."""
        self.page.evaluate("document.querySelector('#main').scrollTo(0, 0)")
        self.page.wait_for_timeout(300)
        self.page.evaluate(FRAMES)
        cpu = self.cpu_ms()
        self.page.evaluate(SCROLL, [pixels, steps])
        spent = self.cpu_ms() - cpu
        times = sorted(self.page.evaluate("() => { cancelAnimationFrame(window.framing_); return window.frames_; }")[2:])
        return 1000 * len(times) / sum(times), times[int(len(times) * 0.95)], spent / len(times)


def rows(place: Place, *, scale: int = 1) -> Iterator[Row]:
    """Yield the rows; ``scale`` 10 takes a tenth of the data."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(portal_url(place.client, "/"))
        bench = Bench(place, page)
        yield from _zoom_rows(bench, 10_000_000 // scale)
        yield from _many_names_rows(bench, 10_000 // scale)
        yield from _many_runs_rows(bench, 200 // scale)
        yield from _live_rows(bench)


def _zoom_rows(bench: Bench, points: int) -> Iterator[Row]:
    """A series of many points with one spike: opened, and zoomed into six times."""
    values = np.random.default_rng(7).normal(size=points)
    values[points * 3 // 4 + 321] = 99.0
    run = bench.logged("long", packed(["x"], values[:, None], batch_points=400_000))
    bench.place.wait_for_compactor()
    bench.open(f"/runs/{run.id}/metrics")
    chart = bench.chart("Line chart of x")
    bench.page.wait_for_timeout(500)
    bench.page.evaluate(BUSY_WATCH, "x")
    shares = iter(ZOOMS)
    times: list[float] = []
    cpus: list[float] = []

    def zoomed() -> float:
        spent, cpu = _zoomed(bench, chart, next(shares))
        times.append(spent)
        cpus.append(cpu)
        return spent

    what = f"{points / 1e6:g} M points: zoom until finer points are on the screen"
    yield Row(what=what, unit="ms", measure=zoomed, goal=at_most(150), rounds=len(ZOOMS))
    yield Row(what=f"… the slowest of {len(ZOOMS)}", unit="ms", measure=lambda: max(times), goal=at_most(150), rounds=1)
    yield Row(what="… CPU of a zoom, the drag with it", unit="ms", measure=lambda: statistics.median(cpus), rounds=1)


def _zoomed(bench: Bench, chart: Locator, share: float) -> tuple[float, float]:
    """Drag over a part of a chart; return the ms until finer points are there, and those that the page has worked."""
    box = chart.bounding_box()
    assert box is not None
    left, width, middle = box["x"] + 58, box["width"] - 72, box["y"] + 90
    before = len(bench.page.evaluate("window.zooms_"))
    cpu = bench.cpu_ms()
    bench.page.mouse.move(left + width * share, middle)
    bench.page.mouse.down()
    bench.page.mouse.move(left + width * (share + 0.15), middle, steps=3)
    bench.page.mouse.up()
    bench.wait(f"window.zooms_.length > {before}")
    return float(bench.page.evaluate("window.zooms_[window.zooms_.length - 1]")), bench.cpu_ms() - cpu


def _many_names_rows(bench: Bench, names: int) -> Iterator[Row]:
    """A run with very many metric names: opened, scrolled, searched."""
    batches = packed([f"layer{n // 100}/weight{n}" for n in range(names)], loss(20, names), batch_points=100_000)
    run = bench.logged("names", batches)
    bench.place.wait_for_compactor()
    cpus: list[float] = []

    def opened() -> float:
        bench.open("/runs")  # of the same site: the clock of its process goes on
        cpu = bench.cpu_ms()
        began = time.perf_counter()
        bench.open(f"/runs/{run.id}/metrics")
        bench.chart("Line chart of layer0/weight0:")
        spent = time.perf_counter() - began
        cpus.append(bench.cpu_ms() - cpu)
        return spent * 1000

    yield Row(what=f"{names:,} names: first chart", unit="ms", measure=opened, goal=at_most(1500), rounds=3)
    yield Row(what="… CPU to it", unit="ms", measure=lambda: statistics.median(cpus), rounds=1)
    bench.page.wait_for_timeout(800)
    yield from _scroll_rows(bench, "scrolling 100 charts, 60 px a frame", 9_000, 150, floor=55)
    yield from _scroll_rows(bench, f"flicking through {names:,} names", 200_000, 120, floor=50)
    yield Row(
        what="finding one name by expression",
        unit="ms",
        measure=partial(_found_ms, bench, names),
        goal=at_most(300),
        rounds=1,
    )


def _scroll_rows(bench: Bench, what: str, pixels: int, steps: int, *, floor: float) -> Iterator[Row]:
    seen: list[tuple[float, float, float]] = []

    def rate() -> float:
        seen.append(bench.scrolled(pixels, steps))
        return seen[-1][0]

    yield Row(what=what, unit="frames/s", measure=rate, goal=at_least(floor), rounds=3)
    yield Row(what="… p95 of a frame", unit="ms", measure=lambda: statistics.median(each[1] for each in seen), rounds=1)
    yield Row(what="… CPU a frame", unit="ms", measure=lambda: statistics.median(each[2] for each in seen), rounds=1)


def _found_ms(bench: Bench, names: int) -> float:
    bench.page.get_by_role("searchbox", name="Find metrics").fill(f"/weight{names - 1}$/")
    return seconds(lambda: bench.chart(f"weight{names - 1}:")) * 1000


def _many_runs_rows(bench: Bench, count: int) -> Iterator[Row]:
    """One metric of very many runs in one chart: drawn, and pointed at."""
    for seed in range(count):
        bench.logged("many", packed(["loss"], loss(2000, 1, seed)))
    bench.place.wait_for_compactor()
    label = f"Line chart of loss: {count} lines"
    cpus: list[float] = []

    def drawn() -> float:
        bench.open("/runs")  # of the same site: the clock of its process goes on
        cpu = bench.cpu_ms()
        began = time.perf_counter()
        bench.open("/compare?exp=many&charts=lines!:loss")
        bench.chart(label)
        spent = time.perf_counter() - began
        cpus.append(bench.cpu_ms() - cpu)
        return spent * 1000

    def pointed() -> float:
        box = bench.chart(label).bounding_box()
        assert box is not None
        cpu = bench.cpu_ms()
        for n in range(MOVES):
            bench.page.mouse.move(box["x"] + 80 + n * 8, box["y"] + 60 + n * 3)
            bench.page.wait_for_timeout(20)
        return (bench.cpu_ms() - cpu) / MOVES

    yield Row(what=f"{count} runs × one metric: drawn", unit="ms", measure=drawn, goal=at_most(1000), rounds=3)
    yield Row(what="… CPU to it, the page with it", unit="ms", measure=lambda: statistics.median(cpus), rounds=1)
    bench.page.wait_for_timeout(1500)
    yield Row(what="… pointing: CPU a move", unit="ms", measure=pointed, goal=at_most(5), rounds=3)


def _live_rows(bench: Bench) -> Iterator[Row]:
    """A run that logs while its charts are open."""
    run = bench.run("live")
    for n in range(200):
        run.log_dict({f"m{m}": float(n * m) for m in range(LIVE_CHARTS)})
    run.flush()
    bench.open(f"/runs/{run.id}/metrics")
    bench.chart("Line chart of m0: 200 points")
    bench.page.wait_for_timeout(1000)
    counts = iter(range(201, 1000))

    def shown() -> float:
        label = f"Line chart of m0: {next(counts)} points"
        began = time.perf_counter()
        run.log("m0", 0.5)
        bench.chart(label)
        return (time.perf_counter() - began) * 1000

    yield Row(what="a logged point in the open chart", unit="ms", measure=shown, goal=at_most(1000))
    requests: list[str] = []
    bench.page.on("request", lambda request: requests.append(request.url))

    def tick() -> float:
        requests.clear()
        cpu = bench.cpu_ms()
        _log_for(run, LIVE_S)
        bench.page.wait_for_timeout(500)
        return (bench.cpu_ms() - cpu) / max(1, sum(url.endswith("/metrics/series") for url in requests))

    yield Row(what=f"{LIVE_CHARTS} live charts: CPU a tick", unit="ms", measure=tick, goal=at_most(10), rounds=1)
    run.complete()


def _log_for(run: Run, span_s: float) -> None:
    until = time.perf_counter() + span_s
    while time.perf_counter() < until:
        run.log_dict({f"m{m}": time.perf_counter() for m in range(LIVE_CHARTS)})
        time.sleep(0.05)
