"""Files of metrics that wait to be sent: images, videos and the like, kept beside the journal of their run.

Each is two files: ``<writer>-<number>.data`` holds the content, and ``<writer>-<number>.ryf`` says what it is. The second is
renamed into place when the first is whole, and goes first when both were sent. So a killed process loses nothing that a call
was given; whoever finds them sends them. As long as a writer lives it holds a lock on ``<writer>.lock``.

``(run, writer, number)`` names the record of a file for the server: it is stored once, however often it is sent.
"""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from runyard.client.journal_file import DamagedJournalError, open_in
from runyard.domain.metric import MetricType
from runyard.wire.journal import encode_batch, var_frame
from runyard.wire.metric import FileRecord

with contextlib.suppress(ImportError):  # Windows has none, see runyard.client.journal_file
    import fcntl

ABOUT_SUFFIX = ".ryf"
DATA_SUFFIX = ".data"
LOCK_SUFFIX = ".lock"
_NEW_SUFFIX = ".new"
_CAN_LOCK = "fcntl" in sys.modules


@dataclass(frozen=True, slots=True, kw_only=True)
class FileToRecord:
    """A file that a metric points at. ``path`` is the wanted name; a number is added when the run has such a file.

    ``content`` is the file's bytes, or where it lies; it is copied before the call returns.
    """

    name: str
    at_us: int
    path: str
    content: bytes | Path = field(repr=False)
    type: MetricType
    description: str = ""
    step: int | None = None

    @property
    def size_bytes(self) -> int:
        """The size of the content."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size


class FileAbout(msgspec.Struct, array_like=True, frozen=True):
    """What is written down of a file that waits. ``writer`` and ``number`` name its record for the server."""

    writer: str
    number: int
    run_id: str
    workspace: str
    server: str
    context: str
    name: str
    at_us: int
    path: str
    type: MetricType
    description: str = ""
    step: int | None = None

    def batch(self, uri: str) -> bytes:
        """Return the batch that records the file, stored as ``uri``."""
        record = FileRecord(self.name, self.at_us, uri, self.type, self.description, self.step)
        frames = [var_frame(msgspec.msgpack.encode(record))]
        return encode_batch(
            frames, writer=f"{self.writer}-files", seq=self.number, first=self.number, record_count=1, context=self.context
        )


@dataclass(slots=True)
class KeptFile:
    """A file that waits: ``content`` is its copy, or its bytes where the disk takes none. ``tried``: perhaps it was sent."""

    about: FileAbout
    content: bytes | Path = field(repr=False)
    tried: bool = False

    def remove(self) -> None:
        """Drop it: it was sent, or never will be."""
        if isinstance(self.content, Path):
            with contextlib.suppress(OSError):
                self.content.with_suffix(ABOUT_SUFFIX).unlink(missing_ok=True)
                self.content.unlink(missing_ok=True)


class WriterLock:
    """Says that the writer of kept files lives."""

    def __init__(self, folder: Path, writer: str) -> None:
        self.path = folder / f"{writer}{LOCK_SUFFIX}"
        self._fd = -1

    def take(self) -> None:
        """Hold it until this process ends.

        Raises:
            OSError: the folder cannot be written to.
        """
        if self._fd < 0:
            self._fd = open_in(self.path, os.O_RDWR | os.O_CREAT)
            if _CAN_LOCK:
                with contextlib.suppress(OSError):
                    fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def take_over(self) -> bool:
        """Hold the lock of a dead writer; false while it lives, or another sender has its files."""
        if not _CAN_LOCK:
            return False
        self._fd = open_in(self.path, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.let_go()
            return False
        except OSError:  # a file system without locks: sent twice at worst, which the server notices
            pass
        return True

    def let_go(self, *, remove: bool = False) -> None:
        """Let go of it; with ``remove`` there is nothing left that it is for."""
        if self._fd >= 0:
            if remove:
                with contextlib.suppress(OSError):
                    self.path.unlink(missing_ok=True)
            os.close(self._fd)
            self._fd = -1


def keep_file(folder: Path, about: FileAbout, content: bytes | Path) -> KeptFile:
    """Copy a file to where it waits.

    Raises:
        OSError: the disk does not take it. Nothing is left behind.
    """
    data = folder / f"{about.writer}-{about.number:05d}{DATA_SUFFIX}"
    note = data.with_suffix(ABOUT_SUFFIX)
    made = data.with_suffix(_NEW_SUFFIX)
    try:
        with os.fdopen(os.open(data, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            if isinstance(content, bytes):
                target.write(content)
            else:
                import shutil  # late: few programs log a file

                with content.open("rb") as source:
                    shutil.copyfileobj(source, target, 1 << 20)
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as target:
            target.write(msgspec.msgpack.encode(about))
        made.rename(note)
    except BaseException:
        for path in (made, data):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        raise
    return KeptFile(about, data)


def read_about(path: Path) -> FileAbout:
    """Return what is known of a file that waits.

    Raises:
        DamagedJournalError: it cannot be read.
        FileNotFoundError: it is gone.
    """
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=FileAbout)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DamagedJournalError(f"{path} says of no file what it is: {error}.") from error


def left_file(path: Path, about: FileAbout) -> KeptFile:
    """Return the file that a dead process left at ``path``. Perhaps it was sent, and only that was not noted."""
    return KeptFile(about, path.with_suffix(DATA_SUFFIX), tried=True)


def forget_writer(folder: Path, writer: str) -> bool:
    """Remove what a dead writer left behind of files that never became whole. False while it has files that wait."""
    if any(folder.glob(f"{writer}-*{ABOUT_SUFFIX}")):
        return False
    for suffix in (DATA_SUFFIX, _NEW_SUFFIX):
        for path in folder.glob(f"{writer}-*{suffix}"):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
    return True
