"""What a person does on the page of a run, on the compute page and at home."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from runyard import CondaDependencies, Environment, Experiment, Run, ScriptRunConfig, Workspace
from runyard.sdk.run_files import SNAPSHOT_PROPERTY
from tests.e2e.conftest import Studio
from tests.e2e.test_pages import PICTURE

COLOURED = """
import time
print("\\x1b[31mred begins")
for n in range(1200):
    print("line", n)
print("\\x1b[0mplain again", flush=True)
print("\\x1b[32mneedle\\x1b[0m in the log", flush=True)
time.sleep(float(__import__("sys").argv[1]))
print("the very last line", flush=True)
"""
FILES = """
from pathlib import Path
Path("outputs/table.csv").write_text('name,loss\\n"a, b",0.5\\nc,0.25\\n')
Path("outputs/report.md").write_text("# A report\\n\\n- **good**\\n")
Path("outputs/page.html").write_text("<h1>Shown</h1><script>document.querySelector('h1').textContent='evil'</script>")
Path("outputs/data.json").write_text('{"accuracy":0.93}')
Path("outputs/model.pkl").write_bytes(bytes(1000))
"""


def test_a_log_is_followed_searched_and_linked_to(studio: Studio, submit: Callable[..., Run]) -> None:
    run = submit(COLOURED, "6")
    page = studio.open(f"/runs/{run.id}/outputs")
    log = page.get_by_role("log")
    expect(log.get_by_text("needle in the log")).to_be_visible()  # it opens at its end
    page.get_by_role("searchbox", name="Find in log").fill("/LINE 1\\d7$/")
    expect(page.get_by_text("0 of 0")).to_be_visible()  # a capital counts
    page.get_by_role("searchbox", name="Find in log").fill("/line 1\\d7$/")
    expect(page.get_by_text("1 of 10")).to_be_visible()  # none further down, so the first of all
    expect(log.get_by_text("line 107", exact=True)).to_be_visible()
    page.get_by_role("button", name="List").click()
    page.get_by_role("region", name="Lines that match").get_by_text("line 187").click()
    expect(log.get_by_text("line 187", exact=True)).to_be_visible()
    log.focus()
    page.keyboard.press("n")
    expect(log.get_by_text("line 197", exact=True)).to_be_visible()
    # Red began long above what is read here.
    plain = page.get_by_role("heading").first.evaluate("element => getComputedStyle(element).color")
    expect(log.get_by_text("line 196", exact=True)).not_to_have_css("color", plain)
    page.get_by_role("button", name="Wrap").click()
    expect(page.get_by_role("button", name="Wrap")).to_have_attribute("aria-pressed", "true")
    expect(log.get_by_text("line 196", exact=True)).to_be_visible()
    page.get_by_role("searchbox", name="Find in log").fill("needle in the log")
    expect(page.get_by_text("1 of 1")).to_be_visible()  # its colour changes within it
    page.get_by_role("searchbox", name="Find in log").fill("the very last line")
    expect(page.get_by_text("1 of 1")).to_be_visible()  # found when it comes, however late
    log.focus()
    page.keyboard.press("G")
    expect(log.get_by_text("the very last line")).to_be_visible()  # followed again, it came by itself
    page.goto(
        f"{studio.server.url}/runs/{run.id}/outputs/azureml-logs/70_driver_log.txt?line=600-602&workspace={studio.workspace.name}"
    )
    expect(log.get_by_text("line 600", exact=True)).to_be_visible()
    log.locator("[data-number='603']").click()
    expect(page).to_have_url(re.compile("line=603"))
    log.locator("[data-number='605']").click(modifiers=["Shift"])
    expect(page).to_have_url(re.compile("line=603-605"))


def test_files_are_shown_as_what_they_are(studio: Studio, submit: Callable[..., Run]) -> None:
    studio.tolerated += ["Blocked script execution", "Content Security Policy"]
    run = submit(FILES)
    run.wait_for_completion()
    page = studio.open(f"/runs/{run.id}/outputs/outputs/table.csv")
    expect(page.get_by_role("cell", name="a, b")).to_be_visible()
    page.get_by_role("button", name="Source").click()
    expect(page.get_by_text('"a, b",0.5')).to_be_visible()
    page = studio.open(f"/runs/{run.id}/outputs/outputs/report.md")
    expect(page.get_by_role("heading", name="A report")).to_be_visible()
    page = studio.open(f"/runs/{run.id}/outputs/outputs/page.html")
    expect(page.frame_locator("iframe").get_by_role("heading", name="Shown")).to_be_visible()
    page = studio.open(f"/runs/{run.id}/outputs/outputs/data.json")
    expect(page.get_by_text('"accuracy"')).to_be_visible()
    page = studio.open(f"/runs/{run.id}/outputs/outputs/model.pkl")
    expect(page.get_by_text("This file has no text to show")).to_be_visible()


def test_tables_are_sorted_and_kept_in_the_address_and_the_machine_has_a_tab_of_its_own(
    studio: Studio, experiment: Experiment
) -> None:
    with experiment.start_logging(snapshot_directory=None) as run:
        run.log_table("scores", {"fold": [1, 2, 3], "name": ["run 10", "run 9", "run 1"], "loss": [0.3, float("nan"), 0.1]})
        for n in range(3000):
            run.log_row("long", index=n, square=n * n)
        for n in range(20):
            run.log("loss", 1 / (n + 1))
            run.log("system/cpu_percent", float(n))
            run.log("system/memory_used_bytes", 2e9)
            run.log("system/gpu0_percent", float(n))
            run.log("system/gpu1_percent", float(n))
    page = studio.open(f"/runs/{run.id}/tables")
    table = page.get_by_role("table", name="scores")
    first = table.get_by_role("row").nth(1)
    expect(first).to_contain_text("run 10")
    table.get_by_role("columnheader", name="loss").get_by_role("button").click()
    expect(first).to_contain_text("run 1")
    table.get_by_role("columnheader", name="loss").get_by_role("button").click()
    expect(table.get_by_role("columnheader", name="loss")).to_have_attribute("aria-sort", "descending")
    expect(table.get_by_role("row").last).to_contain_text("NaN")
    page.reload()
    expect(first).to_contain_text("run 10")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    assert download.value.path().read_text().splitlines()[:2] == ["fold,name,loss", "1,run 10,0.3"]
    page.get_by_role("combobox", name="Table").select_option("long")
    expect(page.get_by_text("3,000 rows")).to_be_visible()
    page.get_by_role("region", name="long").evaluate("box => box.scrollTo(0, 1e6)")
    expect(page.get_by_role("cell", name="8,994,001", exact=True)).to_be_visible()
    assert page.get_by_role("row").count() < 200  # only what is near the screen is there
    assert studio.violations() == []
    page.get_by_role("tab", name="System").click()
    for part in ("Processor", "Memory", "GPU 0", "GPU 1"):
        expect(page.get_by_role("heading", name=part, level=2)).to_be_visible()
    expect(page.get_by_role("article", name="system/memory_used_bytes")).to_contain_text("2GB")
    page.get_by_role("tab", name="Metrics").click()
    expect(page.get_by_role("article", name="loss", exact=True)).to_be_visible()
    expect(page.get_by_role("article", name="system/cpu_percent")).to_have_count(0)
    assert studio.violations() == []


def test_an_address_of_a_file_that_is_not_there_leads_on(studio: Studio, experiment: Experiment) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    run._client.artifacts.put(run.id, "outputs/here.txt", b"here\n")
    page = studio.open(f"/runs/{run.id}/outputs/outputs/gone.txt")
    expect(page.get_by_text("There is no file outputs/gone.txt here")).to_be_visible()
    expect(page.get_by_text("It may still come")).to_be_visible()
    run._client.artifacts.put(run.id, "outputs/gone.txt", b"late\n")
    expect(page.get_by_text("late", exact=True)).to_be_visible()
    run.complete()
    page = studio.open(f"/runs/{run.id}/outputs/nowhere/at-all.txt")
    page.get_by_role("button", name="Back to all files").click()
    expect(page.get_by_role("treegrid").get_by_text("here.txt")).to_be_visible()


def test_the_overview_tells_where_what_and_how_to_do_it_again(studio: Studio, experiment: Experiment, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "train.py").write_text("print('old')\n")
    for command in ("init -q", "add -A", "-c user.name=a -c user.email=a@b commit -qm x"):
        subprocess.run(["git", "-C", str(code), *command.split()], check=True)
    (code / "train.py").write_text("print('new')\n")
    parent = experiment.start_logging(snapshot_directory=None, display_name="the parent")
    run = experiment.submit(ScriptRunConfig(str(code), "train.py", arguments=["--lr", "0.1"]))
    run.wait_for_completion()
    child = parent.child_run("the child")
    child.complete()
    parent.complete()
    page = studio.open(f"/runs/{run.id}/overview")
    expect(page.get_by_text("Time to the first line")).to_be_visible()
    page.get_by_role("button", name="Show what was not committed").click()
    diff = page.get_by_role("region", name="Changes of train.py")
    expect(diff.get_by_text("print('new')")).to_be_visible()
    expect(page.get_by_text(f'ws.get_run("{run.id}")')).to_be_visible()
    again = page.get_by_role("region", name="Submit it again")
    studio.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for form, part in (("Python", f'ws.get_run("{run.id}")'), ("Command line", "train.py --lr 0.1")):
        again.get_by_role("button", name=form).click()
        expect(again.get_by_text(part)).to_be_visible()
        again.get_by_role("button", name=re.compile("^Copy ")).click()
        again.get_by_role("button", name="Copied").wait_for()  # briefly there: this looks more often than `expect` does
        assert part in page.evaluate("navigator.clipboard.readText()")
        expect(again.get_by_role("button", name=re.compile("^Copy "))).to_be_visible()
    run.tag("quality", "great run")
    expect(page.get_by_text("Tags changed")).to_be_visible()  # live, with its author
    page.get_by_role("link", name=re.compile("Previous run: the parent")).click()
    expect(page.get_by_role("heading", name="the parent")).to_be_visible()
    page = studio.open(f"/runs/{child.id}/overview")
    expect(page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="the parent")).to_be_visible()


def test_what_is_copied_to_submit_a_run_again_runs_as_printed(studio: Studio, submit: Callable[..., Run], tmp_path: Path) -> None:
    run = submit("import sys\nprint('got', sys.argv[1:])\n", "--name", 'it\'s "so"', "--lr=0.1", "*")
    run.wait_for_completion()
    page = studio.open(f"/runs/{run.id}/overview")
    again = page.get_by_role("region", name="Submit it again")
    programs = {"Python": [sys.executable], "Command line": ["bash"]}
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for form, program in programs.items():
        again.get_by_role("button", name=form).click()
        lines = again.locator("pre").filter(has_text="submit(" if form == "Python" else "submit-script").inner_text()
        folder = elsewhere if form == "Python" else tmp_path / "source"
        told = subprocess.run(
            program, input=lines, cwd=folder, env={**os.environ, "PATH": search}, capture_output=True, text=True, timeout=120
        )
        assert told.returncode == 0, told.stderr
    runs = list(run.experiment.get_runs())
    assert len(runs) == 1 + len(programs)
    for each in runs:
        each.wait_for_completion()
        log = each.get_details_with_logs()["logFiles"]["azureml-logs/70_driver_log.txt"]
        assert """got ['--name', 'it\\'s "so"', '--lr=0.1', '*']""" in log
        assert each.get_properties()[SNAPSHOT_PROPERTY] == run.get_properties()[SNAPSHOT_PROPERTY]


def test_a_list_of_files_that_does_not_come_is_told_of_and_read_again(studio: Studio, submit: Callable[..., Run]) -> None:
    studio.tolerated += ["status of 500"]
    run = submit("raise ValueError('the wrong shape')")
    run.wait_for_completion(raise_on_error=False)
    studio.page.route("**/artifacts", lambda route: route.fulfill(status=500, body="{}"))
    page = studio.open(f"/runs/{run.id}/overview")
    files = page.get_by_role("region", name="Outputs + logs")
    expect(files.get_by_role("alert")).to_contain_text("The server answered 500")
    expect(page.get_by_text("the wrong shape").first).to_be_visible()  # the rest of the page is there
    page.unroute("**/artifacts")
    files.get_by_role("button", name="Try again").click()
    expect(files).to_have_count(0)
    page.get_by_role("link", name="Open the log").click()
    expect(page.get_by_text("ValueError: the wrong shape").first).to_be_visible()


def test_a_run_goes_into_the_archive_and_the_bin_and_back(studio: Studio, experiment: Experiment) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    run.complete()
    page = studio.open(f"/runs/{run.id}/overview")
    page.get_by_role("button", name="More").click()
    page.get_by_role("dialog", name="More").get_by_role("button", name="Archive").click()
    expect(page.get_by_role("dialog", name="More")).to_have_count(0)
    expect(page.get_by_text("This run is archived")).to_be_visible()
    page.get_by_role("button", name="Reactivate").click()
    expect(page.get_by_text("This run is archived")).to_have_count(0)
    page.get_by_role("button", name="More").click()
    page.get_by_role("dialog", name="More").get_by_role("button", name="Put into the bin").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Put into the bin").click()
    expect(page.get_by_text("This run is in the bin")).to_be_visible()
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_text("This run is in the bin")).to_have_count(0)


