"""One submitted run, from the first request to the last status."""

from __future__ import annotations

import logging
import platform
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from runyard.domain.run import RunError, RunRecord, RunSpec, RunStatus
from runyard.errors import ComputeError, ConfigurationError, ConflictError, InvalidTransitionError, RunyardError
from runyard.runner import failure
from runyard.runner.blob_cache import BlobCache
from runyard.runner.collect import Collector
from runyard.runner.command_line import command_of, interpreter_path, require_script
from runyard.runner.control import Control
from runyard.runner.environment.preparation import FOLDER, PreparedEnvironment, prepare_environment
from runyard.runner.environment.uv import BuildStoppedError
from runyard.runner.heartbeat import Heartbeat, order_from
from runyard.runner.log_stream import LogStream
from runyard.runner.preparation_time import preparation_times, process_started_at
from runyard.runner.process import ScriptEnd, ScriptProcess
from runyard.runner.process_tree import adopt_orphans
from runyard.runner.run_logs import RunLogs
from runyard.runner.script_environment import PROCESS_NAME, script_environment, with_interpreter_first
from runyard.runner.settings import RunnerSettings
from runyard.runner.snapshot import restore
from runyard.runner.stop import StopCause, StopOrder, StopSwitch
from runyard.runner.work_folder import WorkFolder
from runyard.version import VERSION
from runyard.wire.run import ReportStatusRequest

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What the run is to become; ``status`` is None when others have decided that already."""

    status: RunStatus | None
    reason: str | None = None
    error: RunError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A script that is ready to start. ``environment_name`` is None when Runyard has not made its environment."""

    spec: RunSpec
    interpreter: str
    environment_name: str | None
    properties: dict[str, str]
    command: list[str]
    environment: dict[str, str]


