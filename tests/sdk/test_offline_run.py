from __future__ import annotations

import pytest

from runyard import Run
from runyard.errors import RunEnvironmentError
from runyard.sdk.offline_run import OfflineRun


def test_without_a_submission_the_context_is_a_stand_in() -> None:
    run = Run.get_context()
    assert isinstance(run, OfflineRun)
    assert run.id.startswith("OfflineRun_")
    assert not hasattr(run, "experiment")
    assert not hasattr(run, "parent")
    assert isinstance(Run.get_submitted_run(), OfflineRun)


def test_a_stand_in_can_be_ruled_out() -> None:
    with pytest.raises(RunEnvironmentError, match="start_logging"):
        Run.get_context(allow_offline=False)


def test_what_would_be_recorded_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with OfflineRun("OfflineRun_1") as run:
        run.log("loss", 0.5, step=1)
        run.log_list("l", [1, 2])
        run.log_row("r", x=1)
        run.log_table("t", {"x": [1]})
        run.tag("k", "v")
        run.set_tags({"a": None})
        run.add_properties({"p": 1})
        run.upload_file("outputs/a", "a.txt")
        run.complete()
        run.fail("x")
        run.cancel()
        run.flush()
    assert capsys.readouterr().out.splitlines() == [
        "[START] Run OfflineRun_1 context",
        "Attempted to log scalar metric loss:",
        "0.5",
        "Attempted to log list metric l:",
        "[1, 2]",
        "Attempted to log row metric r:",
        "{'x': 1}",
        "Attempted to log table metric t:",
        "{'x': [1]}",
        "Attempted to add tag k with value v",
        "Attempted to add tag a with value None",
        "Attempted to add property p with value 1",
        "Attempted to track file outputs/a at a.txt",
        "[STOP] Run OfflineRun_1 context",
    ]


def test_a_child_has_its_parents_id_in_its_own() -> None:
    run = OfflineRun()
    assert run.child_run("x").id.startswith(f"{run.id}.")


def test_every_recording_call_of_a_run_is_there() -> None:
    starts = ("log", "upload", "tag", "set_tags", "add_properties")
    calls = [name for name in dir(Run) if name.startswith(starts) and callable(getattr(Run, name))]
    assert calls
    assert all(hasattr(OfflineRun, name) for name in calls)


def test_what_needs_a_run_says_how_the_script_gets_one() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'experiment'.*`runyard run submit-script -e NAME SCRIPT`"):
        _ = OfflineRun().experiment
