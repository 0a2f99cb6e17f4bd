"""What must be found in the runs that the ``write_*`` programs beside this file have written with the real tools."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path

import pytest

from runyard.client.archive.incoming import IncomingRun
from runyard.client.archive.open_source import open_source
from runyard.domain.metric import MetricValue
from runyard.domain.parameter import run_parameters
from runyard.wire.journal import decode_batch, records_of
from runyard.wire.metric import ScalarRecord

LOSSES = [1.0, 0.5, 1 / 3, 0.25, 0.2]
STARTED_S = 1_700_000_000
ODD = ["nan", "inf", "-inf"]

Points = dict[str, list[tuple[int | None, float, MetricValue]]]


def read(path: Path, source: str) -> dict[str, IncomingRun]:
    """Return the runs of a tool at a path, by name."""
    with open_source(path, source) as found:
        runs = list(found.runs())
        assert len(runs) == len(found)
    return {run.facts.display_name: run for run in runs}


def logged(run: IncomingRun) -> dict[str, list[tuple[int | None, MetricValue]]]:
    """Return the points of a run: step and value."""
    return {name: [(step, value) for step, _, value in points] for name, points in timed(run).items()}


def timed(run: IncomingRun) -> Points:
    """Return the points of a run: step, seconds since 1970, value."""
    points: Points = {}
    for batch in run.batches(lambda address: address):
        for record in records_of(decode_batch(batch)):
            assert isinstance(record, ScalarRecord)
            points.setdefault(record.name, []).append((record.step, record.at_us / 1e6, record.value))
    return points


def check_mlflow(path: Path) -> None:
    runs = read(path, "mlflow")
    assert set(runs) == {"parent", "child", "broken", "killed", "open"}  # the deleted one stays away
    parent, child = runs["parent"], runs["child"]
    assert list(runs).index("parent") < list(runs).index("child") and child.facts.parent_id == parent.facts.id
    statuses = {name: run.facts.status.value for name, run in runs.items()}
    assert statuses == {
        "parent": "Completed",
        "child": "Completed",
        "broken": "Failed",
        "killed": "Canceled",
        "open": "Canceled",
    }
    assert "does not say" in (runs["open"].facts.status_reason or "")
    killed = runs["killed"].facts
    assert (seconds(killed.started_at), seconds(killed.ended_at)) == (STARTED_S, STARTED_S + 90)
    assert parent.facts.description == "What **this** is" and parent.facts.tags == {"team": "vision"}
    assert run_parameters(parent.facts.definition) == {"depth": "3", "lr": "0.1"}
    assert parent.facts.properties["param.name with space"] == "x y"
    assert parent.experiment.name == "digits" and parent.facts.submitted_by
    points = timed(parent)
    assert points["loss"] == [(step, STARTED_S + step, value) for step, value in enumerate(LOSSES)]
    assert [(step, str(value)) for step, _, value in points["odd"]] == list(enumerate(ODD))
    assert logged(parent)["val/acc"] == [(0, 0.5)] and logged(parent)["late"] == [(-7, 1.5)]
    assert [file.facts.path for file in parent.files] == ["notes/note.txt", "table.json"] and parent.left_out == {}


def seconds(moment: datetime | None) -> float:
    assert moment is not None
    return moment.timestamp()


def check_wandb(path: Path) -> None:
    runs = read(path, "wandb")
    assert set(runs) == {"first", "broken"}
    run, broken = runs["first"], runs["broken"]
    assert (run.experiment.name, run.facts.description) == ("digits", "What this is")
    assert (run.facts.status.value, broken.facts.status.value) == ("Completed", "Failed")
    assert "exit code 3" in (broken.facts.status_reason or "") and logged(broken) == {"x": [(0, 1)]}
    assert run.facts.tags == {"good": None, "small": None}
    assert run_parameters(run.facts.definition) == {"late": "set", "lr": "0.1", "net/depth": "3"}
    assert run.facts.properties["wandb.group"] == "g" and run.facts.properties["wandb.summary.best"] == "0.2"
    points = logged(run)
    assert dict(points["loss"]) == pytest.approx(dict(enumerate(LOSSES)))
    assert [step for step, _ in points["val/acc"]] == [0, 1, 2, 3, 4]
    assert points["whole"] == [(5, 2**60)] and points["yes"] == [(5, True)] and points["text"] == [(5, "hi")]
    assert [(step, str(value)) for step, value in points["odd"]] == [(5, "nan"), (10, "inf"), (20, "-inf")]
    times = [at for _, at, _ in timed(run)["loss"]]
    assert times == sorted(times) and seconds(run.facts.started_at) <= times[0] <= seconds(run.facts.ended_at)
    assert "note.txt" in [file.facts.path for file in run.files]
    assert set(run.left_out) == {"rows", "artifact weights"}, run.left_out


def check_tensorboard(path: Path) -> None:
    runs = read(path, "tensorboard")
    assert list(runs) == ["eval", "train"]
    for run in runs.values():
        points = timed(run)
        assert set(points) == {"loss/x", "odd"} and list(run.left_out) == ["h"] and len(run.files) == 1
        assert [(step, at) for step, at, _ in points["loss/x"]] == [(step, STARTED_S + 0.5 + step) for step in range(4)]
        assert [value for _, _, value in points["loss/x"]] == pytest.approx([1 / (step + 1) for step in range(4)])
        assert [(step, str(value)) for step, _, value in points["odd"]] == list(enumerate(ODD))
        assert math.floor(seconds(run.facts.started_at)) == STARTED_S


CHECKS = {
    "mlflow": [("mlruns", check_mlflow), ("mlflow.db", check_mlflow)],
    "wandb": [("wandb", check_wandb)],
    "tensorboardX": [("", check_tensorboard)],
    "torch": [("", check_tensorboard)],
}
"""For each package: what is brought in of the folder that it has written, and what must be in it."""