class Session:
    """Carries out one run. Make one and call :meth:`run` in the main thread."""

    def __init__(self, settings: RunnerSettings, environment: Mapping[str, str]) -> None:
        self._settings = settings
        self._environment = environment
        self._stop = StopSwitch()
        self._control = Control(settings, self._stop)
        self._work = WorkFolder(settings.work)
        self._cache = BlobCache(settings.home / "cache" / "blobs") if settings.home else None
        self._collector: Collector | None = None
        self._lacks_files = False
        self._started_at = process_started_at()
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
        is_known = self._report_end(ending)
        self._heartbeat.close()
        self._tidy(is_known)
        return 0 if is_known else 1

    def _carried_out(self, run: RunRecord) -> Ending:
        stream = LogStream(self._control.append)
        logs = RunLogs(self._work.logs, self._settings.node_id, stream)
        try:
            ending = self._outcome(run, logs)
        except (RunyardError, OSError) as error:
            log.exception("the run could not be carried out")
            ending = self._failed_by_system(str(error))
        except Exception as error:  # the last resort: the run must not stay as Running for ever
            log.exception("the runner has failed")
            ending = self._failed_by_system(f"Runyard's runner has failed: {error!r}. The node's runner.log has the details.")
        logs.driver(_closing_line(ending))
        problems = self._collected(ending, logs)
        stream.close()
        problems += stream.problems
        self._lacks_files = bool(problems)
        if problems and ending.reason is None:
            return replace(ending, reason=problems[0])
        return ending

    def _outcome(self, run: RunRecord, logs: RunLogs) -> Ending:
        """Take the run from its snapshot to the end of its script."""
        self._work.empty()
        spec = _spec_of(run)
        if order := self._advance(RunStatus.PREPARING):
            return self._ending_by_order(order)
        try:
            prepared = self._prepare(run, spec, logs)
        except BuildStoppedError:
            if self._stop.order is None:
                raise
            return self._ending_by_order(self._stop.order)
        except ComputeError as error:
            return Ending(status=RunStatus.FAILED, error=failure.environment_error(error.message))
        if order := self._advance(RunStatus.RUNNING):
            return self._ending_by_order(order)
        self._collector = Collector(self._work.code, spec, self._control)
        return self._ending_of(self._executed(prepared, logs), prepared)

    def _collected(self, ending: Ending, logs: RunLogs) -> list[str]:
        """Upload what the script has left, also after a failure; return what went wrong with it."""
        if self._collector is None:
            return []
        if ending.status in (RunStatus.COMPLETED, RunStatus.FAILED):
            try:
                self._advance(RunStatus.FINALIZING)
            except RunyardError as error:
                log.error("%s", error)
        report = self._collector.collect(logs)
        count = len(report.failed)
        files = "1 file" if count == 1 else f"{count} files"
        return [f"{files} of the run could not be stored; see {logs.post_name}."] if count else []

    def _prepare(self, run: RunRecord, spec: RunSpec, logs: RunLogs) -> Prepared:
        began = time.monotonic()
        logs.prep(f"Runyard {VERSION} prepares run {run.id} on node {self._settings.node_id} ({platform.platform()}).")
        if run.snapshot_id is not None:
            files = self._control.snapshot()
            restore(files, self._work.code, self._control.download, self._cache)
            logs.prep(f"Restored the snapshot {run.snapshot_id}: {len(files)} files, {sum(f.size_bytes for f in files)} bytes.")
        if not spec.command:
            require_script(spec, self._work.code)
        made = prepare_environment(spec, self._settings.cache / FOLDER, logs.build, lambda: self._stop.order is not None)
        if spec.packages is not None:
            logs.prep(f"The environment {made.label!r} was ready after {made.duration_s:.2f} s.")
        prepared = self._prepared(run, spec, made)
        logs.prep(f"Python: {prepared.interpreter}")
        logs.prep(f"Ready after {time.monotonic() - began:.2f} s.")
        return prepared

    def _prepared(self, run: RunRecord, spec: RunSpec, made: PreparedEnvironment) -> Prepared:
        variables = script_environment(
            self._environment,
            self._settings,
            run,
            spec,
            workspace=self._control.find_workspace(),
            experiment=self._control.find_experiment(run.experiment),
            error_file=self._work.error_file,
        )
        interpreter = interpreter_path(made.interpreter, variables)
        variables = with_interpreter_first(variables, interpreter)
        return Prepared(
            spec=spec,
            interpreter=interpreter,
            environment_name=None if spec.packages is None else made.label,
            properties={**made.properties, **preparation_times(run.created_at, self._started_at, made.duration_s)},
            command=command_of(spec, interpreter, variables),
            environment=variables,
        )

    def _executed(self, prepared: Prepared, logs: RunLogs) -> ScriptEnd:
        spec = prepared.spec
        for line in _opening_lines(prepared, self._settings.node_id, self._settings.token):
            logs.driver(line)
        process = ScriptProcess(prepared.command, cwd=self._work.code, environment=prepared.environment, log=logs.driver_path)
        try:
            logs.process_started(PROCESS_NAME, process.pid)
            self._tell(prepared.properties)
            end = process.wait(self._stop, grace_s=self._settings.grace_s, longest_s=spec.max_run_duration_s)
        finally:
            process.kill()
        logs.process_ended(PROCESS_NAME, _process_status(end))
        if end.left_pids:
            logs.post(f"These processes of the script could not be killed: {', '.join(map(str, end.left_pids))}.")
        return end

    def _tell(self, properties: Mapping[str, str]) -> None:
        # In a thread: a slow server must not keep the script from being watched.
        threading.Thread(target=self._control.add_properties, args=(properties,), name="facts", daemon=True).start()

    def _ending_of(self, end: ScriptEnd, prepared: Prepared) -> Ending:
        if end.order is not None:
            return self._ending_by_order(end.order)
        if end.exit_code == 0:
            return Ending(status=RunStatus.COMPLETED)
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
        """Return the order of the server's that made the engine send a signal, if that is how it was."""
        asked = StopSwitch()
        try:
            answer = self._control.heartbeat()
        except RunyardError:
            return order
        if answer.stop:
            order_from(answer, asked)
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
        if self._cache is not None:
            self._cache.shrink()


def _spec_of(run: RunRecord) -> RunSpec:
    try:
        return msgspec.convert((run.definition or {})["spec"], RunSpec)
    except (KeyError, msgspec.ValidationError) as error:
        raise ConfigurationError(
            f"The definition of run {run.id} cannot be used ({error}). Submit it again; client and server must have one version."
        ) from error


def _opening_lines(prepared: Prepared, node_id: str, token: str) -> list[str]:
    spec = prepared.spec
    lines = [f"Runyard {VERSION} on node {node_id}, with {prepared.interpreter}"]
    if spec.command:
        return [*lines, f"Preparing to call command [ {spec.command} ]"]
    lines.append(f"Preparing to call script [ {spec.script} ] with arguments: {spec.arguments}")
    expanded = [argument.replace(token, "***") for argument in prepared.command[3:]]
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
    text = error.message if error.type is None else f"{error.type}: {error.message}"
    return text.splitlines()[0] if text else error.code


def _process_status(end: ScriptEnd) -> str:
    if end.order is not None:
        return "Terminated"
    return "Completed" if end.exit_code == 0 else "Failed"
