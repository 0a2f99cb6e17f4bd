"""Why a run failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunError:
    """Why a run failed.

    ``code`` is ``UserError`` when the script is at fault, ``SystemError`` when Runyard or the machine is.
    ``type``, ``message`` and ``traceback`` are those of the exception that ended the script, when there was one.
    """

    code: str = "UserError"
    message: str
    type: str | None = None
    traceback: str | None = None
    exit_code: int | None = None
    at: datetime | None = None

    def __post_init__(self) -> None:
        """Make the texts such that they can be sent: an exception may hold halves of characters, which UTF-8 does not have."""
        for name in ("message", "type", "traceback"):
            text = getattr(self, name)
            if text is not None:
                object.__setattr__(self, name, text.encode("utf-8", "backslashreplace").decode())
