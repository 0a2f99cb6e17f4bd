"""The environments that come with Runyard, ready by name.

Names from Azure ML are kept, so that code written for it finds them; the packages are those that the Python package index serves
for current Pythons, which the old versions in some names no longer are.
"""

from __future__ import annotations

from typing import Any

from runyard.domain.environment import LATEST, EnvironmentRecord

VERSION = "1"

_SCIENCE = ["numpy", "pandas", "scipy", "scikit-learn", "joblib"]
_PACKAGES: dict[str, list[str]] = {
    "AzureML-Minimal": [],
    "AzureML-Tutorial": [*_SCIENCE, "matplotlib", "tqdm"],
    "AzureML-Scikit-learn-0.20.3": _SCIENCE,
    "AzureML-PyTorch-1.6-CPU": ["torch", "numpy", "tqdm"],
    "AzureML-TensorFlow-2.2-CPU": ["tensorflow", "numpy"],
    "AzureML-Dask-CPU": ["dask[dataframe,distributed]", "numpy", "pandas"],
    "AzureML-PySpark-MmlSpark-0.15": ["pyspark", "numpy", "pandas"],
}


def curated_environments() -> list[EnvironmentRecord]:
    """Return all of them, by name."""
    return [_record(name) for name in sorted(_PACKAGES)]


def find_curated(name: str) -> EnvironmentRecord | None:
    """Return the curated environment of that name, or None."""
    return _record(name) if name in _PACKAGES else None


def _record(name: str) -> EnvironmentRecord:
    pip = ["azureml-defaults", *_PACKAGES[name]]
    dependencies: list[Any] = ["pip", {"pip": pip}]
    definition = {
        "name": name,
        "version": VERSION,
        "environmentVariables": {},
        "python": {
            "userManagedDependencies": False,
            "interpreterPath": "python",
            "condaDependencies": {"name": "project_environment", "channels": ["conda-forge"], "dependencies": dependencies},
        },
    }
    return EnvironmentRecord(name=name, version=VERSION, definition=definition, labels=[LATEST], is_curated=True)
