from __future__ import annotations

import os
import subprocess
import sys

from tests.terminal import program

PROGRAM = """
import sys
from runyard.cli.progress import working
with working("Looking for files"):
    sys.stdin.readline()
print("result")
"""


def test_a_terminal_shows_that_work_goes_on_and_is_clean_afterwards() -> None:
    environment = {**os.environ, "TERM": "xterm", "LANG": "C.UTF-8", "PYTHONUTF8": "1", "NO_COLOR": "1"}
    with program([sys.executable, "-c", PROGRAM], environment) as running:
        running.wait_for_text("Looking for files")
        running.type("\n")
        lines = running.wait_for_text("result")
        assert running.end() == 0
        assert not any("Looking" in line for line in lines) and running.screen.shows_cursor


def test_without_a_terminal_nothing_is_shown() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], input="\n", capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("result\n", "")
