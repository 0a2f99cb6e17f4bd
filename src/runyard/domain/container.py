"""The container that a run asks for."""

from __future__ import annotations

from dataclasses import dataclass, field

ENGINES = ("docker", "podman")
"""The programs that can run containers, the first that answers is taken."""

NOTE_FILE = "container-engine"
"""Where the runner notes which of :data:`ENGINES` has the run's container, in the run's folder, for as long as there is one."""

VARIABLES_FILE = "container.env"
"""Where the script's variables lie there while its container runs; readable by its owner only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """What to start a script in.

    ``image`` is what the engine knows it by, or can pull; ``dockerfile`` is the text of one that is built instead.
    ``arguments`` are added to the engine's ``run`` as they are. ``shm_size`` is the size of /dev/shm, such as ``2g``.
    """

    image: str | None = None
    dockerfile: str | None = None
    arguments: list[str] = field(default_factory=list)
    shm_size: str | None = None


def removal(engine: str, run_id: str) -> list[str]:
    """Return the arguments by which an engine kills and removes the container of a run at once."""
    at_once = ["--time", "0"] if engine == "podman" else []  # Podman would wait ten seconds for it to end by itself
    return ["rm", "--force", *at_once, "--volumes", container_name(run_id)]


def container_name(run_id: str) -> str:
    """Return the name of a run's container: by it, what a killed runner has left is found."""
    return f"runyard-{run_id}"
