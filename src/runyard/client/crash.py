"""The exception that ends this program, if one does: the runs that it has open end with it."""

from __future__ import annotations

import sys
import threading
from types import TracebackType

from runyard.domain.run import RunError

_FATAL: list[RunError] = []
_WATCHED = threading.Event()


def watch_for_crash() -> None:
    """Notice from now on when an exception reaches the top of the program. What was done about it before is still done."""
    if _WATCHED.is_set():
        return
    _WATCHED.set()
    before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not (hasattr(sys, "ps1") or sys.flags.interactive):  # there the program goes on
            import traceback  # late: few programs end so

            text = "".join(traceback.format_exception(kind, error, trace))
            _FATAL[:] = [RunError(code="UserError", message=str(error), type=kind.__name__, traceback=text)]
        before(kind, error, trace)

    sys.excepthook = hook


def crash() -> RunError | None:
    """Return the exception that has ended the program, or None."""
    return _FATAL[0] if _FATAL else None
