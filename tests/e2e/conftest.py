"""A real Chromium on a real server with real runs."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FloatRect, Locator, Page, Request, expect, sync_playwright

from runyard import Experiment, Run, ScriptRunConfig, Workspace
from tests.server_process import RunningServer

ROOT = Path(__file__).resolve().parents[2]
WAIT_MS = 45_000
"""How long anything may take to show. It bounds a failure and is no measure: the machine may be busy."""

SLOWED = float(os.environ.get("RUNYARD_SLOW_BROWSER", "1"))
"""How many times slower than it can the browser runs the pages, to find what fails on a slow machine: see CONTRIBUTING.md."""

expect.set_options(timeout=WAIT_MS)

AXE = ROOT / "studio" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("RUNYARD_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "no Chromium: install Debian's package `chromium`, or set RUNYARD_CHROMIUM to one"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def workspace(server: RunningServer, workspace_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.chdir(tmp_path)
    return Workspace.create(workspace_name)


@pytest.fixture
def experiment(workspace: Workspace) -> Experiment:
    return Experiment(workspace, "browser")


@pytest.fixture
def submit(experiment: Experiment, tmp_path: Path) -> Callable[..., Run]:
    """Submit a script given as text."""
    return partial(submit_script, experiment, tmp_path)


def submit_script(experiment: Experiment, folder: Path, code: str, *arguments: str, **more: Any) -> Run:
    """Submit a script given as text, from the folder ``source`` in ``folder``."""
    source = folder / "source"
    source.mkdir(exist_ok=True)
    (source / "train.py").write_text(code)
    return experiment.submit(ScriptRunConfig(str(source), "train.py", arguments=list(arguments)), **more)


def slow_down(page: Page) -> None:
    """Run the scripts of a page ``SLOWED`` times slower than the machine can."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})


class Studio:
    """A signed-in page. Every message on its console, every failed request and every foreign address is a test failure."""

    def __init__(self, context: BrowserContext, server: RunningServer, workspace: Workspace) -> None:
        self.context = context
        self.server = server
        self.workspace = workspace
        self.problems: list[str] = []
        self.loading: set[Request] = set()
        self.tolerated: list[str] = []
        self.page: Page = self._watched(context.new_page())

    def _watched(self, page: Page) -> Page:
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        page.on("request", self._began)
        page.on("requestfinished", lambda request: self.loading.discard(request))
        page.on("requestfailed", lambda request: self.loading.discard(request))
        page.add_init_script(NOTE_ACTS)
        return page

    def _began(self, request: Request) -> None:
        self._check_origin(request.url)
        if request.is_navigation_request() and request.frame.parent_frame is None:
            self.loading.clear()  # what the page before has asked for is not told of any more
        # Of the script of a worker nothing more is told.
        if request.resource_type in ("fetch", "xhr", "script") and "-worker" not in request.url:
            self.loading.add(request)

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not any(part in text for part in self.tolerated):
            self.problems.append(f"{kind}: {text}")

    def _check_origin(self, url: str) -> None:
        if not url.startswith((self.server.url, "data:", "blob:")):
            self.problems.append(f"a request left the origin: {url}")

    def sign_in(self, path: str = "/") -> Page:
        from runyard.sdk.portal import portal_url

        self.page.goto(portal_url(self.workspace._client, path))
        return self.page

    def open(self, path: str) -> Page:
        joint = "&" if "?" in path else "?"
        self.page.goto(f"{self.server.url}{path}{joint}workspace={self.workspace.name}")
        return self.page

    def violations(self) -> list[str]:
        """Return what axe finds on the page as it is."""
        return violations(self.page)

    def settled(self) -> None:
        """Wait until nothing on the page is being loaded, and what came has been drawn and has asked for nothing more."""
        expect(self.page.get_by_role("main")).to_be_visible()
        deadline = time.monotonic() + WAIT_MS / 1000
        looks = 0
        while looks < 2:
            expect(self.page.locator("[aria-busy=true]")).to_have_count(0)
            self.page.evaluate(DRAWN)
            looks = 0 if self.loading else looks + 1
            assert time.monotonic() < deadline, f"still being loaded: {[request.url for request in self.loading]}"


