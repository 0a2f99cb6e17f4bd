"""Writes event files with the real tensorboardX, or PyTorch's writer: ``python write_event_files.py FOLDER``."""

import sys

import numpy as np

try:
    from tensorboardX import SummaryWriter
except ModuleNotFoundError:
    from torch.utils.tensorboard import SummaryWriter

STARTED_S = 1_700_000_000.5

for name in ("train", "eval"):
    writer = SummaryWriter(f"{sys.argv[1]}/{name}")
    for step in range(4):
        writer.add_scalar("loss/x", 1 / (step + 1), step, walltime=STARTED_S + step)
    for step, value in enumerate((float("nan"), float("inf"), float("-inf"))):
        writer.add_scalar("odd", value, step, walltime=STARTED_S + step)
    writer.add_histogram("h", np.arange(10), 1, walltime=STARTED_S + 1)
    writer.close()
