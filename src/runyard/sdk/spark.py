"""What a script with Spark gets: PySpark from the package index, and the Spark packages that its environment names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from runyard.domain.environment import PackageSpec
from runyard.errors import InvalidArgumentError
from runyard.sdk.conda_dependencies import package_name
from runyard.sdk.environment import Environment, PythonChoice, package_spec

FRAMEWORK = "pyspark"
PACKAGE = "pyspark"


def wants_spark(framework: str, environment: Environment) -> bool:
    """True for a run with framework PySpark, or whose environment names Spark packages."""
    return framework.lower() == FRAMEWORK or bool(environment.spark.packages)


def python_with_spark(choice: PythonChoice, environment: Environment) -> PythonChoice:
    """Return the choice with PySpark among its packages; a Python that the user manages stays as it is."""
    if environment.python.user_managed_dependencies:
        return choice
    packages = choice.packages or package_spec(environment.python.conda_dependencies)
    return PythonChoice(None, _with_pyspark(packages))


def spark_variables(environment: Environment) -> dict[str, str]:
    """Return the variables that tell PySpark which Spark packages to fetch, from where; none when it needs none."""
    packages = [_coordinates(package) for package in environment.spark.packages]
    if not packages:
        return {}
    options = ["--packages", ",".join(packages)]
    if environment.spark.repositories:
        options += ["--repositories", ",".join(environment.spark.repositories)]
    return {"PYSPARK_SUBMIT_ARGS": " ".join([*options, "pyspark-shell"])}


def _with_pyspark(packages: PackageSpec) -> PackageSpec:
    if PACKAGE in {package_name(line) for line in [*packages.pip, *packages.conda]}:
        return packages
    return replace(packages, pip=[*packages.pip, PACKAGE])


def _coordinates(package: Any) -> str:
    """Return a Spark package as ``group:artifact:version``, however it is given.

    Raises:
        InvalidArgumentError: a part is missing.
    """
    if isinstance(package, str):
        parts = package.split(":")
    else:
        given = package if isinstance(package, dict) else vars(package)
        parts = [str(given.get(name) or "") for name in ("group", "artifact", "version")]
    if len(parts) != 3 or not all(parts):
        raise InvalidArgumentError(f"{package!r} is no Spark package. Write it as 'group:artifact:version'.")
    return ":".join(parts)
