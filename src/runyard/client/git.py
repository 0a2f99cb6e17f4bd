"""What git says about a source folder, as properties of a run."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from runyard.domain.redaction import Redactor

_TIMEOUT_S = 5.0

DIFF_ARTIFACT = "system/git.diff"
DIFF_MAX_BYTES = 1 << 20
BINARY_FILES_MAX = 100
HASHED_MAX_BYTES = 100 << 20
"""Larger files are named with their size only: a submission is not to wait for them."""


_OVERRIDES = {
    "azureml.git.repository_uri": "AZUREML_GIT_REPOSITORY_URI",
    "azureml.git.branch": "AZUREML_GIT_BRANCH",
    "azureml.git.commit": "AZUREML_GIT_COMMIT",
    "azureml.git.dirty": "AZUREML_GIT_DIRTY",
    "azureml.git.build_id": "AZUREML_GIT_BUILD_ID",
    "azureml.git.build_uri": "AZUREML_GIT_BUILD_URI",
}
_MLFLOW_TWINS = {
    "mlflow.source.git.repoURL": "azureml.git.repository_uri",
    "mlflow.source.git.branch": "azureml.git.branch",
    "mlflow.source.git.commit": "azureml.git.commit",
}


def git_properties(folder: Path) -> dict[str, str]:
    """Return the repository, branch, commit and dirty flag of the work tree around ``folder``.

    Nothing outside a work tree or without git, and never an error: these facts must not stop a run. Environment variables
    (``AZUREML_GIT_COMMIT`` and so on), which build services set, come first.
    """
    found = _asked(folder)
    for name, variable in _OVERRIDES.items():
        if os.environ.get(variable):
            found[name] = os.environ[variable]
    if "azureml.git.repository_uri" in found:
        found["azureml.git.repository_uri"] = without_credentials(found["azureml.git.repository_uri"])
    for twin, name in _MLFLOW_TWINS.items():
        if name in found:
            found[twin] = found[name]
    return found


def uncommitted_diff(folder: Path, hide: Redactor) -> bytes | None:
    """Return how the tracked files below ``folder`` differ from the last commit; None outside a work tree, or without changes.

    A long one is cut at :data:`DIFF_MAX_BYTES`, and says so in its last line. What ``hide`` finds is covered. Of binary files,
    which git only names, size and hash are told at the end.
    """
    wanted = ("diff", "HEAD", "--no-ext-diff", "--no-textconv", "--relative")
    text = _git(folder, *wanted, "--no-color", ".")
    if not text:
        return None
    lines = [hide.text(text)]
    if "\nBinary files " in text:
        lines += _binary_lines(folder, _git(folder, *wanted, "--numstat", "-z", "--no-renames", "."), hide)
    data = "\n".join([*lines, ""]).encode()
    if len(data) > DIFF_MAX_BYTES:
        note = f"\n[cut here: the diff has {len(data)} bytes, and {DIFF_MAX_BYTES} are kept]\n".encode()
        data = data[: DIFF_MAX_BYTES - len(note)] + note
    return data


def _binary_lines(folder: Path, changes: str | None, hide: Redactor) -> list[str]:
    """Return a line for each binary file among the changes that git counts."""
    names = [change.split("\t", 2)[2] for change in (changes or "").split("\0") if change.startswith("-\t-\t")]
    readable = [name for name in names if "\ufffd" not in name][:BINARY_FILES_MAX]  # the others' names are not known whole
    return [f"# binary file {hide.text(name)}: {_size_and_hash(folder / name)}" for name in readable]


def _size_and_hash(path: Path) -> str:
    try:
        size = path.stat().st_size
        if not path.is_file() or size > HASHED_MAX_BYTES:
            return f"now {size} bytes, too many to be hashed for this"
        return f"now {size} bytes, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}"
    except FileNotFoundError:
        return "deleted"
    except OSError as error:
        return f"cannot be read ({error.strerror})"


def without_credentials(url: str) -> str:
    """Return a repository's address without the user name and password that it may hold.

    The ``git@`` of an ssh address stays: it is part of the address and no secret.
    """
    parts = urlsplit(url)
    if not parts.scheme or "@" not in parts.netloc:
        return url
    user, _, host = parts.netloc.rpartition("@")
    kept = user if parts.scheme == "ssh" and ":" not in user else ""
    return urlunsplit(parts._replace(netloc=f"{kept}@{host}" if kept else host))


def _asked(folder: Path) -> dict[str, str]:
    if _git(folder, "rev-parse", "--is-inside-work-tree") != "true":
        return {}
    answers = {
        "azureml.git.repository_uri": _repository(folder),
        "azureml.git.branch": _git(folder, "symbolic-ref", "--short", "HEAD"),
        "azureml.git.commit": _git(folder, "rev-parse", "--verify", "--quiet", "HEAD"),
    }
    found = {name: value for name, value in answers.items() if value}
    changes = _git(folder, "status", "--porcelain", ".")
    if changes is not None:
        found["azureml.git.dirty"] = str(bool(changes))
    return found


def _repository(folder: Path) -> str | None:
    """Return the address of the remote. Without one, git gives the bare name of the remote back, which says nothing."""
    address = _git(folder, "ls-remote", "--get-url")
    return None if address == "origin" else address


def _git(folder: Path, *arguments: str) -> str | None:
    """Return what git prints, or None when it is absent, slow or says no. It asks for no password and takes no locks."""
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None
