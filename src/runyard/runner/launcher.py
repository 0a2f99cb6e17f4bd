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


def main() -> None:
    """Run the script that the command line names."""
    error_file = os.environ.pop(ERROR_FILE_VARIABLE, None)
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

        with open(path + ".part", "w", encoding="utf-8", errors="backslashreplace") as out:
            json.dump(_described(error), out)
        os.replace(path + ".part", path)
    except Exception as problem:  # noqa: BLE001 - noting the error must never hide it: Python prints it in any case
        sys.stderr.write("runyard: the error could not be noted: %r\n" % problem)  # noqa: UP031
    finally:
        sys.path = search_path


def _described(error: BaseException) -> dict[str, str]:
    kind = type(error)
    prefix = "" if kind.__module__ in ("builtins", "__main__") else kind.__module__ + "."
    found = {"type": prefix + kind.__qualname__, "message": _text_of(error), "traceback": _traceback_of(error)}
    module = getattr(error, "name", None)
    if isinstance(error, ModuleNotFoundError) and isinstance(module, str):
        found["module"] = module
    return found


def _traceback_of(error: BaseException) -> str:
    trace = _without_launcher(error.__traceback__)
    try:
        import traceback

        return _shortened("".join(traceback.format_exception(type(error), error, trace)))
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
        return _shortened(str(error))
    except Exception as problem:  # noqa: BLE001 - the text of an exception is the user's code
        return "<its text cannot be made: %r>" % problem  # noqa: UP031


def _shortened(text: str) -> str:
    if len(text) <= ERROR_TEXT_MAX_CHARS:
        return text
    half = ERROR_TEXT_MAX_CHARS // 2
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
