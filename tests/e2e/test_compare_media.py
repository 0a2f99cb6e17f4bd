"""Images, texts and histograms of several runs by step, side by side; groups of runs reckoned by the server; who draws charts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from runyard import Experiment, Run
from tests.e2e.conftest import Studio, has_keys, press_escape
from tests.e2e.test_charts import series_requests
from tests.e2e.test_compare import address, chart, made_runs
from tests.e2e.test_pages import PICTURE

MEDIA = "images:sample,images:said,images:weights"
INK = """canvas => {
  if (!canvas.width || !canvas.height) return 0;
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [canvas.width, canvas.height];
  const context = copy.getContext("2d");
  context.drawImage(canvas, 0, 0);
  return new Set(new Uint32Array(context.getImageData(0, 0, copy.width, copy.height).data.buffer)).size;
}"""


def logged(experiment: Experiment, folder: Path) -> list[Run]:
    """Return two ended runs with an image, a text and a histogram at steps 0, 5 and, in the second, 10."""
    runs = []
    (folder / "dot.png").write_bytes(PICTURE)
    for n in range(2):
        with experiment.start_logging(snapshot_directory=None, display_name=f"trial-{n}") as run:
            for step in (0, 5, 10)[: 2 + n]:
                run.log_image("sample", path=str(folder / "dot.png"), step=step)
                run.log_text("said", f"trial {n} at {step}", step=step)
                run.log_histogram("weights", [step, step + n + 1.0], bins=4, step=step)
        runs.append(run)
    return runs


def test_images_texts_and_histograms_of_several_runs_go_through_their_steps_together(
    studio: Studio, experiment: Experiment, tmp_path: Path
) -> None:
    page = studio.open(address(logged(experiment, tmp_path)))
    texts = page.get_by_role("article", name="said")
    expect(texts.get_by_text("trial 0 at 5", exact=True)).to_be_visible()  # the last that it has
    expect(texts.get_by_text("trial 1 at 10", exact=True)).to_be_visible()
    expect(page.get_by_role("img", name="Histogram of trial-1, weights at step 10")).to_be_attached()
    slider = texts.get_by_role("slider", name="Step of said")
    expect(slider).to_have_attribute("aria-valuetext", "step 10 (3 of 3)")
    slider.press("Home")
    expect(texts.get_by_text("trial 0 at 0", exact=True)).to_be_visible()
    expect(texts.get_by_text("trial 1 at 0", exact=True)).to_be_visible()
    expect(page.get_by_role("img", name="Histogram of trial-0, weights at step 0")).to_be_attached()
    expect(page.get_by_role("slider", name="Step of sample")).to_have_attribute("aria-valuetext", "step 0 (1 of 3)")
    slider.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"\bstep=5\b"))
    page.reload()
    expect(page.get_by_role("slider", name="Step of said")).to_have_attribute("aria-valuetext", "step 5 (2 of 3)")
    expect(page.get_by_text("trial 1 at 5", exact=True)).to_be_visible()


def test_an_image_opens_large_and_arrow_keys_go_through_its_steps(studio: Studio, experiment: Experiment, tmp_path: Path) -> None:
    run = logged(experiment, tmp_path)[1]
    page = studio.open(f"/runs/{run.id}/images")
    small = page.get_by_role("button").filter(has=page.locator("img"))
    small.focus()
    page.keyboard.press("Enter")
    large = page.get_by_role("dialog", name="sample")
    steps = large.get_by_role("slider", name="Step of sample")
    expect(steps).to_have_attribute("aria-valuetext", "step 10 (3 of 3)")
    before = large.locator("img").get_attribute("src") or ""
    has_keys(large)
    page.keyboard.press("ArrowLeft")
    expect(steps).to_have_attribute("aria-valuetext", "step 5 (2 of 3)")
    expect(large.locator("img")).not_to_have_attribute("src", before)
    page.keyboard.press("Home")
    expect(steps).to_have_attribute("aria-valuetext", "step 0 (1 of 3)")
    assert studio.violations() == []
    press_escape(large)
    expect(large).to_have_count(0)
    expect(small).to_be_focused()
    # The page goes with it: what was looked at last stays.
    expect(page.get_by_role("slider", name="Step of sample")).to_have_attribute("aria-valuetext", "step 0 (1 of 3)")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 360)])
def test_media_of_several_runs_have_no_accessibility_fault_and_fit(
    new_studio: Callable[..., Studio], experiment: Experiment, tmp_path: Path, scheme: Any, width: int
) -> None:
    runs = logged(experiment, tmp_path)
    studio = new_studio(color_scheme=scheme, viewport={"width": width, "height": 1000})
    studio.sign_in()
    page = studio.open(address(runs, charts=MEDIA))
    expect(page.get_by_text("trial 1 at 10", exact=True)).to_be_attached()
    studio.settled()
    assert studio.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert studio.problems == []


def test_groups_of_runs_are_reckoned_by_the_server_and_no_run_is_read(studio: Studio, experiment: Experiment) -> None:
    runs = made_runs(experiment, 4)
    asked = series_requests(studio.page)
    grids: list[dict[str, Any]] = []
    studio.page.on(
        "request", lambda each: grids.append(json.loads(each.post_data or "{}")) if each.url.endswith("/buckets") else None
    )
    page = studio.open(address(runs, charts="lines:val/loss", group="t:lr"))
    expect(chart(page, "val/loss")).to_have_attribute("aria-label", re.compile(r"2 lines; lr = 0.01 \(2\) ends highest"))
    studio.settled()
    assert asked == []
    assert [sorted(map(len, grid["groups"].values())) for grid in grids] == [[2, 2]]
    page.get_by_role("button", name="Hide trial-2").click()
    expect(chart(page, "val/loss")).to_have_attribute("aria-label", re.compile(r"lr = 0.1 \(1\) lowest"))


def inked(page: Page) -> None:
    """Wait until the first chart has more on it than one colour."""
    canvas = page.locator("article canvas").first
    expect(canvas).to_be_visible()
    for _ in range(120):
        if canvas.evaluate(INK) > 10:
            return
        page.wait_for_timeout(250)
    raise AssertionError("nothing is drawn on the chart")


def test_charts_are_drawn_by_a_worker_and_by_the_page_where_there_is_none(studio: Studio, experiment: Experiment) -> None:
    runs = made_runs(experiment, 1)
    page = studio.open(f"/runs/{runs[0].id}/metrics")
    inked(page)
    assert any("plot-worker" in worker.url for worker in page.workers)
    studio.tolerated.append("Failed to load")
    page.route("**/plot-worker*", lambda route: route.abort())
    page.reload()
    inked(page)
    expect(page.locator("article canvas").first).to_be_visible()
    assert page.workers == []
