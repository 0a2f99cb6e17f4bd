"""Secrets of runs that wait: in private files outside the database, until the run starts."""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path

FOLDER = "secrets"


def keep_secrets(home: Path, workspace: str, run_id: str, secrets: dict[str, str]) -> None:
    """Write a run's secrets into a file that only this user can read."""
    if not secrets:
        return
    folder = home / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(folder / f"{run_id}.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump({"workspace": workspace, "variables": secrets}, file)


def read_secrets(home: Path, run_id: str) -> dict[str, str]:
    """Return a run's secrets; none when it has none."""
    try:
        found: dict[str, str] = json.loads((home / FOLDER / f"{run_id}.json").read_text())["variables"]
    except OSError:
        return {}
    return found


def forget_secrets(home: Path, run_id: str) -> None:
    """Remove a run's secrets."""
    (home / FOLDER / f"{run_id}.json").unlink(missing_ok=True)


def kept_runs(home: Path, older_than_s: float) -> list[tuple[str, str]]:
    """Return workspace and id of the runs whose secrets have been kept for so long."""
    found = []
    for path in (home / FOLDER).glob("*.json"):
        with contextlib.suppress(OSError, ValueError):
            if time.time() - path.stat().st_mtime > older_than_s:
                found.append((str(json.loads(path.read_text())["workspace"]), path.stem))
    return found
