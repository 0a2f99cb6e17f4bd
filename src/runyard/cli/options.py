"""Options that many commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def workspace_options(command: F) -> F:
    """Give a command ``-w`` and ``--path``; they arrive as ``workspace_name`` and ``path``.

    ``-g`` and ``--subscription-id`` are taken and ignored: command lines written for Azure ML have them.
    """
    for option in (
        click.option("--subscription-id", hidden=True, expose_value=False),
        click.option("-g", "--resource-group", hidden=True, expose_value=False),
        click.option(
            "--path",
            type=click.Path(path_type=Path),
            default=".",
            show_default=True,
            help="Folder to look for the workspace's config.json in, and in its parents.",
        ),
        click.option("-w", "--workspace-name", metavar="NAME", help="Workspace, instead of the one of config.json."),
    ):
        command = option(command)
    return command


def experiment_option(command: F) -> F:
    """Give a command ``-e``; it arrives as ``experiment_name``."""
    return click.option("-e", "--experiment-name", metavar="NAME", help="Experiment.")(command)


def run_option(command: F) -> F:
    """Give a command ``-r``; it arrives as ``run_id``."""
    return click.option("-r", "--run", "run_id", metavar="RUN_ID", required=True, help="Id of the run.")(command)


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
