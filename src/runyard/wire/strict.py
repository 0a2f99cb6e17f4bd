"""The mark of a request body."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def strict(cls: type[T]) -> type[T]:
    """Make the server refuse fields that ``cls`` does not have."""
    cls.__pydantic_config__ = {"extra": "forbid"}  # type: ignore[attr-defined]
    return cls
