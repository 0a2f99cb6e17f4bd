"""The example that ``make demo`` runs."""

from __future__ import annotations

import importlib.util
import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from tests.server_process import RunningServer

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "digits"
SERIES = ["train_loss", "val_loss", "train_accuracy", "val_accuracy"]


@pytest.fixture(scope="module")
def submit() -> ModuleType:
    """The example's submit.py as a module."""
    return loaded("submit")


@pytest.fixture(scope="module")
def training() -> ModuleType:
    """The example's train.py as a module: its libraries are imported once."""
    return loaded("train")


def loaded(name: str) -> ModuleType:
    """Import a script of the example."""
    spec = importlib.util.spec_from_file_location(f"digits_{name}", FOLDER / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # its dataclass looks for itself there
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def train(training: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Train in this process, in an empty folder, as `python train.py ARGUMENTS` does."""

    def call(*arguments: str) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["train.py", *arguments])
        training.main()

    return call


def run_script(name: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a script of the example as a user would."""
    return subprocess.run(
        [sys.executable, FOLDER / name, *arguments], cwd=cwd, capture_output=True, text=True, timeout=200, env=dict(os.environ)
    )


@pytest.mark.parametrize("model", ["logistic", "forest"])
def test_training_works_without_a_server(
    model: str, train: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train("--model", model, "--epochs", "2")
    assert_trained(tmp_path, capsys.readouterr().out)


def test_the_script_on_its_own_trains_too_and_the_same_seed_gives_the_same_numbers(
    train: Callable[..., None], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    done = run_script("train.py", "--epochs", "2", cwd=other)
    assert done.returncode == 0, done.stderr
    assert_trained(other, done.stdout)
    train("--epochs", "2")
    assert (tmp_path / "logs" / "epochs.txt").read_text() == (other / "logs" / "epochs.txt").read_text()


def assert_trained(folder: Path, told: str) -> None:
    assert (folder / "outputs" / "model.pkl").stat().st_size > 1_000
    assert len((folder / "logs" / "epochs.txt").read_text().splitlines()) == 2
    assert all(name in told for name in SERIES)


def test_training_for_no_epoch_is_refused(train: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        train("--epochs", "0")
    assert (ended.value.code, "--epochs must be 1 or more" in capsys.readouterr().err) == (2, True)
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
