"""How runs ended whose server was away: kept beside their journals until it can be told."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from runyard.client.journal import JournalPlace
from runyard.client.known_secrets import covered_report
from runyard.client.sending import is_away, remove_if_empty
from runyard.domain.run import RunError, RunStatus
from runyard.errors import ConflictError, RunyardError
from runyard.wire.codec import from_json, to_json
from runyard.wire.run import ReportStatusRequest

if TYPE_CHECKING:
    from runyard.client.client import Client

FILE_NAME = "end.json"
_LOG = logging.getLogger("runyard")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEnd:
    """The end of one run. ``server`` names the server that it is for, as the headers of journals do."""

    workspace: str
    run_id: str
    server: str
    request: ReportStatusRequest


def keep_end(place: JournalPlace, request: ReportStatusRequest) -> bool:
    """Keep how a run ended. False where this machine's disk does not take it."""
    end = KeptEnd(workspace=place.workspace, run_id=place.run_id, server=place.server, request=covered_report(request))
    path = place.folder / FILE_NAME
    made = path.with_suffix(f".{os.getpid()}.new")
    try:
        place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made.write_bytes(to_json(end))
        made.replace(path)
    except OSError as error:
        _LOG.warning("Run %s: its end cannot be kept in %s (%s).", place.run_id, path, error.strerror or error)
        return False
    return True


def end_by(client: Client, place: JournalPlace, error: RunError, *, timeout_s: float) -> None:
    """Tell the server that a run has failed, or keep that when it has not answered within ``timeout_s``, which may be 0."""
    request = ReportStatusRequest(status=RunStatus.FAILED, error=error)
    if timeout_s > 0:
        try:
            client.runs.report_status(place.run_id, request, retry_s=0, timeout_s=timeout_s)
            return
        except RunyardError as problem:
            _LOG.info("Run %s could not be marked as failed: %s", place.run_id, problem.message)
            if not is_away(problem):
                return
    keep_end(place, request)


def forget_end(place: JournalPlace) -> None:
    """Drop what was kept: the server has been told otherwise."""
    with contextlib.suppress(OSError):  # a folder that cannot be written has kept nothing
        (place.folder / FILE_NAME).unlink(missing_ok=True)


def ends_in(folder: Path) -> list[Path]:
    """Return the kept ends below a folder."""
    return sorted(folder.rglob(FILE_NAME))


def workspace_of_end(path: Path) -> str:
    """Return the workspace of a kept end; empty when it cannot be read."""
    try:
        return from_json(path.read_bytes(), KeptEnd).workspace
    except (OSError, msgspec.MsgspecError):
        return ""


def send_ends(paths: Iterable[Path], client: Client, server: str) -> list[str]:
    """Tell the server of ``client`` how its runs ended; return a sentence for each that stays.

    A run that has ended otherwise meanwhile keeps that end.
    """
    failures = []
    for path in paths:
        try:
            end = from_json(path.read_bytes(), KeptEnd)
            if end.server != server:
                failures.append(f"{path}: it is for another server, {end.server}.")
                continue
            client.runs.report_status(end.run_id, end.request, retry_s=0)
        except FileNotFoundError:
            continue
        except ConflictError as error:
            _LOG.info("Run %s has ended otherwise: %s", path.parent.name, error.message)
        except msgspec.MsgspecError as error:
            failures.append(f"{path} cannot be read: {error}.")
            continue
        except RunyardError as error:
            failures.append(f"{path}: {error.message}")
            continue
        path.unlink(missing_ok=True)
        remove_if_empty(path.parent)
    return failures
