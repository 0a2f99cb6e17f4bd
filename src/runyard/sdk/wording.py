"""Words that several messages share."""

from __future__ import annotations

from typing import Any


def kind_of(value: Any) -> str:
    """Return the type of a value with its article: ``a list``, ``an int``."""
    name = type(value).__name__
    return f"an {name}" if name[0] in "aeioAEIO" else f"a {name}"
