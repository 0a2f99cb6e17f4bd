"""What this program does for a run that it has started itself: copy its output, watch ``./logs``, upload ``./outputs``."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from runyard.client.sending import is_away
from runyard.errors import RunyardError, StorageError
from runyard.sdk.stdout_copy import StdoutCopy

if TYPE_CHECKING:
    from runyard.client.artifact import ArtifactApi
    from runyard.sdk.log_folder import LogFolder

OUTPUTS = "outputs"
LOGS = "logs"
USER_LOG = "logs/user_log.txt"
_UPLOAD_THREADS = 4
_LOG = logging.getLogger("runyard")


class InteractiveSession:
    """The open end of an interactive run. ``outputs`` is uploaded when it ends; None for none.

    ``logs`` is watched, and the output copied, only between :meth:`open` and :meth:`close`, that is inside a ``with`` block.
    """

    def __init__(self, artifacts: ArtifactApi, run_id: str, outputs: Path | None, logs: Path | None) -> None:
        self._artifacts = artifacts
        self._run_id = run_id
        self._outputs = outputs
        self._logs = logs
        self._lock = threading.Lock()
        self._copy: StdoutCopy | None = None
        self._watcher: LogFolder | None = None

    def open(self) -> None:
        """Begin to copy the program's output and to watch the folder of logs."""
        with self._lock:
            if self._copy is not None:
                return
            import tempfile  # late: not every program copies its output

            from runyard.sdk.log_folder import LogFolder

            folder = Path(tempfile.mkdtemp(prefix="runyard-"))
            self._copy = StdoutCopy(folder / "user_log.txt")
            self._watcher = LogFolder(self._artifacts, self._run_id, self._logs)
            self._watcher.add(USER_LOG, self._copy.path)
            self._copy.start()
            self._watcher.start()

    def close(self, *, is_server_there: bool = True) -> None:
        """Stop copying and watching, and send what is left; a server that is away costs the rest, with a warning."""
        with self._lock:
            copy, watcher = self._copy, self._watcher
            self._copy = self._watcher = None
        if copy is None or watcher is None:
            return
        copy.stop()
        try:
            watcher.stop(send=is_server_there)
            if not is_server_there:
                _LOG.warning("Run %s: the last lines of its logs are not sent: the server is away.", self._run_id)
        except RunyardError as error:
            _LOG.warning("Run %s: the last lines of its logs could not be sent: %s", self._run_id, error.message)
        finally:
            import shutil

            shutil.rmtree(copy.path.parent, ignore_errors=True)

    def end(self, is_server_there: bool) -> None:
        """Close it and store the outputs; with the server away their place on this machine is told instead."""
        self.close(is_server_there=is_server_there)
        try:
            if is_server_there:
                self.upload_outputs()
        except RunyardError as error:
            if not is_away(error):
                raise
            is_server_there = False
        if not is_server_there and self._outputs is not None and self._outputs.is_dir() and any(self._outputs.iterdir()):
            _LOG.warning(
                "Run %s: the server is away, so %s is not stored. run.upload_folder('outputs', %r) stores it later.",
                self._run_id,
                self._outputs,
                str(self._outputs),
            )

    def upload_outputs(self) -> None:
        """Store the files of the outputs folder with the run. Doing it again replaces them.

        Raises:
            StorageError: some could not be read; the others are stored.
            RunyardError: the server does not take them.
        """
        if self._outputs is None or not self._outputs.is_dir():
            return
        from concurrent.futures import ThreadPoolExecutor  # late: most runs have no outputs

        files = sorted(file for file in self._outputs.rglob("*") if file.is_file())
        with ThreadPoolExecutor(_UPLOAD_THREADS, thread_name_prefix="runyard-outputs") as pool:
            failed = [text for text in pool.map(self._upload, files) if text]
        if failed:
            raise StorageError(
                f"Run {self._run_id}: {len(failed)} files of {self._outputs} could not be read: {'; '.join(failed[:5])}"
            )

    def _upload(self, file: Path) -> str | None:
        """Store one file; return why it could not be read, or None."""
        assert self._outputs is not None
        name = f"{OUTPUTS}/{file.relative_to(self._outputs).as_posix()}"
        try:
            self._artifacts.put(self._run_id, name, file, replace=True)
        except RunyardError:  # before OSError: a lost connection is both
            raise
        except OSError as error:
            return f"{file.name}: {error.strerror}"
        return None
