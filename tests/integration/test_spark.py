"""Spark in local mode, from the package index, in an environment that Runyard builds. Long mode only: it installs PySpark."""

from __future__ import annotations

import os
import shutil
import zipfile
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


JARS = """
from pyspark.sql import SparkSession
from runyard import Run
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
jars = spark.sparkContext._jsc.sc().listJars().mkString(" ")
spark.stop()
print(jars)
Run.get_context().log("tiny", "example_tiny-1.0.jar" in jars)
"""


def test_packages_of_sparks_own_come_from_the_named_repositories(experiment: Experiment, project: Path, tmp_path: Path) -> None:
    (project / "jars.py").write_text(JARS)
    environment = Environment("with-jar")
    environment.spark.packages = ["example:tiny:1.0"]
    environment.spark.repositories = [maven_repository(tmp_path).as_uri()]
    run = experiment.submit(ScriptRunConfig(".", "jars.py", environment=environment))
    run.wait_for_completion()
    assert run.get_metrics() == {"tiny": True}


def maven_repository(folder: Path) -> Path:
    """Return a Maven repository with one package: ``example:tiny:1.0``."""
    place = folder / "repository" / "example" / "tiny" / "1.0"
    place.mkdir(parents=True)
    with zipfile.ZipFile(place / "tiny-1.0.jar", "w") as jar:
        jar.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
        jar.writestr("example/notes.txt", "hello")
    (place / "tiny-1.0.pom").write_text(
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>example</groupId><artifactId>tiny</artifactId><version>1.0</version></project>"
    )
    return folder / "repository"