def test_the_description_is_previewed_and_leads_on(studio: Studio, submit: Callable[..., Run]) -> None:
    run = submit(FILES)
    run.wait_for_completion()
    page = studio.open(f"/runs/{run.id}/overview")
    page.get_by_role("button", name="Edit the description").click()
    run._client.artifacts.put(run.id, "outputs/dot.png", PICTURE)
    page.get_by_role("textbox", name="Description").fill("See [the report](outputs/report.md) ![the curve](outputs/dot.png)")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("link", name="the report")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit the description")).to_be_visible()
    expect(page.get_by_role("img", name="the curve")).to_have_js_property("naturalWidth", 1)
    page.get_by_role("link", name="the report").click()
    expect(page.get_by_role("heading", name="A report")).to_be_visible()
    expect(page).to_have_url(re.compile(f"workspace={studio.workspace.name}"))


def test_code_is_searched_linked_to_and_compared_with_another_run(studio: Studio, submit: Callable[..., Run]) -> None:
    one = submit("import os\nlr = 0.1\nprint(lr)\n")
    two = submit("import os\nlr = 0.2\nprint(lr)\n")
    page = studio.open(f"/runs/{two.id}/snapshot/train.py")
    expect(page.get_by_text("import", exact=True)).to_be_visible()  # a piece of its own: it has a colour
    page.get_by_role("searchbox", name="Find in file").fill("lr")
    expect(page.get_by_text("1 of 2")).to_be_visible()
    page.locator("[data-number='3']").click()
    expect(page).to_have_url(re.compile("line=3"))
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_role("button", name=re.compile(one.id)).click()
    diff = page.get_by_role("region", name="Changes of train.py")
    expect(diff.get_by_text("lr = 0.1")).to_be_visible()
    expect(diff.get_by_text("lr = 0.2")).to_be_visible()


