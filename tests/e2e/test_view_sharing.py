"""A view that its owner shares to look at only, in the hands of somebody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from runyard import Experiment, Workspace
from runyard.sdk.view import View
from runyard.server.security.token import new_token, token_hash
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.token import SqlTokenStore
from runyard.storage.base import TokenRecord
from tests.e2e.conftest import Studio
from tests.e2e.test_run_list import make, query


def sign_in_as(user: str, studio: Studio) -> None:
    """Give a browser a session of another user, by a link that works once."""
    code, now = new_token(), datetime.now(UTC)
    database = Database(studio.server.home / "runyard.db")
    try:
        record = TokenRecord(kind="login", user=user, expires_at=now + timedelta(minutes=5))
        SqlTokenStore(database).put(token_hash(code), record, at=now)
    finally:
        database.close()
    studio.page.goto(f"{studio.server.url}/login?next=/settings&code={code}")
    expect(studio.page.get_by_text(user, exact=True)).to_be_visible()


def change_and_open(page: Page, view: str) -> None:
    query(page).fill("metric.loss.last<0.2")
    expect(page.get_by_text("1 run", exact=True)).to_be_visible()
    page.get_by_role("button", name=f"{view} (modified)").click()


def test_another_user_cannot_save_a_view_that_is_shared_to_look_at_and_saves_it_as_their_own(
    studio: Studio, new_studio: Callable[..., Studio], workspace: Workspace, experiment: Experiment
) -> None:
    make(experiment, "good", loss=0.1, team="vision")
    make(experiment, "bad", loss=0.9, team="vision")
    view = View.create(workspace, "Of the team", filter="tag.team = vision", sharing="view")
    other = new_studio()
    sign_in_as("guest", other)
    page = other.open(f"/v/{view._record.id}")
    expect(page.get_by_text("2 runs", exact=True)).to_be_visible()
    change_and_open(page, "Of the team")
    panel = page.get_by_role("dialog", name="Views")
    expect(panel.get_by_text(re.compile("shared to look at only"))).to_be_visible()
    expect(panel.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    assert other.violations() == []
    panel.get_by_role("button", name="Save as mine").click()
    expect(page.get_by_role("button", name="Of the team (mine)", exact=True)).to_be_visible()
    expect(query(page)).to_have_value("metric.loss.last<0.2")
    # The owner has the view as it was, and does not see the guest's own.
    page = studio.open(f"/v/{view._record.id}")
    expect(query(page)).to_have_value("tag.team = vision")
    page = studio.open("/views")
    expect(page.get_by_role("link", name="Of the team", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Of the team (mine)")).to_have_count(0)
    # A private view of another is as if it were not there, and one whose sharing ends while it is changed is not saved either.
    view.share("edit")
    page = other.open(f"/v/{view._record.id}")
    change_and_open(page, "Of the team")
    panel = page.get_by_role("dialog", name="Views")
    save = panel.get_by_role("button", name="Save", exact=True)
    expect(save).to_be_visible()
    view.share("view")
    expect(save).to_have_count(0)  # heard at once
    expect(panel.get_by_role("button", name="Save as mine")).to_be_visible()
    other.tolerated += ["status of 404"]
    view.share("private")
    page = other.open(f"/v/{view._record.id}")
    expect(page.get_by_text("No such view")).to_be_visible()
    assert other.problems == []
