"""Runs that MLflow, W&B and TensorBoard have written come in, with all that can be brought in; the rest is named."""

from __future__ import annotations

import math
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from runyard import Run, Workspace
from runyard.client.archive.open_source import open_source
from runyard.domain.run import RunStatus
from runyard.errors import ArchiveError, InvalidArgumentError
from tests.client.foreign.checks import CHECKS, LOSSES, check_tensorboard, logged, read
from tests.client.foreign.conftest import DATA, unpacked
from tests.client.foreign.write_data import HERE, VERSIONS, write
from tests.packages import torch_requirement
from tests.server_process import RunningServer

KEPT = sorted(each.stem for each in DATA.glob("*.zip"))
NEWEST = {"mlflow": "mlflow-3.17.2", "wandb": "wandb-0.31.0", "tensorboard": "tensorboardX-2.6.5"}


@pytest.mark.parametrize("name", KEPT)
def test_what_a_version_has_written_is_read(name: str, tmp_path: Path) -> None:
    folder = unpacked(name, tmp_path / "theirs")
    for place, check in CHECKS[name.rpartition("-")[0]]:
        check(folder / place)


def test_what_tensorboard_itself_writes_is_read(tmp_path: Path) -> None:
    subprocess.run([sys.executable, HERE / "write_tensorboard.py", tmp_path / "theirs"], check=True, timeout=100)
    check_tensorboard(tmp_path / "theirs")


def test_a_folder_gives_the_runs_of_its_database_and_of_its_files(mlflow_folder: Path) -> None:
    def ids(place: Path) -> set[str]:
        with open_source(place, "mlflow") as source:
            return {run.facts.id for run in source.runs()}

    files, database = ids(mlflow_folder / "mlruns"), ids(mlflow_folder / "mlflow.db")
    assert files and database and not files & database
    assert ids(mlflow_folder) == files | database


def test_a_database_that_has_moved_without_its_files_says_so(mlflow_folder: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere" / "mlflow.db"
    moved.parent.mkdir()
    shutil.move(mlflow_folder / "mlflow.db", moved)
    run = read(moved, "mlflow")["parent"]
    assert run.files == [] and "not in the folder" in run.left_out["artifacts"]


def test_a_database_cannot_name_files_outside_of_its_folder(mlflow_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key.txt").write_text("private")
    with sqlite3.connect(mlflow_folder / "mlflow.db") as connection:
        for address in (f"file://{tmp_path}/secret", "../secret", "file:///x/%2e%2e/../secret"):
            connection.execute("UPDATE runs SET artifact_uri = ? WHERE name = 'parent'", (address,))
            connection.commit()
            assert read(mlflow_folder / "mlflow.db", "mlflow")["parent"].files == [], address


def test_what_is_cut_off_gives_what_is_before(tmp_path: Path) -> None:
    (events,) = (unpacked("tensorboardX-2.6.5", tmp_path / "whole") / "train").iterdir()
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / events.name).write_bytes(events.read_bytes()[:-10])
    (run,) = read(tmp_path / "t", "tensorboard").values()
    assert len(logged(run)["loss/x"]) == 4 and any("cut off" in reason for reason in run.left_out.values())
    whole = max(unpacked("wandb-0.31.0", tmp_path / "wandb").rglob("*.wandb"), key=lambda file: file.stat().st_size)
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / whole.name).write_bytes(whole.read_bytes()[:1500])
    (run,) = read(tmp_path / "w", "wandb").values()
    assert run.facts.status.value == "Canceled" and run.left_out


@pytest.mark.parametrize("source", ["mlflow", "wandb", "tensorboard"])
def test_what_is_no_data_of_the_tool_is_refused(source: str, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError):
        read(tmp_path / "nothing", source)
    with pytest.raises(ArchiveError):
        read(tmp_path, source)
    with pytest.raises(InvalidArgumentError, match="unknown"), open_source(tmp_path, "other"):
        pass


def test_a_strange_file_of_wandb_or_mlflow_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run-1.wandb").write_bytes(b"PK\x03\x04 no log at all")
    with pytest.raises(ArchiveError, match="no file of W&B"):
        read(tmp_path, "wandb")
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE x (y)")
    with pytest.raises(ArchiveError, match="no SQLite file of MLflow"):
        read(tmp_path / "other.db", "mlflow")


def test_tensors_of_one_number_are_numbers(tmp_path: Path) -> None:
    # Event(wall_time, step=7, summary=Summary(value=[Value(tag="t", tensor=TensorProto(dtype=1, shape={}, content))]))
    tensor = b"\x08\x01\x12\x00\x22\x04" + struct.pack("<f", 2.5)
    value = b"\x0a\x01t\x42" + bytes([len(tensor)]) + tensor
    summary = b"\x0a" + bytes([len(value)]) + value
    event = b"\x09" + struct.pack("<d", 5.0) + b"\x10\x07\x2a" + bytes([len(summary)]) + summary
    (tmp_path / "x.tfevents.1").write_bytes(struct.pack("<QI", len(event), 0) + event + b"\0\0\0\0")
    (run,) = read(tmp_path, "tensorboard").values()
    assert logged(run) == {"t": [(7, 2.5)]}


