"""Bodies about environments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from runyard.domain.environment import EnvironmentRecord
from runyard.wire.strict import strict


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEnvironmentRequest:
    """Keep an environment under a name. The content of the newest version again makes no new one."""

    definition: dict[str, Any]


@strict
@dataclass(frozen=True, slots=True, kw_only=True)
class LabelEnvironmentRequest:
    """Give labels to a version; each label leaves the version that had it."""

    labels: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentPage:
    """Environments by name, or the versions of one, newest first."""

    environments: list[EnvironmentRecord]
