"""Options that many commands share, and how their help shows examples."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from runyard.cli.completion import complete_experiment, complete_profile, complete_run, complete_workspace

F = TypeVar("F", bound=Callable[..., Any])

PROFILE_KEY = "runyard.profile"
"""Where a context keeps the profile that its command line names."""


def examples(*lines: str) -> str:
    """Return the end of a help text: examples, each a line as a user enters it."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


path_option = click.option(
    "--path",
    type=click.Path(path_type=Path),
    default=".",
    show_default=True,
    help="Folder to look for the workspace's config.json in, and in its parents.",
)


def workspace_options(command: F) -> F:
    """Give a command ``-w``, ``--path`` and ``--profile``; the first two arrive as ``workspace_name`` and ``path``.

    ``-g`` and ``--subscription-id`` are taken and ignored: command lines written for Azure ML have them.
    """
    for option in (
        profile_option,
        click.option("--subscription-id", hidden=True, expose_value=False),
        click.option("-g", "--resource-group", hidden=True, expose_value=False),
        path_option,
        click.option(
            "-w",
            "--workspace-name",
            metavar="NAME",
            help="Workspace, instead of the one of config.json.",
            shell_complete=complete_workspace,
        ),
    ):
        command = option(command)
    return command


def profile_option(command: F) -> F:
    """Give a command ``--profile``, which :func:`runyard.cli.connection.connect` finds in the context."""

    def keep(context: click.Context, _: click.Parameter, value: str | None) -> None:
        context.meta[PROFILE_KEY] = value

    return click.option(
        "--profile",
        metavar="NAME",
        expose_value=False,
        callback=keep,
        help="Server to talk to, as `runyard profile list` has it.",
        shell_complete=complete_profile,
    )(command)


def experiment_option(command: F) -> F:
    """Give a command ``-e``; it arrives as ``experiment_name``."""
    return click.option("-e", "--experiment-name", metavar="NAME", help="Experiment.", shell_complete=complete_experiment)(
        command
    )


def order_option(command: F) -> F:
    """Give a command ``--order-by``; it arrives as ``order_by``."""
    return click.option(
        "--order-by",
        metavar="FIELDS",
        help="Fields of the query language with commas between them; '-' before one sorts by it downwards.",
    )(command)


def run_option(command: F) -> F:
    """Give a command ``-r``; it arrives as ``run_id``."""
    return click.option(
        "-r", "--run", "run_id", metavar="RUN_ID", required=True, help="Id of the run.", shell_complete=complete_run
    )(command)


class Duration(click.ParamType):  # type: ignore[type-arg]  # not generic in click 8.1
    """A length of time as the query language writes it, such as ``90s``, ``10m`` or ``1d 2h``; a bare number is seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return seconds."""
        from runyard.domain.run_filter_value import read_duration

        seconds = read_duration(str(value))
        if seconds is None:
            self.fail(f"{value!r} is no length of time. Write it as 90s, 10m, 2h or 1d 2h.", param, ctx)
        return seconds


def given_text(given: str | None, option: str) -> str | None:
    """Return a text as an option gives it: as it is, ``@FILE`` for a file's, ``-`` for what stdin has.

    Raises:
        click.BadParameter: what should be read is not UTF-8.
        OSError: the file cannot be read.
    """
    if given is None or not (given == "-" or given.startswith("@")):
        return given
    name = "stdin" if given == "-" else given[1:]
    content = sys.stdin.buffer.read() if given == "-" else Path(name).read_bytes()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{name} is not UTF-8 text: {error}.", param_hint=option) from None


def parse_pairs(texts: tuple[str, ...]) -> dict[str, str | None]:
    """Return ``key=value`` texts as a dict; a bare key has the value None.

    Raises:
        click.BadParameter: a text has no key.
    """
    pairs: dict[str, str | None] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not key.strip():
            raise click.BadParameter(f"{text!r} has no key. Write key=value, or key alone.")
        pairs[key.strip()] = value if equals else None
    return pairs
