"""Runs and metrics as data frames."""

from __future__ import annotations

import math
import sys
from typing import Any

import pytest

from runyard import Experiment, Run
from runyard.client.transport import Transport
from runyard.errors import InvalidArgumentError, NotSupportedError
from runyard.sdk import data_frame


def count_requests(monkeypatch: pytest.MonkeyPatch, path: str) -> list[str]:
    sent: list[str] = []
    exchange = Transport._exchange

    def counted(self: Transport, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.path.endswith(path):
            sent.append(request.path)
        return exchange(self, request, *args, **kwargs)

    monkeypatch.setattr(Transport, "_exchange", counted)
    return sent


def test_a_run_is_a_row_with_its_parameters_labels_and_metrics(experiment: Experiment) -> None:
    for lr, optimizer in ((0.1, "sgd"), (0.01, "3")):
        arguments = ["--lr", lr, "--optimizer", optimizer]
        with experiment.start_logging(snapshot_directory=None, outputs=False, arguments=arguments) as run:
            run.tag("quality", str(lr))
            run.add_properties({"author": "me"})
            for step, loss in enumerate((3.0, lr, 2.0)):
                run.log("loss", loss, step=step)
    frame = experiment.to_dataframe(figures=("last", "min"), order_by="created")
    assert list(frame["param.lr"]) == [0.1, 0.01] and frame["param.lr"].dtype == "float64"
    assert list(frame["param.optimizer"]) == ["sgd", "3"]
    assert list(frame["tag.quality"]) == ["0.1", "0.01"] and set(frame["property.author"]) == {"me"}
    assert list(frame["metric.loss"]) == [2.0, 2.0] and list(frame["metric.loss.min"]) == [0.1, 0.01]
    assert set(frame["status"]) == {"Completed"} and (frame["duration"] >= 0).all()
    assert str(frame["created"].dt.tz) == "UTC" and frame["created"].is_monotonic_increasing
    assert frame["id"].iloc[-1] == run.id


def test_any_number_of_runs_travels_in_few_requests(experiment: Experiment, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run.create_children(count=25)
    monkeypatch.setattr(data_frame, "_PAGE", 10)
    sent = count_requests(monkeypatch, "/runs/search")
    frame = experiment.to_dataframe(include_children=True)
    assert len(frame) == 26 and frame["id"].is_unique and len(sent) == 3


def test_without_runs_the_columns_are_there(experiment: Experiment) -> None:
    frame = experiment.to_dataframe()
    assert len(frame) == 0 and {"id", "status", "created", "duration"} <= set(frame.columns)


def test_metrics_can_be_chosen(experiment: Experiment, run: Run) -> None:
    run.log("a", 1.0)
    run.log("b", 2.0)
    run.complete()
    frame = experiment.to_dataframe(metrics=["b"])
    assert [name for name in frame.columns if name.startswith("metric.")] == ["metric.b"]
    with pytest.raises(InvalidArgumentError, match="median"):
        experiment.to_dataframe(figures=["median"])


def test_long_has_every_point_in_order_of_logging(run: Run) -> None:
    for step, value in ((0, 1.0), (5, math.nan), (2, math.inf)):
        run.log("loss", value, step=step)
    run.log("acc", 0.5)
    run.log("note", "a text")
    frame = run.metrics_dataframe()
    assert list(frame.columns) == ["name", "step", "time", "value"]
    assert list(frame["name"]) == ["loss"] * 3 + ["acc", "note"]
    assert list(frame["step"]) == [0, 5, 2, 0, 0] and frame["step"].dtype == "int64"
    assert frame["value"][2] == math.inf and math.isnan(frame["value"][1]) and math.isnan(frame["value"][4])
    assert str(frame["time"].dt.tz) == "UTC" and frame["time"].is_monotonic_increasing
    assert list(run.metrics_dataframe(["acc"])["value"]) == [0.5]


def test_a_series_longer_than_an_answer_comes_whole(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_frame, "POINTS_AT_ONCE", 400)
    for step in range(1001):
        run.log("long", float(step), step=3 * step)
    run.log("short", 1.0)
    sent = count_requests(monkeypatch, "/metrics/series")
    frame = run.metrics_dataframe()
    assert list(frame["value"]) == [*map(float, range(1001)), 1.0]
    assert list(frame["step"][:3]) == [0, 3, 6] and len(sent) == 3


def test_wide_has_a_column_a_metric_and_the_last_value_of_a_step(run: Run) -> None:
    for step, loss in ((0, 3.0), (1, 2.0), (1, 1.5)):
        run.log("loss", loss, step=step)
    run.log("acc", 0.9, step=1)
    frame = run.metrics_dataframe(layout="wide")
    assert list(frame.columns) == ["loss", "acc"] and list(frame.index) == [0, 1] and frame.index.name == "step"
    assert list(frame["loss"]) == [3.0, 1.5] and math.isnan(frame["acc"][0]) and frame["acc"][1] == 0.9
    with pytest.raises(InvalidArgumentError, match="long"):
        run.metrics_dataframe(layout="square")


def test_a_run_without_metrics_is_an_empty_frame(run: Run) -> None:
    assert len(run.metrics_dataframe()) == 0
    assert run.metrics_dataframe(layout="wide").empty


def test_without_pandas_the_error_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(NotSupportedError, match="pip install pandas"):
        run.metrics_dataframe()
    with pytest.raises(NotSupportedError, match="pip install pandas"):
        run.experiment.to_dataframe()
