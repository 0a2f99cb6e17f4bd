"""``runyard top`` in a real pty, with a real server."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from tests.terminal import TerminalProgram, program

from runyard import Experiment, Run, Workspace
from runyard.errors import TransportError

Call = Callable[..., Result]


@pytest.fixture
def runs(workspace: Workspace, project: Path) -> Iterator[list[Run]]:
    """A completed, a failed and a running run, oldest first."""
    experiment = Experiment(workspace, "watched")
    made = [experiment.start_logging(snapshot_directory=None, display_name=name) for name in ("first", "second", "third")]
    for number, run in enumerate(made):
        run.log_list("loss", [1.0, 0.5, 0.25 + number])
    made[0].complete()
    made[1].fail(ValueError("too large"))
    made[2].flush()
    yield made
    if made[2].get_status() == "Running":
        made[2].complete()


@pytest.fixture
def top(runs: list[Run]) -> Iterator[TerminalProgram]:
    environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
    with program([sys.executable, "-m", "runyard", "top"], environment, columns=120, rows=24) as running:
        running.wait_for_text("third")
        yield running


def row_of(lines: list[str], text: str) -> str:
    return next((line for line in lines if text in line), "")


def test_it_shows_runs_and_follows_them(top: TerminalProgram, runs: list[Run]) -> None:
    lines = top.wait_for(lambda lines: "1 running" in lines[0] and "3 shown" in lines[0])
    assert [name for line in lines for name in ("first", "second", "third") if name in line] == ["third", "second", "first"]
    assert "✗ Failed" in row_of(lines, "second") and "2.25" in row_of(lines, "third")
    runs[2].log("loss", 0.125)
    runs[2].complete()
    # The end and the last value may come in two pictures.
    top.wait_for(lambda lines: "✓ Completed" in row_of(lines, "third") and "0.125" in row_of(lines, "third"))
    assert "0 running" in top.screen.lines()[0]


def test_keys_choose_show_filter_and_leave(top: TerminalProgram) -> None:
    top.type("\x1b[B\r")
    lines = top.wait_for_text("ValueError: too large")
    assert any("loss" in line and "▁" in line for line in lines)
    top.type("\x1b")
    top.wait_for(lambda lines: not any("too large" in line for line in lines))
    top.type("/name:first\r")
    top.wait_for(lambda lines: any("first" in line for line in lines[3:]) and not any("third" in line for line in lines))
    top.type("/\x15status = Faild\r")
    top.wait_for_text("there is no status 'Faild'")
    top.type("?")
    top.wait_for_text("hold the picture still")
    top.type("qq")
    assert top.end() == 0
    assert not top.screen.is_other and top.screen.shows_cursor


def test_the_terminal_is_as_it_was_when_it_is_told_to_end(top: TerminalProgram) -> None:
    os.kill(top.pid, signal.SIGTERM)
    assert top.end() == 128 + signal.SIGTERM
    assert not top.screen.is_other and top.screen.shows_cursor


def test_a_run_is_cancelled_after_a_question(top: TerminalProgram, runs: list[Run]) -> None:
    top.type("x")
    top.wait_for_text(f"Cancel run {runs[2].id}")
    top.type("n")
    top.wait_for_text("Nothing is cancelled")
    assert runs[2].get_status() == "Running"
    top.type("xy")
    top.wait_for_text("Canceled")
    assert runs[2].get_status() == "Canceled"


def test_it_takes_a_new_size(top: TerminalProgram) -> None:
    top.resize(60, 10)
    lines = top.wait_for(lambda lines: any("third" in line for line in lines) and any("choose" in line for line in lines))
    assert len(lines) == 10 and max(map(len, lines)) <= 60


def test_only_what_changes_is_sent(top: TerminalProgram) -> None:
    top.type(" ")
    top.wait_for_text("PAUSED")
    sent = len(top.output)
    top.read_for(2.5)
    assert "".join(text for _, text in top.output[sent:]) == ""
    top.type("?")
    top.wait_for_text("hold the picture still")


def test_ctrl_c_leaves_the_terminal_as_it_was(top: TerminalProgram) -> None:
    top.type("\x03")
    assert top.end() == 0
    assert not top.screen.is_other and top.screen.shows_cursor


def test_once_prints_plain_text(runs: list[Run], call: Call) -> None:
    told = call("top", "--once", "--metric", "loss")
    assert told.exit_code == 0 and "\x1b" not in told.stdout
    assert "✗ Failed" in row_of(told.stdout.splitlines(), "second")
    assert "first" not in call("top", "--once", "--active").stdout
    assert call("top", "--once", "--filter", "status = Faild").exit_code == 2


def test_without_a_terminal_it_says_what_to_do(project: Path, call: Call) -> None:
    told = call("top")
    assert told.exit_code == 2 and "--once" in told.stderr


def test_a_server_that_goes_away_is_told_and_the_picture_stays(runs: list[Run], workspace: Workspace) -> None:
    from runyard.cli.top_feed import Feed
    from runyard.cli.top_state import Picture, Wanted

    pictures: list[Picture] = []
    feed = Feed(workspace._client, Wanted(), pictures.append)
    feed._run_once()
    page = workspace._client.changes.page

    def lost(since: int | None = None) -> object:
        raise TransportError("No server answers.")

    workspace._client.changes.page = lost  # type: ignore[method-assign,assignment]
    feed._run_once()
    assert (pictures[-1].error, len(pictures[-1].runs)) == ("No server answers.", 3)
    workspace._client.changes.page = page  # type: ignore[method-assign]
    feed._run_once()
    assert (pictures[-1].error, len(pictures[-1].runs)) == (None, 3)
