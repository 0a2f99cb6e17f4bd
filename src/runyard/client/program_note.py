"""What a program notes down of the runs that it has open, so that the server of the same home folder sees when it was killed.

A file for each process, below ``programs`` in the home folder: a line of JSON that says which process it is, then one for each
time that it opened runs or ended them. The file is locked for as long as the process lives, and removed when it ends by itself.
One that is there without a lock is of a process that was killed, or whose machine has died.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runyard.client.journal_file import open_in

with contextlib.suppress(ImportError):  # Windows has none: there a killed program is not noticed, only its silence
    import fcntl

FOLDER = "programs"
SUFFIX = ".program"
_NEW_SUFFIX = ".new"
_CAN_LOCK = "fcntl" in sys.modules
_LOG = logging.getLogger("runyard")


@dataclass(frozen=True, slots=True, kw_only=True)
class LostProgram:
    """A process that was killed. ``open_runs`` holds workspace and id of each run that it had not ended."""

    path: Path
    node: str
    pid: int
    open_runs: list[tuple[str, str]]


class ProgramNote:
    """The note of this process in one home folder. It begins with the first run, and is lost to nobody: see the module."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path: Path | None = None
        self._fd = -1
        self._is_off = not _CAN_LOCK

    def opened(self, workspace: str, run_ids: Iterable[str]) -> None:
        """Note that this process has opened runs. Say so before they are made, so that there is never one without a note."""
        if self._path is None and not self._is_off:
            self._begin()
        self._add({"workspace": workspace, "opened": list(run_ids)})

    def ended(self, workspace: str, run_ids: Iterable[str]) -> None:
        """Note that this process cares for runs no more."""
        self._add({"workspace": workspace, "ended": list(run_ids)})

    def remove(self) -> None:
        """Take it away: this process ends by itself. What it has left open may be gone on with by another program."""
        if self._path is not None:
            with contextlib.suppress(OSError):  # a home folder that is gone has no note
                self._path.unlink(missing_ok=True)
        self.forget()

    def forget(self) -> None:
        """Let go of it: in a forked child, whose parent keeps it."""
        fd, self._fd, self._path = self._fd, -1, None
        if fd >= 0:
            os.close(fd)

    def _begin(self) -> None:
        path = self._folder / f"{uuid.uuid4().hex}{SUFFIX}"
        made = path.with_suffix(_NEW_SUFFIX)
        try:
            fd = open_in(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND)
        except OSError as error:
            self._give_up(error)
            return
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.write(fd, _line({"node": node_name(), "pid": os.getpid()}))
            made.rename(path)
        except OSError as error:  # also a file system without locks: there the note would look like that of a killed program
            os.close(fd)
            with contextlib.suppress(OSError):
                made.unlink(missing_ok=True)
            self._give_up(error)
            return
        self._path, self._fd = path, fd

    def _add(self, facts: dict[str, Any]) -> None:
        if self._fd < 0:
            return
        try:
            os.write(self._fd, _line(facts))
        except OSError as error:
            _LOG.info("the note of this program's runs in %s cannot be written: %s", self._folder, error)

    def _give_up(self, error: OSError) -> None:
        self._is_off = True
        _LOG.info("this program's runs cannot be noted in %s, so nobody sees when it is killed: %s", self._folder, error)


def lost_programs(home: Path) -> list[LostProgram]:
    """Return the programs of this machine that were killed. Those of other machines that share the folder are left alone."""
    found = (_read_lost(path) for path in sorted((home / FOLDER).glob(f"*{SUFFIX}")))
    return [program for program in found if program is not None and program.node == node_name()]


def _read_lost(path: Path) -> LostProgram | None:
    """Read a note, or return None while its process lives or when that cannot be told."""
    if not _CAN_LOCK:
        return None
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            lines = file.read().splitlines()
    except OSError:  # locked, removed just now, or not to be read
        return None
    return _parsed(path, lines)


def _parsed(path: Path, lines: list[bytes]) -> LostProgram | None:
    node, pid = "", 0
    opened: dict[tuple[str, str], None] = {}
    for line in lines:
        try:
            facts = json.loads(line)
            workspace = facts.get("workspace", "")
            opened.update(dict.fromkeys((workspace, run_id) for run_id in facts.get("opened", [])))
            for run_id in facts.get("ended", []):
                opened.pop((workspace, run_id), None)
            node, pid = facts.get("node", node), int(facts.get("pid", pid))
        except (ValueError, TypeError, AttributeError):  # torn by the kill or a full disk: the server knows which runs have ended
            continue
    return LostProgram(path=path, node=node, pid=pid, open_runs=list(opened)) if node else None


def node_name() -> str:
    """Return the name of this machine."""
    return os.uname().nodename if hasattr(os, "uname") else ""


def _line(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts).encode() + b"\n"
