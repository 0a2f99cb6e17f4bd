"""MPI runs: Open MPI's ``mpirun`` on the first node starts the ranks of all nodes."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from runyard.domain.node_group import NodeGroup, NodeProcess, ProcessReport, node_processes
from runyard.errors import ConfigurationError
from runyard.runner.launcher import ERROR_FILE_VARIABLE

RANK_START = Path(__file__).with_name("rank_start.py")

_AGENT = """#!/bin/sh
# Open MPI calls this in place of ssh: all nodes of a run on the local target are this machine.
# A node keeps its files in a folder of its own: its daemon takes the machine's name for the node's, and fails where the daemon of
# another node makes the same folder.
while [ $# -gt 0 ]; do case "$1" in -*) shift ;; *) break ;; esac; done
TMPDIR="$(dirname "$0")/$1"
mkdir -p "$TMPDIR"
export TMPDIR
shift
exec sh -c "$*"
"""


def find_mpirun(environment: Mapping[str, str]) -> str:
    """Return the path of ``mpirun``.

    Raises:
        ConfigurationError: this machine has none.
    """
    found = shutil.which("mpirun", path=environment.get("PATH"))
    if found is None:
        raise ConfigurationError(
            "This run asks for MPI, and this machine has no mpirun. Install Open MPI, such as with `apt-get install openmpi-bin`."
        )
    return found


def mpirun_command(mpirun: str, group: NodeGroup, interpreter: str, folder: Path) -> list[str]:
    """Return the command line that starts all ranks; the agent and the list of ranks are files in ``folder``."""
    per_node = group.process_count // group.node_count
    command = [mpirun, "--oversubscribe", "--bind-to", "none", "-np", str(group.process_count)]
    if os.geteuid() == 0:
        command.append("--allow-run-as-root")
    if group.node_count > 1:
        agent = folder / "agent.sh"
        agent.write_text(_AGENT)
        agent.chmod(0o700)
        options = {"plm_rsh_agent": str(agent), "oob_tcp_if_include": "lo", "btl": "self,tcp", "btl_tcp_if_include": "lo"}
        for name, value in options.items():
            command += ["--mca", name, value]
        command += ["--host", ",".join(f"node{number}:{per_node}" for number in range(group.node_count))]
    else:
        # Copying between processes by the kernel is forbidden in many containers, and warned about at each start.
        command += ["--mca", "btl_vader_single_copy_mechanism", "none"]
    return [*command, interpreter, str(RANK_START), str(folder / "ranks.json")]


def launcher_variables(variables: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return what ``mpirun`` sees: ``variables``, and a folder in ``folder`` for its files, which no other run's ``mpirun`` uses.

    ``rank_start.py`` takes that folder away from the ranks again.
    """
    own = folder / "launcher"
    own.mkdir(exist_ok=True)
    return {**variables, "TMPDIR": str(own)}


class Ranks:
    """The ranks of one run: what each is to do, and what each has become. The files of all nodes are reached from here."""

    def __init__(self, group: NodeGroup, folder: Path) -> None:
        self._group = group
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def describe(
        self, process: NodeProcess, *, command: Sequence[str], variables: Mapping[str, str], code: str, log: str
    ) -> dict[str, object]:
        """Return what ``rank_start.py`` is to do for one rank."""
        return {
            "command": list(command),
            "variables": {**variables, ERROR_FILE_VARIABLE: str(self.error_file(process))},
            "folder": code,
            "log": log,
            "status": str(self._status_file(process)),
        }

    def write(self, places: Mapping[int, Mapping[str, object]]) -> None:
        """Write the list that ``rank_start.py`` reads. It holds the run's variables, so only its owner may read it."""
        path = self.folder / "ranks.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps({str(rank): place for rank, place in places.items()}))

    def error_file(self, process: NodeProcess) -> Path:
        """Return where the launcher notes the exception of a rank."""
        return self.folder / f"{process.rank}.error.json"

    def reports(self) -> list[ProcessReport]:
        """Return how each rank that has started is."""
        return [report for process in node_processes(self._group) if (report := self._report(process)) is not None]

    def _report(self, process: NodeProcess) -> ProcessReport | None:
        try:
            facts = msgspec.json.decode(self._status_file(process).read_bytes())
        except (OSError, msgspec.DecodeError):
            return None
        return ProcessReport(name=process.name, **facts)

    def _status_file(self, process: NodeProcess) -> Path:
        return self.folder / f"{process.rank}.json"
