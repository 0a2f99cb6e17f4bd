"""The use of a built environment: nobody removes one that is used."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from runyard.client.environment_build.program import WATCH_INTERVAL_S, BuildStoppedError, Stopped


class EnvironmentUse:
    """Keeps an environment from being removed until :meth:`close`, and until every process that has inherited it has ended.

    It is a shared lock on a file, so that a process which is killed uses nothing any longer. Use it in one thread.
    """

    def __init__(self) -> None:
        self._descriptor: int | None = None

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What a process is to inherit that uses the environment as well."""
        return () if self._descriptor is None else (self._descriptor,)

    def begin(self, mark: Path, is_stopped: Stopped) -> None:
        """Use the environment whose mark this is; wait for the end of its removal, if somebody is at that.

        Raises:
            BuildStoppedError: ``is_stopped`` became true.
        """
        self.close()
        self._descriptor = _opened(mark)
        while not is_taken(self._descriptor, fcntl.LOCK_SH):
            if is_stopped():
                raise BuildStoppedError("The run was stopped while the environment that it needs was being removed.")
            time.sleep(WATCH_INTERVAL_S)

    def close(self) -> None:
        """End the use."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> EnvironmentUse:
        """Return this use, which ends with the block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the use."""
        self.close()


@contextmanager
def unused(mark: Path) -> Iterator[bool]:
    """Tell whether nobody uses an environment; while that is so nobody begins to."""
    descriptor = _opened(mark)
    try:
        yield is_taken(descriptor, fcntl.LOCK_EX)
    finally:
        os.close(descriptor)


def _opened(mark: Path) -> int:
    mark.parent.mkdir(parents=True, exist_ok=True)
    return os.open(mark, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def is_taken(descriptor: int, kind: int) -> bool:
    """Take the lock of an open file, of a ``kind`` of :mod:`fcntl`; false when others hold it."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
