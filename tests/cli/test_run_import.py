"""``runyard export`` and ``runyard import``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Call = Callable[..., Result]
Found = Callable[..., Any]


def test_runs_go_out_and_come_back_as_copies(two_runs: tuple[str, str], project: Path, found: Found, call: Call) -> None:
    report = found("export", "runs.zip")
    assert set(report["exported"]) == set(two_runs) and (project / "runs.zip").stat().st_size > 0
    assert found("import", "runs.zip", "--dry-run")["taken"] == report["exported"]
    told = call("import", "runs.zip")
    assert told.exit_code == 0 and "is not brought in: a run with its id is here" in told.stderr
    copies = found("import", "--as-copy", "runs.zip", "-e", "copies")["imported"]
    assert sorted(copies) == sorted(f"{run_id}-copy" for run_id in two_runs)
    assert set(found("run", "list", "-e", "copies", "--query", "[].run_id")) == set(copies)
    assert found("import", "runs", "runs.zip", "--as-copy")["skipped"] == copies


def test_what_is_exported_can_be_chosen_and_tried(two_runs: tuple[str, str], project: Path, found: Found, call: Call) -> None:
    assert found("export", "one", "-r", two_runs[0], "--dry-run", "--query", "exported") == [two_runs[0]]
    assert found("export", "one", "--filter", "tag.quality = 'fantastic run'")["exported"] == [two_runs[0]]
    again = call("export", "one")
    assert again.exit_code == 1 and "already" in again.stderr
    assert call("import", "nothing").exit_code == 1
    assert "runs" in call("import", "--help").stdout


def test_a_mistyped_tool_is_named_with_the_one_that_is_meant(project: Path, call: Call) -> None:
    told = call("import", "mlfow", "mlruns")
    assert told.exit_code == 2 and "No such command 'mlfow'. Did you mean 'mlflow'?" in told.stderr


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("mlruns/0/meta.yaml", "mlflow"),
        ("mlflow.db", "mlflow"),
        ("wandb/offline-run-1/run-1.wandb", "wandb"),
        ("logs/train/events.out.tfevents.1.host", "tensorboard"),
    ],
)
def test_a_folder_of_another_tool_is_told_with_the_command_for_it(file: str, source: str, project: Path, call: Call) -> None:
    (project / "of others" / file).parent.mkdir(parents=True)
    (project / "of others" / file).write_bytes(b"")
    told = call("import", "of others")
    assert told.exit_code == 1 and f"runyard import {source} 'of others'" in told.stderr


@pytest.mark.parametrize("source", ["mlflow", "wandb", "tensorboard"])
def test_what_is_no_path_is_told_with_what_to_give(source: str, project: Path, call: Call) -> None:
    assert "is an address. Runs are read from files: give " in call("import", source, "http://localhost:5000").stderr
    assert "There is no team/project. Give " in call("import", source, "team/project").stderr
