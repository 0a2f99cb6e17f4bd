"""What Open MPI keeps on disk is apart for each node and each run, and hidden from the script."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from runyard.domain.node_group import NodeGroup, NodeGroupKind
from runyard.runner.node_group.mpi import RANK_START, launcher_variables, mpirun_command

GROUP = NodeGroup(kind=NodeGroupKind.MPI, node_count=2, process_count=4)


def option(command: list[str], name: str) -> str:
    return command[command.index(name) + 1]


def test_the_daemons_of_two_nodes_of_one_machine_keep_their_files_apart(tmp_path: Path) -> None:
    """Two that make one folder at the same time stopped one start in twenty on a loaded machine."""
    agent = option(mpirun_command("mpirun", GROUP, sys.executable, tmp_path), "plm_rsh_agent")
    environment = {**os.environ, **launcher_variables({}, tmp_path)}
    folders = [environment["TMPDIR"]]
    for host in option(mpirun_command("mpirun", GROUP, sys.executable, tmp_path), "--host").split(","):
        asked = [agent, "-x", host.split(":")[0], "echo", "$TMPDIR"]  # as Open MPI asks for a daemon
        folders.append(subprocess.run(asked, env=environment, capture_output=True, text=True, check=True).stdout.strip())
    assert len(set(folders)) == 3
    assert all(Path(folder).is_dir() and Path(folder).is_relative_to(tmp_path) for folder in folders)


@pytest.mark.parametrize("own", [{}, {"TMPDIR": "/scratch"}])
def test_a_script_sees_its_own_folder_for_temporary_files_and_not_that_of_open_mpi(tmp_path: Path, own: dict[str, str]) -> None:
    place = {
        "command": [sys.executable, "-c", "import os; print(os.environ.get('TMPDIR'))"],
        "variables": own,
        "folder": str(tmp_path),
        "log": str(tmp_path / "log.txt"),
        "status": str(tmp_path / "0.status.json"),
    }
    (tmp_path / "ranks.json").write_text(json.dumps({"0": place}))
    environment = {**os.environ, **launcher_variables(own, tmp_path), "OMPI_COMM_WORLD_RANK": "0"}
    subprocess.run([sys.executable, str(RANK_START), str(tmp_path / "ranks.json")], env=environment, check=True)
    assert (tmp_path / "log.txt").read_text().strip() == own.get("TMPDIR", "None")
