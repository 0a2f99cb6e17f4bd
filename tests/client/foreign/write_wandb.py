"""Writes an offline run with the real W&B: ``python write_wandb.py FOLDER`` makes FOLDER/wandb."""

import os
import sys
from pathlib import Path

place = Path(sys.argv[1]).resolve()
place.mkdir(parents=True, exist_ok=True)
os.chdir(place)
os.environ.update(
    WANDB_MODE="offline", WANDB_DIR=str(place), WANDB_DISABLE_GIT="true", WANDB__DISABLE_MACHINE_INFO="true", WANDB_CONSOLE="off"
)
import wandb  # noqa: E402

run = wandb.init(
    project="digits",
    name="first",
    notes="What this is",
    tags=["good", "small"],
    config={"lr": 0.1, "net": {"depth": 3}},
    group="g",
    job_type="train",
)
for step in range(5):
    run.log({"loss": 1 / (step + 1), "val": {"acc": step / 10}})
run.log({"odd": float("nan"), "text": "hi", "whole": 2**60, "yes": True})
Path(run.dir, "note.txt").write_text("hello")
run.save(str(Path(run.dir, "note.txt")), base_path=run.dir)
run.summary["best"] = 0.2
run.finish()
