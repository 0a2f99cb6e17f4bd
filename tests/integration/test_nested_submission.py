"""Scripts that submit other scripts, in environments of their own, and scripts that go on from a checkpoint."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from runyard import CondaDependencies, Environment, Experiment, ScriptRunConfig

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PARENT = """
import importlib.metadata as m, sys
from runyard import CondaDependencies, Environment, Run, ScriptRunConfig
run = Run.get_context()
run.log("iniconfig", m.version("iniconfig"))
other = Environment("older")
other.python.conda_dependencies = CondaDependencies.create(pip_packages=["iniconfig==1.1.1"])
child = run.submit_child(ScriptRunConfig(".", "child.py", [sys.argv[1]], environment=other), tags={"why": "nested"})
child.wait_for_completion()
run.log("of the child", child.get_metrics()["iniconfig"])
"""
CHILD = """
import importlib.metadata as m, sys
from runyard import Environment, Run, ScriptRunConfig
run = Run.get_context()
run.log("iniconfig", m.version("iniconfig"))
existing = Environment("existing")
existing.python.user_managed_dependencies = True
existing.python.interpreter_path = sys.argv[1]
run.submit_child(ScriptRunConfig(".", "grandchild.py", environment=existing)).wait_for_completion()
"""
GRANDCHILD = """
import sys
from runyard import Run
run = Run.get_context()
run.log("prefix", sys.prefix)
run.parent.log("told by", run.id)
"""
COUNTER = """
import argparse, json, os, pathlib
parser = argparse.ArgumentParser()
parser.add_argument("--resume-from", default=None)
folder = parser.parse_args().resume_from
start = json.loads((pathlib.Path(folder) / "state.json").read_text())["epoch"] if folder else 0
from runyard import Run
for epoch in range(start, start + 3):
    Run.get_context().log("epoch", epoch)
os.makedirs("outputs", exist_ok=True)
pathlib.Path("outputs/state.json").write_text(json.dumps({"epoch": start + 3}))
"""


def test_a_child_and_its_child_have_environments_of_their_own(experiment: Experiment, project: Path) -> None:
    for name, script in (("parent.py", PARENT), ("child.py", CHILD), ("grandchild.py", GRANDCHILD)):
        (project / name).write_text(script)
    newer = Environment("newer")
    newer.python.conda_dependencies = CondaDependencies.create(pip_packages=["iniconfig==2.0.0"])
    run = experiment.submit(ScriptRunConfig(".", "parent.py", [sys.executable], environment=newer))
    run.wait_for_completion()
    assert run.get_metrics() == {"iniconfig": "2.0.0", "of the child": "1.1.1"}
    (child,) = run.get_children()
    assert child.get_tags()["why"] == "nested" and child.parent is not None and child.parent.id == run.id
    (grandchild,) = child.get_children()
    assert grandchild.get_metrics() == {"prefix": sys.prefix}
    assert child.get_metrics()["told by"] == grandchild.id
    assert [each.id for each in run.get_children(recursive=True)] == [grandchild.id, child.id]
    environments = {each.get_properties()["runyard.environment.name"] for each in (run, child, grandchild)}
    assert environments == {"newer", "older", "existing"}


def test_a_run_goes_on_from_what_another_one_has_left(experiment: Experiment, project: Path, tmp_path: Path) -> None:
    (project / "count.py").write_text(COUNTER)
    first = experiment.submit(ScriptRunConfig(".", "count.py"))
    first.wait_for_completion()
    first.download_files("outputs", str(tmp_path / "checkpoint"))
    (left,) = (tmp_path / "checkpoint").rglob("state.json")
    second = experiment.submit(ScriptRunConfig(".", "count.py", resume_from=left.parent))
    second.wait_for_completion()
    assert second.get_metrics() == {"epoch": [3, 4, 5]}
