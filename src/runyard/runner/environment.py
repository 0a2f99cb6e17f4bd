"""The environment of one run: found or built, with the build's log, and the facts that the run shows of it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from runyard.client.environment_build.cache import EnvironmentCache
from runyard.client.environment_build.program import Log, Stopped
from runyard.client.environment_build.use import EnvironmentUse
from runyard.domain.run import RunSpec

SECRET_REFERENCE = re.compile(r"\$\{(RUNYARD_SECRET_\d+)\}")
"""Stands for a secret in a definition; the engine gives its value to the runner as a variable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedEnvironment:
    """Which Python a run gets. ``label`` names the environment in messages; ``properties`` are the run's."""

    interpreter: str | None
    label: str
    duration_s: float = 0.0
    properties: Mapping[str, str] = field(default_factory=dict)


def prepare_environment(
    spec: RunSpec, cache_root: Path, build_log: Log, is_stopped: Stopped, use: EnvironmentUse
) -> PreparedEnvironment:
    """Return the environment of a run, built now when it asks for packages and the cache has none; it stays until ``use`` ends.

    Raises:
        BuildStoppedError: ``is_stopped`` became true.
        ComputeError: it cannot be built.
    """
    if spec.packages is None:
        return PreparedEnvironment(interpreter=spec.interpreter, label=spec.environment_name or "")
    began = time.monotonic()
    packages = replace(
        spec.packages,
        pip=[with_secrets(line, os.environ) for line in spec.packages.pip],
        pip_options=[with_secrets(line, os.environ) for line in spec.packages.pip_options],
    )
    built = EnvironmentCache(cache_root).find_or_build(packages, build_log, is_stopped, use)
    return PreparedEnvironment(
        interpreter=str(built.python),
        label=spec.environment_name or built.key,
        duration_s=time.monotonic() - began,
        properties={"runyard.environment.key": built.key, "runyard.environment.cached": str(built.cached)},
    )


def with_secrets(text: str, environment: Mapping[str, str]) -> str:
    """Return a text with the secrets in place of the references to them."""
    return SECRET_REFERENCE.sub(lambda found: environment.get(found[1], found[0]), text)
