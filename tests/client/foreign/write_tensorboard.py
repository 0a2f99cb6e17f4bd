"""Writes event files with the real tensorboardX: ``python write_tensorboard.py FOLDER`` makes FOLDER/train and FOLDER/eval."""

import sys

import numpy as np
from tensorboardX import SummaryWriter

for name in ("train", "eval"):
    writer = SummaryWriter(f"{sys.argv[1]}/{name}")
    for step in range(4):
        writer.add_scalar("loss/x", 1 / (step + 1), step, walltime=1_700_000_000.5 + step)
    writer.add_histogram("h", np.arange(10), 1, walltime=1_700_000_001)
    writer.close()
