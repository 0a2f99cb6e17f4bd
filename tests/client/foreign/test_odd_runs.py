"""Runs of other tools that are damaged, odd or half there: they hold up no other, and what is left out is named."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import pytest

from runyard import Workspace
from runyard.client.archive.incoming import IncomingRun
from runyard.client.archive.open_source import open_source
from runyard.errors import ArchiveError
from tests.client.foreign.checks import logged
from tests.client.foreign.conftest import unpacked
from tests.server_process import RunningServer


def read(path: Path, source: str) -> tuple[dict[str, IncomingRun], dict[str, str]]:
    """Return the runs that can be read, by name, and what is said of the others, by the name of their folder."""
    with open_source(path, source) as found:
        runs = {run.facts.display_name: run for run in found.runs()}
        return runs, {Path(place).name: reason for place, reason in found.unread.items()}


class MlflowFolder:
    """An ``mlruns`` folder as MLflow's file store writes it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "1").mkdir(parents=True)
        (root / "1" / "meta.yaml").write_text("experiment_id: '1'\nname: Größe\n", encoding="utf-8")

    def run(self, name: str, parent: str | None = None, stage: str = "active", artifacts: str = "file:///gone") -> Path:
        folder = self.root / "1" / name
        (folder / "tags").mkdir(parents=True)
        (folder / "metrics").mkdir()
        (folder / "meta.yaml").write_text(
            f"artifact_uri: {artifacts}\nlifecycle_stage: {stage}\nrun_id: {name}\nrun_name: {name}\n"
            "start_time: 1700000000000\nend_time: null\nstatus: 1\nuser_id: jürgen\n",
            encoding="utf-8",
        )
        if parent:
            (folder / "tags" / "mlflow.parentRunId").write_text(parent)
        return folder


def test_a_child_whose_parent_is_deleted_or_gone_or_its_own_child_comes_in_without(tmp_path: Path) -> None:
    made = MlflowFolder(tmp_path / "mlruns")
    made.run("deleted", stage="deleted")
    for name, parent in [("a", "deleted"), ("b", "never"), ("c", "d"), ("d", "c"), ("e", "f"), ("f", None)]:
        made.run(name, parent)
    runs, _ = read(tmp_path, "mlflow")
    assert {name: run.facts.parent_id for name, run in runs.items()} == {
        "a": None, "b": None, "c": "d", "d": None, "e": "f", "f": None,
    }  # fmt: skip
    order = list(runs)
    assert order.index("f") < order.index("e") and order.index("d") < order.index("c")


def test_numbers_of_mlflow_that_are_none_or_too_large_are_named_and_the_others_kept(tmp_path: Path) -> None:
    metrics = MlflowFolder(tmp_path / "mlruns").run("a") / "metrics"
    (metrics / "loss").write_text("1 nan 0\n2 -inf 9223372036854775807\n3 1.5 99999999999999999999\n4 2.5 -3\n5")
    (metrics / "übung").write_bytes(b"1 \xff 0\n")
    (metrics / "empty").touch()
    (run,) = read(tmp_path, "mlflow")[0].values()
    (first, *others) = logged(run)["loss"]
    assert first[0] == 0 and isinstance(first[1], float) and math.isnan(first[1])
    assert others == [(9223372036854775807, -math.inf), (-3, 2.5)]
    assert sorted(run.left_out) == ["loss", "metric loss, line 5", "metric übung, line 1"]


def test_texts_of_mlflow_are_utf_8_whatever_the_locale_and_other_bytes_are_shown_as_such(tmp_path: Path) -> None:
    folder = MlflowFolder(tmp_path / "mlruns").run("a")
    (folder / "tags" / "note").write_bytes("日本".encode())
    (folder / "tags" / "bytes").write_bytes(b"\xff")
    (run,) = read(tmp_path, "mlflow")[0].values()
    assert run.facts.tags == {"note": "日本", "bytes": "\ufffd"} and run.facts.submitted_by == "jürgen"


