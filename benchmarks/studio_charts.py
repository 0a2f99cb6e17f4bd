"""Charts of the Studio in a real Chromium, on a real server with what went through the real ingest route.

``python -m benchmarks.studio_charts`` prints a line a figure; ``--quick`` takes a tenth of the data.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import CDPSession, Page, sync_playwright

from benchmarks.batches import loss, packed
from runyard import Experiment, Run, Workspace
from runyard.sdk.portal import portal_url
from runyard.wire.journal import CONTENT_TYPE

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
START_DEADLINE_S = 120
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


class Bench:
    """A server with data, and a browser on it."""

    def __init__(self, workspace: Workspace, page: Page, url: str, token: str) -> None:
        self.workspace = workspace
        self.page = page
        self.url = url
        self.token = token
        self.cdp: CDPSession = page.context.new_cdp_session(page)
        self.cdp.send("Performance.enable", {"timeDomain": "threadTicks"})

    def send(self, run: Run, batches: list[bytes]) -> None:
        """Store packed batches by the ingest route."""
        for batch in batches:
            request = urllib.request.Request(
                f"{self.url}/api/v1/workspaces/{self.workspace.name}/runs/{run.id}/records",
                data=batch,
                method="POST",
                headers={"Content-Type": CONTENT_TYPE, "Authorization": f"Bearer {self.token}"},
            )
            urllib.request.urlopen(request, timeout=120).read()

    def open(self, path: str) -> None:
        """Show a page of the Studio."""
        joint = "&" if "?" in path else "?"
        self.page.goto(f"{self.url}{path}{joint}workspace={self.workspace.name}")

    def wait(self, expression: str) -> None:
        """Return once ``expression`` is true in the page, or raise after half a minute."""
        deadline = time.monotonic() + 30
        while not self.page.evaluate(expression):
            if time.monotonic() > deadline:
                raise TimeoutError(f"still not true: {expression}")
            self.page.wait_for_timeout(10)

    def cpu_ms(self) -> float:
        """Return how long the page's main thread has worked."""
        metrics = {each["name"]: each["value"] for each in self.cdp.send("Performance.getMetrics")["metrics"]}
        return float(metrics["TaskDuration"]) * 1000

    def frames(self, work: Callable[[], None]) -> tuple[float, float, float]:
        """Return frames a second, the 95th percentile of a frame in ms, and CPU ms a frame, while ``work`` goes on."""
        self.page.evaluate(FRAMES)
        cpu = self.cpu_ms()
        work()
        spent = self.cpu_ms() - cpu
        times = sorted(self.page.evaluate("() => { cancelAnimationFrame(window.framing_); return window.frames_; }")[2:])
        return 1000 * len(times) / sum(times), times[int(len(times) * 0.95)], spent / len(times)


def show(what: str, value: float, unit: str, goal: str, is_met: bool) -> None:
    """Print one figure, and the load of the machine beside it."""
    load = os.getloadavg()[0]
    print(f"{what:<64} {value:>9.1f} {unit:<10} goal {goal:<10} {'met' if is_met else 'MISSED'}  (load {load:.1f})", flush=True)


def scroll(page: Page, pixels: int, steps: int) -> None:
    """Scroll the page evenly, a part with every frame."""
    page.evaluate(
        """([pixels, steps]) => new Promise((done) => {
          const main = document.querySelector('#main'); let step = 0;
          const tick = () => {
            main.scrollBy(0, pixels / steps); step += 1;
            if (step < steps) requestAnimationFrame(tick); else done();
          };
          requestAnimationFrame(tick);
        })""",
        [pixels, steps],
    )


