"""One submitted run, from the first request to the last status."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from runyard.client.environment_build.program import BuildStoppedError
from runyard.domain.node_group import NodeGroup, NodeReport, NodeState, node_processes
from runyard.domain.run import RunError, RunRecord, RunStatus
from runyard.errors import ComputeError, ConflictError, InvalidTransitionError, RunyardError
from runyard.runner import failure
from runyard.runner.collect import Collector
from runyard.runner.container.launch import START_FAILED, shown
from runyard.runner.control import Control
from runyard.runner.heartbeat import Heartbeat, order_from
from runyard.runner.log_stream import LogStream
from runyard.runner.node_group.board import Board, alone
from runyard.runner.node_group.report import first_report, heard_by
from runyard.runner.preparation import Preparation, Prepared, spec_of
from runyard.runner.process import ScriptEnd, ScriptProcess
from runyard.runner.process_tree import adopt_orphans
from runyard.runner.recording import RunRecording
from runyard.runner.run_logs import RunLogs
from runyard.runner.script_environment import PROCESS_NAME
from runyard.runner.settings import RunnerSettings
from runyard.runner.stop import StopCause, StopOrder, StopSwitch
from runyard.runner.system_logs import Phase
from runyard.runner.work_folder import WorkFolder
from runyard.version import VERSION
from runyard.wire.node import NodeBoardBody
from runyard.wire.run import HeartbeatBody, ReportStatusRequest

if TYPE_CHECKING:
    from runyard.runner.node_group.leader import GroupEnd

CLOSING_MAX_CHARS = 300
"""How much of an error the last line of the log repeats; the whole of it stands above, and in the run's error."""

FACTS_PATIENCE_S = 5.0
"""How long the end of a run waits for the properties that were sent while its script ran: facts for people hold nothing up."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What the run is to become; ``status`` is None when others have decided that already."""

    status: RunStatus | None
    reason: str | None = None
    error: RunError | None = None


