"""What a submitted script sees, in real submitted scripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runyard import Experiment, Run, ScriptRun, ScriptRunConfig
from runyard.sdk.run_context import is_submitted


def submitted(experiment: Experiment, project: Path, script: str) -> Run:
    (project / "train.py").write_text(script)
    return experiment.submit(ScriptRunConfig(str(project), "train.py"))


def answer(run: Run, project: Path) -> dict[str, object]:
    run.wait_for_completion()
    run.download_file("outputs/answer.json", project / "answer.json")
    found: dict[str, object] = json.loads((project / "answer.json").read_text())
    return found


PROLOGUE = """
import json, os, pathlib
from runyard import Run
run = Run.get_context()
def answer(**found):
    pathlib.Path("outputs").mkdir(exist_ok=True)
    pathlib.Path("outputs/answer.json").write_text(json.dumps(found))
"""


def test_the_context_is_named_by_the_environment() -> None:
    names = ("RUNYARD_RUN_ID", "RUNYARD_RUN_TOKEN", "RUNYARD_URL", "RUNYARD_WORKSPACE", "RUNYARD_EXPERIMENT")
    whole = dict.fromkeys(names, "x")
    assert is_submitted(whole)
    assert not any(is_submitted({name: "x" for name in names if name != left_out}) for left_out in names)


def test_a_script_logs_to_its_own_run_and_makes_children(experiment: Experiment, project: Path) -> None:
    script = """
assert run is Run.get_context()
run.log("loss", 0.5)
run.tag("seen", "yes")
with run.child_run("fold") as child:
    child.log("x", 1)
batch = run.create_children(count=2)
for each in batch:
    each.complete()
answer(id=run.id, experiment=run.experiment.name, workspace=run.experiment.workspace.name, status=run.get_status(),
       children=[c.id for c in run.get_children()], parent=run.parent, link=run.get_portal_url())
"""
    run = submitted(experiment, project, PROLOGUE + script)
    found = answer(run, project)
    assert (found["id"], found["experiment"], found["workspace"]) == (run.id, "exp", experiment.workspace.name)
    assert (found["status"], found["parent"]) == ("Running", None)
    assert f"/runs/{run.id}?workspace=" in str(found["link"])
    assert run.get_metrics() == {"loss": 0.5}
    assert run.get_tags()["seen"] == "yes"
    assert [child.id for child in run.get_children()] == found["children"]
    assert {child.get_status() for child in run.get_children()} == {"Completed"}


def test_the_context_is_there_while_the_server_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "RUN_ID": "exp_1_abc",
        "RUN_TOKEN": "t",
        "URL": "http://127.0.0.1:9",
        "WORKSPACE": "w",
        "EXPERIMENT": "exp",
    }.items():
        monkeypatch.setenv(f"RUNYARD_{name}", value)
    run = Run.get_context()
    assert isinstance(run, ScriptRun)
    assert (run.id, run.experiment.name, run.experiment.workspace.name) == ("exp_1_abc", "exp", "w")
    assert run is Run.get_context()


def test_the_exit_code_decides_and_not_what_the_script_reports(experiment: Experiment, project: Path) -> None:
    script = """
run.complete()
run.cancel()
run.fail("not the end")
with run:
    run.log("x", 1)
answer(status=run.get_status())
"""
    run = submitted(experiment, project, PROLOGUE + script)
    assert answer(run, project) == {"status": "Running"}
    assert run.get_status() == "Completed"
    assert run.get_metrics() == {"x": 1}


def test_values_logged_just_before_a_failure_arrive(experiment: Experiment, project: Path) -> None:
    run = submitted(experiment, project, PROLOGUE + "\nfor i in range(100):\n    run.log('x', i)\nraise ValueError('boom')\n")
    assert run.wait_for_completion(raise_on_error=False)["status"] == "Failed"
    assert run.get_metrics() == {"x": list(range(100))}


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_of_a_script_all_log_to_its_run(experiment: Experiment, project: Path, method: str) -> None:
    script = f"""
import multiprocessing
from runyard import Run

def work(number):
    Run.get_context().log("x", number)

if __name__ == "__main__":
    Run.get_context().log("x", -1)
    context = multiprocessing.get_context({method!r})
    workers = [context.Process(target=work, args=(number,)) for number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
"""
    run = submitted(experiment, project, script)
    run.wait_for_completion()
    assert sorted(run.get_metrics()["x"]) == [-1, 0, 1]
