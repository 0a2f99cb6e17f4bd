"""A rank, or the launcher of all of them, that has failed says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from runyard.domain.node_group import ProcessReport
from runyard.domain.run import RunSpec
from runyard.runner.node_group.work import launch_error_of, with_error
from runyard.runner.preparation import Prepared

PREPARED = Prepared(spec=RunSpec(script="train.py"), interpreter="/py", environment_name=None, properties={}, variables={})


@pytest.mark.parametrize(("exit_code", "words"), [(137, "signal 9 (SIGKILL)"), (-11, "signal 11 (SIGSEGV)"), (3, "exit code 3.")])
def test_a_rank_that_a_signal_has_ended_names_it_as_a_single_script_does(tmp_path: Path, exit_code: int, words: str) -> None:
    report = ProcessReport(name="rank_1", pid=1, status="Failed", exit_code=exit_code)
    error = with_error(report, tmp_path / "none.json", PREPARED).error
    assert error is not None and words in error.message and error.exit_code == exit_code


def test_a_launcher_that_was_killed_names_the_signal_and_the_end_of_its_log(tmp_path: Path) -> None:
    log = tmp_path / "mpi.log"
    log.write_text("first\nlast\n")
    told = launch_error_of(137, log).splitlines()
    assert told[0].startswith("mpirun ended with exit code 137.") and "signal 9 (SIGKILL)" in told[0]
    assert told[1:] == ["first", "last"]
    assert launch_error_of(1, tmp_path / "none") == "mpirun ended with exit code 1."
