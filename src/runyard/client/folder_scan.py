"""Finds the files of a folder that belong to the run."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runyard.domain.artifact import require_artifact_path
from runyard.errors import InvalidArgumentError


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file. ``name`` is the artifact's: the folder's name, then the path below it, with forward slashes."""

    path: Path
    name: str
    facts: os.stat_result


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """Something that was left out, and why."""

    path: Path
    why: str


def scan(folder: Path, name: str) -> Iterator[FoundFile | SkippedFile]:
    """Yield the files below ``folder``, sorted by name within each folder.

    Hidden files and folders are no concern of the run and pass in silence, as do pipes and sockets. A link is followed to a file
    inside ``folder`` only; links to folders are not followed. ``folder`` itself may be a link, or missing.
    """
    yield from _scan(Path(os.path.realpath(folder)), Path(os.path.realpath(folder)), name)


def _scan(root: Path, folder: Path, name: str) -> Iterator[FoundFile | SkippedFile]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        yield SkippedFile(folder, error.strerror or str(error))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _scan(root, Path(entry.path), f"{name}/{entry.name}")
        else:
            yield from _found(root, entry, f"{name}/{entry.name}")


def _found(root: Path, entry: os.DirEntry[str], name: str) -> Iterator[FoundFile | SkippedFile]:
    path = Path(entry.path)
    try:
        if entry.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(root):
            yield SkippedFile(path, "a link that leaves the folder")
            return
        facts = path.stat()
    except OSError as error:
        yield SkippedFile(path, error.strerror or str(error))
        return
    if entry.is_symlink() and stat.S_ISDIR(facts.st_mode):
        yield SkippedFile(path, "a link to a folder")
    elif stat.S_ISREG(facts.st_mode):
        yield from _named(path, name, facts)


def _named(path: Path, name: str, facts: os.stat_result) -> Iterator[FoundFile | SkippedFile]:
    try:
        yield FoundFile(path, require_artifact_path(name), facts)
    except (InvalidArgumentError, UnicodeEncodeError):
        yield SkippedFile(path, "its name cannot be stored")
