"""The pictures of the Studio in the documentation: ``python scripts/docs_pictures.py`` takes them anew, in both themes.

Needs the Studio to be built, Playwright, and a Chromium: ``RUNYARD_CHROMIUM`` or /usr/bin/chromium.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
TRAINING = """
import random, sys, time
from runyard import Run
rate = float(sys.argv[1])
run, error = Run.get_context(), 1.0
random.seed(int(rate * 100))
for epoch in range(40):
    error = error * (1 - rate * random.uniform(0.5, 1.5)) + 0.002
    run.log("error", error, step=epoch)
    run.log("accuracy", 1 - error / 2, step=epoch)
    print(f"epoch {epoch:2d}  error {error:.4f}", flush=True)
"""


def main() -> None:
    """Record a few runs in a home of their own, and take the pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        variables = {**os.environ, "RUNYARD_HOME": f"{place}/home", "LOGNAME": "ada", "USER": "ada"}
        (Path(place) / "project").mkdir()
        (Path(place) / "project" / "train.py").write_text(TRAINING)

        def runyard(*words: str) -> str:
            command = [sys.executable, "-m", "runyard", *words]
            done = subprocess.run(command, cwd=f"{place}/project", env=variables, capture_output=True, text=True, check=True)
            return done.stdout

        runyard("up")
        try:
            for rate in ("0.05", "0.1", "0.2"):
                runyard("run", "submit-script", "-e", "first", "train.py", rate)
            run_id = json.loads(runyard("run", "list", "-e", "first"))[0]["run_id"]
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=os.environ.get("RUNYARD_CHROMIUM", "/usr/bin/chromium"))
                for theme in ("light", "dark"):
                    link = re.search(r"http://\S+", runyard("open", run_id, "--no-browser"))
                    assert link is not None
                    take(browser, theme, link[0])
        finally:
            runyard("down")


def take(browser: Browser, theme: str, link: str) -> None:
    """Take the page of a run and the list of runs, in a theme. ``link`` signs in and leads to the run."""
    context = browser.new_context(viewport={"width": 1280, "height": 540}, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(link)
    page.get_by_role("tab", name="Metrics").click()
    expect(page.get_by_role("img", name=re.compile("Line chart of error"))).to_be_visible(timeout=30_000)
    page.wait_for_timeout(1_000)  # charts are drawn
    page.screenshot(path=IMAGES / f"studio-run-{theme}.png")
    page.get_by_role("link", name="Runs", exact=True).first.click()
    expect(page.get_by_text("Completed").first).to_be_visible(timeout=30_000)
    page.wait_for_timeout(1_000)  # charts are drawn
    page.screenshot(path=IMAGES / f"studio-runs-{theme}.png")
    context.close()


if __name__ == "__main__":
    main()