DRAWN = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))"
"""Waits for the next picture of the page, and for what it asks for in the moments after."""


def box_at_rest(place: Locator) -> FloatRect:
    """Return where something stands, once it stands there for two pictures of the page."""
    deadline = time.monotonic() + WAIT_MS / 1000
    before = None
    while (box := place.bounding_box()) is None or box != before:
        assert time.monotonic() < deadline, f"{place} does not come to rest"
        before = box
        place.page.evaluate(DRAWN)
    return box


def has_keys(dialog: Locator) -> None:
    """Wait until a dialog has the focus: a key that is pressed before does not reach it."""
    expect(dialog.and_(dialog.page.locator(":focus-within"))).to_have_count(1)


def press_escape(dialog: Locator) -> None:
    """Press Escape in a dialog once it has the focus."""
    has_keys(dialog)
    dialog.page.keyboard.press("Escape")


SEEN = """([text, gone]) => {
  const shown = () => [...document.querySelectorAll("a, [role=gridcell]")].some((each) => each.textContent.includes(text));
  window.seenAt = new Promise((done, fail) => {
    const look = () => shown() !== gone && (observer.disconnect(), done(Date.now()));
    const observer = new MutationObserver(look);
    observer.observe(document.body, {subtree: true, childList: true, characterData: true});
    setTimeout(() => fail(new Error(`${text} is ${gone ? "still" : "not"} there after 30 s`)), 30000);
    look();
  });
}"""
NOTE_ACTS = """for (const kind of ["keydown", "click"])
  window.addEventListener(kind, () => { window.actedAt = Date.now(); }, true);"""
"""Has a page note when its reader last did something."""
TWO_SECONDS_MS = 2_000
"""How soon what is changed in one browser is to show in another."""


def shows_within_two_seconds(
    watcher: Page, text: str, act: Callable[[], object], *, gone: bool = False, by: Page | None = None
) -> None:
    """Do something, and fail unless a link or cell with ``text`` came, or went, in another browser within two seconds.

    Both pages note the moment themselves, ``by`` that of the key or click that did it: how fast a busy machine can drive and ask
    them does not count.
    """
    watcher.evaluate(SEEN, [text, gone])
    began_ms = time.time() * 1000
    act()
    if by is not None:
        began_ms = by.evaluate("window.actedAt")
    took_ms = watcher.evaluate("window.seenAt") - began_ms
    assert took_ms <= TWO_SECONDS_MS, f"{text} took {took_ms:.0f} ms"


def violations(page: Page, within: str = "body", only: Sequence[str] = (), without: Sequence[str] = ()) -> list[str]:
    """Return what axe finds in what the selector `within` finds; by `only` some rules, or `without` some."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    rules = {"type": "rule", "values": list(only)} if only else {"type": "tag", "values": RULES}
    options = {"runOnly": rules, "rules": {name: {"enabled": False} for name in without}, "resultTypes": ["violations"]}
    found = page.evaluate("async ([within, options]) => (await axe.run(within, options)).violations", [within, options])
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


@pytest.fixture
def new_studio(browser: Browser, server: RunningServer, workspace: Workspace) -> Iterator[Callable[..., Studio]]:
    made: list[Studio] = []

    def new_studio(**options: Any) -> Studio:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", **options})
        context.set_default_timeout(WAIT_MS)
        if SLOWED > 1:
            context.on("page", slow_down)
        made.append(Studio(context, server, workspace))
        return made[-1]

    yield new_studio
    for studio in made:
        studio.context.close()


@pytest.fixture
def studio(new_studio: Callable[..., Studio]) -> Iterator[Studio]:
    opened = new_studio()
    # A page that follows nothing: the home page of an empty workspace leads to the first run that comes, and asks for its series.
    opened.sign_in("/settings")
    yield opened
    assert opened.problems == []
