"""``runyard import``: runs that were exported, or that another tool has written."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from runyard.cli.options import examples, workspace_options
from runyard.cli.output import Output, output_options
from runyard.cli.progress import counting

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT = "runs"
"""The command that ``runyard import PATH`` means."""


class _ImportGroup(click.Group):
    """A group in which a first word that is no command is the path for ``runs``."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the words begin with, else ``runs``."""
        if args and args[0] not in self.commands:
            close = difflib.get_close_matches(args[0], self.commands, 1)
            if close and len(args) > 1 and not args[1].startswith("-") and not Path(args[0]).exists():
                ctx.fail(f"No such command {args[0]!r}. Did you mean {close[0]!r}?")
            args = [DEFAULT, *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take options before the path as those of ``runs``."""
        if args and args[0].startswith("-") and args[0] not in ctx.help_option_names:
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)


@click.group("import", cls=_ImportGroup)
def import_group() -> None:
    """Bring runs in, each with its own id, times and authors. A path in place of a command is one for `runyard import runs`.

    Each run appears whole or not at all. Runs that were brought in before are skipped, so an import that was interrupted goes on
    when it is called again. Who brought a run in, and when, is in its events.
    """


def import_options(command: F) -> F:
    """Give a command what all imports have in common."""
    for option in (
        output_options(),
        workspace_options,
        click.option("--dry-run", is_flag=True, help="Read and check everything, and bring nothing in."),
        click.option("-e", "--experiment-name", metavar="NAME", help="Put the runs into this experiment instead of their own."),
        click.option("--as-copy", is_flag=True, help="Give the runs new ids, such as ID-copy, for ids that are taken."),
        click.argument("place", metavar="PATH", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


@import_group.command(DEFAULT, epilog=examples("runyard import runs runs.zip", "runyard import runs backup --dry-run -o table"))
@import_options
def runs(**options: Any) -> None:
    """Bring in runs that `runyard export` wrote. PATH is a folder, or a zip or tar file.

    Every file is checked against its hash before its run appears. A run whose id another run has is passed over and named.
    """
    _bring_in("runyard", **options)


@import_group.command(epilog=examples("runyard import mlflow mlruns", "runyard import mlflow mlflow.db --dry-run"))
@import_options
def mlflow(**options: Any) -> None:
    """Bring in the runs of MLflow: an mlruns folder or SQLite file. MLflow need not be installed.

    Metrics, parameters, tags, notes, times, status, users, nested runs and the files that lie beside them come in; deleted runs
    do not. What cannot be brought in is named.
    """
    _bring_in("mlflow", **options)


@import_group.command(epilog=examples("runyard import wandb wandb", "runyard import wandb wandb --dry-run"))
@import_options
def wandb(**options: Any) -> None:
    """Bring in the runs that W&B has written here. PATH is a folder with run-… or offline-run-… in it. W&B need not be installed.

    Histories (numbers and texts), configuration, summary, tags, notes, times, how it ended, and the files come in. What cannot be
    brought in is named.
    """
    _bring_in("wandb", **options)


@import_group.command(epilog=examples("runyard import tensorboard logs -e boards", "runyard import tensorboard logs --dry-run"))
@import_options
def tensorboard(**options: Any) -> None:
    """Bring in TensorBoard's event files. Each folder with some, at PATH or below it, is a run.

    Scalars come in with steps and times, and the event files with them, so TensorBoard shows the run as before.
    """
    _bring_in("tensorboard", **options)


def _bring_in(
    source: str,
    place: Path,
    as_copy: bool,
    experiment_name: str | None,
    dry_run: bool,
    workspace_name: str | None,
    path: Path,
    output_format: str,
    query: str | None,
) -> None:
    from runyard.cli.connection import connect
    from runyard.client.archive.open_source import open_source
    from runyard.client.archive.run_import import import_runs

    client = connect(workspace_name, path).client
    with open_source(place, source) as found, counting("Run") as progress:
        report = import_runs(
            client,
            found,
            as_copy=as_copy,
            experiment_name=experiment_name,
            dry_run=dry_run,
            progress=progress,
        )
    for run_id, reasons in report.left_out.items():
        for name, reason in reasons.items():
            click.echo(f"Run {run_id}: {name} is left out: {reason}", err=True)
    for run_id in report.taken:
        click.echo(f"Run {run_id} is not brought in: a run with its id is here. --as-copy gives it a new one.", err=True)
    Output(output_format, query).print(dataclasses.asdict(report), ["imported", "skipped", "taken"])
