from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from rich.cells import cell_len

from runyard.cli.top_screen import Style, screen, sparkline
from runyard.cli.top_state import Picture, TopState, Wanted, pressed, with_picture
from runyard.cli.top_terminal import Painter, keys_of
from runyard.domain.run import RunRecord, RunStatus

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
PLAIN = Style(is_marked=False)


def a_run(number: int, **changes: object) -> RunRecord:
    fields: dict[str, object] = {
        "id": f"run-{number}",
        "workspace": "w",
        "experiment": "e",
        "number": number,
        "root_id": f"run-{number}",
        "display_name": f"run-{number}",
        "status": RunStatus.RUNNING,
        "created_at": NOW - timedelta(hours=1),
        "started_at": NOW - timedelta(minutes=1),
    }
    return RunRecord(**{**fields, **changes})  # type: ignore[arg-type]


def shown(state: TopState, width: int = 80, height: int = 12, style: Style = PLAIN) -> list[str]:
    return screen(state, width, height, place="w at http://h", now=NOW, style=style)[1]


@pytest.mark.parametrize("size", [(20, 6), (36, 10), (80, 24), (200, 60)])
@pytest.mark.parametrize("mode", ["list", "filter", "cancel", "help"])
def test_every_size_is_filled_and_never_passed(size: tuple[int, int], mode: str) -> None:
    runs = [a_run(number, display_name="名前 " * 20) for number in range(40)]
    state = TopState(wanted=Wanted(detail="run-1"), picture=Picture(runs=runs), mode=mode, typed="x" * 300, selected="run-1")
    lines = shown(state, *size)
    assert len(lines) == size[1] and max(map(cell_len, lines)) <= size[0]


def test_what_would_move_the_cursor_is_not_sent() -> None:
    lines = shown(TopState(picture=Picture(runs=[a_run(1, display_name="a\x1b[2Jb\r\nc", experiment="\x07x")])))
    assert not any(char in line for line in lines for char in "\x1b\r\n\x07")


def test_a_terminal_without_unicode_or_colours_gets_none() -> None:
    lines = shown(TopState(picture=Picture(runs=[a_run(1)])), style=Style(is_colored=False, is_unicode=False))
    assert all(line.isascii() for line in lines) and any("* Running" in line for line in lines)
    assert {"\x1b[7m", "\x1b[0m"} >= {code for line in lines for code in ("\x1b[7m", "\x1b[0m", "\x1b[32m") if code in line}


def test_the_selection_stays_in_sight_and_on_its_run() -> None:
    state = with_picture(TopState(), Picture(runs=[a_run(number) for number in range(100)]))
    state = pressed(state, "end")
    state, lines = screen(state, 80, 12, place="w", now=NOW, style=PLAIN)
    assert state.selected == "run-99" and any("run-99" in line for line in lines)
    state = with_picture(state, Picture(runs=[a_run(number) for number in range(100, 0, -1)]))
    assert state.selected == "run-99" and state.row() == 1
    state = with_picture(state, Picture(runs=[a_run(7)]))
    assert state.selected == "run-7"
    assert with_picture(state, Picture()).selected_run() is None


def test_a_pause_holds_the_picture() -> None:
    state = pressed(with_picture(TopState(), Picture(runs=[a_run(1)])), " ")
    assert with_picture(state, Picture()).picture.runs == [a_run(1)]
    assert "PAUSED" in shown(state)[0]


def test_a_run_that_has_ended_is_not_cancelled() -> None:
    state = with_picture(TopState(), Picture(runs=[a_run(1, status=RunStatus.COMPLETED)]))
    assert pressed(state, "x").mode == "list" and "has ended" in pressed(state, "x").message


def test_keys_are_told_from_what_a_terminal_sends() -> None:
    assert keys_of("j\x1b[A\x1b[6~\r\x1b[1;5Cq\x7f") == ["j", "up", "page down", "enter", "q", "backspace"]
    assert keys_of("\x1b") == ["escape"] and keys_of("é") == ["é"]


def test_only_lines_that_differ_are_painted() -> None:
    painter = Painter()
    assert painter.paint(["a", "b"], (10, 2)).count("\x1b[K") == 2
    assert painter.paint(["a", "c"], (10, 2)).count("\x1b[K") == 1
    assert painter.paint(["a", "c"], (10, 2)) == ""
    assert "\x1b[2J" in painter.paint(["a", "c"], (11, 2))


def test_a_sparkline_has_the_ends_of_what_it_shows() -> None:
    assert sparkline([0.0, 1.0], 8) == "▁█"
    assert len(sparkline([float(number) for number in range(1000)], 40)) == 40
    assert sparkline([float("nan"), float("inf")], 8) == "" and sparkline([2.0, 2.0], 8) == "▁▁"