def test_a_run_is_on_the_compute_page_while_it_lives(studio: Studio, submit: Callable[..., Run]) -> None:
    run = submit("import time\ntime.sleep(300)\n")
    page = studio.open("/compute")
    row = page.get_by_role("row", name=re.compile(run.id))
    expect(row.get_by_text("Running")).to_be_visible()
    expect(page.get_by_text("Slots in use")).to_be_visible()
    row.get_by_role("button", name="Cancel").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel run").click()
    expect(row).to_have_count(0)
    page.get_by_role("checkbox", name=re.compile("last day")).check()
    expect(page.get_by_role("row", name=re.compile(run.id)).get_by_text("Canceled").first).to_be_visible()
    expect(page).to_have_url(re.compile("ended=1"))


def test_environments_are_listed_with_their_packages(studio: Studio, workspace: Workspace) -> None:
    page = studio.open("/environments")
    expect(page.get_by_text("No environment is registered")).to_be_visible()
    environment = Environment("team-sklearn")
    environment.python.conda_dependencies = CondaDependencies.create(pip_packages=["scikit-learn>=1.5"])
    environment.register(workspace)
    page = studio.open("/environments")
    page.get_by_role("link", name="team-sklearn").click()
    expect(page.get_by_role("cell", name="scikit-learn")).to_be_visible()


