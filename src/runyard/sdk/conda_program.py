"""The conda program of this machine, where there is one."""

from __future__ import annotations

import shutil
import subprocess

from runyard.errors import InvalidArgumentError, NotSupportedError
from runyard.sdk.conda_dependencies import CondaDependencies

PROGRAMS = {"conda": "--no-builds", "mamba": "--no-builds", "micromamba": "--no-build"}
"""What it may be called, and how each is told to leave builds out, which no other machine can be asked for."""

_TIMEOUT_S = 120


def exported_dependencies(environment_name: str) -> CondaDependencies:
    """Return the packages of a conda environment of this machine.

    Raises:
        NotSupportedError: there is no conda program on the PATH.
        InvalidArgumentError: it knows no such environment.
    """
    found = [(program, option) for name, option in PROGRAMS.items() if (program := shutil.which(name)) is not None]
    if not found:
        raise NotSupportedError(
            f"This machine has no conda, mamba or micromamba on its PATH to ask for the environment {environment_name!r}. To use "
            "an environment as it is, set user_managed_dependencies = True and interpreter_path to its Python."
        )
    program, option = found[0]
    command = [program, "env", "export", "--name", environment_name, option]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InvalidArgumentError(f"{program} could not be asked for the environment {environment_name!r}: {error}.") from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise InvalidArgumentError(
            f"{program} has no environment {environment_name!r} to give: {said[-1] if said else done.returncode}"
        )
    import yaml  # late: few programs need it

    return CondaDependencies.from_dict(yaml.safe_load(done.stdout), f"conda environment {environment_name!r}")
