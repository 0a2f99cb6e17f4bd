"""What holds for every page of the Studio: nobody is shut out, and its address brings it back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from runyard import CondaDependencies, Environment, Experiment, Run, Workspace
from runyard.sdk.view import View
from tests.e2e.conftest import Studio, submit_script, violations
from tests.server_process import RunningServer

SCRIPT = """
from pathlib import Path
Path("outputs/table.csv").write_text("name,loss\\na,0.5\\n")
print("one line")
print("another line")
"""
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
CONTRAST = "color-contrast"
NAMED = [
    "aria-command-name",
    "aria-dialog-name",
    "aria-input-field-name",
    "aria-meter-name",
    "aria-progressbar-name",
    "aria-toggle-field-name",
    "aria-tooltip-name",
    "aria-treeitem-name",
    "button-name",
    "document-title",
    "frame-title",
    "html-has-lang",
    "html-lang-valid",
    "image-alt",
    "input-button-name",
    "input-image-alt",
    "label",
    "link-name",
    "role-img-alt",
    "select-name",
    "svg-img-alt",
    "valid-lang",
]
"""The rules of axe that look at a text or a name: all others find in one language what they find in another."""
pytestmark = pytest.mark.timeout(900)
"""Forty pages in four languages: minutes on a busy machine."""
UNSEEN_FOCUS = """() => {
  const unseen = [];
  for (const element of document.querySelectorAll('a[href], button:not(:disabled), input, select, textarea, [tabindex="0"]')) {
    // Rows of a tree: React Aria draws their focus when a key moved it, which a script cannot feign.
    if (!element.checkVisibility({visibilityProperty: true}) || element.matches("[data-key]")) continue;
    element.focus({focusVisible: true});
    const style = getComputedStyle(element);
    if (document.activeElement === element && (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 1))
      unseen.push(element.outerHTML.slice(0, 160));
  }
  return unseen;
}"""


@dataclass(frozen=True)
class Place:
    """An address, and a text that stands on its page in English when the address was understood."""

    path: str
    mark: str


@pytest.fixture(scope="module")
def workspace(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """One for all tests here, which only look at it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("pages"))
        yield Workspace.create(f"w{uuid.uuid4().hex[:12]}")


