"""Where the focus is after Back, after a dialog and after a row has gone: never lost."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from runyard import Experiment, Workspace
from runyard.sdk.view import View
from tests.e2e.conftest import Studio, press_escape


def is_active(page: Page, name: str) -> None:
    """The grid has the focus, and its keys are about the run of that name."""
    expect(page.get_by_role("treegrid")).to_be_focused()
    expect(page.locator("[role=row][class*=_active_] a[data-cell=name]")).to_have_accessible_name(
        re.compile(f"{name}$")
    )  # of a child: below which run
    expect(page.get_by_role("treegrid")).to_have_attribute("aria-activedescendant", re.compile("run-row"))


def test_back_leads_to_the_row_that_was_opened(studio: Studio, experiment: Experiment) -> None:
    parent = experiment.start_logging(snapshot_directory=None, display_name="the parent")
    parent.child_run("the child").complete()
    parent.complete()
    for n in range(60):
        experiment.start_logging(snapshot_directory=None, display_name=f"run {n}").complete()
    page = studio.open("/runs")
    grid = page.get_by_role("treegrid")
    expect(page.get_by_role("link", name="run 59", exact=True)).to_be_visible()
    grid.focus()
    page.keyboard.press("Control+End")
    is_active(page, "the parent")  # the oldest; a key is for nothing before the row is there
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("link", name="the child")).to_be_attached()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="the child")).to_be_in_viewport()
    is_active(page, "the child")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="the child")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name="the child")).to_be_in_viewport()  # scrolled and opened as it was
    is_active(page, "the child")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.get_by_role("link", name="run 3", exact=True).click()
    expect(page.get_by_role("heading", name="run 3")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name="run 3", exact=True)).to_be_in_viewport()
    is_active(page, "run 3")
    page = studio.open("/experiments")
    page.get_by_role("link", name=experiment.name, exact=True).click()
    expect(page.get_by_role("treegrid")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name=experiment.name, exact=True)).to_be_focused()


def test_a_dialog_gives_the_focus_back_to_what_opened_it(studio: Studio, experiment: Experiment) -> None:
    run = experiment.start_logging(snapshot_directory=None, display_name="the one")
    page = studio.open(f"/runs/{run.id}/overview")
    cancel = page.get_by_role("button", name="Cancel", exact=True)
    more = page.get_by_role("button", name="More", exact=True)
    for opener, role in ((cancel, "alertdialog"), (more, "dialog")):
        opener.click()
        press_escape(page.get_by_role(role))  # type: ignore[arg-type]
        expect(opener).to_be_focused()
    page.keyboard.press("?")
    press_escape(page.get_by_role("dialog", name="Keyboard shortcuts"))
    expect(more).to_be_focused()
    run.complete()
    page = studio.open("/runs")
    grid = page.get_by_role("treegrid")
    expect(page.get_by_role("link", name="the one")).to_be_visible()
    for key, dialog in (("F2", "Name"), ("t", "Tags"), ("e", "Description")):
        grid.focus()
        page.keyboard.press("Home")
        page.keyboard.press(key)
        press_escape(page.get_by_role("dialog", name=dialog))
        expect(grid).to_be_focused()
    page.keyboard.press("Shift+F10")
    page.get_by_role("menuitem", name="Delete").click()
    press_escape(page.get_by_role("alertdialog"))
    expect(grid).to_be_focused()


def test_a_row_that_goes_leaves_the_focus_to_its_neighbour(studio: Studio, workspace: Workspace, experiment: Experiment) -> None:
    for name in ("first", "second", "third"):
        View.create(workspace, name, filter="status:failed")
        experiment.start_logging(snapshot_directory=None, display_name=f"run {name}").complete()
    page = studio.open("/views")

    def delete(name: str) -> None:
        page.get_by_role("button", name=f"Delete the view {name}", exact=True).press("Enter")
        page.get_by_role("alertdialog").get_by_role("button", name="Delete").press("Enter")
        expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)

    shown = page.locator("tbody th a")
    expect(shown).to_have_count(3)
    first, second, third = shown.all_inner_texts()
    delete(second)
    expect(page.get_by_role("button", name=f"Delete the view {third}", exact=True)).to_be_focused()
    delete(third)  # the last one: the focus goes up
    expect(page.get_by_role("button", name=f"Delete the view {first}", exact=True)).to_be_focused()
    delete(first)
    expect(page.get_by_role("main").get_by_role("link", name="All runs")).to_be_focused()  # what to do next
    page = studio.open("/runs")
    grid = page.get_by_role("treegrid")
    expect(page.get_by_role("link", name="run first")).to_be_visible()
    grid.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+F10")
    page.get_by_role("menuitem", name="Delete").press("Enter")
    page.get_by_role("alertdialog").get_by_role("button", name="Delete 1 run").press("Enter")
    expect(page.get_by_role("link", name="run second")).to_have_count(0)
    is_active(page, "run first")
    run = experiment.start_logging(snapshot_directory=None)
    for tag in ("one", "two"):
        run.tag(tag)
    page = studio.open(f"/runs/{run.id}/overview")
    page.get_by_role("button", name="Remove the tag one").press("Enter")
    expect(page.get_by_role("button", name="Remove the tag two")).to_be_focused()
    run.complete()