def zoom_rows(bench: Bench, points: int) -> None:
    """A series of many points with one spike: opened, and zoomed into six times."""
    values = np.random.default_rng(7).normal(size=points)
    values[points * 3 // 4 + 321] = 99.0
    run = Experiment(bench.workspace, "long").start_logging(snapshot_directory=None)
    bench.send(run, packed(["x"], values[:, None], batch_points=400_000))
    run.complete()
    wait_for_blocks(bench, run, points)
    bench.open(f"/runs/{run.id}/metrics")
    chart = bench.page.get_by_role("img", name="Line chart of x")
    chart.wait_for()
    bench.page.wait_for_timeout(500)
    bench.page.evaluate(BUSY_WATCH, "x")
    cpus = []
    for share in (0.3, 0.35, 0.4, 0.45, 0.3, 0.4):
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
        cpus.append(bench.cpu_ms() - cpu)
    times = bench.page.evaluate("window.zooms_")
    show(f"{points / 1e6:g} M points: zoom until finer points are on the screen, median", statistics.median(times), "ms", "≤ 150",
         statistics.median(times) <= 150)  # fmt: skip
    show("… the slowest of six", max(times), "ms", "≤ 150", max(times) <= 150)
    show("… CPU of a zoom, the drag with it", statistics.median(cpus), "ms", "(none)", True)


def wait_for_blocks(bench: Bench, run: Run, points: int) -> None:
    """Return once reads of the whole are quick: the compactor has made blocks of what was sent."""
    body = json.dumps({"run_ids": [run.id], "names": ["x"], "max_points": 1000}).encode()
    deadline = time.monotonic() + 120
    quick = 0
    while quick < 5 and time.monotonic() < deadline:
        request = urllib.request.Request(
            f"{bench.url}/api/v1/workspaces/{bench.workspace.name}/metrics/series",
            data=body,
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {bench.token}"},
        )
        began = time.perf_counter()
        urllib.request.urlopen(request, timeout=60).read()
        quick = quick + 1 if time.perf_counter() - began < 0.2 else 0
        time.sleep(0.2)


def many_names_rows(bench: Bench, names: int) -> None:
    """A run with very many metric names: opened, scrolled, searched."""
    run = Experiment(bench.workspace, "names").start_logging(snapshot_directory=None)
    bench.send(run, packed([f"layer{n // 100}/weight{n}" for n in range(names)], loss(20, names), batch_points=100_000))
    run.complete()
    began = time.perf_counter()
    cpu = bench.cpu_ms()
    bench.open(f"/runs/{run.id}/metrics")
    bench.page.get_by_role("img", name="Line chart of layer0/weight0:").wait_for()
    show(f"{names} names: first chart", (time.perf_counter() - began) * 1000, "ms", "≤ 1500", time.perf_counter() - began <= 1.5)
    show("… CPU to it", bench.cpu_ms() - cpu, "ms", "(none)", True)
    bench.page.wait_for_timeout(800)
    fps, p95, busy = bench.frames(lambda: scroll(bench.page, 9_000, 150))
    show("scrolling 100 charts (60 px a frame)", fps, "frames/s", "≥ 55", fps >= 55)
    show("… p95 of a frame", p95, "ms", "≤ 20", p95 <= 20)
    show("… CPU a frame", busy, "ms", "≤ 5", busy <= 5)
    fps, p95, busy = bench.frames(lambda: scroll(bench.page, 200_000, 120))
    show("flicking through 10,000 names", fps, "frames/s", "≥ 50", fps >= 50)
    show("… CPU a frame", busy, "ms", "(none)", True)
    cpu = bench.cpu_ms()
    bench.page.get_by_role("searchbox", name="Find metrics").fill(f"/weight{names - 1}$/")
    began = time.perf_counter()
    bench.page.get_by_role("img", name=f"weight{names - 1}:").wait_for()
    show(
        "finding one name by expression", (time.perf_counter() - began) * 1000, "ms", "≤ 300", time.perf_counter() - began <= 0.3
    )


def many_runs_rows(bench: Bench, count: int) -> None:
    """One metric of very many runs in one chart: drawn, and pointed at."""
    experiment = Experiment(bench.workspace, "many")
    runs = [experiment.start_logging(snapshot_directory=None) for _ in range(count)]
    for seed, run in enumerate(runs):
        bench.send(run, packed(["loss"], loss(2000, 1, seed)))
        run.complete()
    cpu = bench.cpu_ms()
    began = time.perf_counter()
    bench.open(f"/compare?exp={experiment.name}&charts=lines!:loss")
    chart = bench.page.get_by_role("img", name=f"Line chart of loss: {count} lines")
    chart.wait_for(timeout=60_000)
    spent = time.perf_counter() - began
    show(f"{count} runs × one metric: drawn", spent * 1000, "ms", "≤ 1000", spent <= 1)
    show("… CPU to it, the page with it", bench.cpu_ms() - cpu, "ms", "(none)", True)
    bench.page.wait_for_timeout(1500)
    box = chart.bounding_box()
    assert box is not None
    moves = 60
    cpu = bench.cpu_ms()
    for n in range(moves):
        bench.page.mouse.move(box["x"] + 80 + n * 8, box["y"] + 60 + n * 3)
        bench.page.wait_for_timeout(20)
    busy = (bench.cpu_ms() - cpu) / moves
    show("… pointing: CPU a move", busy, "ms", "≤ 5", busy <= 5)


def live_rows(bench: Bench) -> None:
    """A run that logs while its charts are open."""
    run = Experiment(bench.workspace, "live").start_logging(snapshot_directory=None)
    for n in range(200):
        for m in range(12):
            run.log(f"m{m}", float(n * m))
    run.flush()
    bench.open(f"/runs/{run.id}/metrics")
    bench.page.get_by_role("img", name="Line chart of m0: 200 points").wait_for()
    bench.page.wait_for_timeout(1000)
    lags = []
    for n in range(5):
        began = time.perf_counter()
        run.log("m0", float(n))
        bench.page.get_by_role("img", name=f"Line chart of m0: {201 + n} points").wait_for()
        lags.append((time.perf_counter() - began) * 1000)
    show("a logged point in the open chart, median", statistics.median(lags), "ms", "≤ 1000", statistics.median(lags) <= 1000)
    requests: list[str] = []
    bench.page.on("request", lambda request: requests.append(request.url))
    cpu = bench.cpu_ms()
    began = time.perf_counter()
    while time.perf_counter() - began < 6:
        for m in range(12):
            run.log(f"m{m}", time.perf_counter())
        time.sleep(0.05)
    bench.page.wait_for_timeout(500)
    ticks = max(1, len([url for url in requests if url.endswith("/metrics/series")]))
    show("12 live charts: CPU a tick", (bench.cpu_ms() - cpu) / ticks, "ms", "≤ 10", (bench.cpu_ms() - cpu) / ticks <= 10)
    run.complete()


@contextmanager
def served(home: Path) -> Iterator[tuple[str, str]]:
    """A server of its own in ``home``: its address and the owner's token."""
    os.environ["RUNYARD_HOME"] = str(home)
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "runyard.server", "--home", str(home)], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + START_DEADLINE_S
        while not (home / "server.json").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        yield json.loads((home / "server.json").read_text())["url"], (home / "owner-token").read_text().strip()
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the data")
    parser.add_argument("--only", default="", help="zoom, names, runs, live")
    asked = parser.parse_args()
    scale = 10 if asked.quick else 1
    parts: dict[str, Callable[[Bench], Any]] = {
        "zoom": lambda bench: zoom_rows(bench, 10_000_000 // scale),
        "names": lambda bench: many_names_rows(bench, 10_000 // scale),
        "runs": lambda bench: many_runs_rows(bench, 200 // scale),
        "live": live_rows,
    }
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as (url, token), sync_playwright() as playwright:
        path = os.environ.get("RUNYARD_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        workspace = Workspace.create("bench")
        page.goto(portal_url(workspace._client, "/"))
        bench = Bench(workspace, page, url, token)
        for name, part in parts.items():
            if asked.only in ("", name):
                part(bench)
        browser.close()


if __name__ == "__main__":
    main()
