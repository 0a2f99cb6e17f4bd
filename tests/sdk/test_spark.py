"""Runs with Spark ask for PySpark and for the Spark packages of their environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from runyard import Environment, RunConfiguration, ScriptRunConfig
from runyard.errors import InvalidArgumentError
from runyard.sdk.submission import run_spec


def spec_of(folder: Path, environment: Environment, framework: str = "Python"):  # type: ignore[no-untyped-def]
    (folder / "t.py").touch()
    config = RunConfiguration(framework=framework)
    config.environment = environment
    return run_spec(ScriptRunConfig(str(folder), "t.py", run_config=config), folder)


def test_the_framework_brings_pyspark(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, Environment("e"), "PySpark")
    assert spec.spark and spec.packages is not None and spec.packages.pip == ["pyspark"]
    assert not spec_of(tmp_path, Environment("e")).spark


def test_a_version_that_was_asked_for_stays_and_so_does_a_managed_python(tmp_path: Path) -> None:
    asked = Environment("e")
    asked.python.conda_dependencies.add_pip_package("pyspark==3.5.1")
    packages = spec_of(tmp_path, asked, "PySpark").packages
    assert packages is not None and packages.pip == ["pyspark==3.5.1"]
    asked.python.user_managed_dependencies = True
    assert spec_of(tmp_path, asked, "PySpark").packages is None


def test_spark_packages_are_fetched_by_their_coordinates(tmp_path: Path) -> None:
    environment = Environment("e")
    environment.spark.packages = ["g:a:1", {"group": "h", "artifact": "b", "version": "2"}]
    environment.spark.repositories = ["https://repo.example.org"]
    spec = spec_of(tmp_path, environment)
    assert spec.environment_variables["PYSPARK_SUBMIT_ARGS"] == (
        "--packages g:a:1,h:b:2 --repositories https://repo.example.org pyspark-shell"
    )
    environment.spark.packages = ["only-a-name"]
    with pytest.raises(InvalidArgumentError, match="group:artifact:version"):
        spec_of(tmp_path, environment)
