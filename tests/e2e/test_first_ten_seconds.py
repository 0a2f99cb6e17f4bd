"""From an empty virtual environment to the first point in the Studio."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.packages import clean_environment, make_environment

ROOT = Path(__file__).resolve().parents[2]
WANTED_S = 10
COMMANDS = ["pip install 'runyard[server]'", "runyard demo"]
"""All that a newcomer types. The link opens by itself where there is a browser."""


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_environment(tmp_path_factory.mktemp("newcomer") / "venv", wheel, "[server]")


@pytest.fixture
def person(installed: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "work").mkdir()
    return clean_environment(installed, home)


def test_two_commands_and_no_question_lead_to_a_live_chart(
    browser: Browser, person: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    told = subprocess.run(
        ["runyard", "demo", "--no-browser"],
        env=person,
        cwd=tmp_path / "work",
        stdin=subprocess.DEVNULL,  # a question would end it
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    started = time.monotonic()
    link = re.search(r"http://127\.0\.0\.1:\d+/login\S+", told.stdout)
    assert link and told.stderr == ""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(link[0])
    chart = page.get_by_role("img", name=re.compile(r"Line chart of loss: [1-9]"))
    expect(chart).to_be_visible()
    seen = time.monotonic()
    first = chart.get_attribute("aria-label") or ""
    (epochs,) = re.findall(r'"--epochs", type=int, default=(\d+)', (ROOT / "src/runyard/cli/demo_train.py").read_text())
    if f" {epochs} points" not in first:  # else the training was over before the browser was there
        expect(chart).not_to_have_attribute("aria-label", first)  # live: no reload
    with capsys.disabled():
        print(
            f"\n=== first point in the Studio {seen - began:.1f} s after the install; wanted: {WANTED_S} s, "
            f"{len(COMMANDS)} commands; runyard demo {started - began:.1f} s, browser {seen - started:.1f} s"
        )
    assert "runyard run submit-script" in told.stdout and "runyard top" in told.stdout


def test_the_terminal_says_the_next_command_at_each_step(person: dict[str, str], tmp_path: Path) -> None:
    def type_in(line: str) -> str:
        done = subprocess.run(
            ["bash", "-c", line], env=person, cwd=tmp_path / "work", capture_output=True, text=True, timeout=100
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "runyard demo" in type_in("runyard --help")
    assert "runyard open" in type_in("runyard up") and "runyard demo" in type_in("runyard up")
    shown = type_in("runyard demo --no-browser")
    (again,) = re.findall(r"^ +the same, another rate +(.+)$", shown, re.MULTILINE)
    assert "Completed" in type_in(f"{again} --epochs 2 && runyard run list -o table")
    assert "runyard up" in type_in("runyard down")


def test_what_the_documents_begin_with_are_these_commands() -> None:
    for document in ("README.md", "docs/tutorials/first-run.md"):
        lines = (ROOT / document).read_text().splitlines()
        assert [command for command in COMMANDS if command not in lines] == [], document
