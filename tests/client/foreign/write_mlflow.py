"""Writes runs with the real MLflow: ``python write_mlflow.py FOLDER`` makes FOLDER/mlruns and FOLDER/mlflow.db."""

import math
import os
import sys
from pathlib import Path

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"  # the file store is in maintenance mode in MLflow 3
import mlflow

place = Path(sys.argv[1]).resolve()
place.mkdir(parents=True, exist_ok=True)
os.chdir(place)
for address in ("mlruns", "sqlite:///mlflow.db"):
    mlflow.set_tracking_uri(address)
    if address.startswith("sqlite"):
        mlflow.create_experiment("digits", artifact_location=(place / "mlartifacts").as_uri())
    mlflow.set_experiment("digits")
    with mlflow.start_run(run_name="parent", description="What **this** is") as parent:
        mlflow.log_param("lr", 0.1)
        mlflow.log_params({"depth": 3, "name with space": "x y"})
        mlflow.set_tag("team", "vision")
        for step in range(5):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        mlflow.log_metric("odd", math.nan, step=0)
        mlflow.log_metric("odd", math.inf, step=1)
        mlflow.log_metric("val/acc", 0.5)
        mlflow.log_text("hello", "notes/note.txt")
        with mlflow.start_run(run_name="child", nested=True):
            mlflow.log_metric("x", 1)
    try:
        with mlflow.start_run(run_name="broken"):
            mlflow.log_metric("x", 2)
            raise ValueError("too large")
    except ValueError:
        pass
    gone = mlflow.start_run(run_name="gone")
    mlflow.end_run()
    mlflow.delete_run(gone.info.run_id)
