"""What the runner is told by the engine that starts it."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runyard.errors import ConfigurationError

HEARTBEAT_S = 3.0
"""A cancelled script must be gone within 10 s: one heartbeat until the order is seen, the grace period, and time to spare."""

GRACE_S = 5.0

REQUIRED = ("RUNYARD_URL", "RUNYARD_WORKSPACE", "RUNYARD_RUN_ID", "RUNYARD_RUN_TOKEN")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerSettings:
    """Which run to carry out, for which server, and where.

    ``home`` is the folder of the embedded server, None for a server elsewhere. ``work`` is the run's own folder on this node.
    ``node`` counts from 0, and 0 leads; ``address`` is where the other nodes reach this one. ``gpus`` are the GPUs of each node
    as CUDA_VISIBLE_DEVICES has them; it is empty for a run that asked for none.
    """

    url: str
    home: Path | None
    workspace: str
    run_id: str
    token: str
    work: Path
    node_id: str
    heartbeat_s: float = HEARTBEAT_S
    grace_s: float = GRACE_S
    keep_work: bool = False
    node: int = 0
    node_count: int = 1
    address: str = "127.0.0.1"
    gpus: tuple[str, ...] = ()

    @property
    def cache(self) -> Path:
        """Where this node keeps what several runs can use."""
        return self.home if self.home is not None else Path.home() / ".cache" / "runyard"


def settings_from(environment: Mapping[str, str], work: Path) -> RunnerSettings:
    """Return the settings that the variables of ``environment`` give.

    Raises:
        ConfigurationError: a required variable is missing or a number is none.
    """
    missing = [name for name in REQUIRED if not environment.get(name)]
    if missing:
        raise ConfigurationError(
            f"The runner needs {', '.join(missing)} in its environment. It is started by the server for a submitted run; "
            "to submit one: runyard run submit-script."
        )
    home = environment.get("RUNYARD_HOME")
    node = _count(environment, "RUNYARD_NODE_INDEX", 0)
    node_count = max(_count(environment, "RUNYARD_NODE_COUNT", 1), node + 1)
    return RunnerSettings(
        url=environment["RUNYARD_URL"],
        home=Path(home) if home else None,
        workspace=environment["RUNYARD_WORKSPACE"],
        run_id=environment["RUNYARD_RUN_ID"],
        token=environment["RUNYARD_RUN_TOKEN"],
        work=work.absolute(),
        node_id=_numbered(node_id(), node, node_count),
        heartbeat_s=_seconds(environment, "RUNYARD_HEARTBEAT_S", HEARTBEAT_S),
        grace_s=_seconds(environment, "RUNYARD_GRACE_S", GRACE_S),
        node=node,
        node_count=node_count,
        address=environment.get("RUNYARD_NODE_ADDRESS") or "127.0.0.1",
        gpus=tuple(environment["RUNYARD_GPUS"].split(";")) if environment.get("RUNYARD_GPUS") else (),
        keep_work=environment.get("RUNYARD_KEEP_WORK") == "1",
    )


def node_id() -> str:
    """Return the name of this machine in a form that can be part of a file name."""
    return "".join(char if char.isalnum() or char in "-_." else "-" for char in socket.gethostname())[:64] or "node"


def _numbered(name: str, node: int, node_count: int) -> str:
    # Several nodes of a run may be one machine.
    return name if node_count == 1 else f"{name}-{node}"


def _count(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isdecimal():
        raise ConfigurationError(f"{name} is {text!r}; it must be a whole number.", name=name)
    return int(text)


def _seconds(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name)
    if not text:
        return default
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < 86_400:
        raise ConfigurationError(f"{name} is {text!r}; it must be a number of seconds above 0, such as 5.", name=name)
    return seconds
