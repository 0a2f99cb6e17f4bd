"""What moves on a page: little and briefly, and nothing at all for a reader who asked for no motion."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from runyard import Experiment
from tests.e2e.conftest import Studio, press_escape

LONGEST_MS = 300
WATCH = """
window.moved = [];
for (const kind of ["transitionrun", "animationstart"]) {
  document.addEventListener(kind, (event) => {
    for (const each of event.target.getAnimations()) {
      const { duration, delay, iterations } = each.effect.getComputedTiming();
      const name = `${event.target.tagName}.${event.target.className} ${event.propertyName ?? event.animationName}`;
      window.moved.push([name, delay + duration * iterations]);
    }
  }, true);
}
"""
SMOOTH = "[...document.querySelectorAll('*')].filter((each) => getComputedStyle(each).scrollBehavior === 'smooth').length"


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_nothing_moves_for_long_and_nothing_at_all_for_who_asked_for_no_motion(
    new_studio: Callable[..., Studio], experiment: Experiment, motion: str
) -> None:
    with experiment.start_logging(snapshot_directory=None, display_name="the run") as run:
        for value in range(5):
            run.log("loss", value)
    studio = new_studio(reduced_motion=motion)
    studio.context.add_init_script(WATCH)
    page = studio.sign_in("/settings")
    moved: list[tuple[str, float]] = []
    for path in ("/runs", f"/runs/{run.id}/overview", f"/runs/{run.id}/metrics", "/compute", "/settings"):
        studio.open(path)
        studio.settled()
        main = page.get_by_role("main")
        for button in main.get_by_role("button").all()[:4]:
            button.hover()
        page.keyboard.press("?")
        press_escape(page.get_by_role("dialog"))
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("button", name="Theme: ").click()
        assert page.evaluate(SMOOTH) == 0
        moved += page.evaluate("window.moved")
    if motion == "reduce":
        assert moved == []
    else:
        assert moved, "nothing moved: the watch sees nothing"
        assert [each for each in moved if each[1] > LONGEST_MS] == []
    assert studio.problems == []