def test_artifacts_of_mlflow_that_are_elsewhere_are_named(tmp_path: Path) -> None:
    MlflowFolder(tmp_path / "mlruns").run("a", artifacts="s3://bucket/1/artifacts")
    (run,) = read(tmp_path, "mlflow")[0].values()
    assert run.left_out == {"artifacts": "they are at s3://bucket/1/artifacts"}


@pytest.mark.parametrize("content", ["", "run_id: [unclosed"])
def test_a_run_of_mlflow_that_cannot_be_read_holds_up_no_other(tmp_path: Path, content: str) -> None:
    made = MlflowFolder(tmp_path / "mlruns")
    made.run("good")
    (made.run("bad") / "meta.yaml").write_text(content)
    made.run("child", parent="bad")
    runs, unread = read(tmp_path, "mlflow")
    assert {name: run.facts.parent_id for name, run in runs.items()} == {"good": None, "child": None}
    assert list(unread) == ["bad"] and "meta.yaml" in unread["bad"] and "\n" not in unread["bad"]


def test_the_report_names_what_could_not_be_read_and_a_second_import_changes_nothing(
    server: RunningServer, workspace_name: str, tmp_path: Path
) -> None:
    made = MlflowFolder(tmp_path / "mlruns")
    made.run("good")
    (made.run("bad") / "meta.yaml").write_text("")
    workspace = Workspace.create(workspace_name)
    first, again = (workspace.import_runs(tmp_path, "mlflow") for _ in range(2))
    assert first.imported == again.skipped == ["good"] and again.imported == []
    assert first.left_out == again.left_out and [Path(place).name for place in first.left_out] == ["bad"]


def test_a_run_of_wandb_that_had_not_begun_holds_up_no_other(tmp_path: Path) -> None:
    folder = unpacked("wandb-0.31.0", tmp_path) / "wandb"
    whole = read(folder, "wandb")[0]
    for name, content in (("zero", b""), ("head", b":W&B\x27\x00\x00")):
        (folder / f"offline-run-{name}").mkdir()
        (folder / f"offline-run-{name}" / f"run-{name}.wandb").write_bytes(content)
    runs, unread = read(folder, "wandb")
    assert runs.keys() == whole.keys() and sorted(unread) == ["run-head.wandb", "run-zero.wandb"]


def event(step: int, tag: str, value: float) -> bytes:
    """Return an event of one scalar as TensorBoard's files have it, with no checksums."""
    name = tag.encode()
    inner = b"\x0a" + bytes([len(name)]) + name + b"\x15" + struct.pack("<f", value)
    summary = b"\x0a" + bytes([len(inner)]) + inner
    content = b"\x09" + struct.pack("<d", 1.7e9) + b"\x10" + varint(step) + b"\x2a" + bytes([len(summary)]) + summary
    return struct.pack("<QI", len(content), 0) + content + bytes(4)


def varint(number: int) -> bytes:
    rest, found = number & (1 << 64) - 1, []
    while rest > 127:
        found.append(rest & 127 | 128)
        rest >>= 7
    return bytes([*found, rest])


def test_event_files_without_a_whole_event_hold_up_no_other(tmp_path: Path) -> None:
    contents = {
        "empty": b"",
        "noise": b"\xff" * 100,
        "half": event(1, "x", 1) + event(2, "x", 2)[:-9],
        "odd": event(2**62, "größe", math.inf) + event(-3, "größe", math.nan),
    }
    for name, content in contents.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "events.out.tfevents.1.host").write_bytes(content)
    runs, unread = read(tmp_path, "tensorboard")
    assert sorted(unread) == ["empty", "noise"] and sorted(runs) == ["half", "odd"]
    assert logged(runs["half"])["x"] == [(1, 1.0)] and "cut off" in str(runs["half"].left_out)
    assert [step for step, _ in logged(runs["odd"])["größe"]] == [2**62, -3]


def test_where_no_run_can_be_read_it_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "events.out.tfevents.1.host").touch()
    with pytest.raises(ArchiveError, match="hold nothing that was logged"):
        read(tmp_path, "tensorboard")
