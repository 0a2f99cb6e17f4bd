"""Every node of a distributed run but the first: it prepares, begins when node 0 says so, and stops when node 0 does."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping

from runyard.domain.node_group import NodeGroup, NodeGroupKind, NodeState, node_processes
from runyard.domain.run import RunRecord, RunSpec
from runyard.errors import RunyardError
from runyard.runner import failure
from runyard.runner.collect import Collector
from runyard.runner.control import Control
from runyard.runner.log_stream import LogStream
from runyard.runner.node_group.board import Board
from runyard.runner.node_group.report import first_report, heard_by
from runyard.runner.node_group.work import DirectWork, IdleWork, NodeWork
from runyard.runner.preparation import Preparation, Prepared, spec_of
from runyard.runner.process_tree import adopt_orphans
from runyard.runner.recording import RunRecording
from runyard.runner.run_logs import RunLogs
from runyard.runner.settings import RunnerSettings
from runyard.runner.stop import StopSwitch
from runyard.runner.system_logs import Phase
from runyard.runner.work_folder import WorkFolder

WATCH_INTERVAL_S = 0.1
LEADER_SILENCE_S = 60.0
"""After this long without a word of node 0 this node stops: nobody would stop its processes otherwise."""

log = logging.getLogger(__name__)


class Follower:
    """Carries out the part of one node. Make one and call :meth:`run` in the main thread."""

    def __init__(self, settings: RunnerSettings, environment: Mapping[str, str]) -> None:
        self._settings = settings
        self._stop = StopSwitch()
        self._control = Control(settings, self._stop)
        self._work = WorkFolder(settings.work)
        self._preparation = Preparation(settings, environment, self._control, self._work, self._stop)
        self._recording = RunRecording(self._control.client, settings.run_id)

    def run(self) -> int:
        """Take part in the run until node 0 says that it is over; return 0.

        **Guarantees**: when it returns, nothing that this node has started lives on.

        Raises:
            RunyardError: the run cannot be read, or another runner is at work on it.
        """
        self._stop.listen_to_signals()
        adopt_orphans()
        self._work.claim()
        run = self._control.run()
        if run.status.is_terminal:
            return 0
        self._work.empty()
        spec = spec_of(run)
        assert spec.node_group is not None
        report = first_report(self._settings, spec.node_group)
        board = Board(lambda each: self._control.exchange(self._settings.node, each), report, heard=heard_by(self._stop))
        stream = LogStream(self._control.append)
        own = [process for process in node_processes(spec.node_group) if process.node == self._settings.node]
        logs = RunLogs(self._work.logs, self._settings.node_id, stream, driver=own[0].log_name, has_folder=True, leads=False)
        for process in own:
            logs.follow(process.log_name)
        logs.system.start()
        try:
            self._take_part(run, spec, spec.node_group, board, logs)
        except Exception as error:  # node 0 must learn of it, whatever it is
            log.exception("this node cannot take part")
            message = str(error) if isinstance(error, (RunyardError, OSError)) else repr(error)
            board.change(error=failure.system_error(message))
        self._recording.close(self._stop)
        logs.system.close()
        stream.close()
        board.change(state=NodeState.ENDED)
        board.close()
        if not self._settings.keep_work:
            self._work.clear()
        self._preparation.close()
        return 0

    def _take_part(self, run: RunRecord, spec: RunSpec, group: NodeGroup, board: Board, logs: RunLogs) -> None:
        prepared = self._preparation.prepare(run, spec, logs)
        collector = Collector(self._work.code, spec, self._control, node_id=self._settings.node_id)
        board.change(state=NodeState.READY)
        logs.system.enter(Phase.CONTROL)
        work = self._started_work(group, prepared, board, logs)
        if work is not None:
            self._recording.start(os.getpid(), self._settings.node_id)
            self._watch(work, board)
            if left := work.stop(self._settings.grace_s):
                logs.post(f"These processes could not be killed: {', '.join(map(str, left))}.")
            board.change(processes=work.poll())
        logs.system.enter(Phase.RELEASE)
        collector.collect(logs)

    def _started_work(self, group: NodeGroup, prepared: Prepared, board: Board, logs: RunLogs) -> NodeWork | None:
        """Return the work once node 0 says to begin; None when the run is over before."""
        while not self._is_over(board):
            leader = board.node(0)
            if leader is not None and leader.plan is not None:
                log.info("node 0 says to begin; the processes of this run meet at %s", leader.plan.master_address)
                board.change(state=NodeState.RUNNING)
                if group.kind is NodeGroupKind.MPI:
                    return IdleWork()
                return DirectWork(group, self._settings.node, prepared, leader.plan, self._settings.work, logs)
            time.sleep(WATCH_INTERVAL_S)
        return None

    def _watch(self, work: NodeWork, board: Board) -> None:
        while not self._is_over(board):
            board.change(processes=work.poll())
            time.sleep(WATCH_INTERVAL_S)

    def _is_over(self, board: Board) -> bool:
        leader, view = board.node(0), board.view
        if leader is not None and leader.is_over:
            return True
        if view is not None and view.silence_s.get("0", 0.0) > LEADER_SILENCE_S:
            return True
        return self._stop.order is not None
