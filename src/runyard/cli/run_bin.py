"""``runyard run delete``, ``restore`` and ``purge``; ``runyard gc``."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import click

from runyard.cli.failures import FAILED, tell
from runyard.cli.options import Duration, examples, experiment_option, workspace_options
from runyard.cli.output import Output, output_options
from runyard.cli.progress import working
from runyard.cli.run import chosen_runs
from runyard.cli.run_change import dry_run_option, filter_option, runs_option

yes_option = click.option("-y", "--yes", is_flag=True, help="Do not ask.")


@click.command(
    epilog=examples(
        "runyard run delete -r RUN_ID",
        "runyard run delete -e scratch --filter 'created < -90d and not has:description' --dry-run",
        "runyard run delete -e scratch --filter 'status = Failed' --yes",
    )
)
@runs_option
@filter_option
@dry_run_option
@yes_option
@experiment_option
@workspace_options
def delete(
    run_ids: tuple[str, ...],
    condition: str | None,
    dry_run: bool,
    yes: bool,
    experiment_name: str | None,
    workspace_name: str | None,
    path: Path,
) -> None:
    """Put ended runs and their children into the bin. `runyard run restore` brings them back.

    A run that goes on is named and left where it is; the others go, and the exit code is 1. Their files stay until the bin is
    purged and garbage is collected: `runyard run purge`, then `runyard gc`.
    """
    from runyard.cli.connection import connect
    from runyard.errors import ConflictError

    client = connect(workspace_name, path).client
    runs = chosen_runs(client, run_ids, condition, experiment_name, view="All")
    if not run_ids and not dry_run:
        confirm(f"Put {len(runs)} runs into the bin?", yes or not runs)
    gone: set[str | None] = set()
    failed = False
    for run in sorted(runs, key=lambda run: run.created_at):  # parents before their children, which go and come back with them
        if dry_run:
            click.echo(f"Run {run.id} would go into the bin ({run.experiment}, {run.status.value}).")
            continue
        if run.parent_id in gone and not run_ids:
            gone.add(run.id)
            continue
        try:
            client.runs.delete(run.id)
        except ConflictError as error:
            failed = True
            tell(error)
            continue
        gone.add(run.id)
        click.echo(f"Run {run.id} is in the bin. Bring it back with: runyard run restore -r {run.id}")
    if failed:
        click.get_current_context().exit(FAILED)


@click.command(epilog=examples("runyard run list --view Deleted -o table", "runyard run restore -r RUN_ID"))
@runs_option
@filter_option
@experiment_option
@workspace_options
def restore(
    run_ids: tuple[str, ...], condition: str | None, experiment_name: str | None, workspace_name: str | None, path: Path
) -> None:
    """Bring runs back from the bin, with those children that went there with them."""
    from runyard.cli.connection import connect

    client = connect(workspace_name, path).client
    runs = chosen_runs(client, run_ids, condition, experiment_name, view="Deleted")
    for run in sorted(runs, key=lambda run: run.created_at):  # parents before their children
        if run_ids or client.runs.get(run.id).deleted_at is not None:
            client.runs.restore(run.id)
            click.echo(f"Run {run.id} is back.")


@click.command(epilog=examples("runyard run purge -r RUN_ID", "runyard run purge --older-than 30d --yes", "runyard gc --dry-run"))
@runs_option
@click.option(
    "--older-than", "older_than_s", type=Duration(), metavar="TIME", help="All that has been in the bin so long: 30d, 12h, 0s."
)
@yes_option
@workspace_options
@output_options()
def purge(
    run_ids: tuple[str, ...],
    older_than_s: float | None,
    yes: bool,
    workspace_name: str | None,
    path: Path,
    output_format: str,
    query: str | None,
) -> None:
    """Remove runs that are in the bin for good: records, metrics, events. There is no way back.

    Files that no other run refers to are then garbage, which `runyard gc` collects.
    """
    from runyard.cli.connection import connect

    if bool(run_ids) == (older_than_s is not None):
        raise click.UsageError("Say what to purge: -r RUN_ID, as often as needed, or --older-than TIME.")
    client = connect(workspace_name, path).client
    confirm(f"Remove {', '.join(run_ids) or 'what is in the bin'} for good?", yes)
    with working("Removing runs for good"):
        gone = client.bin.purge(older_than_s) if older_than_s is not None else sum(map(client.runs.purge, run_ids))
    Output(output_format, query).print({"purged_runs": gone})


@click.command(epilog=examples("runyard gc --dry-run -o table", "runyard gc --query freed_bytes"))
@dry_run_option
@workspace_options
@output_options()
def gc(dry_run: bool, workspace_name: str | None, path: Path, output_format: str, query: str | None) -> None:
    """Collect garbage: remove files that no run refers to, in the bin or out of it, and say how many bytes that freed.

    Files of the last hour stay: they may be on their way to a run. It is about all workspaces of the server.
    """
    from runyard.cli.connection import connect

    client = connect(workspace_name, path).client
    with working("Looking for files that no run refers to"):
        found = client.bin.collect_garbage(dry_run=dry_run)
    freed = found.artifact_bytes + found.snapshot_bytes
    Output(output_format, query).print({**dataclasses.asdict(found), "freed_bytes": freed})


def confirm(question: str, yes: bool) -> None:
    """Ask before what cannot be undone at once.

    Raises:
        click.UsageError: nobody is there to be asked, and the command line does not say --yes.
        click.Abort: the answer is no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("Nobody is here to be asked. Say --yes to go on.")
    click.confirm(question, abort=True, err=True)
