"""The note of the runs that a program has open."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from runyard.client.program_note import FOLDER, LostProgram, ProgramNote, lost_programs

PROGRAM = """
import os, pathlib, signal, sys
from runyard.client.program_note import FOLDER, ProgramNote
note = ProgramNote(pathlib.Path(sys.argv[1]) / FOLDER)
note.opened("ws", ["a", "b", "c"])
note.opened("other", ["d"])
note.ended("ws", ["b"])
if sys.argv[2] == "fork":
    if os.fork():
        signal.pause()
    note.forget()
print("ready", flush=True)  # said by the forked child, once it has let go
signal.pause()
"""


def started(home: Path, how: str = "alone") -> subprocess.Popen[str]:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(home), how], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert program.stdout is not None and program.stdout.readline() == "ready\n"
    return program


def killed(program: subprocess.Popen[str]) -> None:
    program.kill()
    program.wait()
    assert program.stdout is not None
    program.stdout.close()


def test_a_killed_program_is_lost_with_the_runs_that_it_had_open_and_a_living_one_is_not(tmp_path: Path) -> None:
    program = started(tmp_path)
    try:
        assert lost_programs(tmp_path) == []
    finally:
        killed(program)
    (lost,) = lost_programs(tmp_path)
    assert (lost.pid, lost.open_runs) == (program.pid, [("ws", "a"), ("ws", "c"), ("other", "d")])
    assert lost_programs(tmp_path) == [lost]  # looking does not take it away


def test_a_forked_child_that_lives_on_does_not_keep_its_killed_parent_alive(tmp_path: Path) -> None:
    program = started(tmp_path, "fork")
    try:
        killed(program)
        assert [lost.pid for lost in lost_programs(tmp_path)] == [program.pid]
    finally:
        os.killpg(program.pid, signal.SIGKILL)


def test_a_program_that_ends_by_itself_leaves_nothing(tmp_path: Path) -> None:
    note = ProgramNote(tmp_path / FOLDER)
    note.opened("ws", ["a"])
    assert lost_programs(tmp_path) == [] and list((tmp_path / FOLDER).iterdir())
    note.remove()
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_lines_that_are_torn_cost_themselves_only_and_a_program_elsewhere_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / FOLDER / "x.program"
    path.parent.mkdir()
    node = os.uname().nodename
    lines = [
        json.dumps({"node": node, "pid": 7}),
        json.dumps({"workspace": "ws", "opened": ["a", "b"]}),
        '{"workspace": "ws", "en',
    ]
    path.write_text("\n".join(lines))
    assert lost_programs(tmp_path) == [LostProgram(path=path, node=node, pid=7, open_runs=[("ws", "a"), ("ws", "b")])]
    monkeypatch.setattr("runyard.client.program_note.node_name", lambda: "another-machine")
    assert lost_programs(tmp_path) == []


def test_a_home_that_cannot_be_written_costs_the_note_only(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("a file in the way")
    note = ProgramNote(tmp_path / FOLDER)
    note.opened("ws", ["a"])
    note.ended("ws", ["a"])
    note.remove()
    assert lost_programs(tmp_path) == []
