"""Which GPUs the machine of the server has for jobs."""

from __future__ import annotations

import logging
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from runyard.domain.compute_target import is_gpu_id

VISIBLE = "CUDA_VISIBLE_DEVICES"
ORDER = {"CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
"""Makes CUDA count the devices as nvidia-smi does. Source: CUDA programming guide, "CUDA environment variables"."""

ASK_TIMEOUT_S = 10.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalGpus:
    """The GPUs of a machine. ``ids`` are as CUDA_VISIBLE_DEVICES has them; ``variables`` make CUDA understand them so."""

    ids: tuple[str, ...] = ()
    variables: Mapping[str, str]


def find_gpus(environment: Mapping[str, str]) -> LocalGpus:
    """Return the GPUs that this process may use: those of CUDA_VISIBLE_DEVICES if that is set, else all that nvidia-smi lists."""
    visible = environment.get(VISIBLE)
    if visible is not None:
        return LocalGpus(ids=_usable(visible), variables={})
    program = shutil.which("nvidia-smi", path=environment.get("PATH"))
    if program is None:
        return LocalGpus(variables=ORDER)
    command = [program, "--query-gpu=index", "--format=csv,noheader"]
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=ASK_TIMEOUT_S, check=True, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError) as error:
        logger.warning("nvidia-smi does not say which GPUs there are (%s); set RUNYARD_LOCAL_GPUS to name them", error)
        return LocalGpus(variables=ORDER)
    found = (line.strip() for line in answer.stdout.splitlines())
    return LocalGpus(ids=tuple(each for each in found if is_gpu_id(each)), variables=ORDER)


def _usable(visible: str) -> tuple[str, ...]:
    """Return the devices that CUDA sees with this value: those before the first that is none, such as -1."""
    ids: list[str] = []
    for each in (part.strip() for part in visible.split(",")):
        if not is_gpu_id(each) or each in ids:
            break
        ids.append(each)
    return tuple(ids)
