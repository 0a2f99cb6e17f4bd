"""What the panels over a list of runs do: conditions made without knowing the language, and groups by several fields."""

from __future__ import annotations

import re
from collections.abc import Sequence

from playwright.sync_api import Locator, Page, expect

from runyard import Experiment
from tests.e2e.conftest import Studio, press_escape


def make(experiment: Experiment, name: str, *, loss: float, team: str, lr: float) -> None:
    with experiment.start_logging(snapshot_directory=None, display_name=name, arguments=["--lr", lr]) as run:
        run.tag("team", team)
        run.log("loss", loss)


def panel(page: Page, button: str, title: str) -> Locator:
    page.get_by_role("button", name=button, exact=True).click()
    return page.get_by_role("dialog", name=title)


def shows_only(page: Page, names: Sequence[str]) -> None:
    """Wait until the rows of runs are exactly these, in the order of their names."""
    expect(page.get_by_text(re.compile(rf"^{len(names)} runs?$"))).to_be_visible()
    for name in names:
        expect(page.get_by_role("row").get_by_role("link", name=name, exact=True)).to_be_visible()


def test_a_filter_is_built_field_by_field_and_becomes_text_chips_and_address(studio: Studio, experiment: Experiment) -> None:
    for name, loss, team, lr in (("one", 0.1, "vision", 0.1), ("two", 0.5, "vision", 0.01), ("three", 0.9, "speech", 0.01)):
        make(experiment, name, loss=loss, team=team, lr=lr)
    experiment.start_logging(snapshot_directory=None, display_name="four").fail("out of memory")
    page = studio.open("/runs")
    shows_only(page, ["one", "two", "three", "four"])
    query = page.get_by_role("combobox", name="Find or filter")
    filters = panel(page, "Filter", "Filter runs")
    add = filters.get_by_role("button", name="Add the filter")
    expect(add).to_be_disabled()  # a metric without a name
    filters.get_by_role("combobox", name="Key").fill("loss")
    filters.get_by_role("combobox", name="Figure").select_option("min")
    filters.get_by_role("combobox", name="Comparison").select_option("less")
    filters.get_by_role("textbox", name="Value").fill("0.7")
    add.click()
    shows_only(page, ["one", "two"])
    filters.get_by_role("combobox", name="Field").select_option("param")
    filters.get_by_role("combobox", name="Key").fill("lr")
    filters.get_by_role("combobox", name="Comparison").select_option("equals")
    filters.get_by_role("textbox", name="Value").fill("0.01")
    page.keyboard.press("Enter")
    shows_only(page, ["two"])
    assert studio.violations() == []
    press_escape(filters)
    expect(query).to_have_value("metric.loss.min < 0.7 param.lr = 0.01")
    page.get_by_role("button", name="Remove metric.loss.min < 0.7").click()
    shows_only(page, ["two", "three"])
    page.get_by_role("button", name="Remove param.lr = 0.01").click()
    shows_only(page, ["one", "two", "three", "four"])
    filters = panel(page, "Filter", "Filter runs")
    filters.get_by_role("checkbox", name=re.compile("Failed")).check()
    shows_only(page, ["four"])
    expect(filters.get_by_role("checkbox", name=re.compile("Completed"))).to_be_visible()  # what there would be else
    expect(page).to_have_url(re.compile(r"q=status"))


def test_runs_are_grouped_by_a_tag_and_a_parameter_at_once(studio: Studio, experiment: Experiment) -> None:
    rows = (("one", 1, "vision", 0.1), ("two", 3, "vision", 0.1), ("three", 5, "vision", 0.01), ("four", 7, "speech", 0.01))
    for name, loss, team, lr in rows:
        make(experiment, name, loss=loss, team=team, lr=lr)
    page = studio.open("/runs?cols=m:loss@last")
    groups = panel(page, "Group", "Group runs by")
    first, second = (groups.get_by_role("combobox", name=f"Field {number}") for number in (1, 2))
    first.fill("tag.team")
    first.press("Enter")
    expect(page.get_by_text("2 groups")).to_be_visible()
    second.fill("param.lr")
    second.press("Enter")
    expect(second).to_be_focused()  # the next one follows without a pointer
    expect(page).to_have_url(re.compile(r"group=tag\.team,param\.lr"))
    expect(page.get_by_text("3 groups")).to_be_visible()
    assert studio.violations() == []
    press_escape(groups)
    both = page.get_by_role("row").filter(has_text="vision · 0.1")
    expect(both).to_contain_text("2 ± 1")
    both.get_by_role("button", name="Show what is below vision · 0.1", exact=True).click()
    runs = page.locator("[role=row] a[data-cell=name]")
    expect(runs).to_have_count(2)
    expect(runs.filter(has_text=re.compile("^(one|two)$"))).to_have_count(2)
    groups = panel(page, "Group", "Group runs by")
    groups.get_by_role("button", name="Remove tag.team").click()
    expect(first).to_have_value("param.lr")
    expect(page.get_by_text("2 groups")).to_be_visible()
    offered = groups.get_by_role("button", name="tag.team", exact=True)
    offered.click()
    expect(page.get_by_text("3 groups")).to_be_visible()
    expect(offered).to_have_attribute("aria-pressed", "true")
    offered.click()
    expect(page.get_by_text("2 groups")).to_be_visible()
    groups.get_by_role("button", name="Do not group").click()
    shows_only(page, ["one", "two", "three", "four"])
