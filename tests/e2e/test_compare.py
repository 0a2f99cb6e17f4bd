"""The compare page: charts, table and code of several runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page, expect

from runyard import Experiment, Run
from tests.e2e.conftest import Studio, box_at_rest, violations
from tests.e2e.test_charts import series_requests

MATRIX = {
    "schema_type": "confusion_matrix",
    "schema_version": "v1",
    "data": {"class_labels": ["cat", "dog"], "matrix": [[8, 2], [1, 9]]},
}


def made_runs(experiment: Experiment, count: int = 6) -> list[Run]:
    """Return ended runs that were set and went differently."""
    runs = []
    for n in range(count):
        with experiment.start_logging(snapshot_directory=None, display_name=f"trial-{n}") as run:
            run.tag("lr", str([0.1, 0.01][n % 2]))
            run.tag("team", "red")
            for step in range(40):
                run.log("val/loss", (n + 1) / (step + 1), step=step)
                run.log("train/loss", (n + 2) / (step + 1), step=step)
                run.log("epoch", step // 10, step=step)
            run.log("final/score", n / 10)
            run.log_confusion_matrix("matrix", MATRIX)
            run.log_table("curve", {"x": [0, 1], "y": [n, n + 1]})
        runs.append(run)
    return runs


def address(runs: list[Run], **more: str) -> str:
    rest = "".join(f"&{key}={quote(value)}" for key, value in more.items())
    return f"/compare?runs={','.join(run.id for run in runs)}{rest}"


def chart(page: Page, name: str) -> Any:
    return page.get_by_role("img", name=re.compile("^Line chart of " + re.escape(name).replace("/", ".")))


def test_lines_of_all_runs_come_in_few_requests_and_follow_eyes_groups_and_formulas(
    studio: Studio, experiment: Experiment
) -> None:
    runs = made_runs(experiment)
    asked = series_requests(studio.page)
    page = studio.open(address(runs))
    expect(chart(page, "val/loss")).to_have_attribute("aria-label", re.compile("6 lines; trial-5 ends highest.* trial-0 lowest"))
    lines = [each for each in asked if "val/loss" in each["names"] and "since" not in each]
    assert [len(each["run_ids"]) for each in lines] == [6], lines
    page.get_by_role("button", name="Hide trial-5").click()
    expect(chart(page, "val/loss")).to_have_attribute("aria-label", re.compile("5 lines; trial-4 ends highest"))
    page.get_by_role("combobox", name="Group").select_option("t:lr")
    expect(chart(page, "val/loss")).to_have_attribute("aria-label", re.compile(r"2 lines; lr = 0.01 \(2\) ends highest"))
    page.get_by_role("button", name="Add a chart").click()
    form = page.get_by_role("dialog", name="Add a chart")
    form.get_by_role("textbox", name="Field 1").or_(form.get_by_role("combobox", name="Field 1")).fill(
        '="val/loss" / ("train/loss"'
    )
    form.get_by_role("button", name="Add", exact=True).click()
    expect(form.get_by_role("alert")).to_have_text(re.compile("closing bracket is missing at character 28"))
    form.get_by_role("textbox", name="Field 1").or_(form.get_by_role("combobox", name="Field 1")).fill(
        '="val/loss" / "train/loss"'
    )
    form.get_by_role("button", name="Add", exact=True).click()
    page.keyboard.press("Escape")
    expect(chart(page, '"val/loss" / "train/loss"')).to_be_visible()
    first = page.get_by_role("article").first
    expect(first).to_have_attribute("aria-label", '"val/loss" / "train/loss"')
    first.hover()
    first.get_by_role("button", name=re.compile("^Move ")).press("ArrowRight")
    expect(page.get_by_role("article").first).not_to_have_attribute("aria-label", '"val/loss" / "train/loss"')
    link = page.url
    page.goto("about:blank")
    page.goto(link)  # all of it is in the address
    expect(page.get_by_role("article").nth(1)).to_have_attribute("aria-label", '"val/loss" / "train/loss"')
    expect(chart(page, "val/loss")).to_have_attribute("aria-label", re.compile("2 lines"))
    expect(page.get_by_role("button", name="Show trial-5")).to_be_visible()
    page.get_by_role("searchbox", name="Find charts").fill("/^train/")
    expect(page.get_by_role("article")).to_have_count(1)


def test_other_charts_show_the_runs_and_a_brush_narrows_all_of_them(studio: Studio, experiment: Experiment) -> None:
    runs = made_runs(experiment)
    kinds = r"parallel!:t:lr\,m:val/loss@last,scatter:t:lr\,m:val/loss@min,box:m:final/score@last,bars:m:final/score@last"
    page = studio.open(address(runs, charts=f"{kinds},lines:val/loss,confusion:matrix,table:curve"))
    expect(page.get_by_role("img", name="Parallel coordinates of lr, val/loss, 6 runs.")).to_be_visible()
    expect(page.get_by_role("img", name="val/loss (min) against lr, 6 runs.")).to_be_visible()
    expect(page.get_by_role("article", name="final/score").first).to_be_visible()
    axis = page.get_by_role("slider", name="Narrow lr")
    studio.settled()
    box = box_at_rest(axis)
    page.mouse.move(box["x"] + 12, box["y"] + box["height"] * 0.6)
    page.mouse.down()
    page.mouse.move(box["x"] + 12, box["y"] + box["height"] - 1, steps=4)
    page.mouse.up()
    expect(page.get_by_text("lr narrowed")).to_be_visible()
    expect(page.get_by_role("img", name="val/loss (min) against lr, 3 runs.")).to_be_visible()
    expect(page).to_have_url(re.compile("brush="))
    page.get_by_role("button", name="Show all values of lr").click()
    expect(page.get_by_role("img", name="val/loss (min) against lr, 6 runs.")).to_be_visible()
    axis.press("ArrowDown")
    expect(page.get_by_text("lr narrowed")).to_be_visible()
    axis.press("Escape")
    page.evaluate("document.querySelector('#main').scrollTo(0, 1e6)")
    expect(page.get_by_role("article", name="matrix").get_by_text("trial-0")).to_be_visible()
    expect(page.get_by_role("region", name="curve").get_by_role("row")).to_have_count(13)
    bars = page.get_by_role("article", name="final/score").filter(has=page.get_by_role("list"))
    expect(bars.get_by_role("listitem").first).to_have_text(re.compile("trial-5"))


def test_the_table_shows_what_differs_from_a_baseline(studio: Studio, experiment: Experiment) -> None:
    runs = made_runs(experiment, 3)
    page = studio.open(address(runs, tab="table"))
    table = page.get_by_role("region", name="Differences between the runs")
    expect(table.get_by_role("rowheader", name="lr")).to_be_visible()
    expect(table.get_by_role("rowheader", name="team")).to_have_count(0)
    expect(table.get_by_role("row", name=re.compile("^val.loss"))).to_contain_text("▲ +100 %")
    page.get_by_role("combobox", name="Baseline").select_option(label="Baseline: trial-2")
    expect(table.get_by_role("columnheader").nth(1)).to_contain_text("trial-2")
    expect(table.get_by_role("row", name=re.compile("^val.loss"))).to_contain_text("▼ −66.7 %")
    page.get_by_role("checkbox", name="Differences only").uncheck()
    expect(table.get_by_role("rowheader", name="team")).to_be_visible()
    page.reload()
    expect(table.get_by_role("columnheader").nth(1)).to_contain_text("trial-2")


def test_the_code_of_two_runs_is_compared_line_by_line(studio: Studio, submit: Callable[..., Run]) -> None:
    first = submit("print('one')\nprint('same')\n")
    first.wait_for_completion()
    second = submit("print('two')\nprint('same')\n")
    second.wait_for_completion()
    page = studio.open(address([first, second], tab="code"))
    page.get_by_text("train.py").click()
    expect(page.get_by_role("region", name="train.py")).to_contain_text("print('two')")


def test_a_comparison_without_runs_says_how_to_get_some(studio: Studio) -> None:
    page = studio.open("/compare")
    expect(page.get_by_text("No runs to compare")).to_be_visible()
    page = studio.open("/compare?runs=no-such-run")
    expect(page.get_by_text("These runs are not here")).to_be_visible()


def test_comparing_has_no_accessibility_fault(studio: Studio, experiment: Experiment) -> None:
    """Colours are looked at in both themes at both widths, and all else at both widths."""
    runs = made_runs(experiment, 4)
    kinds = r"lines:val/loss,parallel:t:lr\,m:val/loss@last,scatter:t:lr\,m:val/loss@min,box:m:final/score@last"
    others = "bars:m:final/score@last,confusion:matrix,table:curve"
    for more in ({"charts": kinds}, {"charts": others}, {"tab": "table"}, {"tab": "code"}):
        page = studio.open(address(runs, **more))
        expect(page.get_by_role("heading", name="Compare 4 runs")).to_be_visible()
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 1000})
            expect(page.get_by_role("article").or_(page.get_by_role("region")).first).to_be_visible()
            studio.settled()
            page.emulate_media(color_scheme="light")
            assert studio.violations() == [], (more, width)
            page.emulate_media(color_scheme="dark")
            assert violations(page, only=["color-contrast"]) == [], (more, width)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (more, width)


def test_a_colour_chosen_for_a_run_is_kept_for_everyone(studio: Studio, experiment: Experiment) -> None:
    runs = made_runs(experiment, 2)
    page = studio.open(address(runs))
    page.get_by_label("Colour of trial-0").fill("#12ab34")
    expect(page.locator("svg line[stroke='#12ab34']")).to_have_count(1)  # a line has no height
    page = studio.open(f"/runs/{runs[0].id}/metrics")
    expect(page.get_by_role("article").first).to_be_visible()
    page = studio.open(address(runs))
    expect(page.get_by_label("Colour of trial-0")).to_have_value("#12ab34")


def test_charts_are_saved_as_a_view_that_a_second_browser_opens_and_may_change(
    studio: Studio, new_studio: Callable[..., Studio], experiment: Experiment
) -> None:
    runs = made_runs(experiment, 3)
    charts = r'lines!:="val/loss" / "train/loss",scatter:t:lr\,m:val/loss@min,lines:val/loss'
    page = studio.open(address(runs, charts=charts, y="log", group="t:lr", zoom="lines:val/loss@5~20"))
    expect(page.get_by_role("article").first).to_have_attribute("aria-label", '"val/loss" / "train/loss"')
    page.get_by_role("button", name="Views").click()
    page.get_by_role("textbox", name="Name of the view").fill("Ratios")
    page.get_by_role("combobox", name="Who may see the new view").select_option("view")
    page.get_by_role("button", name="Save as new").click()
    expect(page).to_have_url(re.compile(r"view=\w+"))
    expect(page.get_by_role("button", name="Ratios", exact=True)).to_be_visible()
    found = re.search(r"view=(\w+)", page.url)
    assert found
    other = new_studio()
    other.sign_in()
    shared = other.open(f"/v/{found[1]}")
    expect(shared.get_by_role("button", name="Ratios", exact=True)).to_be_visible()
    expect(shared.get_by_role("article").first).to_have_attribute("aria-label", '"val/loss" / "train/loss"')
    expect(shared.get_by_role("article")).to_have_count(3)
    expect(shared.get_by_role("combobox", name="Group")).to_have_value("t:lr")
    expect(shared.get_by_role("checkbox", name="Logarithmic y")).to_be_checked()
    expect(shared).to_have_url(re.compile("zoom=lines"))
    # What is changed there is saved, and the first browser opens it so.
    remove = shared.get_by_role("button", name=re.compile(r"^Remove .*lr"))
    shared.get_by_role("article").nth(1).hover()
    remove.click()
    expect(shared.get_by_role("article")).to_have_count(2)
    shared.get_by_role("button", name="Ratios (modified)").click()
    shared.get_by_role("dialog", name="Views").get_by_role("button", name="Save", exact=True).click()
    expect(shared.get_by_role("button", name="Ratios", exact=True)).to_be_visible()
    page = studio.open(f"/v/{found[1]}")
    expect(page.get_by_role("article").first).to_have_attribute("aria-label", '"val/loss" / "train/loss"')
    expect(page.get_by_role("article")).to_have_count(2)
    assert other.problems == []


def test_an_experiment_opens_with_the_charts_of_its_default_view(studio: Studio, experiment: Experiment) -> None:
    made_runs(experiment, 2)
    page = studio.open(f"/experiments/{experiment.name}/charts?charts=lines:val/loss")
    expect(chart(page, "val/loss")).to_be_visible()
    page.get_by_role("button", name="Views").click()
    page.get_by_role("textbox", name="Name of the view").fill("Loss only")
    page.get_by_role("combobox", name="Who may see the new view").select_option("view")
    page.get_by_role("button", name="Save as new").click()
    expect(page).to_have_url(re.compile(r"view=\w+"))
    page.get_by_role("button", name=f"Open {experiment.name} with this view").click()
    expect(page.get_by_role("button", name="Do not open with this view")).to_be_visible()
    page = studio.open(f"/experiments/{experiment.name}")
    expect(chart(page, "val/loss")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(1)
    page.get_by_role("tab", name="Runs").click()
    expect(page.get_by_role("grid").or_(page.get_by_role("treegrid"))).to_be_visible()


def test_pointing_at_a_chart_marks_the_same_place_in_the_others(studio: Studio, experiment: Experiment) -> None:
    runs = made_runs(experiment, 2)
    page = studio.open(address(runs, charts="lines:val/loss,lines:train/loss"))
    marks = page.get_by_role("article", name="train/loss").locator("canvas[data-layer=cursor]")
    expect(chart(page, "train/loss")).to_be_visible()
    expect(marks).to_have_count(0)
    studio.settled()
    box_at_rest(chart(page, "val/loss"))
    chart(page, "val/loss").hover()
    expect(marks).to_have_count(1)
    page.mouse.move(2, 2)
    expect(marks).to_have_count(0)


def test_a_chart_of_runs_follows_what_they_log_and_a_run_that_begins_to(studio: Studio, experiment: Experiment) -> None:
    early, late = (
        experiment.start_logging(outputs=None, snapshot_directory=None, display_name=name) for name in ("early", "late")
    )
    for value in (1.0, 2.0):
        early.log("loss", value)
    early.flush()
    page = studio.open(address([early, late], charts="lines:loss"))
    shown = chart(page, "loss")
    expect(shown).to_have_attribute("aria-label", re.compile("1 line; early ends highest at 2"))
    early.log("loss", 7.5)
    expect(shown).to_have_attribute("aria-label", re.compile("1 line; early ends highest at 7.5"))
    late.log("loss", 9.25)
    expect(shown).to_have_attribute("aria-label", re.compile("2 lines; late ends highest at 9.25"))
    expect(page.get_by_text("2 of 2 runs")).to_be_visible()
    for run in (early, late):
        run.complete()
