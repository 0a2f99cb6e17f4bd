"""Environments: what is registered of them, the packages in them, and how conda packages read as pip requirements."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from runyard.errors import InvalidArgumentError

RESERVED_PREFIXES = ("azureml", "microsoft", "runyard")
"""How the names of curated environments begin, whatever the case."""

LATEST = "latest"
"""The label that always names the newest version."""

_NAME = re.compile(r"[a-zA-Z0-9][\w\-.]{0,254}", re.ASCII)
_CONDA = re.compile(r"\s*(?:[\w.\-/]+::)?(?P<name>[A-Za-z0-9][\w.\-]*)\s*(?P<rest>[=<>!~ ].*)?$")
_PIP_NAMES = {
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "tensorflow-gpu": "tensorflow",
    "opencv": "opencv-python",
    "py-xgboost": "xgboost",
}
"""Packages that PyPI knows by another name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageSpec:
    """What to install before a script starts.

    ``python_version`` may be a prefix such as ``3.11``; None means the runner's own. ``pip`` holds requirement lines and
    ``pip_options`` lines such as ``--index-url …``; ``conda`` holds conda packages, Python itself left out.
    """

    python_version: str | None = None
    pip: list[str] = field(default_factory=list)
    pip_options: list[str] = field(default_factory=list)
    conda: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentRecord:
    """One version of a registered environment. It never changes, but for its labels.

    ``definition`` is the environment's document, in the field names that run definitions show. ``is_curated`` marks those that
    come with Runyard.
    """

    name: str
    version: str
    definition: dict[str, Any]
    labels: list[str] = field(default_factory=list)
    is_curated: bool = False
    created_at: datetime | None = None


def require_environment_name(name: str) -> str:
    """Return ``name``, or raise :class:`InvalidArgumentError` when no environment can be registered under it."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InvalidArgumentError(
            f"{name!r} cannot name a registered environment. Use 1 to 255 letters, digits, '-', '_' or '.', "
            "starting with a letter or digit."
        )
    if name.lower().startswith(RESERVED_PREFIXES):
        raise InvalidArgumentError(
            f"{name!r} is a name of curated environments, which begin with {', '.join(RESERVED_PREFIXES)}. Register a copy under "
            f"another name: environment.clone('my-{name}').register(ws)."
        )
    return name


def pip_requirement(conda_package: str) -> str:
    """Return the pip requirement that means the same as a conda package.

    ``numpy=1.26`` is any 1.26, so it becomes ``numpy==1.26.*``; a build string is dropped, since PyPI has none.

    Raises:
        InvalidArgumentError: it cannot be read.
    """
    match = _CONDA.match(conda_package)
    if match is None:
        raise InvalidArgumentError(
            f"{conda_package!r} is no conda package. Write it as 'numpy', 'numpy=1.26' or 'numpy>=1.26,<2'."
        )
    name = _PIP_NAMES.get(match["name"].lower(), match["name"])
    rest = (match["rest"] or "").strip()
    if not rest:
        return name
    if rest[0] == "=" or rest[0].isdigit():
        return name + _exact(rest)
    return name + rest.split(" ")[0]


def _exact(rest: str) -> str:
    is_exact = rest.startswith("==")
    version = re.split(r"[= ]", rest.lstrip("= "))[0]
    if version.endswith("*"):
        return f"=={version.rstrip('*').rstrip('.')}.*" if version != "*" else ""
    return f"=={version}" if is_exact else f"=={version}.*"