class Session:
    """Carries out one run. Make one and call :meth:`run` in the main thread."""

    def __init__(self, settings: RunnerSettings, environment: Mapping[str, str]) -> None:
        self._settings = settings
        self._stop = StopSwitch()
        self._control = Control(settings, self._stop)
        self._work = WorkFolder(settings.work)
        self._preparation = Preparation(settings, environment, self._control, self._work, self._stop)
        self._collector: Collector | None = None
        self._board: Board | None = None
        self._lacks_files = False
        self._telling: threading.Thread | None = None
        self._is_told = False
        self._late_order: StopOrder | None = None
        self._recording = RunRecording(self._control.client, settings.run_id)
        self._heartbeat = Heartbeat(self._control, self._stop, settings.heartbeat_s)

    def run(self) -> int:
        """Carry the run out; return 0 when the server knows how it ended, else 1.

        **Guarantees**: when it returns, nothing that the script has started lives on.

        Raises:
            RunyardError: the run cannot be read, or another runner is at work on it.
        """
        self._stop.listen_to_signals()
        adopt_orphans()
        self._work.claim()
        run = self._control.run()
        if run.status.is_terminal:
            log.info("run %s has ended as %s already", run.id, run.status.value)
            return 0
        self._heartbeat.start()
        ending = self._carried_out(run)
        self._wait_for_facts()
        is_known = self._report_end(ending)
        self._recording.send_rest()
        self._heartbeat.close()
        self._tidy(is_known)
        return 0 if is_known else 1

    def _carried_out(self, run: RunRecord) -> Ending:
        stream = LogStream(self._control.append)
        logs = _logs_of(run, self._work, self._settings, stream)
        try:
            ending = self._outcome(run, logs)
        except (RunyardError, OSError) as error:
            log.exception("the run could not be carried out")
            ending = self._failed_by_system(str(error))
        except Exception as error:  # the last resort: the run must not stay as Running for ever
            log.exception("the runner has failed")
            ending = self._failed_by_system(f"Runyard's runner has failed: {error!r}. The node's runner.log has the details.")
        if self._board is not None:
            self._board.change(is_over=True, state=NodeState.ENDED)
            self._board.close()
        logs.driver(_closing_line(ending))
        logs.system.enter(Phase.RELEASE)
        problems, ending = self._collected(ending, logs)
        logs.system.close()
        stream.close()
        problems += stream.problems
        self._lacks_files = bool(problems)
        if problems and ending.reason is None:
            return replace(ending, reason=problems[0])
        return ending

    def _outcome(self, run: RunRecord, logs: RunLogs) -> Ending:
        """Take the run from its snapshot to the end of its script."""
        self._work.empty()
        logs.system.start()
        spec = spec_of(run)
        if spec.node_group is not None:
            self._board = self._opened_board(spec.node_group)
        if order := self._advance(RunStatus.PREPARING):
            return self._ending_by_order(order)
        try:
            prepared = self._preparation.prepare(run, spec, logs)
        except BuildStoppedError:
            if self._stop.order is None:
                raise
            return self._ending_by_order(self._stop.order)
        except ComputeError as error:
            return Ending(status=RunStatus.FAILED, error=failure.environment_error(error.message))
        logs.system.enter(Phase.CONTROL)
        if self._board is not None and spec.node_group is not None:
            return self._ending_of_group(self._led(spec.node_group, self._board, prepared, logs))
        if order := self._advance(RunStatus.RUNNING):
            return self._ending_by_order(order)
        self._collector = Collector(self._work.code, spec, self._control)
        return self._ending_of(self._executed(prepared, logs), prepared)

    def _opened_board(self, group: NodeGroup) -> Board:
        def exchange(report: NodeReport) -> NodeBoardBody:
            return alone(report) if group.node_count == 1 else self._control.exchange(0, report)

        return Board(exchange, first_report(self._settings, group), heard=heard_by(self._stop))

    def _led(self, group: NodeGroup, board: Board, prepared: Prepared, logs: RunLogs) -> GroupEnd:
        """Carry out a run of several processes."""
        from runyard.runner.node_group.leader import GroupEnd, Leader  # late: most runs have one process

        leader = Leader(self._settings, group, board, self._stop, prepared, logs)
        end = leader.wait_for_nodes()
        if end is None:
            if order := self._advance(RunStatus.RUNNING):
                end = GroupEnd(order=order)
            else:
                self._collector = Collector(self._work.code, prepared.spec, self._control)
                for line in _opening_lines(prepared, prepared.command(), self._settings):
                    logs.driver(line)
                self._tell(prepared.properties)
                self._recording.start(os.getpid(), self._settings.node_id if group.node_count > 1 else None)
                try:
                    end = leader.run()
                finally:
                    self._recording.close(self._stop)
        leader.wait_for_farewell(end)
        return end

    def _ending_of_group(self, end: GroupEnd) -> Ending:
        if end.order is not None:
            return self._ending_by_order(end.order)
        if end.error is not None:
            return Ending(status=RunStatus.FAILED, error=end.error)
        return Ending(status=RunStatus.COMPLETED)

    def _collected(self, ending: Ending, logs: RunLogs) -> tuple[list[str], Ending]:
        """Upload what the script has left, also after a failure; return what went wrong with it, and how the run ends now.

        A run that is cancelled meanwhile gives up what is not stored yet, and is Canceled unless the script had failed.
        """
        if self._collector is None:
            return [], ending
        is_free = self._stop.order is None
        if ending.status in (RunStatus.COMPLETED, RunStatus.FAILED):
            try:
                self._advance(RunStatus.FINALIZING)
            except RunyardError as error:
                log.error("%s", error)
        report = self._collector.collect(logs, lambda: is_free and self._is_cancelled())
        if report.is_cut and self._stop.order is not None and ending.status is RunStatus.COMPLETED:
            return [], self._ending_by_order(self._stop.order)
        count = len(report.failed)
        files = "1 file" if count == 1 else f"{count} files"
        return [f"{files} of the run could not be stored; see {logs.post_name}."] if count else [], ending

    def _is_cancelled(self) -> bool:
        order = self._stop.order
        if order is not None and order.cause is StopCause.RUNNER_TOLD and not self._is_told:
            self._is_told = True  # asked once: by a machine that goes down the files are sent for as long as it lets them
            self._late_order = self._order_behind_signal(order)
        return order is not None and (self._late_order or order).cause is StopCause.CANCELED

    def _executed(self, prepared: Prepared, logs: RunLogs) -> ScriptEnd:
        spec = prepared.spec
        command = prepared.command()
        for line in _opening_lines(prepared, command, self._settings):
            logs.driver(line)
        container = prepared.container
        variables = prepared.variables
        if container is not None:
            command, variables = container.command(command, variables, self._work.code), container.client_variables(variables)
            log.info("the container: %s", shown(command))
        process = ScriptProcess(
            command, cwd=self._work.code, environment=variables, log=logs.driver_path, inherited=prepared.inherited
        )
        try:
            log.info("the script is process %d", process.pid)
            logs.process_started(PROCESS_NAME, process.pid)
            self._tell(prepared.properties)
            self._recording.start(process.pid)
            end = process.wait(
                self._stop,
                grace_s=self._settings.grace_s,
                longest_s=spec.max_run_duration_s,
                before_kill=None if container is None else container.remove,
            )
        finally:
            process.kill()
            if container is not None:
                container.remove()
            self._recording.close(self._stop)
        if container is not None:
            end = replace(end, exit_code=container.exit_code(end.exit_code))
        log.info("the script has ended with exit code %d", end.exit_code)
        logs.process_ended(PROCESS_NAME, _process_status(end))
        if end.left_pids:
            logs.post(f"These processes of the script could not be killed: {', '.join(map(str, end.left_pids))}.")
        return end

    def _tell(self, properties: Mapping[str, str]) -> None:
        # In a thread: a slow server must not keep the script from being watched.
        self._telling = threading.Thread(target=self._control.add_properties, args=(properties,), name="facts", daemon=True)
        self._telling.start()

    def _wait_for_facts(self) -> None:
        """Have the run's properties there before its end: who waits for the run reads them next."""
        if self._telling is not None:
            self._telling.join(FACTS_PATIENCE_S)

    def _ending_of(self, end: ScriptEnd, prepared: Prepared) -> Ending:
        if end.order is not None:
            return self._ending_by_order(end.order)
        if end.exit_code == 0:
            return Ending(status=RunStatus.COMPLETED)
        if prepared.container is not None and end.exit_code == START_FAILED and not self._work.error_file.exists():
            return Ending(status=RunStatus.FAILED, error=failure.container_error(prepared.container.engine.name))
        error = failure.script_error(end.exit_code, self._work.error_file, prepared.interpreter, prepared.environment_name)
        return Ending(status=RunStatus.FAILED, error=error)

    def _ending_by_order(self, order: StopOrder) -> Ending:
        if order.cause is StopCause.RUNNER_TOLD:
            order = self._order_behind_signal(order)
        if order.cause is StopCause.ENDED_ELSEWHERE:
            return Ending(status=None, reason=order.reason)
        if order.cause is StopCause.RUNNER_TOLD:
            return self._failed_by_system(
                f"The runner on node {self._settings.node_id} was told to stop (SIGTERM), and stopped the script: the machine "
                "is shut down, or its scheduler has ended the job."
            )
        return Ending(status=RunStatus.CANCELED, reason=order.reason)

    def _order_behind_signal(self, order: StopOrder) -> StopOrder:
        """Return the order of the server's that made the engine send a signal, if that is how it was.

        A server that is away is waited for, as long as a runner that was told to stop may: it was perhaps killed just then.
        """
        asked = StopSwitch()
        try:
            run = self._control.run()
        except RunyardError:
            return order
        if run.status is RunStatus.CANCEL_REQUESTED or run.status.is_terminal:
            order_from(HeartbeatBody(status=run.status, stop=True, reason=run.status_reason), asked)
        return asked.order or order

    def _failed_by_system(self, message: str) -> Ending:
        return Ending(status=RunStatus.FAILED, error=failure.system_error(message))

    def _advance(self, status: RunStatus) -> StopOrder | None:
        """Report a status on the way and return the order to stop, if there is one: also where the run has gone elsewhere."""
        try:
            self._control.report(status)
        except InvalidTransitionError as error:
            log.info("%s", error)
            self._heartbeat.beat()
        return self._stop.order

    def _report_end(self, ending: Ending) -> bool:
        """Tell the server how the run has ended; True when it knows."""
        if ending.status is None:
            log.info("the run's status is left alone: %s", ending.reason)
            return True
        self._work.keep_end(ReportStatusRequest(status=ending.status, reason=ending.reason, error=ending.error))
        try:
            self._control.report(ending.status, reason=ending.reason, error=ending.error)
        except ConflictError as error:
            log.info("the run has ended by other means: %s", error)
        except RunyardError as error:
            log.error("the end of the run was not taken; it is kept in %s: %s", self._work.end_file, error)
            return False
        self._work.forget_end()
        log.info("run %s has ended as %s", self._settings.run_id, ending.status.value)
        return True

    def _tidy(self, is_known: bool) -> None:
        if is_known and not self._lacks_files and not self._settings.keep_work:
            self._work.clear()
        self._preparation.close()


