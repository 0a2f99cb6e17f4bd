"""What a person does in the Studio."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from runyard import Experiment, Run
from tests.e2e.conftest import Studio, press_escape

LIVE = """
import sys, time
from pathlib import Path
from runyard import Run
run = Run.get_context()
Path("outputs/model.txt").write_text("weights")
for n in range(12):
    run.log("loss", 1 / (n + 1))
    run.log("val/accuracy", n / 12)
    print(f"epoch {n} \\x1b[32mgood\\x1b[0m", flush=True)
    while n in (5, 8) and not Path(sys.argv[1], f"seen-{n}").exists():
        time.sleep(0.05)
"""


def test_a_newcomer_sees_what_to_paste(studio: Studio) -> None:
    page = studio.open("/")
    expect(page.get_by_text("No runs yet")).to_be_visible()
    expect(page.get_by_text("from runyard import", exact=False).first).to_be_visible()


def test_a_run_is_watched_live_from_its_log_to_its_end(studio: Studio, submit: Callable[..., Run], tmp_path: Path) -> None:
    run = submit(LIVE, str(tmp_path))
    page = studio.open(f"/runs/{run.id}/metrics")
    expect(page.get_by_role("heading", name=re.compile(run.id)).first).to_be_visible()
    chart = page.get_by_role("img", name=re.compile("Line chart of loss"))
    expect(chart).to_be_visible()
    expect(page.get_by_role("img", name="Line chart of loss: 6 points")).to_be_visible()
    (tmp_path / "seen-5").touch()
    expect(page.get_by_role("img", name="Line chart of loss: 9 points")).to_be_visible()  # no reload
    page.get_by_role("tab", name="Outputs + logs").or_(page.get_by_role("link", name="Outputs + logs")).first.click()
    expect(page.get_by_text("epoch 8 good")).to_be_visible()
    (tmp_path / "seen-8").touch()
    expect(page.get_by_text("Completed").first).to_be_visible()
    expect(page.get_by_text("epoch 11 good")).to_be_visible()
    page.get_by_text("model.txt").click()
    expect(page.get_by_text("weights")).to_be_visible()
    assert run.wait_for_completion()["status"] == "Completed"


def test_files_and_snapshot_come_down_as_zip(studio: Studio, submit: Callable[..., Run], tmp_path: Path) -> None:
    run = submit("open('outputs/a.txt', 'w').write('A')\nprint('hi')\n")
    run.wait_for_completion()
    page = studio.open(f"/runs/{run.id}/outputs")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all").click()
    download.value.save_as(tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert archive.read("outputs/a.txt") == b"A"
    page = studio.open(f"/runs/{run.id}/snapshot")
    page.get_by_text("train.py").first.click()
    expect(page.get_by_text("print('hi')")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Download")).first.click()
    download.value.save_as(tmp_path / "snapshot.zip")
    with zipfile.ZipFile(tmp_path / "snapshot.zip") as archive:
        assert archive.namelist() == ["train.py"]


def test_a_failed_run_shows_type_message_and_traceback(studio: Studio, submit: Callable[..., Run]) -> None:
    run = submit("def inner():\n    raise ValueError('the wrong shape')\ninner()\n")
    run.wait_for_completion(raise_on_error=False)
    page = studio.open(f"/runs/{run.id}/overview")
    expect(page.get_by_text("ValueError").first).to_be_visible()
    expect(page.get_by_text("the wrong shape").first).to_be_visible()
    expect(page.get_by_text("in inner").first).to_be_visible()
    page.get_by_role("link", name="Open the log").click()
    expect(page.get_by_text("ValueError: the wrong shape").first).to_be_visible()


def test_a_run_is_cancelled_from_its_page(studio: Studio, submit: Callable[..., Run]) -> None:
    run = submit("import time\nprint('waiting', flush=True)\ntime.sleep(300)\n")
    page = studio.open(f"/runs/{run.id}/overview")
    page.get_by_role("button", name="Cancel", exact=True).click()
    dialog = page.get_by_role("alertdialog").or_(page.get_by_role("dialog"))
    dialog.get_by_role("button", name="Cancel run").click()
    expect(page.get_by_text("Canceled").first).to_be_visible()
    assert run.wait_for_completion()["status"] == "Canceled"


def test_tags_and_description_are_edited_in_place(studio: Studio, experiment: Experiment) -> None:
    # Chromium reports the handler while the text is parsed apart from the page, before it is cleaned; the picture x is no file.
    studio.tolerated += ["inline event handler", "status of 404"]
    run = experiment.start_logging(snapshot_directory=None)
    page = studio.open(f"/runs/{run.id}/overview")
    page.get_by_role("textbox", name="Add a tag").fill("quality=great run")
    page.keyboard.press("Enter")
    expect(page.get_by_text("great run").first).to_be_visible()
    page.get_by_role("button", name=re.compile("Edit")).first.click()
    page.get_by_role("textbox", name=re.compile("description", re.IGNORECASE)).fill(
        "**Why**: <script>window.evil = 1</script> [x](javascript:window.evil=1) <img src=x onerror='window.evil=1'>"
    )
    page.keyboard.press("Control+Enter")
    expect(page.locator("strong", has_text="Why")).to_be_visible()
    assert page.evaluate("window.evil") is None
    assert page.locator("[onerror]").count() == 0 and page.locator("main script").count() == 0
    assert run.get_tags() == {"quality": "great run"}
    page.get_by_role("button", name="Remove the tag quality").click()
    expect(page.get_by_role("button", name="Remove the tag quality")).to_have_count(0)
    assert run.get_tags() == {}
    run.complete()


def test_the_list_finds_filters_and_opens_runs(studio: Studio, experiment: Experiment) -> None:
    runs = []
    for n in range(3):
        with experiment.start_logging(snapshot_directory=None, display_name=f"candidate-{'abc'[n]}zz") as run:
            run.log("loss", n / 10)
        runs.append(run)
    page = studio.open("/runs")
    expect(page.get_by_text("3 runs")).to_be_visible()
    page.get_by_role("combobox", name="Find or filter").fill("candidate-bzz")
    expect(page.get_by_text("1 run", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("candidate-bzz"))
    page.reload()
    expect(page.get_by_text("1 run", exact=True)).to_be_visible()  # the address holds the state
    page.get_by_role("link", name="candidate-bzz").click()
    expect(page).to_have_url(re.compile(runs[1].id))
    page.go_back()
    expect(page.get_by_text("1 run", exact=True)).to_be_visible()


def test_a_new_run_appears_in_an_open_list(studio: Studio, experiment: Experiment) -> None:
    experiment.start_logging(snapshot_directory=None, display_name="the first").complete()
    page = studio.open("/runs")
    expect(page.get_by_role("link", name="the first")).to_be_visible()
    experiment.start_logging(snapshot_directory=None, display_name="the second").complete()
    expect(page.get_by_role("link", name="the second").or_(page.get_by_text("1 new run"))).to_be_visible()


def test_every_documented_way_to_log_has_its_chart(studio: Studio, experiment: Experiment) -> None:
    with experiment.start_logging(snapshot_directory=None) as run:
        run.log_list("Fibonacci", [0, 1, 1, 2, 3, 5, 8, 13])
        for n in range(5):
            run.log("Sigmoid", n / 5)
            run.log_row("Cosine Wave", angle=n / 2, cos=1 - n / 5)
        run.log_table("Sine Wave", {"angle": [0, 1, 2], "sine": [0.0, 0.8, 0.9]})
        run.log("odd", float("nan"))
        run.log("odd", 1.0)
        run.log("note", "a text")
    page = studio.open(f"/runs/{run.id}/metrics")
    for name in ("Fibonacci", "Sigmoid", "Cosine Wave", "Sine Wave"):
        expect(page.get_by_role("img", name=re.compile(f"Line chart of {name}"))).to_be_visible()
    expect(page.get_by_text("1 value is NaN or infinite")).to_be_visible()
    expect(page.get_by_text("a text")).to_be_visible()


def test_keys_lead_everywhere(studio: Studio, experiment: Experiment) -> None:
    experiment.start_logging(snapshot_directory=None, display_name="by key").complete()
    page = studio.open("/")
    expect(page.get_by_role("link", name="by key")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile("/experiments"))
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page).to_have_url(re.compile("/runs"))
    expect(page.get_by_role("link", name="by key")).to_be_visible()
    page.keyboard.press("?")
    press_escape(page.get_by_role("dialog", name="Keyboard shortcuts"))
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_have_count(0)
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Find or filter")).to_be_focused()
    page.keyboard.type("nothing like this")
    expect(page.get_by_text("No run matches")).to_be_visible()


def test_a_browser_that_is_not_signed_in_is_told_how(new_studio: Callable[..., Studio]) -> None:
    stranger = new_studio()
    page = stranger.open("/runs")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_text("runyard open")).to_be_visible()


def test_an_address_that_leads_nowhere_offers_ways_on(studio: Studio) -> None:
    studio.tolerated.append("status of 404")  # Chromium reports that of the run itself
    page = studio.open("/nowhere/at/all")
    expect(page.get_by_text("Page not found")).to_be_visible()
    page = studio.open("/runs/no-such-run")
    expect(page.get_by_text("No such run")).to_be_visible()


def test_settings_lead_to_the_licences_of_what_the_studio_is_made_of(studio: Studio) -> None:
    page = studio.open("/settings")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Licences of the programs in the Studio").click()
    expect(opened.value.get_by_text("Runyard Studio contains the following packages.")).to_be_visible()
