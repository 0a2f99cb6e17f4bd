"""What needs a server of its own: slots and queue on the compute page, and pages while the server is away."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from runyard import Experiment, Run, Workspace
from tests.e2e.conftest import Studio, box_at_rest
from tests.server_process import RunningServer, start_server, stop_server

UNTIL_FILE = """
import pathlib, sys, time
while not pathlib.Path(sys.argv[1]).exists():
    time.sleep(0.05)
"""


@pytest.fixture
def server(home: Path) -> Iterator[RunningServer]:
    """A server of its own: two slots and two GPUs."""
    running = start_server(home, "--slots", "2", "--gpus", "0,1")
    yield running
    (home / "stopped").touch()
    stop_server(running)


@pytest.fixture
def workspace(server: RunningServer) -> Workspace:
    return Workspace.create("of-the-test")


def test_slots_queue_and_reasons_are_shown_and_a_finished_run_leaves(
    studio: Studio, submit: Callable[..., Run], tmp_path: Path
) -> None:
    gates = [tmp_path / f"gate-{n}" for n in range(3)]
    first, second, third = (submit(UNTIL_FILE, str(gate)) for gate in gates)
    page = studio.open("/compute")
    node = page.get_by_role("article", name=platform.node())
    expect(node.get_by_text("2 of 2 slots")).to_be_visible()
    slots = node.get_by_role("list", name=f"Slots of {platform.node()}", exact=True)
    for run in (first, second):
        expect(slots.get_by_role("link", name=run.id)).to_be_visible()
        expect(page.get_by_role("row", name=re.compile(run.id)).get_by_text("Running")).to_be_visible()
    waiting = page.get_by_role("row", name=re.compile(f"^{third.id}"))
    expect(waiting.get_by_text("Queued")).to_be_visible()
    why = page.get_by_role("row").filter(has_text="number 1 in the queue")
    expect(why).to_contain_text(re.compile(f"All 2 places for runs are taken, by {first.id}, {second.id}"))
    assert studio.violations() == []
    # One ends by itself, and the next has its slot: nothing is pressed.
    gates[0].touch()
    expect(slots.get_by_role("link", name=third.id)).to_be_visible()
    expect(slots.get_by_role("link", name=first.id)).to_have_count(0)
    expect(page.get_by_role("row", name=re.compile(first.id))).to_have_count(0)
    expect(waiting.get_by_text("Running")).to_be_visible()
    expect(why).to_have_count(0)
    for gate in gates[1:]:
        gate.touch()
    expect(page.get_by_text("Nothing is running")).to_be_visible()
    expect(slots.get_by_role("listitem")).to_have_text(["2 slots free"])  # as a list: two items are there a moment longer
    expect(node.get_by_text("idle")).to_be_visible()
    for run in (first, second, third):
        assert run.wait_for_completion()["status"] == "Completed"


def test_a_page_catches_up_by_itself_when_the_server_is_back(
    studio: Studio, server: RunningServer, experiment: Experiment
) -> None:
    studio.tolerated.append("net::ERR_")  # what Chromium says of a server that is away depends on what it was about to do
    experiment.start_logging(snapshot_directory=None, display_name="before").complete()
    page = studio.open("/runs")
    expect(page.get_by_role("link", name="before")).to_be_visible()
    expect(page.get_by_role("status", name="Live")).to_be_visible()
    (server.home / "stopped").touch()  # or this program would start it
    stop_server(server)
    expect(page.get_by_role("alert").filter(has_text="The server is out of reach")).to_be_visible()
    expect(page.get_by_role("link", name="before")).to_be_visible()  # what was read stays
    back = start_server(server.home, "--slots", "2", "--gpus", "0,1")
    try:
        assert back.url == server.url
        experiment.start_logging(snapshot_directory=None, display_name="after").complete()
        expect(page.get_by_role("link", name="after").or_(page.get_by_text("1 new run"))).to_be_visible()
        expect(page.get_by_role("status", name="Live")).to_be_visible()
        expect(page.get_by_text("The server is out of reach")).to_have_count(0)
    finally:
        stop_server(back)


def test_a_tab_that_is_not_looked_at_rests_and_catches_up(studio: Studio, experiment: Experiment) -> None:
    experiment.start_logging(snapshot_directory=None, display_name="the first").complete()
    page = studio.page
    page.clock.install()
    studio.open("/runs")
    expect(page.get_by_role("link", name="the first")).to_be_visible()
    expect(page.get_by_role("status", name="Live")).to_be_visible()
    look = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
    look += " document.dispatchEvent(new Event('visibilitychange')); }"
    page.evaluate(look, True)
    page.clock.run_for(31_000)
    expect(page.get_by_role("status", name="Resting")).to_be_visible()
    experiment.start_logging(snapshot_directory=None, display_name="the second").complete()
    page.evaluate(look, False)
    expect(page.get_by_role("link", name="the second").or_(page.get_by_text("1 new run"))).to_be_visible()
    expect(page.get_by_role("status", name="Live")).to_be_visible()


def test_a_child_is_set_in_below_its_parent_and_its_name_keeps_its_end_in_a_narrow_window(
    studio: Studio, experiment: Experiment
) -> None:
    with experiment.start_logging(snapshot_directory=None, display_name="resnet50_lr0.01_seed11") as parent:
        child_name = f"{parent.display_name}>resnet50_lr0.01_seed11_fold3"
        parent.child_run("resnet50_lr0.01_seed11_fold3").complete()
    studio.page.set_viewport_size({"width": 360, "height": 800})
    page = studio.open("/compute?ended=1")
    link, above = (page.get_by_role("link", name=name, exact=True) for name in (child_name, "resnet50_lr0.01_seed11"))
    end = link.locator("span").last
    expect(end).to_have_text("11_fold3")
    studio.settled()
    child, parents, shown = (box_at_rest(each) for each in (link, above, end))
    cell = box_at_rest(link.locator("xpath=ancestor::th"))
    assert shown["x"] + shown["width"] <= cell["x"] + cell["width"]
    assert child["x"] > parents["x"]
