"""An artifact: a file that belongs to a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from runyard.errors import InvalidArgumentError

LOG_FOLDERS = ("azureml-logs/", "logs/", "user_logs/", "system_logs/")
"""Where the logs of a run lie among its files."""

ARTIFACT_PATH_MAX_CHARS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactRecord:
    """A file of a run. ``sha256`` is None while the file still grows."""

    path: str
    size_bytes: int
    sha256: str | None = None
    created_at: datetime
    updated_at: datetime


def require_artifact_path(path: str) -> str:
    """Return ``path`` in its one accepted form: relative, forward slashes, no empty, ``.`` or ``..`` part.

    Raises:
        InvalidArgumentError: the path leaves the run's folder, is empty, or holds a control character.
    """
    cleaned = path.replace("\\", "/")
    while cleaned.startswith("./"):
        cleaned = cleaned[2:]
    parts = cleaned.split("/")
    bad = (
        not cleaned
        or len(cleaned) > ARTIFACT_PATH_MAX_CHARS
        or any(part in ("", ".", "..") or len(part.encode()) > 255 for part in parts)
        or any(ord(char) < 32 or ord(char) == 127 for char in cleaned)
        or ":" in parts[0]
    )
    if bad:
        raise InvalidArgumentError(
            f"{path[:200]!r} cannot name a file of a run. Use a relative path such as 'outputs/model.pkl', without '..'.",
            path=path[:200],
        )
    return cleaned
