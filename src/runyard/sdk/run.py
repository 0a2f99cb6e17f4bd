"""The user's handle of a run."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar

from runyard.client.recorder import journal_place
from runyard.client.run_end import forget_end, keep_end
from runyard.client.sending import is_away
from runyard.client.system_metrics import SystemMetrics, start_system_metrics
from runyard.domain.run import SCRIPT_RUN, RunError, RunRecord, RunStatus
from runyard.errors import InvalidArgumentError, InvalidTransitionError, NotFoundError, RunEnvironmentError, RunyardError
from runyard.sdk.html import Link, table
from runyard.sdk.interactive import LOGS, InteractiveSession
from runyard.sdk.log_stream import LogStream, raise_if_failed, wait_until_ended
from runyard.sdk.not_offered import OF_RUN, without
from runyard.sdk.offline_run import OfflineRun
from runyard.sdk.run_children import RunChildren
from runyard.sdk.run_details import details, record_dict
from runyard.sdk.run_files import RunFiles
from runyard.sdk.run_handle import NOT_ASKED
from runyard.sdk.run_keeping import RunKeeping
from runyard.sdk.run_labels import RunLabels
from runyard.sdk.run_logging import RunLogging
from runyard.sdk.run_query import run_query
from runyard.sdk.wording import kind_of
from runyard.wire.run import ReportStatusRequest

if TYPE_CHECKING:
    from runyard.sdk.compute_target import ComputeTarget
    from runyard.sdk.environment import Environment
    from runyard.sdk.experiment import Experiment
    from runyard.sdk.workspace import Workspace

_END_TIMEOUT_S = 60.0
_END_ANSWER_S = 5.0
_LOG = logging.getLogger("runyard")

RunFactory = Callable[..., "Run"]


@without(OF_RUN)
class Run(RunLogging, RunFiles, RunLabels, RunChildren, RunKeeping):
    """A run: one execution of a program, with its metrics, files, tags and end.

    ``Run(experiment, run_id)`` opens one that exists. Made by ``experiment.start_logging()``, ``experiment.submit()``,
    ``run.child_run()`` or, inside a submitted script, ``Run.get_context()``. Thread-safe.
    """

    _providers: ClassVar[dict[str, RunFactory]] = {}
    _context_opener: ClassVar[Callable[[], Run | None] | None] = None

    def __init__(
        self,
        experiment: Experiment,
        run_id: str,
        outputs: str | None = None,
        *,
        _record: RunRecord | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(experiment, run_id, _record)
        self._system_metrics: SystemMetrics | None = None
        self._session = None if outputs is None else self._new_session(Path(outputs), None)
        self._is_context = False

    @classmethod
    def get_context(cls, allow_offline: bool = True, used_for_context_manager: bool = False, **kwargs: Any) -> Run | OfflineRun:
        """Return the run of the submitted script that this program is; else a stand-in that prints what it would record.

        Raises:
            RunEnvironmentError: this is no submitted script, and ``allow_offline`` is false.
        """
        run = Run._context_opener() if Run._context_opener is not None else None
        if run is not None:
            return run
        if not allow_offline:
            raise RunEnvironmentError(
                "This program was not started by a submission, so there is no run around it. Submit it with experiment.submit(), "
                "or make a run with experiment.start_logging()."
            )
        return OfflineRun()

    @classmethod
    def get_submitted_run(cls, **kwargs: Any) -> Run | OfflineRun:
        """Return what :meth:`get_context` returns; the old name."""
        return cls.get_context(**kwargs)

    @staticmethod
    def get(workspace: Workspace, run_id: str) -> Run:
        """Return the run of that id, whatever its experiment.

        Raises:
            NotFoundError: the workspace has none.
        """
        return hydrated(workspace, workspace._client.runs.get(run_id))

    @staticmethod
    def list(
        experiment: Experiment,
        type: str | None = None,
        tags: Any = None,
        properties: Any = None,
        status: Any = None,
        include_children: bool = False,
        _rehydrate_runs: bool = True,
    ) -> Iterator[Run]:
        """Yield the runs of an experiment, newest first."""
        return experiment.get_runs(type=type, tags=tags, properties=properties, include_children=include_children, status=status)

    @staticmethod
    def list_by_compute(
        compute: ComputeTarget, type: str | None = None, tags: Any = None, properties: Any = None, status: Any = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the records of the runs that run or wait on a compute target, newest first."""
        wanted = status if status is not None else [RunStatus.RUNNING, RunStatus.QUEUED]
        query = run_query(type=type, tags=tags, properties=properties, status=wanted, target=compute.name, include_children=True)
        return (record_dict(record) for record in compute.workspace._client.runs.iterate(query))

    @staticmethod
    def add_type_provider(runtype: str, run_factory: RunFactory) -> None:
        """Make handles of runs of a type with ``run_factory(experiment, run_id, _record=…)``."""
        Run._providers[runtype] = run_factory

    def start(self) -> None:
        """Mark a run that has not started as Running."""
        self._report(RunStatus.RUNNING)

    def complete(self, _set_status: bool = True) -> None:
        """Send what is left, upload the outputs folder, and mark the run as Completed.

        A server that is away costs a warning, not the training: what was logged and that the run has ended are kept, and sent by
        the next start or `runyard sync`. In a submitted script it only sends what is left: there the script's exit code decides.

        Raises:
            InvalidTransitionError: the run has been cancelled or has failed.
        """
        if self._is_context:
            self._client.recorders.close(self.id, _END_TIMEOUT_S)
            return
        self._end(ReportStatusRequest(status=RunStatus.COMPLETED), _set_status)

    def fail(
        self, error_details: str | BaseException | None = None, error_code: str | None = None, _set_status: bool = True
    ) -> None:
        """Mark the run as Failed, with a text or an exception that says why. A completed run can still be marked so.

        In a submitted script it only warns: there the script's exit code decides.
        """
        error = _run_error(error_details, error_code)
        if self._is_context:
            self._client.recorders.close(self.id, _END_TIMEOUT_S)
            _LOG.warning(
                "Run %s: fail() inside a submitted script does not end it; its exit code does. Raise an exception. (%s)",
                self.id,
                error.message,
            )
            return
        self._end(ReportStatusRequest(status=RunStatus.FAILED, error=error), _set_status)

    def cancel(self) -> None:
        """Stop the run and all its descendants. A script gets SIGTERM and, after a moment, SIGKILL with its whole process tree.

        In a submitted script it only warns.
        """
        if self._is_context:
            _LOG.warning("Run %s: cancel() inside a submitted script does nothing. Call sys.exit() to end it.", self.id)
            return
        self._remember(self._client.runs.cancel(self.id))
        self._client.recorders.ended([self.id])
        if self._session is not None:
            self._session.close()

    def get_environment(self) -> Environment:
        """Return the environment that a submitted run was given.

        Raises:
            NotFoundError: the run was not submitted, so its environment is that of the program that made it.
        """
        from runyard.sdk.environment import environment_from_document  # late: most programs never ask

        definition = self._known().definition
        if definition is None:
            raise NotFoundError(f"Run {self.id} was not submitted, so nothing is known of its environment.", run_id=self.id)
        return environment_from_document(definition.get("environment"), f"the environment of run {self.id}")

    def clean(self) -> None:
        """Do nothing: runs leave no temporary files on the submitting machine."""

    def get_detailed_status(self) -> dict[str, Any]:
        """Return the status and, where there is something to say about it, what the run waits for or ended by."""
        record = self._refreshed()
        return {"status": record.status.value, "details": record.status_reason}

    def get_details(self) -> dict[str, Any]:
        """Return what is known of the run: ids, status, times in UTC, properties, definition, log files, error, submitter."""
        record = self._refreshed()
        logs = {each.path: self._client.artifacts.url(self.id, each.path) for each in self._log_records()}
        return details(record, logs)

    def get_details_with_logs(self) -> dict[str, Any]:
        """Return what :meth:`get_details` does, with the text of each log in place of its address."""
        shown = self.get_details()
        shown["logFiles"] = {path: self._log_text(path) for path in shown["logFiles"]}
        return shown

    def wait_for_completion(
        self, show_output: bool = False, wait_post_processing: bool = False, raise_on_error: bool = True
    ) -> dict[str, Any]:
        """Return the run's details once it has ended; with ``show_output`` its log appears on the screen meanwhile.

        The end includes post-processing, also without ``wait_post_processing``: only then is it known how the run ended.

        Raises:
            RunFailedError: the run has failed and ``raise_on_error`` is true. A cancelled run raises nothing.
        """
        if show_output:
            record = LogStream(self._client, self.id).follow()
        else:
            record = wait_until_ended(self._client, self.id)
        self._remember(record)
        shown = self.get_details()
        if raise_on_error:
            raise_if_failed(record, shown)
        return shown

    def __enter__(self) -> Run:
        if not self._is_context and self._session is not None:
            self._session.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        """Complete the run, or mark it as failed by the exception, which goes on; ``sys.exit(0)`` completes it and ends here."""
        is_good_exit = isinstance(error, SystemExit) and error.code in (None, 0)
        if error is None or is_good_exit:
            self._complete_block()
            return is_good_exit and not self._is_context
        try:
            if self._is_context:
                self._client.recorders.close(self.id, _END_TIMEOUT_S)
            else:
                self.fail(error)
        except RunyardError as problem:
            _LOG.warning("Run %s could not be marked as failed: %s", self.id, problem.message)
        return False

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(Experiment: {self._experiment.name},\nId: {self.id},\nType: {self.type},\n"
            f"Status: {self._known().status.value})"
        )

    def _repr_html_(self) -> str:
        return table(
            {
                "Experiment": self._experiment.name,
                "Id": self.id,
                "Type": self.type,
                "Status": self._known().status.value,
                "Details Page": Link(self.get_portal_url(), "Link to the run in the Studio"),
            }
        )

    def _complete_block(self) -> None:
        """Complete at the end of a block; a run that was stopped from elsewhere meanwhile stays as it is."""
        try:
            self.complete()
        except InvalidTransitionError:
            status = self._refreshed().status
            if not status.is_terminal:
                raise
            _LOG.warning("Run %s has ended as %s while its block was open.", self.id, status.value)

    def _end(self, request: ReportStatusRequest, tell: bool) -> None:
        """Send what is left and tell the server of the end, or keep both when it is away."""
        if self._system_metrics is not None:
            self._system_metrics.close()
        is_there = self._client.recorders.close(self.id, _END_TIMEOUT_S)
        if self._session is not None:
            self._session.end(is_there)
        if not tell:
            return
        place = journal_place(self._client, self.id)
        try:
            retry_s, timeout_s = (None, _END_ANSWER_S) if is_there else (0.0, 1.0)
            record = self._client.runs.report_status(self.id, request, retry_s=retry_s, timeout_s=timeout_s)
        except RunyardError as error:
            if not is_away(error) or not keep_end(place, request):
                raise
            _LOG.warning(
                "Run %s: the server could not be told that it is %s. The next start tells it, or `runyard sync`. %s",
                self.id,
                request.status.value,
                error.message,
            )
        else:
            self._remember(record)
            forget_end(place)
        self._client.recorders.ended([self.id])

    def _report(self, status: RunStatus, error: RunError | None = None) -> None:
        self._remember(self._client.runs.report_status(self.id, ReportStatusRequest(status=status, error=error)))

    def _log_text(self, path: str) -> str:
        text: list[bytes] = []
        while part := self._client.artifacts.read(self.id, path, sum(map(len, text))).data:
            text.append(part)
        return b"".join(text).decode("utf-8", "replace")

    def _new_session(self, outputs: Path | None, logs: Path | None) -> InteractiveSession:
        absolute = None if outputs is None else outputs.absolute()
        return InteractiveSession(self._client.artifacts, self.id, absolute, logs)

    def _attach(self, outputs: Path | None, *, watch_logs: bool) -> None:
        """Make this handle the one that ends the run."""
        self._session = self._new_session(outputs, Path(LOGS).absolute() if watch_logs else None)
        if self._record.parent_id is None:
            self._system_metrics = start_system_metrics(self._recorder)

    def _started_child(self, record: RunRecord, outputs: str | None) -> Run:
        child = Run(self._experiment, record.id, _record=record)
        child._attach(None if outputs is None else Path(outputs), watch_logs=False)
        return child

    def _hydrated(self, record: RunRecord) -> Run:
        return hydrated(self._experiment.workspace, record)


