"""Each example runs as its README says; digits has a file of its own."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from tests.packages import torch_requirement, torch_wheel
from tests.server_process import RunningServer

from runyard import Environment, Experiment, Run, ScriptRunConfig, Workspace
from runyard.sdk.conda_dependencies import CondaDependencies

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def workspace(server: RunningServer, workspace_name: str, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace of its own, which the examples find."""
    monkeypatch.setenv("RUNYARD_WORKSPACE", workspace_name)
    return Workspace.create(workspace_name)


def copy_of(name: str, folder: Path) -> Path:
    """Copy an example, so that what it writes stays out of the source."""
    return Path(shutil.copytree(EXAMPLES / name, folder / name, ignore=shutil.ignore_patterns("outputs", "logs", "__pycache__")))


def play(folder: Path, *command: str) -> str:
    """Run a script of an example as a user would, and return what it prints."""
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, timeout=200, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def only_run(workspace: Workspace, experiment: str) -> Run:
    """Return the run of an experiment that is nobody's child."""
    (run,) = [each for each in Experiment(workspace, experiment).get_runs() if each.parent is None]
    return run


def test_every_example_says_what_it_is_and_how_to_run_it() -> None:
    for folder in (path for path in EXAMPLES.iterdir() if path.is_dir() and path.name != "__pycache__"):
        text = (folder / "README.md").read_text()
        assert text.startswith("# ") and "```bash" in text, folder.name


@pytest.mark.parametrize("way", [[], ["--here"]], ids=["submitted", "here"])
def test_a_sweep_has_a_child_for_each_pair_and_finds_the_best(workspace: Workspace, tmp_path: Path, way: list[str]) -> None:
    told = play(copy_of("sweep", tmp_path), "sweep.py", *way)
    run = only_run(workspace, "sweep")
    children = list(run.get_children())
    assert len(children) == 6 and {child.get_status() for child in children} == {"Completed"}
    table = run.get_metrics("sweep")["sweep"]
    best = table["error"].index(min(table["error"]))
    assert run.get_tags()["best"] == f"rate {table['rate'][best]}, size {table['size'][best]}" and "Best: rate" in told


def test_a_parent_collects_what_its_children_logged(workspace: Workspace, tmp_path: Path) -> None:
    play(copy_of("parent", tmp_path), "submit.py")
    run = only_run(workspace, "parent")
    metrics = run.get_metrics()
    letters = dict(zip(metrics["letters"]["fruit"], metrics["letters"]["letters"], strict=True))
    assert letters == {"apple": 5, "banana": 6, "orange": 6}
    assert sorted(metrics["done"]) == sorted(letters)
    assert len(list(run.get_children())) == 3


@pytest.mark.skipif(
    shutil.which("mpirun") is None and os.environ.get("CI") != "true", reason="no mpirun: sh scripts/ensure_test_programs.sh"
)
def test_four_processes_estimate_pi(workspace: Workspace, tmp_path: Path) -> None:
    told = play(copy_of("mpi", tmp_path), "submit.py")
    series = only_run(workspace, "mpi").get_metrics("pi")["pi"]
    assert len(series) == 20 and series[-1] == pytest.approx(math.pi, abs=0.02)
    assert "pi is about 3.1" in told


def test_the_notebook_runs_from_top_to_bottom(workspace: Workspace, tmp_path: Path) -> None:
    folder = copy_of("notebook", tmp_path)
    notebook: Any = nbformat.reads((folder / "training.ipynb").read_text(), as_version=4)  # type: ignore[no-untyped-call]
    assert not any(cell.get("outputs") for cell in notebook.cells), "clear the outputs before you commit"
    NotebookClient(notebook, timeout=100, resources={"metadata": {"path": str(folder)}}).execute()
    shown = json.dumps([cell.get("outputs") for cell in notebook.cells])
    assert "application/vnd.jupyter.widget-view+json" in shown and "Link to the run in the Studio" in shown
    assert only_run(workspace, "notebook").get_metrics("error")["error"][-1] == pytest.approx(0.9**30)


@pytest.mark.skipif(
    torch_wheel() is None and os.environ.get("RUNYARD_LONG") != "1",
    reason="no folder of pip's find-links has a PyTorch for the processor alone; with RUNYARD_LONG=1 the 3 GB of the index do",
)
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_pytorch_loop_learns(workspace: Workspace, tmp_path: Path) -> None:
    environment = Environment("torch")
    environment.python.conda_dependencies = CondaDependencies.create(pip_packages=[torch_requirement(), "numpy"])
    config = ScriptRunConfig(str(copy_of("torch", tmp_path)), "train.py", ["--epochs", 60], environment=environment)
    run = Experiment(workspace, "torch").submit(config)
    run.wait_for_completion()
    errors = run.get_metrics("held_out_error")["held_out_error"]
    assert len(errors) == 60 and errors[-1] < 0.01 < errors[0]
    assert "outputs/model.pt" in run.get_file_names()
