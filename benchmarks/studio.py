"""The Studio's run list in a real Chromium, on a real server: ``python -m benchmarks --only studio``.

Every visit is in a fresh browser context, so nothing is cached. Wall times are taken in the page; CPU is the main
thread's, from the browser's own clock, which a busy machine changes less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from benchmarks.place import Place
from benchmarks.row import Row, at_most
from benchmarks.studio_page import chromium
from runyard.sdk.portal import portal_url

ROW_HEIGHT = 32
LIST = "/runs?children=all&cols=status,created,duration,m:loss@last,m:metric01@min,p:lr,t:team"
WATCH_ROWS = """
new MutationObserver(() => {
  if (window.rowsAt_ === undefined && document.querySelector('[role=row] a[data-cell=name]')) window.rowsAt_ = performance.now();
}).observe(document, { childList: true, subtree: true });
"""
SETTLED = """
const grid = () => document.querySelector('[data-grid]');
const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
const until = async (test) => {
  const end = performance.now() + 30000;
  while (!test()) {
    if (performance.now() > end) throw new Error('it did not happen within 30 s');
    await new Promise((done) => requestAnimationFrame(done));
  }
  await painted();
};
"""
FILTER = (
    "async (query) => {"
    + SETTLED
    + """
  const input = document.querySelector('[role=combobox]');
  const before = grid().getAttribute('aria-rowcount');
  const start = performance.now();
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, query);
  input.dispatchEvent(new Event('input', { bubbles: true }));
  const hasRows = () => document.querySelector('[role=row] a[data-cell=name]') !== null;
  await until(() => grid() && grid().getAttribute('aria-rowcount') !== before && hasRows());
  return performance.now() - start;
}"""
)
SORT = (
    "async () => {"
    + SETTLED
    + """
  const first = () => document.querySelector('[aria-rowindex="2"] a[data-cell=name]')?.textContent;
  const before = first();
  const button = [...document.querySelectorAll('[role=columnheader] button')].find((each) => each.textContent.startsWith('loss'));
  const start = performance.now();
  button.click();
  await until(() => first() !== undefined && first() !== before);
  return performance.now() - start;
}"""
)
JUMP = (
    "async ([row, height]) => {"
    + SETTLED
    + """
  const start = performance.now();
  grid().scrollTop = row * height;
  await until(() => document.querySelector(`[aria-rowindex="${row + 2}"] a[data-cell=name]`));
  return performance.now() - start;
}"""
)
SCROLL = """([pixels, frames]) => new Promise((done) => {
  const grid = document.querySelector('[data-grid]'); const times = []; let last = performance.now();
  const tick = (now) => {
    times.push(now - last); last = now; grid.scrollTop += pixels;
    if (times.length < frames) requestAnimationFrame(tick); else done(times.slice(2).sort((a, b) => a - b));
  };
  requestAnimationFrame(tick);
})"""


@dataclass(frozen=True, slots=True)
class Visit:
    """A page that shows the list, and the clock of its main thread."""

    page: Page
    session: CDPSession

    def run(self, script: str, argument: Any = None) -> Any:
        """Return what a script gives in the page."""
        return self.page.evaluate(script, argument)

    def busy_s(self) -> float:
        """Return how long the main thread has worked since the page was asked for."""
        metrics = {each["name"]: each["value"] for each in self.session.send("Performance.getMetrics")["metrics"]}
        return float(metrics["TaskDuration"])


def rows(place: Place, runs: int) -> Iterator[Row]:
    """The rows of the run list. ``runs`` is how many there are at least."""
    with browsing(place) as visit:
        yield Row(what=f"{runs:,} runs: first paint", unit="ms", measure=lambda: visit(first_paint), goal=at_most(500))
        yield Row(what="… first rows", unit="ms", measure=lambda: visit(first_rows), goal=at_most(1000))
        yield Row(what="… CPU of the page to the first rows", unit="ms", measure=lambda: visit(cpu_to_rows), goal=at_most(300))
        yield Row(what="… JavaScript over the wire", unit="kB", measure=lambda: visit(javascript), goal=at_most(185))
        yield Row(what="… answers of the server over the wire", unit="kB", measure=lambda: visit(answers), goal=at_most(40))
        yield Row(
            what="filter by a metric, typed to painted",
            unit="ms",
            measure=lambda: visit(lambda shown: shown.run(FILTER, "metric.loss.last<0.25")),
            goal=at_most(400),
        )
        yield Row(what="sort by a metric", unit="ms", measure=lambda: visit(lambda shown: shown.run(SORT)), goal=at_most(300))
        far = min(90_000, runs - 100)
        yield Row(
            what=f"jump to row {far:,}",
            unit="ms",
            measure=lambda: visit(lambda shown: shown.run(JUMP, [far, ROW_HEIGHT])),
            goal=at_most(150),
        )
        yield Row(what="scroll 60 px a frame: p95 of a frame", unit="ms", measure=lambda: visit(slow_frame), goal=at_most(20))
        yield Row(what="… CPU a frame", unit="ms", measure=lambda: visit(lambda shown: busy_frame(shown, 60)), goal=at_most(8))
        yield Row(
            what="flick, 2,000 px a frame: CPU a frame",
            unit="ms",
            measure=lambda: visit(lambda shown: busy_frame(shown, 2000)),
            goal=at_most(8),
        )


@contextmanager
def browsing(place: Place) -> Iterator[Callable[[Callable[[Visit], Any]], float]]:
    """A browser; what is yielded opens the list anew, waits for its rows, and measures."""
    with chromium() as browser:
        state = signed_in(browser, place)

        def visit(measure: Callable[[Visit], Any]) -> float:
            context = browser.new_context(viewport={"width": 1440, "height": 900}, storage_state=state)
            try:
                page = context.new_page()
                page.add_init_script(WATCH_ROWS)
                session = context.new_cdp_session(page)
                session.send("Performance.enable", {"timeDomain": "threadTicks"})
                page.goto(place.client.endpoint.url + LIST, wait_until="commit")
                page.wait_for_selector("[role=row] a[data-cell=name]", timeout=60_000)
                return float(measure(Visit(page, session)))
            finally:
                context.close()

        yield visit


def signed_in(browser: Browser, place: Place) -> Any:
    """Return the cookies of a browser that has signed in. A first visit also warms the server."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(portal_url(place.client, "/runs"))
    page.wait_for_selector("[role=row] a[data-cell=name]", timeout=60_000)
    state = context.storage_state()
    context.close()
    return state


