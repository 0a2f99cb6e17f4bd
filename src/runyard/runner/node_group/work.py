"""What one node does in a distributed run: it starts its processes, and says how they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Protocol

from runyard.domain.node_group import NodeGroup, NodePlan, NodeProcess, NodeReport, ProcessReport, node_processes
from runyard.domain.run_error import RunError
from runyard.runner import failure
from runyard.runner.launcher import ERROR_FILE_VARIABLE
from runyard.runner.node_group.mpi import Ranks, find_mpirun, launcher_variables, mpirun_command
from runyard.runner.node_group.processes import NodeProcesses
from runyard.runner.node_group.variables import process_variables
from runyard.runner.preparation import Prepared
from runyard.runner.run_logs import RunLogs
from runyard.runner.script_environment import gpu_variables

LAUNCHER_NAME = "mpirun"


class NodeWork(Protocol):
    """The processes that one node looks after."""

    def poll(self) -> list[ProcessReport]:
        """Return how each of them is, with the error of those that failed."""

    def stop(self, grace_s: float) -> list[int]:
        """End them. Return the pids that are still there."""

    def launch_error(self) -> str | None:
        """Return why the launcher has failed, when it is the launcher that has, else None."""


class IdleWork:
    """The work of a node whose processes another node starts."""

    def poll(self) -> list[ProcessReport]:
        """Return nothing: the node that started them says it."""
        return []

    def stop(self, grace_s: float) -> list[int]:
        """Do nothing."""
        return []

    def launch_error(self) -> str | None:
        """Return None."""
        return None


class DirectWork:
    """Starts the node's processes itself, with the variables by which they find the others."""

    def __init__(self, group: NodeGroup, node: int, prepared: Prepared, plan: NodePlan, folder: Path, logs: RunLogs) -> None:
        self._own = [process for process in node_processes(group) if process.node == node]
        self._prepared = prepared
        self._folder = folder
        self._processes = NodeProcesses(prepared.inherited)
        for process in self._own:
            variables = {**prepared.variables, **process_variables(group, process, plan)}
            variables[ERROR_FILE_VARIABLE] = str(self._error_file(process))
            logs.follow(process.log_name)
            self._processes.start(
                process.name,
                prepared.command(variables),
                cwd=folder / "code",
                environment=variables,
                log=logs.driver_path.with_name(process.log_name),
            )

    def poll(self) -> list[ProcessReport]:
        """Return how each process is."""
        places = {process.name: process for process in self._own}
        return [with_error(report, self._error_file(places[report.name]), self._prepared) for report in self._processes.poll()]

    def stop(self, grace_s: float) -> list[int]:
        """End all processes of the node."""
        return self._processes.stop(grace_s)

    def launch_error(self) -> str | None:
        """Return None: there is no launcher."""
        return None

    def _error_file(self, process: NodeProcess) -> Path:
        return self._folder / f"error-{process.rank}.json"


class MpiWork:
    """Starts ``mpirun``, which starts the ranks of all nodes."""

    def __init__(
        self, group: NodeGroup, nodes: list[NodeReport], prepared: Prepared, plan: NodePlan, folder: Path, logs: RunLogs
    ) -> None:
        self._group = group
        self._prepared = prepared
        self._mpi_log = logs.mpi_path
        self._ranks = Ranks(group, folder / "ranks")
        self._processes = NodeProcesses(prepared.inherited)
        places = {}
        for process in node_processes(group):
            added = {**process_variables(group, process, plan), **gpu_variables(prepared.gpus, process.node)}
            node = nodes[process.node]
            places[process.rank] = self._ranks.describe(
                process,
                command=prepared.command({**prepared.variables, **added}),
                variables={**prepared.variables, **added},
                code=node.code,
                log=f"{node.logs}/{process.log_name}",
            )
            if process.node == 0:
                logs.follow(process.log_name)
        self._ranks.write(places)
        mpirun = find_mpirun(prepared.variables)
        command = mpirun_command(mpirun, group, prepared.interpreter, self._ranks.folder)
        logs.mpi(f"Starting {group.process_count} ranks on {group.node_count} nodes: {' '.join(command)}")
        environment = launcher_variables(prepared.variables, self._ranks.folder)
        self._processes.start(LAUNCHER_NAME, command, cwd=folder / "code", environment=environment, log=self._mpi_log)
        self._launcher_code: int | None = None

    def poll(self) -> list[ProcessReport]:
        """Return how each rank is."""
        self._launcher_code = self._processes.poll()[0].exit_code
        by_name = {process.name: process for process in node_processes(self._group)}
        return [
            with_error(report, self._ranks.error_file(by_name[report.name]), self._prepared) for report in self._ranks.reports()
        ]

    def stop(self, grace_s: float) -> list[int]:
        """End mpirun and all ranks."""
        return self._processes.stop(grace_s)

    def launch_error(self) -> str | None:
        """Return why ``mpirun`` has failed, when it has."""
        return launch_error_of(self._launcher_code, self._mpi_log) if self._launcher_code else None


def launch_error_of(exit_code: int, log: Path) -> str:
    """Return how the launcher has ended, and the last lines of its log."""
    try:
        tail = log.read_text(errors="replace").strip().splitlines()[-8:]
    except OSError:
        tail = []
    return "\n".join([failure.message_of_exit(LAUNCHER_NAME, exit_code), *tail])


def with_error(report: ProcessReport, error_file: Path, prepared: Prepared) -> ProcessReport:
    """Return a process's report with its error where it has failed: the exception that it noted, else what its exit code says."""
    if report.status != "Failed" or report.exit_code is None:
        return report
    error: RunError = failure.script_error(report.exit_code, error_file, prepared.interpreter, prepared.environment_name)
    return replace(report, error=error)
