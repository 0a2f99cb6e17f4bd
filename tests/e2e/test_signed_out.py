"""A session that ends while a page is open: the page says so, keeps what was typed, and goes on where it was."""

from __future__ import annotations

from playwright.sync_api import expect

from runyard import Experiment, Run
from runyard.sdk.portal import portal_url
from tests.e2e.conftest import Studio

BACK = "document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))"
"""What a tab is told when it is looked at again."""


def test_what_was_typed_when_a_session_ends_is_saved_after_signing_in_in_another_tab(
    studio: Studio, experiment: Experiment
) -> None:
    studio.tolerated += ["status of 401"]
    with experiment.start_logging(snapshot_directory=None, display_name="the run") as run:
        run.log("loss", 1.0)
    page = studio.open(f"/runs/{run.id}/overview")
    page.get_by_role("button", name="Edit the description").click()
    typed = page.get_by_role("textbox", name="Description")
    typed.fill("three hours of thought")
    address = page.url
    studio.context.clear_cookies()
    page.keyboard.press("Control+Enter")
    told = page.get_by_role("alert").filter(has_text="You are no longer signed in")
    expect(told).to_contain_text("runyard open")
    expect(typed).to_have_value("three hours of thought")
    told.get_by_role("button", name="I have signed in").click()  # too early
    expect(told).to_be_visible()
    assert studio.violations() == []
    with studio.context.new_page() as other:
        other.goto(portal_url(studio.workspace._client, "/settings"))
        expect(other.get_by_role("main")).to_contain_text("Signed in as")
    page.evaluate(BACK)
    expect(told).to_have_count(0)
    assert page.url == address
    typed.focus()
    page.keyboard.press("Control+Enter")
    expect(typed).to_have_count(0)
    assert Run.get(studio.workspace, run.id).description == "three hours of thought"


def test_a_page_opened_without_a_session_is_shown_after_signing_in_in_another_tab(studio: Studio, experiment: Experiment) -> None:
    studio.tolerated += ["status of 401"]
    experiment.start_logging(snapshot_directory=None, display_name="the run").complete()
    studio.context.clear_cookies()
    page = studio.open("/runs?q=run")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    address = page.url
    with studio.context.new_page() as other:
        other.goto(portal_url(studio.workspace._client, "/settings"))
        expect(other.get_by_role("main")).to_contain_text("Signed in as")
    page.get_by_role("button", name="I have signed in").click()
    expect(page.get_by_role("link", name="the run")).to_be_visible()
    assert page.url == address
