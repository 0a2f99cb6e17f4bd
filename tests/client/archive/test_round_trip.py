"""Export, import, export: equal by the hash of every file."""

from __future__ import annotations

import hashlib
import math
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from runyard import Experiment, Run, Workspace
from runyard.errors import ArchiveError, ConflictError, NotFoundError
from tests.server_process import RunningServer

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40

KILLED = """
import os, signal, sys
from runyard import Workspace
from runyard.client.run_import import ImportApi
from runyard.client.client import Client

def die(self, *arguments):
    os.kill(os.getpid(), signal.SIGKILL)

setattr(ImportApi, sys.argv[3], die)
Workspace.get(sys.argv[1]).import_runs(sys.argv[2])
"""


@pytest.fixture
def source(server: RunningServer, workspace_name: str) -> Workspace:
    return Workspace.create(workspace_name)


@pytest.fixture
def target(server: RunningServer, workspace_name: str) -> Workspace:
    return Workspace.create(f"{workspace_name}-2")


@pytest.fixture
def run(source: Workspace, tmp_path: Path) -> Run:
    """A run that has of everything something, with a child."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "train.py").write_text("print(1)\n")
    (tmp_path / "code" / "copy.py").write_text("print(1)\n")
    experiment = Experiment(source, "exp")
    experiment.tag("team", "vision")
    run = experiment.start_logging(snapshot_directory=str(tmp_path / "code"))
    for step in range(300):
        run.log("loss", 1 / (step + 1), step=step * 2)
    for value in (math.nan, -math.inf, -0.0, 2**62 + 1, True, "text"):
        run.log("odd", value)
    run.log_list("nothing", [])
    run.log_row("row", a=1, b="x")
    run.log_row("row", b=2, c=math.nan)
    (tmp_path / "plot.png").write_bytes(PNG)
    run.log_image("picture", path=str(tmp_path / "plot.png"))
    run.log_image("picture at", path=str(tmp_path / "plot.png"), step=7)
    run.log_histogram("weights", [0.5, 1.5, math.nan], bins=3, step=4)
    run.log_histogram("weights", counts=[1, 2], edges=[0, 1, 2], step=9, description="what it is")
    run.log_audio("sound", [0.0, 0.5, -1.0], sample_rate=8000, step=3)
    run.log_text("said", "héllo\nthere", step=1)
    run.log_html("page", "<p>hi</p>")
    run.upload_file("outputs/naïve file.txt", str(tmp_path / "plot.png"))
    run.tag("quality", "fine")
    run.tag("bare")
    run.add_properties({"author": "ann"})
    with run.child_run("kid") as child:
        child.log("x", 1)
    run.complete()
    return run


def hashes(folder: Path) -> dict[str, str]:
    files = (each for each in sorted(folder.rglob("*")) if each.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.mark.parametrize("name", ["there", "there.zip", "there.tar"])
def test_a_round_trip_is_equal_by_hash(run: Run, source: Workspace, target: Workspace, tmp_path: Path, name: str) -> None:
    report = run.experiment.export(tmp_path / name)
    assert report.exported[0] == run.id and len(report.exported) == 2 and report.left_out == {}
    assert target.import_runs(tmp_path / name).imported == report.exported
    back = tmp_path / f"back-{name}"
    target.export_runs(back)
    if back.is_dir():
        assert hashes(back) == hashes(tmp_path / name) and len(hashes(back)) > 8
    else:
        assert back.read_bytes() == (tmp_path / name).read_bytes()
    copy = target.get_run(run.id)
    assert repr(copy.get_metrics()) == repr(run.get_metrics())
    assert (copy.get_tags(), copy.number) == (run.get_tags(), run.number)
    assert [child.id for child in copy.get_children()] == [child.id for child in run.get_children()]


def test_a_second_import_skips_what_is_there_and_says_so(run: Run, target: Workspace, tmp_path: Path) -> None:
    run.experiment.export(tmp_path / "out")
    dry = target.import_runs(tmp_path / "out", dry_run=True)
    assert len(dry.imported) == 2 and list(target.get_runs()) == []
    first = target.import_runs(tmp_path / "out")
    again = target.import_runs(tmp_path / "out")
    assert again.imported == [] and again.skipped == first.imported == dry.imported
    (told,) = (event for event in target._client.runs.events(run.id) if event.kind == "imported")
    assert told.author and told.detail and told.detail["source"] == "runyard"


def test_a_back_up_brings_back_what_is_gone_and_leaves_the_rest_alone(run: Run, source: Workspace, tmp_path: Path) -> None:
    (child, *others) = list(run.get_children())
    run.experiment.export(tmp_path / "out")
    child.delete()
    child.purge()
    run.tag("after", "the back-up")
    report = source.import_runs(tmp_path / "out")
    assert report.imported == [child.id] and run.id in report.taken
    assert {each.id for each in run.get_children()} == {child.id, *(other.id for other in others)}
    assert run.get_tags()["after"] == "the back-up"


def test_ids_that_are_taken_are_named_or_become_copies(run: Run, source: Workspace, tmp_path: Path) -> None:
    run.experiment.export(tmp_path / "out")
    assert source.import_runs(tmp_path / "out").imported == []
    assert source.import_runs(tmp_path / "out", dry_run=True).taken[0] == run.id
    report = source.import_runs(tmp_path / "out", as_copy=True, experiment="other")
    assert report.imported[0] == f"{run.id}-copy"
    copy = source.get_run(report.imported[0])
    assert copy.experiment.name == "other" and [child.id for child in copy.get_children()] == report.imported[1:]
    assert copy.get_metrics("picture", populate=True)["picture"].data == PNG
    assert source.import_runs(tmp_path / "out", as_copy=True).skipped == report.imported


@pytest.mark.parametrize("moment", ["record_batch", "put_file", "finish"])
def test_an_import_that_was_killed_leaves_nothing_and_goes_on(run: Run, target: Workspace, tmp_path: Path, moment: str) -> None:
    run.experiment.export(tmp_path / "out")
    killed = subprocess.run([sys.executable, "-c", KILLED, target.name, str(tmp_path / "out"), moment], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert list(target.get_runs(include_children=True)) == []
    with pytest.raises(NotFoundError):
        target.get_run(run.id)
    target.import_runs(tmp_path / "out")
    target.export_runs(tmp_path / "back")
    assert hashes(tmp_path / "back") == hashes(tmp_path / "out")


def test_a_changed_file_stops_its_run_and_the_ones_before_stay(run: Run, target: Workspace, tmp_path: Path) -> None:
    report = run.experiment.export(tmp_path / "out")
    (tmp_path / "out" / "runs" / report.exported[1] / "metrics.parquet").write_bytes(b"PAR1")
    with pytest.raises(ArchiveError, match="cut off or changed"):
        target.import_runs(tmp_path / "out", dry_run=True)
    with pytest.raises(ArchiveError, match="cut off or changed"):
        target.import_runs(tmp_path / "out")
    assert [each.id for each in target.get_runs(include_children=True)] == [run.id]


def test_an_export_that_was_interrupted_goes_on(run: Run, tmp_path: Path) -> None:
    run.experiment.export(tmp_path / "whole")
    run.experiment.export(tmp_path / "out")
    (tmp_path / "out" / "export.json").unlink()  # as if it had been killed before the end
    run.tag("changed", "since")
    report = run.experiment.export(tmp_path / "out")
    assert report.exported == [run.id] and len(report.kept) == 1
    run.experiment.export(tmp_path / "anew")
    assert hashes(tmp_path / "out") == hashes(tmp_path / "anew") != hashes(tmp_path / "whole")
    with pytest.raises(ConflictError, match="already"):
        run.experiment.export(tmp_path / "out")


def test_runs_that_go_on_are_left_out_with_their_children(source: Workspace, tmp_path: Path) -> None:
    experiment = Experiment(source, "exp")
    going = experiment.start_logging(snapshot_directory=None)
    with going.child_run() as child:
        child.log("x", 1)
    ended = experiment.start_logging(snapshot_directory=None)
    ended.complete()
    report = source.export_runs(tmp_path / "out")
    assert report.exported == [ended.id] and set(report.left_out) == {going.id, child.id}
    assert "Running" in report.left_out[going.id] and "parent" in report.left_out[child.id]
    going.complete()


def test_runs_are_chosen_by_id_filter_and_relatives(run: Run, source: Workspace, tmp_path: Path) -> None:
    (child,) = run.get_children()
    other = Experiment(source, "other").start_logging(snapshot_directory=None)
    other.complete()
    choices = [
        ({"runs": [child]}, {run.id, child.id}),  # its parent comes with it
        ({"runs": [run.id]}, {run.id, child.id}),
        ({"runs": [run.id], "children": False}, {run.id}),
        ({"filter": "tag.quality = fine"}, {run.id, child.id}),
        ({"filter": "experiment = other"}, {other.id}),
        ({}, {run.id, child.id, other.id}),
        ({"runs": []}, set()),
    ]
    for arguments, wanted in choices:
        report = source.export_runs(tmp_path / "none", dry_run=True, **arguments)  # type: ignore[arg-type]
        assert set(report.exported) == wanted and not (tmp_path / "none").exists()
