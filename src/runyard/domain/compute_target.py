"""A compute target: a machine or cluster that runs scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from runyard.errors import ConfigurationError, InvalidArgumentError

LOCAL_TARGET = "local"
NO_GPUS = "none"

_GPU_ID = re.compile(r"\d{1,4}|(?:GPU|MIG)-[0-9a-fA-F-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputePlaceRecord:
    """A slot of a node that is taken. ``depth`` is 0 for a top-level run; children have slots of their own.

    ``run_id`` and ``display_name`` are None for a run of another workspace.
    """

    run_id: str | None
    display_name: str | None
    depth: int
    gpus: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputeNodeRecord:
    """A machine of a compute target, the ids of its GPUs, and who has its slots, top-level runs first."""

    name: str
    state: str
    slots: int | None = None
    gpus: list[str] = field(default_factory=list)
    places: list[ComputePlaceRecord] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputeTargetRecord:
    """A compute target as lists show it. ``engine`` names the back-end that serves it.

    ``slots`` is how many top-level runs go at once, and as many child runs beside them; None where the engine decides.
    ``gpus`` are those that runs can ask for, ``gpus_used`` those that runs of any workspace have now.
    """

    name: str
    engine: str
    state: str
    active_runs: int = 0
    queued_runs: int = 0
    slots: int | None = None
    gpus: int = 0
    gpus_used: int = 0
    nodes: list[ComputeNodeRecord] = field(default_factory=list)


def require_gpus(target: ComputeTargetRecord, per_node: int, nodes: int) -> None:
    """Raise :class:`InvalidArgumentError` when a run asks for more GPUs than a target has."""
    if per_node < 0:
        raise InvalidArgumentError(f"A run cannot ask for {per_node} GPUs. Give 0 or more.")
    if per_node * nodes > target.gpus:
        each = f" ({per_node} on each of {nodes} nodes)" if nodes > 1 else ""
        raise InvalidArgumentError(
            f"The run asks for {per_node * nodes} GPUs{each}, and compute target {target.name!r} has {target.gpus}. Ask for "
            "fewer; or, if it has more, name them when its server starts: runyard server --gpus 0,1,2,3."
        )


def is_gpu_id(text: str) -> bool:
    """True for the id of a GPU as nvidia-smi shows it: a small number, or its UUID."""
    return _GPU_ID.fullmatch(text) is not None


def gpu_ids(text: str) -> tuple[str, ...]:
    """Return the ids in a setting such as ``0,1,3``; ``none`` stands for no GPU.

    Raises:
        ConfigurationError: one of them is no id, or is there twice.
    """
    if text.strip().lower() == NO_GPUS:
        return ()
    ids = tuple(part.strip() for part in text.split(","))
    for each in ids:
        if not is_gpu_id(each) or ids.count(each) > 1:
            raise ConfigurationError(
                f"{text!r} does not name GPUs: {each!r} is no id, or is there twice. Write their ids as nvidia-smi shows them, "
                "such as 0,1,3, or 'none'."
            )
    return ids
