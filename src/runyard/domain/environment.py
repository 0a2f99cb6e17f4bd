"""The packages that a script needs, and how a conda specification reads as pip requirements."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from runyard.errors import InvalidArgumentError

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
