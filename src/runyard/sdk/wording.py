"""Words that several messages share."""

from __future__ import annotations

import sys
import warnings
from typing import Any


def kind_of(value: Any) -> str:
    """Return the type of a value with its article: ``a list``, ``an int``."""
    name = type(value).__name__
    return f"an {name}" if name[0] in "aeioAEIO" else f"a {name}"


def warn_caller(message: str) -> None:
    """Warn, and point at the line outside of Runyard that has led here."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith("runyard."):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, stacklevel=level)
