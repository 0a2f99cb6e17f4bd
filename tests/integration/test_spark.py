"""Spark in local mode, from the package index, in an environment that Runyard builds. Long mode only: it installs PySpark."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from runyard import Environment, Experiment, RunConfiguration, ScriptRunConfig, Workspace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.environ.get("RUNYARD_LONG") != "1", reason="long mode only: RUNYARD_LONG=1"),
    pytest.mark.skipif(shutil.which("java") is None, reason="no java"),
]

COUNT_WORDS = """
from pyspark.sql import SparkSession
from runyard import Run
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
words = spark.sparkContext.parallelize(["to be or", "not to be"]).flatMap(str.split)
counts = dict(words.map(lambda word: (word, 1)).reduceByKey(int.__add__).collect())
spark.stop()
print(sorted(counts.items()))
Run.get_context().log("to", counts["to"])
"""


def test_a_run_with_framework_pyspark_needs_no_packages_named(experiment: Experiment, project: Path) -> None:
    (project / "count.py").write_text(COUNT_WORDS)
    run = experiment.submit(ScriptRunConfig(".", "count.py", run_config=RunConfiguration(framework="PySpark")))
    run.wait_for_completion()
    assert run.get_metrics() == {"to": 2}


def test_spark_counts_words_in_the_curated_environment(workspace: Workspace, experiment: Experiment, project: Path) -> None:
    (project / "count.py").write_text(COUNT_WORDS)
    environment = Environment.get(workspace, "AzureML-PySpark-MmlSpark-0.15")
    run = experiment.submit(ScriptRunConfig(".", "count.py", environment=environment))
    run.wait_for_completion()
    assert run.get_metrics() == {"to": 2}
