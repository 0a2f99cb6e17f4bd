"""Node 0 of a distributed run: it waits for the others, starts the processes with them, and decides how the run ends."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, replace

from runyard.domain.node_group import (
    NodeGroup,
    NodeGroupKind,
    NodePlan,
    NodeReport,
    NodeState,
    ProcessReport,
    node_processes,
)
from runyard.domain.run_error import RunError
from runyard.runner import failure
from runyard.runner.node_group.board import Board
from runyard.runner.node_group.variables import cluster_of
from runyard.runner.node_group.work import DirectWork, MpiWork, NodeWork
from runyard.runner.preparation import Prepared
from runyard.runner.run_logs import ARTIFACT_FOLDER, RunLogs
from runyard.runner.settings import RunnerSettings
from runyard.runner.stop import StopCause, StopOrder, StopSwitch

WATCH_INTERVAL_S = 0.1
SILENCE_S = 30.0
"""After this long without a word a node counts as lost."""

START_PATIENCE_S = 600.0
"""How long nodes may take to say their first word; preparing may take longer, for as long as they speak."""

FAREWELL_S = 60.0
"""How long the others may take to send their files at the end."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEnd:
    """How the processes have ended: by an order, with an error, or well."""

    order: StopOrder | None = None
    error: RunError | None = None


