"""Writes offline runs with the real W&B: ``python write_wandb.py FOLDER`` makes FOLDER/wandb."""

import os
import sys
from pathlib import Path

place = Path(sys.argv[1]).resolve()
place.mkdir(parents=True, exist_ok=True)
os.chdir(place)
os.environ.update(
    WANDB_MODE="offline",
    WANDB_DIR=str(place),
    WANDB_DATA_DIR=str(place / "staged"),
    WANDB_CACHE_DIR=str(place / "cache"),
    WANDB_CONFIG_DIR=str(place / "config"),
    WANDB_DISABLE_GIT="true",
    WANDB__DISABLE_MACHINE_INFO="true",
    WANDB_CONSOLE="off",
    WANDB_SILENT="true",
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
run.log({"odd": float("inf")}, step=10)
run.log({"odd": float("-inf")}, step=20)
run.log({"rows": wandb.Table(columns=["a", "b"], data=[[1, "x"], [2, "y"]])}, step=30)
run.config.update({"late": "set"})
Path(run.dir, "note.txt").write_text("hello")
run.save(str(Path(run.dir, "note.txt")), base_path=run.dir)
kept = wandb.Artifact("weights", type="model")
Path("weights.bin").write_bytes(bytes(range(256)))
kept.add_file("weights.bin")
run.log_artifact(kept)
run.summary["best"] = 0.2
run.finish()

broken = wandb.init(project="digits", name="broken", reinit=True)
broken.log({"x": 1})
broken.finish(exit_code=3)
