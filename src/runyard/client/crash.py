"""How this program ends where it does not end well: the runs that it has open end with it."""

from __future__ import annotations

import sys
import threading
from types import FrameType, TracebackType
from typing import Any, NoReturn

from runyard.domain.run import RunError

_FATAL: list[RunError] = []
_EXITS: list[tuple[FrameType, RunError]] = []
_WATCHED = threading.Event()


def watch_for_crash() -> None:
    """Notice from now on when an exception, or an exit that tells of a failure, reaches the top of the program.

    An exit is a call of ``sys.exit``, ``exit`` or ``quit``; a ``raise SystemExit`` is told to nobody. What was done about it
    before is still done.
    """
    if _WATCHED.is_set():
        return
    _WATCHED.set()
    _watch_exceptions()
    _watch_exits()
    _watch_quitters()


def crash() -> RunError | None:
    """Return what has ended the program, or None. Ask when it ends."""
    if _FATAL:
        return _FATAL[0]
    return next((error for bottom, error in _EXITS if not _has_returned(bottom)), None)


def forget_exits() -> None:
    """Start anew in a forked child: what its parent caught is not its own end."""
    _EXITS.clear()


def _watch_exceptions() -> None:
    before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not _goes_on():
            import traceback  # late: few programs end so

            text = "".join(traceback.format_exception(kind, error, trace))
            _FATAL[:] = [RunError(code="UserError", message=str(error), type=kind.__name__, traceback=text)]
        before(kind, error, trace)

    sys.excepthook = hook


def _watch_exits() -> None:
    """Note each call: the interpreter tells nobody which exit code it ends with. Whether it was caught is seen at the end."""
    before = sys.exit

    def leave(status: Any = None, /) -> NoReturn:
        _note_exit(status, sys._getframe(1))
        before(status)

    sys.exit = leave


def _watch_quitters() -> None:
    """Note the calls of ``exit`` and ``quit``, which are no ``sys.exit``; they are there unless Python runs with ``-S``."""
    builtins = sys.modules.get("_sitebuiltins")
    if builtins is None:
        return
    quitter = builtins.Quitter
    before = quitter.__call__

    def leave(self: Any, code: Any = None) -> NoReturn:
        _note_exit(code, sys._getframe(1))
        before(self, code)
        raise SystemExit(code)  # not reached: a quitter never returns

    quitter.__call__ = leave


def _note_exit(status: Any, frame: FrameType) -> None:
    if threading.current_thread() is not threading.main_thread() or status in (None, 0) or _goes_on():
        return
    import traceback  # late: few programs end so

    message = f"The program ended with exit code {status}." if isinstance(status, int) else str(status)
    text = "".join(traceback.format_stack(frame))
    _EXITS[:] = [(_bottom(frame), RunError(code="UserError", message=message, type="SystemExit", traceback=text))]


def _goes_on() -> bool:
    """Return whether somebody types at this program, who is shown the error and goes on."""
    return hasattr(sys, "ps1") or bool(sys.flags.interactive)


def _bottom(frame: FrameType) -> FrameType:
    while frame.f_back is not None:
        frame = frame.f_back
    return frame


def _has_returned(frame: FrameType) -> bool:
    """Return whether a frame came to its end, so that an exit above it was caught; else the exit has gone through it."""
    import dis  # late: few programs end so

    return dis.opname[frame.f_code.co_code[frame.f_lasti]].startswith("RETURN_")
