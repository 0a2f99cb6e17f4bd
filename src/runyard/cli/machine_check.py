"""What ``runyard doctor`` looks at: this Python, the home folder, its disk, the project folder, the server, what waits."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from runyard.client import embedded
from runyard.client.client import Client
from runyard.client.endpoint import EmbeddedEndpoint, Endpoint
from runyard.client.recorder import journal_root
from runyard.client.run_end import ends_in
from runyard.client.sending import journals_in
from runyard.domain.workspace import DEFAULT_WORKSPACE
from runyard.errors import RunyardError, ServerStartError
from runyard.sdk.connection import endpoint_for
from runyard.sdk.workspace_config import WorkspaceConfig, find_config
from runyard.version import VERSION

OK = "ok"
WARNING = "warning"
FAILED = "failed"

GIB = 1 << 30
LITTLE_SPACE = 2 * GIB
"""Bytes free from which on a training may fill the disk."""

NO_SPACE = GIB // 8
"""Bytes free with which a journal and a snapshot may not be written any more."""

TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at: how it is, what was found, and what to do next, where there is something."""

    check: str
    status: str
    found: str
    next: str = ""


def check_machine(folder: Path) -> list[Check]:
    """Look at everything, as a program that starts in ``folder`` finds it. Starts no server and changes nothing."""
    home = embedded.home_folder()
    checks = [check_python(), check_home(home), check_disk(home)]
    config: WorkspaceConfig | None = None
    endpoint: Endpoint
    try:
        config = find_config(folder)
        checks.append(_project(config))
    except RunyardError as error:
        checks.append(Check(check="project", status=FAILED, found=error.message))
    try:
        endpoint = endpoint_for(config.url, config.home) if config else endpoint_for()
    except RunyardError as error:
        return [*checks, Check(check="server", status=FAILED, found=error.message)]
    return [*checks, check_server(endpoint), check_waiting(journal_root(endpoint))]


def check_python() -> Check:
    """Tell which Python this is, and whether a server can run in it."""
    found = f"Runyard {VERSION} in Python {platform.python_version()}, {sys.executable}"
    try:
        embedded.require_server_packages()
    except ServerStartError as error:
        return Check(check="python", status=WARNING, found=f"{found}; no server can run in it", next=error.message)
    return Check(check="python", status=OK, found=found)


def check_home(home: Path) -> Check:
    """Tell whether the home folder can be used, and by its owner only."""
    elsewhere = "Set RUNYARD_HOME to a folder that you may write to."
    there = _nearest(home)
    if not there.is_dir():
        return Check(check="home", status=FAILED, found=f"{there} is not a folder", next=elsewhere)
    if not os.access(there, os.R_OK | os.W_OK | os.X_OK):
        return Check(check="home", status=FAILED, found=f"{there} cannot be written to", next=elsewhere)
    if there != home:
        return Check(check="home", status=OK, found=f"{home} is not there yet; it is made when it is needed")
    if os.name == "posix" and stat.S_IMODE(home.stat().st_mode) & 0o077:
        return Check(check="home", status=WARNING, found=f"others can look into {home}", next=f"chmod 700 {home}")
    return Check(check="home", status=OK, found=str(home))


def check_disk(home: Path) -> Check:
    """Tell how much is free where runs and journals are kept."""
    free = shutil.disk_usage(_nearest(home)).free
    found = f"{free / GIB:,.1f} GiB free at {home}"
    status = FAILED if free < NO_SPACE else WARNING if free < LITTLE_SPACE else OK
    advice = "" if status == OK else "Make room. What is in the bin goes with: runyard run purge; then its files: runyard gc"
    return Check(check="disk", status=status, found=found, next=advice)


def check_server(endpoint: Endpoint) -> Check:
    """Tell whether the server answers, takes the token, and is of this version. One that does not run is not started."""
    if isinstance(endpoint, EmbeddedEndpoint) and endpoint.owns_server:
        try:
            status = embedded.status(endpoint.home)
        except RunyardError as error:
            return Check(check="server", status=FAILED, found=error.message)
        if not status.healthy:
            return _not_healthy(status)
    try:
        session = Client(endpoint, DEFAULT_WORKSPACE, retry_s=0, timeout_s=TIMEOUT_S).sessions.get()
    except RunyardError as error:
        return Check(check="server", status=FAILED, found=error.message)
    found = f"version {session.server_version} at {endpoint.url} answers to {session.user}"
    if session.server_version != VERSION:
        mend = "runyard down && runyard up" if endpoint.owns_server else "Use the same version here and there."
        return Check(check="server", status=WARNING, found=f"{found}; this program is {VERSION}", next=mend)
    return Check(check="server", status=OK, found=found)


def check_waiting(root: Path) -> Check:
    """Tell what programs have logged on this machine and no server has yet."""
    try:
        files = [*journals_in(root), *ends_in(root)] if root.is_dir() else []
    except OSError as error:
        return Check(check="waiting", status=FAILED, found=f"{root} cannot be read ({error.strerror})")
    if not files:
        return Check(check="waiting", status=OK, found="all that was logged here has been sent")
    found = f"{len(files)} files with what was logged wait in {root}"
    return Check(
        check="waiting",
        status=WARNING,
        found=found,
        next="Programs that run send theirs by themselves; what others have left is sent by: runyard sync",
    )


def _project(config: WorkspaceConfig | None) -> Check:
    if config is None:
        return Check(check="project", status=OK, found=f"no config.json here; workspace {DEFAULT_WORKSPACE!r} is used")
    return Check(check="project", status=OK, found=f"{config.path} names workspace {config.workspace_name!r}")


def _not_healthy(status: embedded.ServerStatus) -> Check:
    if status.info is not None:
        found = f"process {status.info.pid} at {status.info.url} does not answer"
        log = status.home / embedded.LOG_FILE
        return Check(check="server", status=FAILED, found=found, next=f"runyard down && runyard up; its log is {log}")
    if status.stopped:
        return Check(check="server", status=WARNING, found="it was stopped by runyard down", next="runyard up")
    return Check(check="server", status=OK, found="not running; what needs it starts it", next="runyard up, or runyard demo")


def _nearest(path: Path) -> Path:
    """Return ``path``, else the nearest of its parents that is there."""
    known = (each for each in (path, *path.parents) if os.path.exists(each))  # noqa: PTH110 - that of Path fails below closed ones
    return next(known, Path("/"))
