"""Uploads the files of a folder, once they have their final content."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from runyard.client.folder_scan import FoundFile, SkippedFile, scan
from runyard.errors import ConflictError, RunyardError

UPLOAD_THREADS = 4

Put = Callable[[str, Path], None]
"""``(name, local file)``: store one file; raises :class:`ConflictError` when the run has another file of that name."""

Stopped = Callable[[], bool]


@dataclass(slots=True)
class UploadReport:
    """What became of the files. ``skipped`` are those left out on this side, ``failed`` those that the server did not take.

    ``is_cut`` says that the run was stopped before all were stored.
    """

    stored: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    is_cut: bool = False

    def add(self, other: UploadReport) -> None:
        """Take over the lines of another report."""
        self.stored += other.stored
        self.skipped += other.skipped
        self.failed += other.failed
        self.is_cut = self.is_cut or other.is_cut


def never() -> bool:
    """Stand for work that nobody stops."""
    return False


def upload_folder(folder: Path, name: str, put: Put, is_stopped: Stopped = never) -> UploadReport:
    """Store all files below ``folder`` under ``name``. One bad file does not keep the others from being stored.

    Once ``is_stopped`` no further file is begun.
    """
    report = UploadReport()
    found: list[FoundFile] = []
    for each in scan(folder, name):
        if isinstance(each, SkippedFile):
            report.skipped.append(f"{name_below(folder, each.path, name)}: {each.why}")
        else:
            found.append(each)
    with ThreadPoolExecutor(UPLOAD_THREADS, thread_name_prefix="upload") as pool:
        for part in pool.map(lambda file: _stored(file, put, is_stopped), found):
            report.add(part)
    return report


def _stored(file: FoundFile, put: Put, is_stopped: Stopped) -> UploadReport:
    if is_stopped():
        return UploadReport(skipped=[f"{file.name}: the run was stopped before it was stored"], is_cut=True)
    try:
        put(file.name, file.path)
    except ConflictError:
        # Files of a run do not change: what the script has stored under that name itself, stays.
        return UploadReport(skipped=[f"{file.name}: the run has stored another file of that name already"])
    except RunyardError as error:  # before OSError: a lost connection is both
        return UploadReport(failed=[f"{file.name}: {error}"])
    except OSError as error:
        return UploadReport(skipped=[f"{file.name}: {error.strerror or error}"])
    return UploadReport(stored=[file.name])


def name_below(folder: Path, path: Path, name: str) -> str:
    """Return the name that a file of ``folder`` would have among the files of the run."""
    try:
        return f"{name}/{path.relative_to(folder.resolve()).as_posix()}"
    except ValueError:
        return str(path)
