"""Sends the run's log files to the server while they grow."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from runyard.client.growing_file import CHUNK_BYTES, Append, GrowingFile
from runyard.errors import RunyardError
from runyard.runner.log_file import LogFile

INTERVAL_S = 0.25
"""A line is on its way within half a second."""

log = logging.getLogger(__name__)


class LogStream:
    """A thread that sends files as they grow.

    **Guarantees**: thread safe; whatever was in a file when :meth:`close` is called has been sent when it returns, unless
    :attr:`problems` says otherwise. An absent server delays the sending and nothing else.
    """

    def __init__(self, append: Append, interval_s: float = INTERVAL_S) -> None:
        self._append = append
        self._interval_s = interval_s
        self._lock = threading.Lock()
        self._files: list[GrowingFile] = []
        self._kept: list[LogFile] = []
        self._closing = threading.Event()
        self._problems: list[str] = []
        self._thread = threading.Thread(target=self._work, name="log-stream", daemon=True)
        self._thread.start()

    @property
    def problems(self) -> list[str]:
        """What could not be sent, in words."""
        return list(self._problems)

    def follow(self, path: Path, name: str) -> LogFile:
        """Send the file ``path``, which need not exist yet, as the artifact ``name``. Return it, to write to it."""
        file = LogFile(path)
        with self._lock:
            self._kept.append(file)
            self._files.append(GrowingFile(path, name, self._append, file.read))
        return file

    def close(self) -> None:
        """Send the rest and end the thread."""
        self._closing.set()
        self._thread.join()
        for file in self._kept:
            file.close()

    def _work(self) -> None:
        while not self._closing.is_set():
            if self._send_round() < CHUNK_BYTES:
                self._closing.wait(self._interval_s)
        while self._send_round():
            pass

    def _send_round(self) -> int:
        """Send the next chunk of every file; return the size of the largest."""
        with self._lock:
            files = list(self._files)
        # In turn: a flood in one file does not hold back the others.
        return max([self._send_chunk(each) for each in files], default=0)

    def _send_chunk(self, file: GrowingFile) -> int:
        try:
            return file.send_next(whole_lines=not self._closing.is_set())
        except (OSError, RunyardError) as error:
            if self._closing.is_set() or not _may_pass(error):
                self._give_up(file, error)
            return 0
        except Exception as error:
            # Without this thread all other logs would stop too.
            log.exception("%s cannot be sent", file.name)
            self._give_up(file, error)
            return 0

    def _give_up(self, file: GrowingFile, error: Exception) -> None:
        with self._lock:
            self._files.remove(file)
        self._problems.append(f"{file.name} could not be sent beyond byte {file.sent_bytes}: {error}")
        log.error("%s", self._problems[-1])


def _may_pass(error: Exception) -> bool:
    """True for trouble of the server's, such as a full disk, that another day may see gone."""
    return isinstance(error, RunyardError) and type(error).status >= 500
