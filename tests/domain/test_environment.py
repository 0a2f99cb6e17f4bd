"""Conda packages as pip requirements."""

from __future__ import annotations

import pytest

from runyard.domain.environment import pip_requirement
from runyard.errors import InvalidArgumentError


@pytest.mark.parametrize(
    ("conda", "pip"),
    [
        ("numpy", "numpy"),
        ("numpy=1.26", "numpy==1.26.*"),
        ("numpy=1.26.*", "numpy==1.26.*"),
        ("numpy==1.26.4", "numpy==1.26.4"),
        ("numpy=1.26.4=py311h64a7726_0", "numpy==1.26.4.*"),
        ("numpy>=1.24,<3", "numpy>=1.24,<3"),
        ("conda-forge::scikit-learn=1.5", "scikit-learn==1.5.*"),
        ("scikit-learn 1.5", "scikit-learn==1.5.*"),
        ("pytorch=2.1", "torch==2.1.*"),
        ("pip=*", "pip"),
    ],
)
def test_a_conda_package_reads_as(conda: str, pip: str) -> None:
    assert pip_requirement(conda) == pip


@pytest.mark.parametrize("bad", ["", "  ", "=1.0", "a b;rm -rf\n/", "@x"])
def test_what_is_no_conda_package_is_refused(bad: str) -> None:
    with pytest.raises(InvalidArgumentError, match="is no conda package"):
        pip_requirement(bad)
