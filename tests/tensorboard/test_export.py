from __future__ import annotations

from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from runyard import Experiment
from runyard.tensorboard import export_to_tensorboard


def test_numbers_are_written_at_their_steps_and_texts_are_left_out(experiment: Experiment, tmp_path: Path) -> None:
    with experiment.start_logging(snapshot_directory=None) as run:
        for step in range(5):
            run.log("loss", 1.0 / (step + 1), step=step * 10)
        run.log("note", "a text")
        run.log_row("curve", x=1, y=2.5)
        run.log_row("curve", x=2, y=3.5)
        with run.child_run() as child:
            child.log("loss", 7.0)
    assert export_to_tensorboard(run, tmp_path) == [run.id, child.id]
    read = EventAccumulator(str(tmp_path / run.id))
    read.Reload()
    assert sorted(read.Tags()["scalars"]) == ["curve/x", "curve/y", "loss"]
    points = read.Scalars("loss")
    assert [point.step for point in points] == [0, 10, 20, 30, 40]
    assert [point.value for point in points][:2] == [1.0, 0.5]
    assert points[0].wall_time > 1.6e9
    assert [point.value for point in read.Scalars("curve/y")] == [2.5, 3.5]
    assert export_to_tensorboard(experiment, tmp_path / "all", recursive=False) == [run.id]


def test_a_long_series_is_written_whole(experiment: Experiment, tmp_path: Path) -> None:
    with experiment.start_logging(snapshot_directory=None) as run:
        for step in range(25_000):
            run.log("x", step)
    export_to_tensorboard([run], tmp_path, recursive=False)
    read = EventAccumulator(str(tmp_path / run.id), size_guidance={"scalars": 0})
    read.Reload()
    assert [point.step for point in read.Scalars("x")] == list(range(25_000))


def test_histograms_are_written_with_their_bins_and_steps(experiment: Experiment, tmp_path: Path) -> None:
    with experiment.start_logging(snapshot_directory=None) as run:
        run.log_histogram("weights", [0.0, 1.0, 1.0, 4.0], bins=2, step=10)
        run.log_histogram("weights", counts=[3], edges=[0, 2], step=20)
        run.log_histogram("weights", [float("nan")], step=30)
    export_to_tensorboard(run, tmp_path)
    read = EventAccumulator(str(tmp_path / run.id), size_guidance={"histograms": 0})
    read.Reload()
    first, second, empty = read.Histograms("weights")
    assert (first.step, second.step, empty.step) == (10, 20, 30)
    value = first.histogram_value
    assert (value.min, value.max, value.num, value.sum) == (0.0, 4.0, 4.0, 6.0)
    assert (value.bucket_limit, value.bucket) == ([0.0, 2.0, 4.0], [0.0, 3.0, 1.0])
    assert second.histogram_value.bucket == [0.0, 3.0]
    assert empty.histogram_value.num == 0
