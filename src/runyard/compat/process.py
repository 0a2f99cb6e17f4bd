"""Brings the stand-in into other Python processes: a folder on ``PYTHONPATH`` that holds a package ``azureml``.

This file imports the standard library only.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

IMPORT_PATH = Path(__file__).parent / "import_path"


def with_import_path(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables with the folder behind what ``PYTHONPATH`` already names."""
    parts = [part for part in variables.get("PYTHONPATH", "").split(os.pathsep) if part and part != str(IMPORT_PATH)]
    return {**variables, "PYTHONPATH": os.pathsep.join([*parts, str(IMPORT_PATH)])}
