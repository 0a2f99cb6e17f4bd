"""Histograms, sounds, videos, texts and pages of a run, by step, as they come."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from playwright.sync_api import expect

from runyard import Experiment
from tests.e2e.conftest import Studio, box_at_rest

MP4 = b"\0\0\0\x18ftypisom" + b"\0" * 40
PAGE = """<!doctype html><title>t</title><style>p { color: rgb(1, 2, 3) }</style><p id="said">as it was written</p>
<script>document.getElementById("said").textContent = "a script ran"; parent.document.title = "taken over"</script>"""


def test_histograms_are_read_by_step_and_by_bin_and_follow_the_run(studio: Studio, experiment: Experiment) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    for step in range(4):
        run.log_histogram("weights", [step, step + 0.5, step + 1.0, math.nan], bins=4, step=step * 10)
    run.flush()
    page = studio.open(f"/runs/{run.id}/images")
    chart = page.get_by_role("img", name="4 histograms of weights by step")
    expect(chart).to_be_visible()
    expect(page.get_by_role("img", name="Histogram of weights at step 30")).to_be_visible()
    panel = page.get_by_role("region", name="weights")
    expect(panel.get_by_role("definition").filter(has_text=re.compile("^3$")).first).to_be_visible()
    run.log_histogram("weights", [7.0], bins=4, step=40)
    expect(page.get_by_role("img", name="5 histograms of weights by step")).to_be_visible()
    expect(page.get_by_role("img", name="Histogram of weights at step 40")).to_be_visible()
    slider = page.get_by_role("slider", name="Step of weights")
    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "step 0 (1 of 5)")
    bars = page.get_by_role("img", name="Histogram of weights at step 0")
    bars.press("ArrowUp")
    expect(panel).to_contain_text("Step 0: 1 value from 0 to 0.25")
    bars.press("ArrowRight")
    expect(panel).to_contain_text("Step 10: 1 value from 1 to 1.25")
    box = box_at_rest(page.get_by_role("img", name="5 histograms of weights by step"))
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 20)
    expect(panel).to_contain_text(re.compile(r"Step 40: \d values? from"))
    assert studio.violations() == []
    run.complete()


def test_a_sound_plays_from_any_place_and_a_video_has_its_player(studio: Studio, experiment: Experiment) -> None:
    with experiment.start_logging(snapshot_directory=None) as run:
        for step in (1, 2):
            run.log_audio("tone", [math.sin(n / 5) for n in range(8000 * step)], sample_rate=8000, step=step)
        run.log_video("rollout", MP4)
    page = studio.open(f"/runs/{run.id}/images")
    sound = page.locator("audio")
    length = """sound => new Promise(done => {
        if (sound.readyState) done(sound.duration); else sound.onloadedmetadata = () => done(sound.duration)
    })"""
    expect(sound).to_be_visible()
    assert sound.evaluate(length) == 2
    page.get_by_role("slider", name="Step of tone").press("Home")
    expect(sound).to_have_attribute("src", re.compile("tone_1.wav"))
    assert sound.evaluate(length) == 1
    seek = "sound => new Promise(done => { sound.onseeked = () => done(sound.currentTime); sound.currentTime = 0.5 })"
    assert sound.evaluate(seek) == 0.5
    expect(page.locator("video")).to_have_attribute("src", re.compile("rollout"))
    assert studio.violations() == []


def test_a_text_is_searched_and_wrapped_and_a_page_runs_no_script(studio: Studio, experiment: Experiment) -> None:
    studio.tolerated += ["Blocked script execution", "Executing inline script violates"]
    with experiment.start_logging(snapshot_directory=None) as run:
        run.log_text("said", "The quick fox\n" + "a very long line " * 60 + "\nand another FOX")
        run.log_html("report", PAGE)
    page = studio.open(f"/runs/{run.id}/images")
    text = page.get_by_role("region", name="said").last
    expect(text).to_contain_text("The quick fox")
    page.get_by_role("searchbox", name="Search in the text").fill("fox")
    expect(page.get_by_text("2 matches")).to_be_visible()
    expect(page.locator("mark")).to_have_count(2)
    scrolls = "pre => pre.scrollWidth > pre.clientWidth + 1"
    assert not text.evaluate(scrolls)
    page.get_by_role("checkbox", name="Wrap lines").uncheck()
    expect(text).to_have_attribute("data-wrap", "false")
    assert text.evaluate(scrolls)
    said = page.frame_locator("iframe").locator("#said")
    expect(said).to_have_text("as it was written")
    expect(said).to_have_css("color", "rgb(1, 2, 3)")
    assert page.locator("iframe").get_attribute("sandbox") == ""
    assert "taken over" not in page.title()


def test_media_fit_a_phone(new_studio: Callable[..., Studio], experiment: Experiment) -> None:
    with experiment.start_logging(snapshot_directory=None) as run:
        for step in range(3):
            run.log_histogram("weights", range(step + 5), step=step)
            run.log_text("said", f"text {step}", step=step)
    studio = new_studio(viewport={"width": 360, "height": 800}, color_scheme="dark", locale="tr")
    studio.sign_in("/settings")
    page = studio.open(f"/runs/{run.id}/images")
    expect(page.get_by_role("img", name="weights için adımlara göre 3 histogram")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert studio.violations() == []
    assert studio.problems == []
