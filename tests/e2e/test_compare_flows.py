"""What a reader does with the charts of a comparison: axes, smoothing, groups, zoom, pictures, order, Back and Forward."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from runyard import Experiment
from tests.e2e.conftest import Studio
from tests.e2e.test_charts import asks_window, drag
from tests.e2e.test_compare import address, chart, made_runs
from tests.e2e.test_pages import PICTURE

POINTS = 20_000
INNER = 12_345
"""A step whose value is no extreme of its neighbourhood: a thinned line leaves it out."""


def at_rest(page: Page, name: str) -> bytes:
    """Return the picture of a chart once it stays the same."""
    picture: bytes = b""
    for _ in range(120):
        before, picture = picture, chart(page, name).screenshot()
        if picture == before:
            return picture
        page.wait_for_timeout(250)
    raise AssertionError(f"{name} is drawn anew without end")


def shows_another_picture(page: Page, name: str, before: bytes) -> None:
    """Wait until a chart is drawn otherwise than it was."""
    for _ in range(120):
        if chart(page, name).screenshot() != before:
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"{name} was not drawn anew")


def test_axes_smoothing_groups_and_boxes_show_what_was_logged(studio: Studio, experiment: Experiment) -> None:
    runs = made_runs(experiment)
    page = studio.open(address(runs, charts="lines:val/loss,box:m:final/score@last"))
    lines = chart(page, "val/loss")
    expect(page.get_by_role("img", name="final/score: all runs 0.25")).to_be_visible()
    figures = page.get_by_role("article", name="final/score")
    expect(figures.locator("svg rect")).to_have_count(1)
    figures.hover()
    figures.get_by_role("button", name="Show final/score as a table").click()
    expect(figures.get_by_role("row").nth(1)).to_have_text("all runs600.1250.250.3750.5")
    # What stands at the last place says what runs along x.
    axes = page.get_by_role("group", name="Horizontal axis")
    for pressed, text in (("step", "^step 39: trial-"), ("time", r"^[\d.,]+ ?s: trial-"), ("time of day", r"\d:\d\d.*: trial-")):
        axes.get_by_role("button", name=pressed, exact=True).click()
        expect(axes.get_by_role("button", name=pressed, exact=True)).to_have_attribute("aria-pressed", "true")
        says(page, text)
    page.get_by_role("combobox", name="by a metric").select_option("epoch")
    says(page, "^epoch [0-3]: trial-")
    axes.get_by_role("button", name="step", exact=True).click()
    says(page, "^step 39: trial-")
    lines.blur()
    before = at_rest(page, "val/loss")
    page.get_by_role("checkbox", name="Logarithmic x").check()
    shows_another_picture(page, "val/loss", before)
    # A smoothed line ends elsewhere; the values stay what they are, and are drawn behind it.
    expect(lines).to_have_attribute("aria-label", re.compile(r"trial-5 .*0\.15\b.* trial-0 .*0\.025\b"))
    page.get_by_role("slider", name="Smoothing").fill("0.9")
    expect(lines).not_to_have_attribute("aria-label", re.compile(r"0\.15\b"))
    card = page.get_by_role("article", name="val/loss")
    card.hover()
    card.get_by_role("button", name="Show val/loss as a table").click()
    table = page.get_by_role("region", name="Values of val/loss")
    expect(table.get_by_role("row", name="trial-5 39 0.15", exact=True)).to_be_attached()
    card.get_by_role("button", name="Show val/loss as a chart").click()
    page.get_by_role("slider", name="Smoothing").fill("0")
    # A group: the mean of its runs, how many they are, and a band of either kind.
    page.get_by_role("combobox", name="Group").select_option("t:lr")
    expect(lines).to_have_attribute("aria-label", re.compile(r"lr = 0\.01 \(3\) .*0\.1\b.* lr = 0\.1 \(3\) .*0\.075\b"))
    expect(card.get_by_text("2 groups of 6 runs")).to_be_visible()
    page.get_by_role("combobox", name="Group").select_option("t:team")
    expect(lines).to_have_attribute("aria-label", re.compile(r"team = red \(6\) ends highest at 0\.0875\b"))
    before = at_rest(page, "val/loss")
    page.get_by_role("combobox", name="Band").select_option("deviation")
    shows_another_picture(page, "val/loss", before)


def says(page: Page, text: str) -> None:
    """Point at the last place of the chart by key until it says `text`: after a change it is drawn in its own time."""
    said = page.get_by_role("article", name="val/loss").locator("[aria-live=polite]")
    for _ in range(60):
        chart(page, "val/loss").press("ArrowLeft")
        for _ in range(3):
            chart(page, "val/loss").press("ArrowRight")
        if re.search(text, said.text_content() or ""):
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"{text} is not what the chart says: {said.text_content()}")


def test_a_zoomed_comparison_reads_finer_points_and_cards_are_dragged(
    studio: Studio, experiment: Experiment, tmp_path: Path
) -> None:
    runs = []
    for n in range(2):
        with experiment.start_logging(snapshot_directory=None, display_name=f"trial-{n}") as run:
            run.log_list("signal", [step % 7 + n for step in range(POINTS)])
            for step in (0, 5):
                (tmp_path / f"dot-{step}.png").write_bytes(PICTURE)
                run.log_image("picture", path=str(tmp_path / f"dot-{step}.png"), step=step)
        runs.append(run)
    page = studio.open(address(runs, charts="lines:signal,images:picture"))
    cards = page.get_by_role("article")
    expect(chart(page, "signal")).to_be_visible()
    with page.expect_request(asks_window):
        drag(page, chart(page, "signal"), 0.6, 0.635)
    expect(page).to_have_url(re.compile("zoom=lines"))
    card = page.get_by_role("article", name="signal")
    card.hover()
    card.get_by_role("button", name="Show signal as a table").click()
    rows = page.get_by_role("region", name="Values of signal").locator("tr")
    expect(rows.filter(has_text=f"trial-0{INNER:,}{INNER % 7}")).to_have_count(1)
    # The pictures of both runs at one step.
    pictures = page.get_by_role("article", name="picture")
    shown = [pictures.get_by_role("img", name=f"trial-{n}, picture") for n in range(2)]
    last = [each.get_attribute("src") or "" for each in shown]
    pictures.get_by_role("slider", name="step").fill("0")
    for each, before in zip(shown, last, strict=True):
        expect(each).not_to_have_attribute("src", before)
        expect(each).to_have_js_property("naturalWidth", 1)
    expect(cards.first).to_have_attribute("aria-label", "signal")
    pictures.hover()
    pictures.get_by_role("button", name=re.compile("^Move ")).drag_to(card)
    expect(cards.first).to_have_attribute("aria-label", "picture")


def test_back_and_forward_step_through_what_was_chosen_and_not_through_what_was_typed(
    studio: Studio, experiment: Experiment
) -> None:
    runs = made_runs(experiment, 2)
    page = studio.open(address(runs, charts="lines:val/loss,lines:train/loss"))
    cards = page.get_by_role("article")
    expect(cards).to_have_count(2)
    time = page.get_by_role("button", name="time", exact=True)
    time.click()
    expect(time).to_have_attribute("aria-pressed", "true")
    page.get_by_role("article", name="train/loss").hover()
    page.get_by_role("button", name="Remove train/loss").click()
    expect(cards).to_have_count(1)
    page.get_by_role("slider", name="Smoothing").fill("0.5")
    expect(page).to_have_url(re.compile("ema=0.5"))
    page.get_by_role("searchbox", name="Find charts").fill("loss")
    expect(page).to_have_url(re.compile("find=loss"))
    page.go_back()
    expect(cards).to_have_count(2)
    expect(time).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(time).to_have_attribute("aria-pressed", "false")
    expect(cards).to_have_count(2)
    page.go_forward()
    expect(time).to_have_attribute("aria-pressed", "true")
    page.go_forward()
    expect(cards).to_have_count(1)
    expect(page.get_by_role("slider", name="Smoothing")).to_have_value("0.5")
    expect(page.get_by_role("searchbox", name="Find charts")).to_have_value("loss")
