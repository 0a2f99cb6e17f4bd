from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta, timezone

from runyard.runner.preparation_time import preparation_times, process_started_at


def test_a_process_knows_when_it_was_started() -> None:
    code = "from runyard.runner.preparation_time import process_started_at; print(process_started_at().isoformat())"
    before = datetime.now(timezone.utc)
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert before - timedelta(seconds=0.05) <= datetime.fromisoformat(said.strip()) <= datetime.now(timezone.utc)


def test_the_parts_add_up_and_none_is_negative() -> None:
    now = datetime.now(timezone.utc)
    times = preparation_times(now - timedelta(seconds=5), now - timedelta(seconds=3), 1.0)
    assert 1.9 < float(times["runyard.time.queue_s"]) < 2.1
    assert times["runyard.time.environment_s"] == "1.000"
    assert 1.9 < float(times["runyard.time.start_s"]) < 2.5
    ahead = preparation_times(now + timedelta(seconds=9), now + timedelta(seconds=1), 0.0)
    assert ahead["runyard.time.queue_s"] == ahead["runyard.time.start_s"] == "0.000"
    assert process_started_at() <= datetime.now(timezone.utc)
