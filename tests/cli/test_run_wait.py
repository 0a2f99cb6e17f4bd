from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from runyard import Experiment, Run, Workspace
from runyard.cli.run_wait import ENDED, Sight, Watch, wait_until
from runyard.domain.run import RunRecord

Call = Callable[..., Result]
Found = Callable[..., Any]


@pytest.fixture
def experiment(workspace: Workspace, project: Path) -> Experiment:
    return Experiment(workspace, "waited")


@pytest.fixture
def open_run(experiment: Experiment) -> Run:
    return experiment.start_logging(snapshot_directory=None)


def test_it_returns_at_once_when_the_condition_is_true(two_runs: tuple[str, str], found: Found) -> None:
    assert [run["run_id"] for run in found("run", "wait", "status = Completed", "-r", two_runs[0])] == [two_runs[0]]
    assert len(found("run", "wait", "--filter", "exp:experiment")) == 2
    assert [run["run_id"] for run in found("run", "wait", "tag.quality = 'poor run'")] == [two_runs[1]]


def test_it_waits_until_something_changes(open_run: Run, workspace: Workspace) -> None:
    looks: list[Sight] = []
    looked = threading.Event()

    def tell(sight: Sight) -> None:
        looks.append(sight)
        looked.set()

    def end() -> None:
        looked.wait(60)
        open_run.complete()

    thread = threading.Thread(target=end)
    thread.start()
    sight = wait_until(Watch(client=workspace._client, condition=ENDED, run_ids=[open_run.id]), 60, tell)
    thread.join()
    assert sight.is_done and [run.id for run in sight.met] == [open_run.id]
    # It looks again for what changes, and now and then for nothing: as often as it can it does not.
    assert [look.is_done for look in looks[:-1]] == [False] * (len(looks) - 1) and 2 <= len(looks) < 20


def test_a_run_that_ends_while_it_is_looked_at_is_not_taken_for_one_that_ended_otherwise(
    open_run: Run, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(client=workspace._client, condition=ENDED, run_ids=[open_run.id])
    look = Watch._found

    def ends_after_the_first_answer(self: Watch, condition: str) -> list[RunRecord]:
        answer = look(self, condition)
        if open_run.get_status() == "Running":
            open_run.complete()
        return answer

    monkeypatch.setattr(Watch, "_found", ends_after_the_first_answer)
    first = watch.look()
    assert first.lost == []
    assert watch.look().is_done


def test_the_exit_code_is_3_when_an_ended_run_is_not_as_it_should_be(two_runs: tuple[str, str], call: Call) -> None:
    told = call("run", "wait", "status = Failed", "-r", two_runs[0])
    assert told.exit_code == 3 and two_runs[0] in told.stderr and told.stdout.strip() == "[]"
    assert call("run", "wait", "tag.quality = 'poor run'", "-r", two_runs[0], "-r", two_runs[1]).exit_code == 3
    assert call("run", "wait", "tag.quality = 'poor run'", "-r", two_runs[0], "-r", two_runs[1], "--any").exit_code == 0
    assert call("run", "wait", "status = Failed", "-r", two_runs[0], "-r", two_runs[1], "--any").exit_code == 3


def test_the_exit_code_is_4_when_the_time_has_passed(open_run: Run, call: Call) -> None:
    told = call("run", "wait", "-r", open_run.id, "--timeout", "0s")
    assert told.exit_code == 4 and "did not become true within 0 s" in told.stderr
    assert call("run", "wait", "status = Failed", "-e", "waited", "--timeout", "0s").exit_code == 4
    assert call("run", "wait", "tag.approved = yes", "-r", open_run.id, "--past-end", "--timeout", "0s").exit_code == 4
    open_run.complete()


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ([], 2, "Say what to wait for"),
        (["status = Faild"], 2, "at character 10"),
        (["-r", "x", "status = Faild"], 2, "at character 10"),
        (["-r", "x", "status = Failed) or (status = Running"], 2, "no '(' for this ')'"),
        ([" "], 2, "Say what to wait for"),
        (["-r", "nothing-here"], 6, "nothing-here"),
        (["--filter", "tag:nothing"], 6, "nothing to wait for"),
        (["-r", "x", "--timeout", "long"], 2, "no length of time"),
    ],
)
def test_bad_input_is_told_clearly(project: Path, call: Call, arguments: list[str], code: int, text: str) -> None:
    told = call("run", "wait", *arguments)
    assert (told.exit_code, text in told.stderr, "Traceback" in told.stderr) == (code, True, False), told.stderr
