"""The runner's log is cut into a file a phase."""

from __future__ import annotations

import logging
from pathlib import Path

from runyard.runner.log_file import LogFile
from runyard.runner.system_logs import Phase, SystemLogs

log = logging.getLogger("runyard.runner.somewhere")


def made(folder: Path) -> SystemLogs:
    return SystemLogs({phase: LogFile(folder / phase.value) for phase in Phase})


def test_each_phase_has_its_file_and_nothing_is_written_outside_them(tmp_path: Path) -> None:
    logging.getLogger("runyard").setLevel(logging.INFO)
    logs = made(tmp_path)
    log.info("before")
    logs.start()
    for phase in Phase:
        logs.enter(phase)
        log.info("in %s", phase.name)
    logs.close()
    log.info("after")
    found = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert set(found) == {"job_prep_azureml.log", "110_azureml.log", "job_release_azureml.log"}
    assert found["110_azureml.log"].endswith("Z INFO runyard.runner.somewhere: in CONTROL\n")
    assert all(text.count("\n") == 1 for text in found.values())


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    logs = made(tmp_path / "none")
    logs.start()
    log.info("lost")
    logs.close()