def _logs_of(run: RunRecord, work: WorkFolder, settings: RunnerSettings, stream: LogStream) -> RunLogs:
    try:
        group = spec_of(run).node_group
    except RunyardError:
        group = None
    if group is None:
        return RunLogs(work.logs, settings.node_id, stream)
    first = node_processes(group)[0].log_name
    return RunLogs(work.logs, settings.node_id, stream, driver=first, has_folder=group.node_count > 1)


def _opening_lines(prepared: Prepared, command: list[str], settings: RunnerSettings) -> list[str]:
    spec = prepared.spec
    lines = [f"Runyard {VERSION} on node {settings.node_id}, with {prepared.interpreter}"]
    if spec.command:
        return [*lines, f"Preparing to call command [ {spec.command} ]"]
    lines.append(f"Preparing to call script [ {spec.script} ] with arguments: {spec.arguments}")
    expanded = [argument.replace(settings.token, "***") for argument in command[3:]]
    return [*lines, f"After variable expansion, calling script [ {spec.script} ] with arguments: {expanded}"]


def _closing_line(ending: Ending) -> str:
    if ending.status is RunStatus.COMPLETED:
        what = "completed successfully."
    elif ending.error is not None:
        what = f"failed: {_first_line(ending.error).rstrip('.')}."
    else:
        what = f"was stopped: {(ending.reason or '').rstrip('.')}."
    return f"The experiment {what} Finalizing run..."


def _first_line(error: RunError) -> str:
    text = ": ".join(part for part in (error.type, error.message) if part) or error.code
    line = text.splitlines()[0]
    return line if len(line) <= CLOSING_MAX_CHARS else line[:CLOSING_MAX_CHARS] + " …"


def _process_status(end: ScriptEnd) -> str:
    if end.order is not None:
        return "Terminated"
    return "Completed" if end.exit_code == 0 else "Failed"
