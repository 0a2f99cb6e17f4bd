"""Runs the user's script as ``__main__`` and writes down the exception that ends it.

This file is executed by path, by the interpreter of the *user's* environment, which may be another Python without Runyard:
it uses the standard library only, and nothing newer than Python 3.7.

    <interpreter> launcher.py <script> [argument ...]

The script must not be able to tell: ``__name__``, ``__file__``, ``sys.argv``, ``sys.path[0]``, pickling of its classes, the
start of worker processes, exit codes, signals and the printed traceback are those of ``python <script>``. Two things follow:

- ``runpy.run_path`` is not enough: it takes the script's module out of ``sys.modules`` when the last line has run, while
  threads and exit handlers still use it.
- Only modules that Python has loaded before any script starts are imported up front: a project may have a ``tokenize.py`` or
  ``json.py`` of its own, and must get that one.
"""
# ruff: noqa: PTH100, PTH105, PTH120, PTH123
# (pathlib is not loaded yet, and loading it would be seen)

from __future__ import annotations

import sys

if __name__ == "__main__" and not getattr(sys.flags, "safe_path", False):
    # The folder of this file holds modules of Runyard, which are not for the script.
    del sys.path[0]

import io
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType, TracebackType

ERROR_FILE_VARIABLE = "RUNYARD_ERROR_FILE"
ERROR_TEXT_MAX_CHARS = 200_000
RESERVED_BYTES = 32768


def main() -> None:
    """Run the script that the command line names."""
    error_file = os.environ.pop(ERROR_FILE_VARIABLE, None)
    if error_file:
        _reserve(error_file + ".part")
    sys.argv = sys.argv[1:]
    script = os.path.abspath(sys.argv[0])
    if not getattr(sys.flags, "safe_path", False):
        sys.path.insert(0, os.path.dirname(os.path.realpath(script)))
    _show_lines_at_once()
    module = _become_main_module(script)
    own_pid = os.getpid()
    try:
        with open(script, "rb") as source:
            code = compile(source.read(), script, "exec", dont_inherit=True)
        exec(code, module.__dict__)
    except BaseException as error:
        # A forked child that fails comes through here too; the run's error is that of the first process.
        if error_file and os.getpid() == own_pid:
            _write_error(error_file, error)
        _hide_launcher_from_hook()
        raise


def _reserve(path: str) -> None:
    """Take room for the error of the script: one that fills the disk is to be able to say so."""
    if hasattr(os, "posix_fallocate"):
        try:
            place = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.posix_fallocate(place, 0, RESERVED_BYTES)
            finally:
                os.close(place)
        except OSError:  # the error is then written like any other file
            pass


def _show_lines_at_once() -> None:
    # As on a terminal: a line is written when it ends, in one piece. Child processes get the nearest thing, no buffer.
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)
            if stream.encoding.lower().replace("-", "") != "utf8":
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _become_main_module(script: str) -> ModuleType:
    module = type(sys)("__main__")
    module.__dict__.update(
        __file__=script,
        __builtins__=sys.modules["builtins"],
        __loader__=type(globals()["__loader__"])("__main__", script),
        __spec__=None,
        __package__=None,
        __cached__=None,
    )
    sys.modules["__main__"] = module
    return module


def _write_error(path: str, error: BaseException) -> None:
    if isinstance(error, SystemExit) and (error.code is None or isinstance(error.code, int)):
        return
    search_path = sys.path
    library = os.path.dirname(os.__file__)
    sys.path = [each for each in search_path if each.startswith(library) and "site-packages" not in each]
    try:
        import json

        try:
            _store(path, json.dumps(_described(error)))
        except OSError:
            _store(path, json.dumps(_described(error, RESERVED_BYTES // 16)))  # a character takes up to six bytes
    except Exception as problem:  # noqa: BLE001 - noting the error must never hide it: Python prints it in any case
        sys.stderr.write("runyard: the error could not be noted: %r\n" % problem)  # noqa: UP031
    finally:
        sys.path = search_path


def _store(path: str, text: str) -> None:
    """Write into the room that was reserved, and no further than the text is long."""
    place = os.open(path + ".part", os.O_WRONLY | os.O_CREAT, 0o600)
    with open(place, "wb") as out:
        out.write(text.encode("utf-8", "backslashreplace"))
        out.truncate()
    os.replace(path + ".part", path)


def _described(error: BaseException, max_chars: int = ERROR_TEXT_MAX_CHARS) -> dict[str, str]:
    kind = type(error)
    prefix = "" if kind.__module__ in ("builtins", "__main__") else kind.__module__ + "."
    found = {
        "type": prefix + kind.__qualname__,
        "message": _shortened(_text_of(error), max_chars),
        "traceback": _shortened(_traceback_of(error), max_chars),
    }
    module = getattr(error, "name", None)
    if isinstance(error, ModuleNotFoundError) and isinstance(module, str):
        found["module"] = module
    return found


def _traceback_of(error: BaseException) -> str:
    trace = _without_launcher(error.__traceback__)
    try:
        import traceback

        return "".join(traceback.format_exception(type(error), error, trace))
    except Exception:  # noqa: BLE001 - a module of the script may stand in the way, under a name of the library
        return _plain_traceback(error, trace)


def _plain_traceback(error: BaseException, trace: TracebackType | None) -> str:
    lines = ["Traceback (most recent call last):"]
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append('  File "%s", line %d, in %s' % (code.co_filename, trace.tb_lineno, code.co_name))  # noqa: UP031
        trace = trace.tb_next
    return "\n".join([*lines, type(error).__name__ + ": " + _text_of(error), ""])


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as problem:  # noqa: BLE001 - the text of an exception is the user's code
        return "<its text cannot be made: %r>" % problem  # noqa: UP031


def _shortened(text: str, max_chars: int) -> str:
    if len(text) <= max_chars:
        return text
    half = max_chars // 2
    return text[:half] + "\n[...]\n" + text[-half:]


def _without_launcher(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and trace.tb_frame.f_code is main.__code__:
        trace = trace.tb_next
    return trace


def _hide_launcher_from_hook() -> None:
    hook = sys.excepthook  # the script may have set its own

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        # The frame of this file's last line comes first, then main's.
        stripped = _without_launcher(trace.tb_next if trace is not None else None)
        sys.last_traceback = stripped
        hook(kind, error.with_traceback(stripped), stripped)

    sys.excepthook = show


if __name__ == "__main__":
    main()
