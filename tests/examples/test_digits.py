"""The example that ``make demo`` runs."""

from __future__ import annotations

import importlib.util
import math
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from tests.server_process import RunningServer

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "digits"
SERIES = ["train_loss", "val_loss", "train_accuracy", "val_accuracy"]


@pytest.fixture(scope="module")
def submit() -> ModuleType:
    """The example's submit.py as a module."""
    spec = importlib.util.spec_from_file_location("digits_submit", FOLDER / "submit.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_script(name: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a script of the example as a user would."""
    return subprocess.run(
        [sys.executable, FOLDER / name, *arguments], cwd=cwd, capture_output=True, text=True, timeout=100, env=dict(os.environ)
    )


@pytest.mark.parametrize("model", ["mlp", "logistic", "forest"])
def test_training_works_without_a_server(model: str, tmp_path: Path) -> None:
    done = run_script("train.py", "--model", model, "--epochs", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "outputs" / "model.pkl").stat().st_size > 1_000
    assert len((tmp_path / "logs" / "epochs.txt").read_text().splitlines()) == 2
    assert all(name in done.stdout for name in SERIES)


def test_the_same_seed_gives_the_same_numbers(tmp_path: Path) -> None:
    lines = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        run_script("train.py", "--epochs", "2", cwd=tmp_path / name)
        lines.append((tmp_path / name / "logs" / "epochs.txt").read_text())
    assert lines[0] == lines[1]


def test_training_for_no_epoch_is_refused(tmp_path: Path) -> None:
    done = run_script("train.py", "--epochs", "0", cwd=tmp_path)
    assert (done.returncode, "--epochs must be 1 or more" in done.stderr) == (2, True)
    assert not (tmp_path / "outputs").exists()


def test_submitting_ends_with_a_sparkline_for_each_series_and_a_link(server: RunningServer, tmp_path: Path) -> None:
    done = run_script("submit.py", "--epochs", "5", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "epoch   5/5" in done.stdout
    lines = {line.split()[0]: line.split() for line in done.stdout.splitlines() if line.startswith("  ") and line.strip()}
    for name in SERIES:
        assert len(lines[name][1]) == 5 and set(lines[name][1]) <= set("▁▂▃▄▅▆▇█")
        assert math.isfinite(float(lines[name][2]))
    assert "confusion_matrix" in lines and "by_digit" in lines
    assert f"The run in the Studio: {server.url}/" in done.stdout


def test_a_run_that_fails_is_told_without_a_traceback_of_ours(server: RunningServer, tmp_path: Path) -> None:
    done = run_script("submit.py", "--epochs", "none", cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_a_sparkline_shows_lowest_and_highest_and_leaves_gaps(submit: ModuleType) -> None:
    assert submit.sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert submit.sparkline([1.0, math.nan, 2.0, math.inf]) == "▁ █ "
    assert submit.sparkline([5.0, 5.0]) == "▁▁"
    assert submit.sparkline([]) == ""
    assert len(submit.sparkline(list(range(1_000)))) <= submit.WIDTH