@pytest.fixture(scope="module")
def places(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> list[Place]:
    """Every page in each of its states, of a workspace with a bit of everything."""
    folder = tmp_path_factory.mktemp("made")
    experiment = Experiment(workspace, "browser")

    def submit(code: str, *arguments: str, **more: Any) -> Run:
        return submit_script(experiment, folder, code, *arguments, **more)

    done, other = submit(SCRIPT, "--lr", "0.1", tags={"team": "vision"}), submit("print('other')\n")
    failed = submit("raise ValueError('the wrong shape')")
    parent = experiment.start_logging(
        snapshot_directory=None, display_name="the parent of a child, with a name that is quite long"
    )
    parent.child_run("the child").complete()
    (folder / "dot.png").write_bytes(PICTURE)
    parent.log_image("picture", path=str(folder / "dot.png"))
    parent.log_table("scores", {"fold": [1, 2], "loss": [0.25, 0.75]})
    for n in range(5):
        parent.log_dict({"loss": 1 / (n + 1), "system/cpu_percent": 10.0 * n})
    parent.complete()
    deleted = experiment.start_logging(snapshot_directory=None, display_name="a mistake")
    deleted.complete()
    deleted.delete()
    old = Experiment(workspace, "old-things")
    old.start_logging(snapshot_directory=None).complete()
    Experiment.delete(workspace, old.id)
    environment = Environment("team-sklearn")
    environment.python.conda_dependencies = CondaDependencies.create(pip_packages=["scikit-learn>=1.5"])
    environment.register(workspace)
    View.create(workspace, "The failed ones", filter="status:failed", sharing="edit")
    for run in (done, other, failed):
        run.wait_for_completion(raise_on_error=False)
    ran, had, lost = f"/runs/{done.id}", f"/runs/{parent.id}", f"/runs/{failed.id}"
    mine = f"/experiments/{experiment.name}"
    return [
        Place("/", "Recent runs"),
        Place("/experiments", experiment.name),
        Place("/experiments?q=nothing-like-this&view=All", "No experiment"),
        Place(mine, "4 runs"),
        Place(f"{mine}/charts", "loss"),
        Place(f"{mine}/about", "No description yet"),
        Place("/experiments/no-such", "No such experiment"),
        Place("/runs", "4 runs"),
        Place("/runs?q=status%3Afailed&cols=status,error", "1 run"),
        Place("/runs?group=experiment", "1 group"),
        Place("/runs?q=nothing-like-this", "No run matches"),
        Place("/runs?q=status%3A", "cannot be read"),
        Place(f"/compare?runs={done.id},{parent.id}&tab=table", "Compare 2 runs"),
        Place("/compare", "No runs to compare"),
        Place(f"{had}/overview", "Latest values"),
        Place(f"{had}/metrics", "loss"),
        Place(f"{had}/images", "picture"),
        Place(f"{had}/tables?table=scores&sort=-loss", "0.75"),
        Place(f"{had}/system", "Processor"),
        Place(f"{had}/children", "1 run"),
        Place(f"{had}/snapshot", "No snapshot"),
        Place(f"{ran}/overview", "Submit it again"),
        Place(f"{ran}/metrics", "No metric"),
        Place(f"{ran}/children", "No child runs"),
        Place(f"{ran}/outputs/outputs/table.csv", "0.5"),
        Place(f"{ran}/outputs/azureml-logs/70_driver_log.txt?line=1", "another line"),
        Place(f"{ran}/snapshot/train.py?line=2", "pathlib"),
        Place(f"{ran}/snapshot/train.py?other={other.id}", "Close the comparison"),
        Place(f"{lost}/overview", "the wrong shape"),
        Place(f"/runs/{deleted.id}/overview", "This run is in the bin"),
        Place("/runs/no-such", "No such run"),
        Place("/views", "The failed ones"),
        Place("/v/no-such", "No such view"),
        Place("/s/no-such", "This link leads nowhere"),
        Place("/compute?ended=1", "Slots in use"),
        Place("/environments?q=team", "team-sklearn"),
        Place("/environments/team-sklearn?version=1", "scikit-learn"),
        Place("/environments/no-such", "No such environment"),
        Place("/bin", "a mistake"),
        Place("/settings", "Signed in as"),
        Place("/nowhere/at/all", "Page not found"),
    ]


@pytest.fixture
def tour(studio: Studio) -> Studio:
    """A browser that may be led to what is not there."""
    studio.tolerated += ["status of 404", "status of 400"]
    return studio


def go(studio: Studio, path: str) -> None:
    """Follow a link within the page: nothing is loaded anew."""
    joint = "&" if "?" in path else "?"
    studio.page.evaluate("href => window.__TSR_ROUTER__.navigate({href})", f"{path}{joint}workspace={studio.workspace.name}")


def shows(page: Page, place: Place) -> None:
    expect(page.get_by_role("main"), place.path).to_contain_text(place.mark)


def test_every_page_is_for_everyone_in_both_themes_and_all_languages(tour: Studio, places: list[Place]) -> None:
    """Colours and structure are looked at in one language, names and the width in all: neither depends on the other."""
    page = tour.page
    found: list[str] = []
    for language in ("en", "tr", "ru", "ko"):
        page.evaluate("language => localStorage.setItem('runyard.language', language)", language)
        tour.open("/settings")
        expect(page.locator("html")).to_have_attribute("lang", language)
        for place in places:
            go(tour, place.path)
            if language == "en":
                page.set_viewport_size({"width": 1440, "height": 900})
                shows(page, place)
                tour.settled()
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)
                    found += [f"{scheme} {place.path} {each}" for each in violations(page, only=[CONTRAST])]
                found += [f"focus {place.path} {each}" for each in page.evaluate(UNSEEN_FOCUS)]
                page.set_viewport_size({"width": 360, "height": 800})
            tour.settled()
            how: dict[str, Any] = {"without": [CONTRAST]} if language == "en" else {"only": NAMED}
            found += [f"{language} {place.path} {each}" for each in violations(page, **how)]
            if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                found.append(f"{language} {place.path} scrolls sideways")
    assert not found, "\n".join(found)


def test_every_page_comes_back_from_its_address_and_with_back_and_forward(
    tour: Studio, new_studio: Callable[..., Studio], places: list[Place]
) -> None:
    page = tour.page
    addresses = []
    for place in places:
        go(tour, place.path)
        shows(page, place)
        addresses.append(page.url)
    for place, address in reversed([*zip(places, addresses, strict=True)][:-1]):
        page.go_back()
        expect(page).to_have_url(address)
        shows(page, place)
    for place, address in [*zip(places, addresses, strict=True)][1:]:
        page.go_forward()
        expect(page).to_have_url(address)
        shows(page, place)
    fresh = new_studio()
    fresh.sign_in("/settings")
    for place, address in zip(places, addresses, strict=True):
        fresh.page.goto(address, wait_until="commit")
        shows(fresh.page, place)
        expect(fresh.page).to_have_url(address)
