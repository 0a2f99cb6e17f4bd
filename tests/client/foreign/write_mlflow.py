"""Writes runs with the real MLflow: ``python write_mlflow.py FOLDER`` makes FOLDER/mlruns and FOLDER/mlflow.db."""

import math
import os
import sys
from pathlib import Path

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"  # the file store is in maintenance mode in MLflow 3
import mlflow
from mlflow import MlflowClient

STARTED_MS = 1_700_000_000_000

place = Path(sys.argv[1]).resolve()
place.mkdir(parents=True, exist_ok=True)
os.chdir(place)
for address in ("mlruns", "sqlite:///mlflow.db"):
    mlflow.set_tracking_uri(address)
    client = MlflowClient()
    if address.startswith("sqlite"):
        mlflow.create_experiment("digits", artifact_location=(place / "mlartifacts").as_uri())
    experiment = mlflow.set_experiment("digits").experiment_id
    with mlflow.start_run(run_name="parent", description="What **this** is") as parent:
        run_id = parent.info.run_id
        mlflow.log_param("lr", 0.1)
        mlflow.log_params({"depth": 3, "name with space": "x y"})
        mlflow.set_tag("team", "vision")
        for step in range(5):
            client.log_metric(run_id, "loss", 1 / (step + 1), timestamp=STARTED_MS + 1000 * step, step=step)
        for step, value in enumerate((math.nan, math.inf, -math.inf)):
            mlflow.log_metric("odd", value, step=step)
        mlflow.log_metric("late", 1.5, step=-7)
        mlflow.log_metric("val/acc", 0.5)
        mlflow.log_text("hello", "notes/note.txt")
        mlflow.log_dict({"a": [1, 2]}, "table.json")
        with mlflow.start_run(run_name="child", nested=True):
            mlflow.log_metric("x", 1)
    try:
        with mlflow.start_run(run_name="broken"):
            mlflow.log_metric("x", 2)
            raise ValueError("too large")
    except ValueError:
        pass
    killed = client.create_run(experiment, start_time=STARTED_MS, run_name="killed")
    client.set_terminated(killed.info.run_id, status="KILLED", end_time=STARTED_MS + 90_000)
    client.create_run(experiment, start_time=STARTED_MS, run_name="open")
    gone = client.create_run(experiment, run_name="gone")
    client.delete_run(gone.info.run_id)