class Leader:
    """Leads one run. Call :meth:`wait_for_nodes`, then :meth:`run`, then :meth:`wait_for_farewell`."""

    def __init__(
        self, settings: RunnerSettings, group: NodeGroup, board: Board, stop: StopSwitch, prepared: Prepared, logs: RunLogs
    ) -> None:
        self._settings = settings
        self._group = group
        self._board = board
        self._stop = stop
        self._prepared = prepared
        self._logs = logs
        self._began = time.monotonic()
        self._seen: dict[str, str] = {}
        self._places = {process.name: process for process in node_processes(group)}

    def wait_for_nodes(self) -> GroupEnd | None:
        """Return None when every node is ready, else why the run ends here."""
        self._board.change(state=NodeState.READY)
        while True:
            if self._stop.order is not None:
                return GroupEnd(order=self._stop.order)
            if error := self._trouble():
                return GroupEnd(error=error)
            nodes = [self._board.node(number) for number in range(self._group.node_count)]
            if all(node is not None and node.state is NodeState.READY for node in nodes):
                return None
            time.sleep(WATCH_INTERVAL_S)

    def run(self) -> GroupEnd:
        """Start all processes and return how they have ended; none of this node's live on."""
        nodes = [node for number in range(self._group.node_count) if (node := self._board.node(number)) is not None]
        plan = self._plan(nodes)
        work: NodeWork
        if self._group.kind is NodeGroupKind.MPI:
            work = MpiWork(self._group, nodes, self._prepared, plan, self._settings.work, self._logs)
        else:
            work = DirectWork(self._group, 0, self._prepared, plan, self._settings.work, self._logs)
        self._board.change(state=NodeState.RUNNING, plan=plan)
        try:
            end = self._watch(work)
        finally:
            self._board.change(is_over=True)
            left = work.stop(self._settings.grace_s)
        if left:
            self._logs.post(f"These processes could not be killed: {', '.join(map(str, left))}.")
        self._note(work.poll())
        return end

    def wait_for_farewell(self, end: GroupEnd) -> None:
        """Tell the others that it is over, wait until they have sent their files, and note how every process has ended."""
        self._board.change(is_over=True)
        deadline = time.monotonic() + FAREWELL_S
        others = range(1, self._group.node_count)
        while time.monotonic() < deadline and not all(self._has_left(number) for number in others):
            time.sleep(WATCH_INTERVAL_S)
        self._note(self._others())
        for name, status in list(self._seen.items()):
            if status == "Started":
                self._logs.process_status(name, "Terminated")
        overall = "Terminated" if end.order is not None else "Failed" if end.error is not None else "Completed"
        self._logs.process_status("*", overall)

    def _plan(self, nodes: list[NodeReport]) -> NodePlan:
        places = [(node.address, node.ports) for node in nodes]
        cluster = cluster_of(self._group, places) if self._group.kind is NodeGroupKind.TENSORFLOW else {}
        return NodePlan(master_address=nodes[0].address, master_port=nodes[0].ports[0], cluster=cluster)

    def _watch(self, work: NodeWork) -> GroupEnd:
        longest_s = self._prepared.spec.max_run_duration_s
        began = time.monotonic()
        pause = threading.Event()
        while True:
            reports = work.poll()
            reports += self._others()
            self._note(reports)
            if failed := [report for report in reports if report.status == "Failed"]:
                return GroupEnd(error=self._error_of(min(failed, key=lambda report: report.ended_at or 0.0)))
            if self._is_done(reports):
                return GroupEnd()
            if message := work.launch_error():
                return GroupEnd(error=replace(failure.system_error(message), code=failure.USER_ERROR))
            if longest_s is not None and time.monotonic() - began > longest_s:
                self._stop.give(StopCause.TOO_LONG, f"Stopped after {longest_s:g} s: max_run_duration_seconds is {longest_s:g}.")
            if self._stop.order is not None:
                return GroupEnd(order=self._stop.order)
            if error := self._trouble():
                return GroupEnd(error=error)
            pause.wait(WATCH_INTERVAL_S)

    def _others(self) -> list[ProcessReport]:
        nodes = [self._board.node(number) for number in range(1, self._group.node_count)]
        return [report for node in nodes if node is not None for report in node.processes]

    def _is_done(self, reports: list[ProcessReport]) -> bool:
        """True when all have ended well; parameter servers serve for ever and are not waited for."""
        well = {report.name for report in reports if report.status == "Completed"}
        return all(name in well for name, place in self._places.items() if place.role != "ps")

    def _error_of(self, report: ProcessReport) -> RunError:
        place = self._places[report.name]
        error = report.error or failure.system_error(f"The process ended with exit code {report.exit_code}.")
        where = f"Process {report.name} on node {self._node_id(place.node)}; its log is {self.log_of(report.name)}."
        return replace(error, message=f"{error.message.rstrip('.')}. {where}")

    def _trouble(self) -> RunError | None:
        """Return the error of a node that cannot take part, or is lost."""
        view = self._board.view
        for number in range(1, self._group.node_count):
            node = self._board.node(number)
            if node is None:
                if time.monotonic() - self._began > START_PATIENCE_S:
                    return failure.system_error(f"Node {number} has not started within {START_PATIENCE_S:g} s.")
                continue
            if node.error is not None:
                return replace(node.error, message=f"Node {node.node_id}: {node.error.message}")
            if view is not None and node.state is not NodeState.ENDED and view.silence_s.get(str(number), 0.0) > SILENCE_S:
                return failure.system_error(
                    f"Node {node.node_id} is lost: it has said nothing for {SILENCE_S:g} s. Its runner was killed, or its "
                    "machine is gone."
                )
        return None

    def _has_left(self, number: int) -> bool:
        view, node = self._board.view, self._board.node(number)
        if view is None or node is None or node.state is NodeState.ENDED:
            return True
        return view.silence_s.get(str(number), 0.0) > SILENCE_S

    def _note(self, reports: list[ProcessReport]) -> None:
        for report in reports:
            known = self._seen.get(report.name)
            if report.status != known:
                log.info("process %s is %s", report.name, report.status)
            if known is None:
                node_id = self._node_id(self._places[report.name].node)
                self._logs.process_started(report.name, report.pid, node_id=node_id, log_name=self.log_of(report.name))
                known = "Started"
            if report.status != known:
                self._logs.process_status(report.name, report.status)
            self._seen[report.name] = report.status

    def _node_id(self, number: int) -> str:
        node = self._board.node(number)
        return node.node_id if node is not None else str(number)

    def log_of(self, name: str) -> str:
        """Return the artifact that holds what a process prints."""
        place = self._places[name]
        folder = ARTIFACT_FOLDER if self._group.node_count == 1 else f"{ARTIFACT_FOLDER}/{self._node_id(place.node)}"
        return f"{folder}/{place.log_name}"
