"""A script is started apart from the runner, and ends with everything that it has started."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from runyard.runner.process import ScriptProcess
from runyard.runner.stop import StopCause, StopSwitch
from tests.runner.builders import until
from tests.runner_process import lives


def start(tmp_path: Path, script: str) -> ScriptProcess:
    return ScriptProcess([sys.executable, "-c", script], cwd=tmp_path, environment=os.environ, log=tmp_path / "log.txt")


@pytest.mark.parametrize(("script", "exit_code"), [("pass", 0), ("exit(3)", 3), ("import os; os.abort()", -6)])
def test_the_exit_code_is_returned(tmp_path: Path, script: str, exit_code: int) -> None:
    end = start(tmp_path, script).wait(StopSwitch(), grace_s=1, longest_s=None)
    assert (end.exit_code, end.order, list(end.left_pids)) == (exit_code, None, [])


def test_output_goes_to_the_log_in_order_and_input_is_empty(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text("before\n")
    script = "import sys; print(sys.stdin.read(), flush=True); print('err', file=sys.stderr); print('out')"
    start(tmp_path, script).wait(StopSwitch(), grace_s=1, longest_s=None)
    assert (tmp_path / "log.txt").read_text() == "before\n\nerr\nout\n"


def test_the_script_has_a_session_of_its_own(tmp_path: Path) -> None:
    start(tmp_path, "import os; print(os.getsid(0) == os.getpid() == os.getpgid(0))").wait(
        StopSwitch(), grace_s=1, longest_s=None
    )
    assert (tmp_path / "log.txt").read_text() == "True\n"


def test_signals_reach_the_script_with_their_default_effect(tmp_path: Path) -> None:
    script = "import signal; print([signal.getsignal(n).name for n in (signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP)])"
    start(tmp_path, script).wait(StopSwitch(), grace_s=1, longest_s=None)
    assert (tmp_path / "log.txt").read_text() == "['SIG_DFL', 'SIG_DFL', 'SIG_DFL']\n"


def test_an_order_stops_the_script_and_lets_it_clean_up(tmp_path: Path) -> None:
    script = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *a: (print('cleaned', flush=True), sys.exit(0)))\n"
        "print('ready', flush=True)\ntime.sleep(60)"
    )
    process, stop = start(tmp_path, script), StopSwitch()
    until(lambda: "ready" in (tmp_path / "log.txt").read_text(), "the script")
    stop.give(StopCause.CANCELED, "enough")
    end = process.wait(stop, grace_s=10, longest_s=None)
    assert end.order is not None and end.order.reason == "enough"
    assert (tmp_path / "log.txt").read_text() == "ready\ncleaned\n"


def test_a_script_that_runs_too_long_is_stopped_with_that_reason(tmp_path: Path) -> None:
    began = time.monotonic()
    end = start(tmp_path, "import time; time.sleep(60)").wait(StopSwitch(), grace_s=1, longest_s=0.3)
    assert end.order is not None and end.order.cause is StopCause.TOO_LONG
    assert "max_run_duration_seconds is 0.3" in end.order.reason
    assert time.monotonic() - began < 30  # the script sleeps for 60 s


def test_children_that_outlive_the_script_are_ended(tmp_path: Path) -> None:
    script = "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid)"
    start(tmp_path, script).wait(StopSwitch(), grace_s=1, longest_s=None)
    until(lambda: not lives(int((tmp_path / "log.txt").read_text())), "the end of the child")


def test_children_of_the_caller_are_left_alone(tmp_path: Path) -> None:
    other = psutil.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    stop = StopSwitch()
    stop.give(StopCause.CANCELED, "now")
    start(tmp_path, "import time; time.sleep(60)").wait(stop, grace_s=1, longest_s=None)
    assert other.poll() is None
    other.kill()
    other.wait()


def test_a_flood_of_output_does_not_stall_the_script(tmp_path: Path) -> None:
    script = "import sys\nfor _ in range(16):\n    sys.stdout.write('x' * (1 << 20))"  # a pipe holds 64 kB
    start(tmp_path, script).wait(StopSwitch(), grace_s=1, longest_s=60)
    assert (tmp_path / "log.txt").stat().st_size == 16 << 20
    (tmp_path / "log.txt").unlink()