class ScriptRun(Run):
    """A run that was submitted as a script."""

    RUN_TYPE = SCRIPT_RUN

    def __init__(
        self,
        experiment: Experiment,
        run_id: str,
        directory: str | None = None,
        _run_config: Any = None,
        *,
        _record: RunRecord | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(experiment, run_id, _record=_record, **kwargs)


Run.add_type_provider(SCRIPT_RUN, ScriptRun)


def hydrated(workspace: Workspace, record: RunRecord) -> Run:
    """Return a handle of the class that is registered for the run's type."""
    factory = Run._providers.get(record.type or "", Run)
    return factory(workspace._experiment(record.experiment), record.id, _record=record)


def started_run(experiment: Experiment, record: RunRecord, outputs: Path | None) -> Run:
    """Return the handle of an interactive run that this program has made and will end."""
    run = Run(experiment, record.id, _record=record)
    run._attach(outputs, watch_logs=True)
    return run


def context_run(experiment: Experiment, run_id: str) -> Run:
    """Return the handle of the submitted script that this program is; it leaves the status to the script's exit code.

    Asks the server nothing, so a script starts while the server is away.
    """
    placeholder = RunRecord(
        id=run_id,
        workspace=experiment.workspace.name,
        experiment=experiment.name,
        number=0,
        root_id=run_id,
        display_name=run_id,
        type=SCRIPT_RUN,
        status=RunStatus.RUNNING,
        created_at=datetime.now(timezone.utc),
        version=NOT_ASKED,
    )
    run = ScriptRun(experiment, run_id, _record=placeholder)
    run._is_context = True
    return run


def _run_error(error_details: Any, error_code: str | None) -> RunError:
    code = error_code or "UserError"
    if error_details is None:
        return RunError(code=code, message="The run was marked as failed.")
    if isinstance(error_details, str):
        return RunError(code=code, message=error_details)
    if not isinstance(error_details, BaseException):
        raise InvalidArgumentError(f"fail() takes a text or an exception, not {kind_of(error_details)}. Use fail(str(…)).")
    trace = "".join(traceback.format_exception(type(error_details), error_details, error_details.__traceback__))
    return RunError(code=code, message=str(error_details), type=type(error_details).__name__, traceback=trace)