@pytest.fixture
def imported(server: RunningServer, workspace_name: str, tmp_path: Path) -> Callable[[str, str], dict[str, Run]]:
    """Unpack what a tool has written, bring it in by the command line, and return the runs by name."""
    workspace = Workspace.create(workspace_name)

    def bring(source: str, place: str) -> dict[str, Run]:
        folder = unpacked(NEWEST[source], tmp_path / "theirs")
        command = [sys.executable, "-m", "runyard", "import", source, str(folder / place), "-w", workspace_name]
        done = subprocess.run(command, capture_output=True, text=True, timeout=100)
        assert done.returncode == 0, done.stderr
        again = workspace.import_runs(folder / place, source)
        assert again.imported == [] and again.skipped
        return {run.display_name: run for run in workspace.get_runs(include_children=True)}

    return bring


@pytest.mark.parametrize("place", ["mlruns", "mlflow.db"])
def test_runs_of_mlflow_are_all_there_after_the_import(
    imported: Callable[[str, str], dict[str, Run]], place: str, tmp_path: Path
) -> None:
    runs = imported("mlflow", place)
    assert {name: run.get_status() for name, run in runs.items()} == {
        "parent": "Completed",
        "child": "Completed",
        "broken": "Failed",
        "killed": "Canceled",
        "open": "Canceled",
    }
    parent, metrics = runs["parent"], runs["parent"].get_metrics()
    assert runs["child"].parent is not None and runs["child"].parent.id == parent.id
    assert metrics["loss"] == LOSSES and metrics["val/acc"] == 0.5 and metrics["late"] == 1.5
    assert math.isnan(metrics["odd"][0]) and metrics["odd"][1:] == [math.inf, -math.inf]
    assert parent.get_tags() == {"team": "vision"} and parent.description == "What **this** is"
    assert parent.get_details()["runDefinition"]["arguments"] == ["--depth=3", "--lr=0.1"]
    assert parent.get_properties()["param.name with space"] == "x y"
    details = runs["killed"].get_details()
    assert (details["startTimeUtc"], details["endTimeUtc"]) == ("2023-11-14T22:13:20.000000Z", "2023-11-14T22:14:50.000000Z")
    parent.download_file("notes/note.txt", output_file_path=tmp_path / "note.txt")
    parent.download_file("table.json", output_file_path=tmp_path / "table.json")
    assert (tmp_path / "note.txt").read_text() == "hello" and '"a"' in (tmp_path / "table.json").read_text()
    (found,) = runs["parent"].experiment.get_runs(filter="param.lr = 0.1 and metric.loss.min < 0.3")
    assert found.id == parent.id


def test_runs_of_wandb_are_all_there_after_the_import(imported: Callable[[str, str], dict[str, Run]], tmp_path: Path) -> None:
    runs = imported("wandb", "wandb")
    run, metrics = runs["first"], runs["first"].get_metrics()
    assert (run.get_status(), runs["broken"].get_status()) == ("Completed", RunStatus.FAILED.value)
    assert metrics["loss"] == pytest.approx(LOSSES) and metrics["whole"] == 2**60 and metrics["text"] == "hi"
    assert math.isnan(metrics["odd"][0]) and metrics["odd"][1:] == [math.inf, -math.inf]
    assert run.get_tags() == {"good": None, "small": None} and run.experiment.name == "digits"
    assert run.get_details()["runDefinition"]["arguments"] == ["--lr=0.1", "--net/depth=3", "--late=set"]
    run.download_file("note.txt", output_file_path=tmp_path / "note.txt")
    assert (tmp_path / "note.txt").read_text() == "hello"


def test_runs_of_tensorboard_are_all_there_after_the_import(imported: Callable[[str, str], dict[str, Run]]) -> None:
    runs = imported("tensorboard", "")
    assert set(runs) == {"eval", "train"}
    metrics = runs["train"].get_metrics()
    assert metrics["loss/x"] == pytest.approx(LOSSES[:4]) and math.isnan(metrics["odd"][0])
    assert runs["train"].get_details()["startTimeUtc"].startswith("2023-11-14T22:13:20.5")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif("RUNYARD_LONG" not in os.environ, reason="installs the real tools; RUNYARD_LONG=1 runs it")
@pytest.mark.parametrize(("package", "version"), [(name, each) for name, versions in VERSIONS.items() for each in versions])
def test_what_the_real_tools_write_now_is_read(package: str, version: str, tmp_path: Path) -> None:
    requirement = f"{package}=={version}" if version else torch_requirement()
    folder = write(package, requirement, tmp_path / "out")
    for place, check in CHECKS[package]:
        check(folder / place)
