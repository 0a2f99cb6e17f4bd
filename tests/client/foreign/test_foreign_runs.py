"""Runs that MLflow, W&B and TensorBoard have written come in, with all that can be brought in; the rest is named."""

from __future__ import annotations

import math
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from runyard import Workspace
from runyard.client.archive.incoming import IncomingRun
from runyard.client.archive.open_source import open_source
from runyard.domain.metric import MetricValue
from runyard.domain.parameter import run_parameters
from runyard.errors import ArchiveError, InvalidArgumentError
from runyard.wire.journal import decode_batch, records_of
from runyard.wire.metric import ScalarRecord
from tests.client.foreign.conftest import DATA
from tests.server_process import RunningServer

HERE = Path(__file__).parent
LOSSES = [1.0, 0.5, 1 / 3, 0.25, 0.2]


def read(path: Path, source: str) -> dict[str, IncomingRun]:
    with open_source(path, source) as found:
        runs = list(found.runs())
        assert len(runs) == len(found)
    return {run.facts.display_name: run for run in runs}


def logged(run: IncomingRun) -> dict[str, list[tuple[int | None, MetricValue]]]:
    points: dict[str, list[tuple[int | None, MetricValue]]] = {}
    for batch in run.batches(lambda address: address):
        for record in records_of(decode_batch(batch)):
            assert isinstance(record, ScalarRecord)
            points.setdefault(record.name, []).append((record.step, record.value))
    return points


def check_mlflow(path: Path) -> None:
    runs = read(path, "mlflow")
    assert set(runs) == {"parent", "child", "broken"}  # the deleted one stays away
    parent, child, broken = runs["parent"], runs["child"], runs["broken"]
    assert list(runs).index("parent") < list(runs).index("child") and child.facts.parent_id == parent.facts.id
    assert [run.facts.status.value for run in (parent, child, broken)] == ["Completed", "Completed", "Failed"]
    assert parent.facts.description == "What **this** is" and parent.facts.tags == {"team": "vision"}
    assert run_parameters(parent.facts.definition) == {"depth": "3", "lr": "0.1"}
    assert parent.facts.properties["param.name with space"] == "x y"
    assert parent.experiment.name == "digits" and parent.facts.submitted_by
    points = logged(parent)
    assert points["loss"] == list(enumerate(LOSSES)) and points["val/acc"] == [(0, 0.5)]
    (_, first), (_, second) = points["odd"]
    assert isinstance(first, float) and math.isnan(first) and second == math.inf
    assert [file.facts.path for file in parent.files] == ["notes/note.txt"] and parent.left_out == {}


def check_wandb(path: Path) -> None:
    (run,) = read(path, "wandb").values()
    assert (run.facts.display_name, run.experiment.name, run.facts.description) == ("first", "digits", "What this is")
    assert run.facts.status.value == "Completed" and run.facts.tags == {"good": None, "small": None}
    assert run_parameters(run.facts.definition) == {"lr": "0.1", "net/depth": "3"}
    assert run.facts.properties["wandb.group"] == "g" and run.facts.properties["wandb.summary.best"] == "0.2"
    points = logged(run)
    assert points["loss"] == [(step, pytest.approx(value)) for step, value in enumerate(LOSSES)]
    assert [step for step, _ in points["val/acc"]] == [0, 1, 2, 3, 4]
    assert points["whole"] == [(5, 2**60)] and points["yes"] == [(5, True)] and points["text"] == [(5, "hi")]
    assert "note.txt" in [file.facts.path for file in run.files] and run.left_out == {}


def check_tensorboard(path: Path) -> None:
    runs = read(path, "tensorboard")
    assert list(runs) == ["eval", "train"]
    for run in runs.values():
        assert logged(run) == {"loss/x": [(step, pytest.approx(1 / (step + 1))) for step in range(4)]}
        assert run.facts.started_at.timestamp() <= 1_700_000_001 and list(run.left_out) == ["h"]
        assert len(run.files) == 1


def test_an_mlruns_folder_is_read() -> None:
    check_mlflow(DATA / "mlruns")


def test_the_sqlite_file_of_mlflow_is_read(mlflow_database: Path) -> None:
    check_mlflow(mlflow_database)


def test_a_database_cannot_name_files_outside_of_its_folder(mlflow_database: Path, tmp_path: Path) -> None:
    moved = tmp_path / "inner" / "mlflow.db"
    moved.parent.mkdir()
    shutil.move(mlflow_database, moved)
    run = read(moved, "mlflow")["parent"]
    assert run.files == [] and "not in the folder" in run.left_out["artifacts"]


def test_an_offline_folder_of_wandb_is_read() -> None:
    check_wandb(DATA / "wandb")


def test_event_files_are_read() -> None:
    check_tensorboard(DATA / "tensorboard")


def test_what_is_cut_off_gives_what_is_before(tmp_path: Path) -> None:
    (events,) = (DATA / "tensorboard" / "train").iterdir()
    (tmp_path / events.name).write_bytes(events.read_bytes()[:-10])
    (run,) = read(tmp_path, "tensorboard").values()
    assert len(logged(run)["loss/x"]) == 4 and any("cut off" in reason for reason in run.left_out.values())
    (history,) = DATA.glob("wandb/*/*.wandb")
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / history.name).write_bytes(history.read_bytes()[:1500])
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


def test_runs_come_in_once_and_are_found(server: RunningServer, workspace_name: str) -> None:
    workspace = Workspace.create(workspace_name)
    report = workspace.import_runs(DATA / "mlruns", "mlflow")
    assert len(report.imported) == 3 and report.taken == []
    assert workspace.import_runs(DATA / "mlruns", "mlflow").skipped == report.imported
    (run,) = workspace.get_runs(filter="param.lr = 0.1 and metric.loss.min < 0.3")
    assert run.get_metrics()["loss"] == LOSSES
    assert len(list(run.get_children())) == 1 and "notes/note.txt" in run.get_file_names()
    assert len(workspace.import_runs(DATA / "tensorboard", "tensorboard", experiment="boards").imported) == 2
    assert len(workspace.import_runs(DATA / "wandb", "wandb").imported) == 1


@pytest.mark.slow
@pytest.mark.skipif("RUNYARD_LONG" not in os.environ, reason="installs the real tools; RUNYARD_LONG=1 runs it")
@pytest.mark.parametrize(
    ("tool", "package", "place", "check"),
    [
        ("mlflow", "mlflow", "mlruns", check_mlflow),
        ("mlflow", "mlflow", "mlflow.db", check_mlflow),
        ("wandb", "wandb", "wandb", check_wandb),
        ("tensorboard", "tensorboardX", "", check_tensorboard),
    ],
)
def test_what_the_real_tools_write_now_is_read(tool: str, package: str, place: str, check: object, tmp_path: Path) -> None:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "runyard-benchmarks" / package
    python = cache / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "uv", "venv", "-q", str(cache)], check=True)
        subprocess.run([sys.executable, "-m", "uv", "pip", "install", "-q", "--python", str(python), package], check=True)
    subprocess.run([str(python), str(HERE / f"write_{tool}.py"), str(tmp_path / "out")], check=True)
    check(tmp_path / "out" / place)  # type: ignore[operator]
