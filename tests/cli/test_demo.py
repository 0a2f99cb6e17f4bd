from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from runyard import Experiment, Workspace
from runyard.cli import demo

Call = Callable[..., Result]


def test_a_training_that_was_changed_is_run_as_it_is(call: Call, project: Path, workspace: Workspace) -> None:
    (project / demo.FOLDER).mkdir()
    script = project / demo.FOLDER / demo.SCRIPT
    script.write_text("print('mine')\n")
    told = call("demo", "--no-browser")
    assert told.exit_code == 0 and "Wrote" not in told.stdout and script.read_text() == "print('mine')\n"
    (run,) = Experiment(workspace, demo.EXPERIMENT).get_runs()
    assert run.id in told.stdout and "/metrics" in told.stdout
    run.wait_for_completion()
    assert "mine" in "".join(run.get_details_with_logs()["logFiles"].values())


def test_the_training_learns_also_without_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = Path(demo.__file__).with_name("demo_train.py")
    told = subprocess.run(
        [sys.executable, script, "--epochs", "2"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True
    )
    losses = [float(line.split()[3]) for line in told.stdout.splitlines() if line.startswith("epoch")]
    assert losses[1] < losses[0] and (tmp_path / "outputs" / "weights.json").exists()
