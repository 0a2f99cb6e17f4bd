"""The run's own folder on this node."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import shutil
from pathlib import Path

import msgspec

from runyard.errors import ConflictError
from runyard.wire.run import ReportStatusRequest

log = logging.getLogger(__name__)


class WorkFolder:
    """The folder and what is in it.

    ``code`` is the snapshot, where the script runs; ``logs`` the files that the run shows as ``azureml-logs``; ``error_file`` the
    exception that ended the script; ``ranks`` what the ranks of an MPI run are told, and tell; ``end_file`` the last status, for
    as long as the server has not taken it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.code = root / "code"
        self.logs = root / "azureml-logs"
        self.ranks = root / "ranks"
        self.error_file = root / "error.json"
        self.end_file = root / "end.json"
        self._claim: int | None = None

    def claim(self) -> None:
        """Take the folder for this process, for as long as it lives.

        Raises:
            ConflictError: another runner is at work there.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        self._claim = os.open(self.root / "runner.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConflictError(f"Another runner is at work in {self.root}. This one leaves.", path=str(self.root)) from None

    def empty(self) -> None:
        """Remove what an earlier runner left, and make the folders anew."""
        self.clear()
        self.code.mkdir()
        self.logs.mkdir()

    def clear(self) -> None:
        """Remove everything but the runner's own log: the disk of the node is not a store."""
        for folder in (self.code, self.logs, self.ranks):
            _remove(folder)
        for file in self.root.glob("error*.json*"):
            file.unlink(missing_ok=True)

    def is_script_begun(self) -> bool:
        """Return whether a Python has begun with the script: the launcher makes room for its error before anything else."""
        return any(self.root.glob(f"{self.error_file.name}*"))

    def keep_end(self, request: ReportStatusRequest) -> None:
        """Write the last status down, so that it can be told to the server by hand if this process cannot."""
        try:
            self.end_file.write_bytes(msgspec.json.encode(request))
        except OSError as error:
            log.error("the end of the run could not be written to %s: %s", self.end_file, error)

    def forget_end(self) -> None:
        """Remove the note of :meth:`keep_end`."""
        self.end_file.unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    if not folder.is_symlink():
        # A script may have left folders that even their owner cannot write to.
        for parent, _, _ in os.walk(folder):
            with contextlib.suppress(OSError):  # another user's, such as those of a container that was told to be root
                os.chmod(parent, 0o700)  # noqa: PTH101 - os.walk gives text
        shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        log.warning("%s could not be removed", folder)
