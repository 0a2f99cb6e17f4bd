"""What is changed in one browser shows in another within two seconds."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from runyard import Experiment
from tests.e2e.conftest import Studio, shows_within_two_seconds


def test_a_change_of_any_kind_shows_in_another_browser(
    studio: Studio, new_studio: Callable[..., Studio], experiment: Experiment
) -> None:
    """Name and tags: see the test of the run list."""
    with experiment.start_logging(snapshot_directory=None, display_name="watched") as run:
        run.log("loss", 1.0)
    experiment.start_logging(snapshot_directory=None, display_name="the other").complete()
    other = new_studio()
    other.sign_in("/settings")
    watcher = other.open("/runs?cols=description")
    row = watcher.get_by_role("link", name="watched")
    expect(row).to_be_visible()
    expect(watcher.get_by_role("status", name="Live")).to_be_visible()
    page = studio.open(f"/runs/{run.id}/overview")
    page.get_by_role("button", name="Edit the description").click()
    page.get_by_role("textbox", name="Description").fill("what it was for")
    shows_within_two_seconds(watcher, "what it was for", lambda: page.keyboard.press("Control+Enter"), by=page)
    for name in ("Archive", "Put into the bin"):
        page.get_by_role("button", name="More", exact=True).click()
        last = page.get_by_role("dialog", name="More").get_by_role("button", name=name)
        if name != "Archive":
            last.click()
            last = page.get_by_role("alertdialog").get_by_role("button", name=name)
        expect(last).to_be_visible()
        shows_within_two_seconds(watcher, "watched", last.click, gone=True, by=page)
        back = page.get_by_role("button", name="Reactivate" if name == "Archive" else "Bring it back")
        expect(back).to_be_visible()
        shows_within_two_seconds(watcher, "watched", back.click, by=page)
        expect(page.get_by_role("status").filter(has_text="This run is")).to_have_count(0)
    watcher = other.open("/views")
    expect(watcher.get_by_text("No views yet")).to_be_visible()
    expect(watcher.get_by_role("status", name="Live")).to_be_visible()
    page = studio.open("/runs?q=watched")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("textbox", name="Name of the view").fill("Shared with all")
    page.get_by_role("combobox", name="Who may see the new view").select_option("edit")
    shows_within_two_seconds(watcher, "Shared with all", page.get_by_role("button", name="Save as new").click, by=page)
    page = studio.open("/views")
    page.get_by_role("button", name=re.compile("Delete.*Shared with all")).click()
    delete = page.get_by_role("alertdialog").get_by_role("button", name="Delete")
    expect(delete).to_be_visible()
    shows_within_two_seconds(watcher, "Shared with all", delete.click, gone=True, by=page)
    watcher = other.open("/experiments")
    expect(watcher.get_by_role("link", name=experiment.name)).to_be_visible()
    expect(watcher.get_by_role("status", name="Live")).to_be_visible()
    shows_within_two_seconds(watcher, experiment.name, experiment.archive, gone=True)
    assert other.problems == []
