"""The files that the runner writes itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

from runyard.runner.log_stream import LogStream
from runyard.runner.run_logs import RunLogs


def made(tmp_path: Path) -> RunLogs:
    stream = LogStream(lambda name, offset, data: offset + len(data))
    return RunLogs(tmp_path, "node-1", stream)


def test_lines_carry_the_time_and_go_to_their_files(tmp_path: Path) -> None:
    logs = made(tmp_path)
    logs.prep("one")
    logs.post("two \udcff")
    stamp = r"\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\]"
    assert re.fullmatch(stamp + " one\n", (tmp_path / "65_job_prep-node-1.txt").read_text())
    assert re.fullmatch(stamp + r" two \\udcff" + "\n", (tmp_path / "75_job_post-node-1.txt").read_text())
    assert logs.post_name == "azureml-logs/75_job_post-node-1.txt"


def test_a_line_of_the_runner_does_not_stick_to_the_scripts_last_word(tmp_path: Path) -> None:
    logs = made(tmp_path)
    for text in ("", "no end of line", "with one\n"):
        logs.driver_path.write_text(text)
        logs.driver("end")
        assert re.search(r"(^|\n)\[[^]]*\] end\n$", logs.driver_path.read_text())
        assert "\n\n" not in logs.driver_path.read_text()


def test_a_line_that_cannot_be_written_is_lost_and_nothing_else(tmp_path: Path) -> None:
    logs = made(tmp_path / "none")
    logs.driver("one")
    logs.process_started("default_0", 42)


def test_a_line_of_the_runner_goes_to_the_log_of_the_first_process(tmp_path: Path) -> None:
    sent: dict[str, bytes] = {}
    stream = LogStream(lambda name, offset, data: len(sent.setdefault(name, data)) + offset)
    logs = RunLogs(tmp_path, "node-1", stream, driver="70_driver_log_0.txt", has_folder=True)
    logs.driver("Finalizing run...")
    stream.close()
    assert sent["azureml-logs/node-1/70_driver_log_0.txt"].endswith(b"Finalizing run...\n") and len(sent) == 1


def test_processes_are_listed_as_lines_of_json(tmp_path: Path) -> None:
    logs = made(tmp_path)
    logs.process_started("default_0", 42)
    logs.process_ended("default_0", "Completed")
    info = json.loads((tmp_path / "process_info.json").read_text())
    assert (info["process_name"], info["node_id"], info["pid_in_container"]) == ("default_0", "node-1", 42)
    lines = [json.loads(line) for line in (tmp_path / "process_status.json").read_text().splitlines()]
    assert [(line["process_name"], line["status"]) for line in lines] == [
        ("default_0", "Started"),
        ("default_0", "Completed"),
        ("*", "Completed"),
    ]
