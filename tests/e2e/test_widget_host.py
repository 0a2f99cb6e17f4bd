"""The widget where there is no Jupyter: in a page that knows anywidget's protocol and nothing else, as editors have."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from runyard import Experiment
from runyard.widgets.run_data import RunData
from runyard.widgets.run_widget import STATIC, RunWidget
from tests.e2e.conftest import violations

HOST = """
async ([code, style, state]) => {
  const sheet = document.createElement("style");
  sheet.textContent = style;
  document.head.append(sheet);
  const listeners = {};
  const model = {
    get: (key) => state[key],
    set: (key, value) => { state[key] = value; },
    save_changes: () => {},
    on: (event, listener) => { (listeners[event] ??= []).push(listener); },
    off: (event, listener) => { listeners[event] = (listeners[event] ?? []).filter((each) => each !== listener); },
  };
  window.change = (key, value) => { state[key] = value; for (const each of listeners[`change:${key}`] ?? []) each(); };
  const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const { default: widget } = await import(address);
  window.remove = await widget.render({ model, el: document.body.appendChild(document.createElement("div")) });
}
"""


@pytest.fixture
def told(experiment: Experiment) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the kernel sends of a running run, and what it sends later."""
    run = experiment.start_logging(snapshot_directory=None, display_name="a run whose name is rather long for a narrow editor")
    run.log("a/metric/with/a/long/name/of/many/parts/that/fits/nowhere", 1.0)
    run.flush()
    data = RunData(run._client, run.id)
    state = {"data": data.as_json(), "url": run.get_portal_url(), "log_name": "", "problem": ""}
    first: dict[str, Any] = json.loads(json.dumps(state))
    run.complete()
    assert data.refresh()
    return first, json.loads(json.dumps(data.as_json()))


@pytest.mark.parametrize("width", [1440, 360])
def test_its_module_runs_from_a_blob_in_a_bare_page_and_follows_the_model(
    browser: Browser, told: tuple[dict[str, Any], dict[str, Any]], width: int
) -> None:
    first, later = told
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.append(request.url) if request.url.startswith("http") else None)
    page.set_content("<!doctype html><html lang='en'><title>A notebook</title><body></body></html>")
    page.evaluate(HOST, [(STATIC / "run-widget.js").read_text(), (STATIC / "run-widget.css").read_text(), first])
    widget = page.get_by_role("region", name="Run a run whose name", exact=False)
    expect(widget.get_by_text("Running", exact=True)).to_be_visible(timeout=30_000)
    page.evaluate("(data) => window.change('data', data)", later)
    expect(widget.get_by_text("Completed", exact=True)).to_be_visible(timeout=30_000)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert violations(page, ".runyard-widget") == []
    pictures = os.environ.get("PICTURES_FOLDER")
    if pictures:
        page.screenshot(path=Path(pictures) / f"widget-host-{width}.png")
    page.evaluate("window.remove()")
    expect(widget).to_have_count(0, timeout=30_000)
    assert problems == []  # no error, and nothing is asked of any address: such pages forbid it
    context.close()


def test_what_shows_no_widgets_has_text_and_a_page_without_scripts_beside_it(experiment: Experiment) -> None:
    with experiment.start_logging(snapshot_directory=None, display_name="beside") as run:
        run.log("loss", 0.25)
    widget = RunWidget(RunData(run._client, run.id), "http://127.0.0.1/runs/1")
    try:
        found = widget._repr_mimebundle_()
        bundle = found[0] if isinstance(found, tuple) else found
        assert "beside" in bundle["text/plain"] and "0.25" in bundle["text/plain"]
        assert "beside" in bundle["text/html"] and "<script" not in bundle["text/html"]
    finally:
        widget.close()
