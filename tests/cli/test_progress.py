from __future__ import annotations

import os
import signal
import subprocess
import sys

from tests.terminal import program

PROGRAM = """
import signal
from runyard.cli.progress import working
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
with working("Looking for files"):
    signal.sigwait([signal.SIGUSR1])
print("result")
"""


def test_a_terminal_shows_that_work_goes_on_and_is_clean_afterwards() -> None:
    environment = {**os.environ, "TERM": "xterm", "LANG": "C.UTF-8", "PYTHONUTF8": "1", "NO_COLOR": "1"}
    with program([sys.executable, "-c", PROGRAM], environment) as running:
        running.wait_for_text("Looking for files")
        os.kill(running.pid, signal.SIGUSR1)
        lines = running.wait_for_text("result")
        assert running.end() == 0
        assert not any("Looking" in line for line in lines) and running.screen.shows_cursor


def test_without_a_terminal_nothing_is_shown() -> None:
    quick = "from runyard.cli.progress import working\nwith working('Looking for files'):\n    print('result')"
    done = subprocess.run([sys.executable, "-c", quick], capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("result\n", "")
