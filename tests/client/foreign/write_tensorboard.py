"""Writes event files with the real TensorBoard: ``python write_tensorboard.py FOLDER`` makes FOLDER/train and FOLDER/eval."""

import sys

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.histogram.summary_v2 import histogram_pb
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter

STARTED_S = 1_700_000_000.5

for name in ("train", "eval"):
    writer = EventFileWriter(f"{sys.argv[1]}/{name}")

    def add(summary: Summary, step: int, writer: EventFileWriter = writer) -> None:
        writer.add_event(Event(wall_time=STARTED_S + step, step=step, summary=summary))

    for step in range(4):
        add(scalar_pb("loss/x", 1 / (step + 1)), step)
    for step, value in enumerate((float("nan"), float("inf"), float("-inf"))):
        add(scalar_pb("odd", value), step)
    add(histogram_pb("h", np.arange(10)), 1)
    writer.close()