def test_the_first_run_opens_by_itself_and_the_palette_leads_back(studio: Studio, experiment: Experiment) -> None:
    page = studio.open("/")
    expect(page.get_by_text("No runs yet")).to_be_visible()
    run = experiment.start_logging(snapshot_directory=None, display_name="the very first")
    run.log("loss", 1.0)
    expect(page.get_by_role("heading", name="the very first")).to_be_visible()
    run.complete()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_visible()
    assert studio.violations() == []
    page.get_by_role("combobox").fill("home")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("very first")
    page.get_by_role("option", name=re.compile("the very first")).click()
    expect(page).to_have_url(re.compile(run.id))
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("dark")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page = studio.open("/settings")
    expect(page.get_by_role("button", name="Dark", exact=True)).to_have_attribute("aria-pressed", "true")


def test_on_a_phone_the_open_tab_is_in_sight_and_a_traceback_keeps_its_lines(studio: Studio, experiment: Experiment) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    for name in ("loss", "accuracy"):
        run.log(name, 0.5)
    run.log_table("scores", {"fold": [1], "loss": [0.5]})
    said = ["Traceback (most recent call last):", '  File "train.py", line 3, in <module>', "    load()", "    ^^^^^^"]
    run.fail("\n".join([*said, "ValueError: no data"]))
    studio.page.set_viewport_size({"width": 360, "height": 800})
    page = studio.open(f"/runs/{run.id}/outputs")
    for tab in ("Outputs + logs", "Snapshot", "Overview"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tab", name=tab)).to_be_in_viewport(ratio=1)
    error = page.get_by_role("region", name="Why the run failed")
    expect(error.get_by_role("paragraph")).to_have_text("ValueError: no data")
    expect(error.get_by_role("region", name="Traceback")).to_have_css("white-space", "pre")
    assert studio.violations() == []
