"""Charts of a run: long series, many names, live points."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Locator, Page, Request, expect

from runyard import Experiment
from tests.e2e.conftest import Studio, box_at_rest

POINTS = 300_000
SPIKE_AT = 222_222


def series_requests(page: Page) -> list[dict[str, Any]]:
    """The bodies of the requests for series that the page makes from now on."""
    found: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if request.url.endswith("/metrics/series") and request.post_data:
            found.append(json.loads(request.post_data))

    page.on("request", note)
    return found


def asks_window(request: Request) -> bool:
    """Tell whether a request is for the finer points of a part of a chart."""
    return request.url.endswith("/metrics/series") and '"start"' in (request.post_data or "")


def drag(page: Page, chart: Locator, start: float, stop: float) -> None:
    """Drag over a part of a chart, given as shares of its width."""
    box = box_at_rest(chart)
    left, width, middle = box["x"] + 58, box["width"] - 72, box["y"] + 80
    page.mouse.move(left + width * start, middle)
    page.mouse.down()
    page.mouse.move(left + width * stop, middle, steps=4)
    page.mouse.up()


def test_a_long_series_zooms_by_reading_finer_points_and_keeps_its_spike(studio: Studio, experiment: Experiment) -> None:
    values = [float(n % 10) for n in range(POINTS)]
    values[SPIKE_AT] = 999.0
    with experiment.start_logging(snapshot_directory=None) as run:
        run.log_list("signal", values)
    page = studio.open(f"/runs/{run.id}/metrics")
    chart = page.get_by_role("img", name="Line chart of signal")
    card = page.get_by_role("article", name="signal")
    expect(chart).to_have_attribute("aria-label", re.compile("and 999,"))
    expect(card.get_by_text("of 300,000 points, extremes kept")).to_be_visible()
    asked = series_requests(page)

    def windows() -> list[tuple[float, float]]:
        return [(each["start"], each["stop"]) for each in asked if "start" in each]

    low, high = 0.0, float(POINTS - 1)
    for _ in range(4):
        place = (SPIKE_AT - low) / (high - low)
        start, stop = max(0.0, place - 0.1), min(1.0, place + 0.1)
        with page.expect_request(asks_window):
            drag(page, chart, start, stop)
        expect(card).to_have_attribute("aria-busy", "false")
        expect(page).to_have_url(re.compile("zoom=signal"))
        expect(chart).to_have_attribute("aria-label", re.compile("and 999,"))
        low, high = windows()[-1]
        assert low < SPIKE_AT < high
    assert len(windows()) == 4 and high - low < 1000, asked
    card.hover()
    with page.expect_download() as download:
        card.get_by_role("button", name="Download signal as CSV").click()
    rows = download.value.path().read_text().splitlines()[1:]
    # Finer than the whole line was: every single point of the window.
    assert len(rows) == int(high) - int(low) or abs(len(rows) - (high - low)) <= 1
    assert f"{SPIKE_AT}" in {row.split(",")[0] for row in rows}
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    expect(chart).to_have_attribute("aria-label", re.compile("and 999,"))
    chart.focus()
    page.keyboard.press("0")
    expect(page).not_to_have_url(re.compile("zoom="))
    page.keyboard.press("+")
    expect(page).to_have_url(re.compile("zoom=signal"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text(re.compile(r"^step [\d,]+: signal \d"))).to_have_count(1)
    page.keyboard.press("d")
    expect(page.get_by_role("region", name="Values of signal")).to_be_visible()


def test_thousands_of_names_mount_only_what_is_seen_and_are_found_by_expression(studio: Studio, experiment: Experiment) -> None:
    with experiment.start_logging(snapshot_directory=None) as run:
        for step in range(3):
            for n in range(3000):
                run.log(f"layer{n // 100}/weight{n}", step + n, step=step)
    page = studio.open(f"/runs/{run.id}/metrics")
    asked = series_requests(page)
    expect(page.get_by_role("img", name="Line chart of layer0/weight0:")).to_be_visible()
    assert page.get_by_role("article").count() < 60
    page.evaluate("document.querySelector('#main').scrollTo(0, 1e9)")
    expect(page.get_by_role("img", name="Line chart of layer29/weight2999:")).to_be_visible()
    assert page.get_by_role("article").count() < 60
    assert len(asked) < 12, "one request for what is in sight, none for what was passed"
    page.get_by_role("searchbox", name="Find metrics").fill("/weight2?777$/")
    expect(page.get_by_role("article")).to_have_count(2)
    page.reload()
    expect(page.get_by_role("article")).to_have_count(2)


def test_a_new_point_is_drawn_at_once_and_only_it_is_read(studio: Studio, experiment: Experiment) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    for n in range(50):
        run.log("loss", 1 / (n + 1))
    run.flush()
    page = studio.open(f"/runs/{run.id}/metrics")
    chart = page.get_by_role("img", name="Line chart of loss")
    expect(chart).to_have_attribute("aria-label", re.compile("50 points"))
    asked = series_requests(page)
    run.log("loss", 7.5)
    expect(chart).to_have_attribute("aria-label", re.compile("51 points, last 7.5"))
    assert asked[0]["since"] == {run.id: {"loss": 50}}
    run.log("loss", 8.5)
    # What stands in words changes every two seconds, and ends with the latest.
    card = page.get_by_role("article", name="loss")
    expect(card.get_by_text("52 points")).to_be_visible()
    expect(card.locator("header")).to_contain_text("8.5")
    page.get_by_role("button", name="Show loss as a table").click()
    run.log("loss", 9.25)
    expect(card.get_by_role("row").filter(has_text="9.25")).to_be_visible()
    page.get_by_role("button", name="Show loss as a chart").click()
    expect(chart).to_have_attribute("aria-label", re.compile("53 points, last 9.25"))
    run.complete()


def test_smoothing_and_log_axis_come_back_from_the_address(studio: Studio, experiment: Experiment) -> None:
    with experiment.start_logging(snapshot_directory=None) as run:
        for n in range(200):
            run.log("loss", 1000.0 if n == 20 else 1 / (n + 1))
    page = studio.open(f"/runs/{run.id}/metrics")
    page.get_by_role("checkbox", name="Logarithmic y").check()
    page.get_by_role("checkbox", name="Fit y to most values").check()
    expect(page.get_by_text("1 value is outside, marked at the edge")).to_be_visible()
    page.get_by_role("slider", name="Smoothing").fill("0.6")
    page.reload()
    expect(page.get_by_role("checkbox", name="Logarithmic y")).to_be_checked()
    expect(page.get_by_role("slider", name="Smoothing")).to_have_value("0.6")
    expect(page.get_by_text("1 value is outside, marked at the edge")).to_be_visible()


def test_curves_of_a_classifier_are_drawn_from_what_was_logged(studio: Studio, experiment: Experiment) -> None:
    tables = [[[10, 10, 0, 0], [8, 2, 8, 2], [0, 0, 10, 10]]] * 2
    accuracy = {"probability_tables": tables, "class_labels": ["cat", "dog"], "probability_thresholds": [0, 0.5, 1]}
    with experiment.start_logging(snapshot_directory=None) as run:
        run.log_accuracy_table("accuracy", {"schema_type": "accuracy_table", "schema_version": "1.0.1", "data": accuracy})
        bins = {"bin_edges": [0.0, 1.0, 2.0], "bin_counts": [3, 4]}
        run.log_residuals("rest", {"schema_type": "residuals", "schema_version": "1.0.0", "data": bins})
        means = {**bins, "bin_averages": [0.4, 1.6], "bin_errors": [0.1, 0.2]}
        run.log_predictions("predicted", {"schema_type": "predictions", "schema_version": "1.0.0", "data": means})
    page = studio.open(f"/runs/{run.id}/images")
    expect(page.get_by_role("img", name="ROC: true positives against false positives of accuracy, 2 curves.")).to_be_visible()
    expect(page.get_by_role("img", name="Precision against recall of accuracy, 2 curves.")).to_be_visible()
    expect(page.get_by_role("img", name="Residuals of rest, 1 curve.")).to_be_visible()
    expect(page.get_by_role("img", name="Predicted against true of predicted, 1 curve.")).to_be_visible()
    assert studio.violations() == []
