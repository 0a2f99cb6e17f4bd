"""What a program's end tells: exceptions and exit codes that reach its top, and no others."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

START = """
import atexit, json, sys
from runyard.client.crash import crash, watch_for_crash
def told():
    error = crash()
    print(json.dumps(None if error is None else [error.type, error.message, error.traceback]))
atexit.register(told)
watch_for_crash()
def caught(code):
    try:
        sys.exit(code)
    except SystemExit:
        pass
def leave(code):
    sys.exit(code)
"""

CAUGHT_QUIT = """
try:
    quit(1)
except SystemExit:
    pass
"""


def ended(path: Path, program: str, *arguments: str) -> tuple[int, list[str] | None]:
    path.write_text(START + program)
    process = subprocess.run([sys.executable, *(arguments or [str(path)])], capture_output=True, text=True, cwd=path.parent)
    return process.returncode, json.loads(process.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    ("program", "code", "kind", "message"),
    [
        ("leave(3)", 3, "SystemExit", "The program ended with exit code 3."),
        ("leave('no data')", 1, "SystemExit", "no data"),
        ("caught(4); leave(5)", 5, "SystemExit", "The program ended with exit code 5."),
        ("caught(4); {}['x']", 1, "KeyError", "'x'"),
        ("exit(6)", 6, "SystemExit", "The program ended with exit code 6."),
        ("quit('no data')", 1, "SystemExit", "no data"),
    ],
)
def test_a_failure_that_ends_the_program_is_told(tmp_path: Path, program: str, code: int, kind: str, message: str) -> None:
    returned, told = ended(tmp_path / "program.py", program)
    assert returned == code and told is not None
    assert told[:2] == [kind, message] and "program.py" in told[2]


@pytest.mark.parametrize(
    "program", ["pass", "leave(0)", "leave(None)", "caught(1)", "caught('text')", "exit()", "quit(0)", CAUGHT_QUIT]
)
def test_an_end_without_a_failure_tells_nothing(tmp_path: Path, program: str) -> None:
    assert ended(tmp_path / "program.py", program) == (0, None)


def test_a_module_that_is_run_is_told_apart_too(tmp_path: Path) -> None:
    returned, told = ended(tmp_path / "program.py", "leave(2)", "-m", "program")
    assert returned == 2 and told is not None and told[0] == "SystemExit"
    assert ended(tmp_path / "program.py", "caught(2)", "-m", "program") == (0, None)


def test_an_exit_of_a_thread_ends_only_the_thread(tmp_path: Path) -> None:
    program = "import threading; thread = threading.Thread(target=leave, args=(3,)); thread.start(); thread.join()"
    assert ended(tmp_path / "program.py", program) == (0, None)
