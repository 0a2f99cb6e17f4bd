"""The public names once more, for scripts in which ``azureml.core`` was replaced by ``runyard.core``."""

from __future__ import annotations

from typing import Any

import runyard
from runyard.version import VERSION

__all__ = ["VERSION"]


def __getattr__(name: str) -> Any:
    if name in runyard.__all__:
        return getattr(runyard, name)
    raise AttributeError(f"module 'runyard.core' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *runyard.__all__})
