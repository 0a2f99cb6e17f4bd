"""From an exception to a message and an exit code.

====  ==============================================================================
code  meaning
====  ==============================================================================
0     done
1     it failed: one line on stderr says what, to which thing, and what to do
2     the command line is wrong
3     the run that was waited for has failed, or can no longer become what was waited for
4     the time that was given for waiting has passed
5     two runs differ (``run diff --exit-code``)
6     what was named is not there
7     the server cannot be reached
130   interrupted by Ctrl-C
====  ==============================================================================

With ``RUNYARD_DEBUG=1`` in the environment the traceback is shown as well.
"""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Any

import click

from runyard.cli.lazy import LazyGroup
from runyard.errors import InvalidArgumentError, NotFoundError, RunFailedError, RunyardError, ServerStartError, TransportError

FAILED = 1
WRONG_COMMAND_LINE = 2
RUN_FAILED = 3
TIMED_OUT = 4
DIFFERENT = 5
NOT_FOUND = 6
UNREACHABLE = 7
INTERRUPTED = 130

EXIT_CODES = """\b
Exit codes:
  0    done
  1    failed; one line on stderr says why
  2    wrong command line
  3    the run failed, or can no longer become what was waited for
  4    the time for waiting has passed
  5    two runs differ (run diff --exit-code)
  6    what was named is not there
  7    the server cannot be reached
  130  interrupted with Ctrl-C
"""


class CommandLine(LazyGroup):
    """The root command: it ends with a message and an exit code, not with a traceback."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line and exit the interpreter with its code, unless ``standalone_mode`` is off."""
        if standalone_mode:
            sys.exit(self._code(args, prog_name, complete_var, **extra))
        return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)

    def _code(self, args: Sequence[str] | None, prog_name: str | None, complete_var: str | None, **extra: Any) -> int:
        _write_all_characters()
        try:
            with warnings.catch_warnings():
                warnings.showwarning = _show_warning
                result = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
            sys.stdout.flush()
        except click.ClickException as error:
            error.show()
            return error.exit_code
        except (click.Abort, KeyboardInterrupt):
            click.echo("Interrupted.", err=True)
            return INTERRUPTED
        except BrokenPipeError:
            return _close_stdout()
        except RunFailedError as error:
            return _report(error, RUN_FAILED)
        except (RunyardError, OSError) as error:
            return _report(error, _exit_code(error))
        except UnicodeEncodeError as error:
            if error.reason != "surrogates not allowed":  # what Python makes of bytes on a command line that are no text
                raise
            return _report(InvalidArgumentError(f"{error.object[:40]!r} is not UTF-8 text."), WRONG_COMMAND_LINE)
        return result if isinstance(result, int) else 0


def _exit_code(error: RunyardError | OSError) -> int:
    if isinstance(error.__context__, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, NotFoundError):
        return NOT_FOUND
    if isinstance(error, InvalidArgumentError) and "position" in error.details:  # a filter, an order or columns, as typed
        return WRONG_COMMAND_LINE
    if isinstance(error.__cause__, UnicodeEncodeError):  # bytes on the command line that are no text
        return WRONG_COMMAND_LINE
    is_away = isinstance(error, TransportError) and not isinstance(error, ServerStartError)
    return UNREACHABLE if is_away else FAILED


def describe(error: RunyardError | OSError) -> str:
    """Return what the user is told about ``error``: one message, no class names of ours."""
    if isinstance(error, RunFailedError):
        return _failed_run(error)
    if isinstance(error, RunyardError):
        return error.message
    if error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return f"{type(error).__name__}: {error}"


def _failed_run(error: RunFailedError) -> str:
    told = error.error_details
    body = told.get("error") if isinstance(told, dict) else None
    if not isinstance(body, dict):
        return error.message
    summary = f"Run {error.details.get('run_id', '')} has failed: {body.get('message')}"
    return f"{summary}\n\n{str(body['traceback']).rstrip()}" if body.get("traceback") else summary


def tell(error: RunyardError | OSError) -> None:
    """Print an error that the command goes on after."""
    _report(error, FAILED)


def _report(error: RunyardError | OSError, code: int) -> int:
    if os.environ.get("RUNYARD_DEBUG"):
        traceback.print_exception(error)
    click.echo(f"Error: {describe(error)}", err=True)
    return code


def _write_all_characters() -> None:
    """Let a terminal or file that is not UTF-8 get what it has no sign for as an escape, not as the end of the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    click.echo(f"Warning: {message}", err=True)


def _close_stdout() -> int:
    """The reader of our output has gone, as ``head`` does; leave without a complaint at exit, as click does."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED
