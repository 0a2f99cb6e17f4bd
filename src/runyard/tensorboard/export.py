"""Writes the history of runs as TensorBoard event files."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from runyard.domain.histogram import Histogram
from runyard.domain.metric import MetricFamily, MetricSeries, MetricSummary
from runyard.errors import ConfigurationError
from runyard.sdk.experiment import Experiment
from runyard.sdk.run import Run
from runyard.wire.metric_query import SeriesQuery

WINDOW = 10_000
"""How many points are asked for at a time."""


def export_to_tensorboard(
    run_data: Run | Sequence[Run] | Experiment,
    logsdir: str | Path,
    logger: logging.Logger | None = None,
    recursive: bool = True,
) -> list[str]:
    """Write the numbers that runs logged as event files, a folder a run, and return the run ids.

    Every numeric metric becomes a scalar series at the steps and times it was logged; a numeric column of a table becomes the
    series ``metric/column``. Histograms are histograms. Texts, images and other files are left out.

    Args:
        run_data: a run, several, or all of an experiment.
        logsdir: the folder for them; run ids name the folders in it. It is what ``tensorboard --logdir`` takes.
        logger: is told the name of each run.
        recursive: write children of the runs too.

    Raises:
        ConfigurationError: TensorBoard, which knows the format, is not installed.
    """
    try:
        from tensorboard.summary.writer.event_file_writer import EventFileWriter
    except ImportError as error:
        raise ConfigurationError("TensorBoard is not installed here. Install it: pip install 'runyard[tensorboard]'") from error
    written: list[str] = []
    for run in _all_of(run_data, recursive):
        if logger is not None:
            logger.info("run %s", run.id)
        out = EventFileWriter(str(Path(logsdir) / run.id))
        try:
            for tag, step, seconds, value in _points(run):
                out.add_event(_event(tag, step, seconds, value))
        finally:
            out.close()
        written.append(run.id)
    return written


def _all_of(run_data: Run | Sequence[Run] | Experiment, recursive: bool) -> Iterator[Run]:
    if isinstance(run_data, Experiment):
        yield from run_data.get_runs(include_children=recursive)
        return
    for run in [run_data] if isinstance(run_data, Run) else run_data:
        yield run
        if recursive:
            yield from run.get_children(recursive=True)


def _points(run: Run) -> Iterator[tuple[str, int, float, float | Histogram]]:
    for summary in run._client.metrics.summaries(run.id):
        if summary.family is MetricFamily.FILE:
            continue
        for first, series in _windows(run, summary):
            for index, histogram in enumerate(series.histograms, start=first):
                step = series.steps[index - first]
                yield summary.name, index if step is None else step, series.times[index - first], histogram
            if series.histograms:
                continue
            columns = {f"{summary.name}/{column}": values for column, values in series.columns.items()}
            for tag, values in (columns or {summary.name: series.values}).items():
                steps = series.steps or [None] * len(values)
                for index, (step, seconds, value) in enumerate(zip(steps, series.times, values, strict=True), start=first):
                    if isinstance(value, (int, float)) and not isinstance(value, bool):
                        yield tag, index if step is None else step, seconds, float(value)


def _windows(run: Run, summary: MetricSummary) -> Iterator[tuple[int, MetricSeries]]:
    for first in range(0, summary.count, WINDOW):
        query = SeriesQuery(
            run_ids=[run.id], names=[summary.name], axis="index", start=first, stop=first + WINDOW - 1, max_points=WINDOW
        )
        for series in run._client.metrics.series(query):
            yield first, series


def _event(tag: str, step: int, seconds: float, value: float | Histogram) -> Any:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary

    if isinstance(value, Histogram):
        bars = HistogramProto(
            min=value.min if value.min is not None else min(value.edges, default=0.0),
            max=value.max if value.max is not None else max(value.edges, default=0.0),
            num=value.count,
            sum=(value.mean or 0.0) * value.count,
            bucket_limit=value.edges,  # the first bucket, up to the lowest edge, is empty
            bucket=[0, *value.counts] if value.edges else [],
        )
        shown = Summary.Value(tag=tag, histo=bars)
    else:
        shown = Summary.Value(tag=tag, simple_value=value)
    return Event(wall_time=seconds, step=step, summary=Summary(value=[shown]))