def first_paint(shown: Visit) -> float:
    """Return when the page first showed anything, in ms after it was asked for."""
    return float(shown.run("performance.getEntriesByName('first-contentful-paint')[0].startTime"))


def first_rows(shown: Visit) -> float:
    """Return when the first row was there."""
    return float(shown.run("window.rowsAt_"))


def cpu_to_rows(shown: Visit) -> float:
    """Return how long the main thread has worked until now, just after the first rows."""
    return shown.busy_s() * 1000


def javascript(shown: Visit) -> float:
    """Return the compressed size of the scripts that were loaded, in kB."""
    return _weight(shown, "entry.name.includes('/assets/') && entry.name.endsWith('.js')")


def answers(shown: Visit) -> float:
    """Return the compressed size of what the API answered, in kB."""
    return _weight(shown, "entry.name.includes('/api/')")


def slow_frame(shown: Visit) -> float:
    """Return the 95th percentile of a frame while the list is scrolled evenly."""
    times = shown.run(SCROLL, [60, 150])
    return float(times[int(len(times) * 0.95)])


def busy_frame(shown: Visit, pixels: int) -> float:
    """Return the main thread's work a frame while the list is scrolled."""
    before = shown.busy_s()
    times = shown.run(SCROLL, [pixels, 150])
    return (shown.busy_s() - before) * 1000 / len(times)


def _weight(shown: Visit, condition: str) -> float:
    sizes = f"performance.getEntriesByType('resource').filter((entry) => {condition}).map((entry) => entry.encodedBodySize)"
    return float(sum(shown.run(sizes)) / 1000)
