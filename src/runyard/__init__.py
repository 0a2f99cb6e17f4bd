"""Runyard: a self-hosted home for machine-learning runs.

The names below are loaded when they are first used, so that ``import runyard`` costs next to nothing.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

from runyard.version import VERSION

if TYPE_CHECKING:
    from runyard import errors
    from runyard.sdk.compute_target import ComputeTarget
    from runyard.sdk.conda_dependencies import CondaDependencies
    from runyard.sdk.datastore import Datastore
    from runyard.sdk.environment import Environment
    from runyard.sdk.experiment import Experiment
    from runyard.sdk.run import Run, ScriptRun
    from runyard.sdk.run_configuration import (
        DockerConfiguration,
        MpiConfiguration,
        PyTorchConfiguration,
        RunConfiguration,
        TensorflowConfiguration,
    )
    from runyard.sdk.script_run_config import ScriptRunConfig
    from runyard.sdk.view import View
    from runyard.sdk.workspace import Workspace

__version__ = VERSION

if sys.version_info < (3, 10):  # noqa: UP036 - where pip was told to pass over it, or only the path leads here
    raise ImportError(
        f"Runyard needs Python 3.10 or later; this is {'.'.join(map(str, sys.version_info[:3]))}, {sys.executable}."
    )

_MODULES = {
    "ComputeTarget": "runyard.sdk.compute_target",
    "CondaDependencies": "runyard.sdk.conda_dependencies",
    "Datastore": "runyard.sdk.datastore",
    "DockerConfiguration": "runyard.sdk.run_configuration",
    "Environment": "runyard.sdk.environment",
    "Experiment": "runyard.sdk.experiment",
    "MpiConfiguration": "runyard.sdk.run_configuration",
    "PyTorchConfiguration": "runyard.sdk.run_configuration",
    "Run": "runyard.sdk.run",
    "RunConfiguration": "runyard.sdk.run_configuration",
    "ScriptRun": "runyard.sdk.run",
    "ScriptRunConfig": "runyard.sdk.script_run_config",
    "TensorflowConfiguration": "runyard.sdk.run_configuration",
    "View": "runyard.sdk.view",
    "Workspace": "runyard.sdk.workspace",
}

__all__ = [
    "VERSION",
    "ComputeTarget",
    "CondaDependencies",
    "Datastore",
    "DockerConfiguration",
    "Environment",
    "Experiment",
    "MpiConfiguration",
    "PyTorchConfiguration",
    "Run",
    "RunConfiguration",
    "ScriptRun",
    "ScriptRunConfig",
    "TensorflowConfiguration",
    "View",
    "Workspace",
    "__version__",
    "errors",
]


def __getattr__(name: str) -> Any:
    if name == "errors":
        return importlib.import_module("runyard.errors")
    if name in _MODULES:
        value = getattr(importlib.import_module(_MODULES[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'runyard' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
